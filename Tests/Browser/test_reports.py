"""The reports: numbers, controls and files, with and without scripts."""

import csv
import io
import json
import re
from urllib.parse import quote, urljoin

import pytest
from conftest import HOSTILE
from programs import http_get

ALL = "reports"
DEVICE = "reports?device=gw-riga"


def answer(site, path):
    status, _, body = http_get(site.url + "/" + path)
    assert status == 200
    return json.loads(body)


def test_cells_say_something(browser):
    for path in (ALL, DEVICE, DEVICE + "&interface=ether1&unit=GiB"):
        browser.open(path)
        empty = browser.run("return [...document.querySelectorAll('main td')].filter(each => !each.textContent.trim()).length")
        assert empty == 0, "cells that say nothing"
        assert browser.text('nav[aria-label="Main"] [aria-current]') == "Reports"


def test_narrow_and_enlarged_pages_do_not_overflow(open_browser):
    for path in (ALL, DEVICE):
        assert open_browser(size=(320, 640)).open(path).overflow() == 0


@pytest.mark.parametrize("scripts", [True, False])
def test_numbers_are_those_of_the_interface(open_browser, site, scripts):
    browser = open_browser(scripts=scripts).open(DEVICE)
    usage = answer(site, "api/v1/usage?device=gw-riga&by=day")
    rows = browser.all("#days tbody tr")
    assert len(rows) == sum(1 for _ in usage["rows"])
    day = next(row for row in reversed(usage["rows"][:-1]) if row["in"])
    cells = [each.get_attribute("title") for row in rows for each in row.find_elements("css selector", "td[title]")]
    assert f"{day['in']} bytes" in cells and f"{day['sum']} bytes" in cells
    shown = browser.one("#rules").text
    for rule in ("In", "Out", "Larger", "Sum"):
        assert rule in shown
    assert len(re.findall(r"bit/s", shown)) == 4
    assert "UTC" in browser.text(".title .sub") or "/" in browser.text(".title .sub"), "the zone is named"


def test_one_goes_from_all_devices_to_an_interface_and_back(open_browser):
    browser = open_browser(scripts=False).open(ALL)
    named = lambda words: browser.driver.find_element("link text", words).click
    browser.follow('#report a[href*="gw-riga"]').asks({"device": "gw-riga"})
    browser.follow(named("ether1")).asks(interface="ether1")
    browser.follow(named("GiB")).asks(unit="GiB")
    assert "iB" in browser.one(".health").text
    browser.follow(named("Reports")).asks({})
    assert browser.path == "/reports"


def test_the_month_is_chosen_by_a_form(open_browser):
    browser = open_browser(scripts=False).open(DEVICE)
    option = browser.all("#month option")[2]
    month = option.get_attribute("value")
    option.click()
    browser.follow(".report-form button").asks(month=month, device="gw-riga")
    assert month in browser.text(".title .sub")


def test_files_open_safely(open_browser, site):
    browser = open_browser().open(ALL)
    status, headers, body = http_get(urljoin(site.url + "/", browser.one("#csv").get_attribute("href")))
    assert status == 200
    rows = list(csv.DictReader(io.StringIO(body.decode())))
    assert {"gw-riga", "ap-office", "branch-tartu"} <= {row["device"] for row in rows}
    assert all(not cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row.values())
    browser.open(DEVICE)
    status, _, body = http_get(urljoin(site.url + "/", browser.one("#csv").get_attribute("href")))
    assert status == 200 and body.decode().splitlines()[0] == "from,to,in,out,sum,coverage,sampled,flags"


def test_hostile_names_are_text(open_browser):
    browser = open_browser()
    for path in (ALL, f"reports?device={quote(HOSTILE, safe='')}", f"reports?device={quote(HOSTILE, safe='')}&interface={quote(HOSTILE, safe='')}"):
        browser.open(path)
        assert browser.run("return window.hacked") is None
        assert HOSTILE in browser.run("return document.querySelector('main').textContent")
        assert browser.run("return document.querySelectorAll('main img').length") == 0


def test_the_overview_tells_the_month(open_browser):
    browser = open_browser().open()
    browser.until("return /This month/.test(document.querySelector('.tiles').textContent)", "the tile")
    browser.wait(lambda: "being added up" not in browser.open().text(".tiles"), "the month to be added up", 120)
    browser.follow(lambda: browser.press("#month-link"))
    assert browser.path == "/reports"
