"""Clients of all devices in a real browser."""

from conftest import HOSTILE
from programs import http_get

ROWS = "return [...document.querySelectorAll('[data-client]')].map(each => each.querySelector('.who').textContent)"


def rows_are(browser, names):
    browser.until(f"return JSON.stringify((() => {{ {ROWS} }})()) === JSON.stringify({names!r})", f"the clients {names}")


def ready(browser, path="clients"):
    """The collector reads leases within its first minute."""
    browser.open(path)
    browser.until("if (document.querySelector('[data-client=\"34:C4:AA:31:D5:63\"] .meter')) return true; "
                  "tikwatch.refresh(); return false", "a client with lease and signal", 90)
    return browser


def test_lease_and_radio_of_one_client_are_one_row(browser):
    ready(browser)
    row = browser.one('[data-client="34:C4:AA:31:D5:63"]')
    assert browser.text('[data-client="34:C4:AA:31:D5:63"] .who') == "anna-laptop"
    for part in ("192.168.10.103", "ap-office", "wifi1", "Bound", "dBm", "now"):
        assert part in row.text
    row.find_element("css selector", "summary").click()
    opened = row.find_element("css selector", "ul").text
    assert "DHCP lease at gw-riga" in opened and "Wireless at ap-office" in opened
    browser.run("return tikwatch.refresh()")
    assert len(browser.all("[data-client]")) >= 10


def test_filter_works_while_typing_and_stays_in_the_address(browser):
    ready(browser)
    browser.run("window.same = true")
    browser.one("#find-client").send_keys("JANIS")
    rows_are(browser, ["phone-janis"])
    assert browser.query == {"q": "JANIS"}
    assert browser.run("return window.same"), "the page was not loaded again"
    assert browser.run("return document.activeElement.id") == "find-client", "who types keeps the focus"
    browser.reload()
    rows_are(browser, ["phone-janis"])
    browser.one('[data-part="clear"] a').click()
    browser.until("return location.search === '' && document.querySelectorAll('[data-client]').length > 9", "all clients")


def test_device_and_kind_narrow_the_list(browser):
    ready(browser)
    browser.run("const box = document.getElementById('client-device'); box.value = 'branch-tartu'; box.dispatchEvent(new Event('change'))")
    rows_are(browser, ["office-pc", "phone-mari", "till"])
    browser.one('[data-kind="wifi"]').click()
    browser.until("return document.documentElement.dataset.ready === '1' && location.search.includes('kind=wifi')", "the wireless clients")
    assert browser.query == {"device": "branch-tartu", "kind": "wifi"}
    rows_are(browser, ["till"])


def test_sorting_by_a_column_is_a_link(browser):
    ready(browser)
    browser.run("[...document.querySelectorAll('th a')].find(each => each.textContent === 'Signal').click()")
    browser.until("return document.documentElement.dataset.ready === '1' && location.search.includes('sort=signal')", "the sorted list")
    assert browser.run(ROWS)[0] == "tv", "the strongest first"
    assert browser.run("return document.querySelector('th[aria-sort]').textContent") == "Signal"


def test_form_works_without_scripts(open_browser):
    browser = open_browser(scripts=False).open("clients")
    browser.one("#find-client").send_keys("tartu")
    browser.one("#filter noscript button, #filter button").click()
    assert browser.query["q"] == "tartu"
    assert {each.text for each in browser.all("[data-client] .who")} == {"office-pc", "phone-mari", "till"}


def test_hostile_rows_are_text_and_old_tables_are_named(browser, site):
    ready(browser)
    text = browser.run("return document.querySelector('main').textContent")
    assert HOSTILE in text and "is old, up to" in text
    assert browser.run("return window.hacked") is None
    assert "aged" in browser.one('[data-client="02:00:00:00:00:01"]').get_attribute("class")
    _, headers, body = http_get(site.url + "/clients?format=csv")
    assert headers["content-type"].startswith("text/csv")
    assert b"anna-laptop,192.168.10.103,34:C4:AA:31:D5:63" in body
