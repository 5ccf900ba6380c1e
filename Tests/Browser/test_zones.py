"""Times on every page are those of the browser's zone, told by an oracle of its own; those of bills are of the bill's zone."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from pages import GRAPH, REPORT, SEVERAL
from programs import http_get

# An hour ahead with summer time, and two whose minutes differ from UTC's.
ZONES = ["Europe/Prague", "Australia/Eucla", "America/St_Johns"]
STAMPED = """return [tikwatch.clock.now(), [...document.querySelectorAll('time[data-as]')].map(each => [each.dataset.as, Number(each.dataset.epoch), each.textContent])]"""


def written(style, epoch, zone, now):
    """How a page writes a time, by Python's table of zones."""
    local = datetime.fromtimestamp(epoch, ZoneInfo(zone))
    day = f"{local.day} {local:%b}"
    return {"clock": f"{local:%H:%M:%S}", "minute": f"{local:%H:%M}", "moment": f"{local:%Y-%m-%d %H:%M:%S}",
            "recent": f"{local:%H:%M}" if now - epoch < 86400 else day}[style]


@pytest.mark.parametrize("zone", ZONES)
def test_every_stamp_is_in_the_zone_of_the_browser(open_browser, zone):
    browser = open_browser(zone=zone)
    for path, stamped in (("", False), ("?view=table", False), ("devices/gw-riga", True), ("devices/offline", True), ("cluster?replicas=all", True),
                          (GRAPH, True), (SEVERAL, True), ("graph?device=all", False), ("clients", False)):
        browser.open(path)
        now, stamps = browser.run(STAMPED)
        assert stamps or not stamped, path
        for style, epoch, text in stamps:
            # A day ago is a border that the page may have crossed since it wrote.
            assert text in (written(style, epoch, zone, now), written(style, epoch, zone, now - 60)), f"{path}: {style} {epoch}"
        assert zone in browser.text("#zone"), path
    # What a refresh of the page brings is written anew.
    browser.open("devices/gw-riga")
    browser.run("return tikwatch.refresh()")
    now, stamps = browser.run(STAMPED)
    assert [text for style, epoch, text in stamps if text not in (written(style, epoch, zone, now), written(style, epoch, zone, now - 60))] == []


@pytest.mark.parametrize("zone", ZONES)
def test_graph_of_several_is_in_the_zone_of_the_browser(open_browser, site, zone):
    start = int(http_get(site.url + "/api/v1/live")[2].split(b'"t":')[1].split(b",")[0].split(b".")[0]) - 30000
    end = start + 21600
    browser = open_browser(zone=zone).open(f"{SEVERAL}&from={start}&to={end}")
    local = lambda epoch, form="%H:%M:%S": datetime.fromtimestamp(epoch, ZoneInfo(zone)).strftime(form)
    days = local(start, "%Y-%m-%d"), local(end, "%Y-%m-%d")
    second = local(end) if days[0] == days[1] else f"{days[1]} {local(end)}"
    assert browser.text("#range") == f"{days[0]} {local(start)} – {second}"
    # Each label of the time axis names its own moment, and whole hours are whole in the zone.
    labels = browser.run("""const { chart, range } = tikwatch.graphPage, [from, to] = tikwatch.graphPage.range();
      return tikwatch.ticks.timeTicks(from, to, chart.plotWidth).map(tick => [tick.label, tick.time])""")
    assert len(labels) >= 4
    for label, epoch in labels:
        assert local(epoch, "%M") in ("00", "30"), label
        assert label == local(epoch, "%H:%M") or not re.fullmatch(r"\d\d:\d\d", label), label
    browser.one(".datatable summary").click()
    begins = {local(epoch, form) for epoch in range(start - 900, end + 1) for form in ("%H:%M:%S", "%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M")}
    # The rows of the server, in its zone, are there until the table has opened.
    rows = browser.gives("return [...document.querySelectorAll('#values tr td:first-child')].map(each => each.textContent)",
                         lambda rows: len(rows) > 11 and begins.issuperset(rows))
    assert re.search(r"[:](00|30)(:00)?$", rows[1]), "rows begin at whole steps"
    browser.point("#chart", 0.5)
    tip = browser.gives("const tip = document.querySelector('#chart .chart-tip'); return tip.hidden ? '' : tip.textContent", bool)
    at = int(browser.run("const { chart } = tikwatch.graphPage, value = chart.at(chart.cursor); return value ? value.from : chart.cursor"))
    assert local(at) in tip and local(at, "%Y-%m-%d") in tip


@pytest.mark.parametrize("zone", ZONES[:2])
def test_reports_are_in_the_zone_of_the_bill(open_browser, zone):
    """A bill does not change with who looks at it, and the page says whose days these are."""
    here, there = open_browser(zone=zone), open_browser(zone="Pacific/Auckland")
    for path in ("reports", REPORT, REPORT + "&interface=ether1"):
        first, second = (browser.open(path).run(
            "return [...document.querySelectorAll('#days td:first-child, #months td:first-child, .title .sub')].map(each => each.textContent)") for browser in (here, there))
        assert first == second and first
        for browser in (here, there):
            assert "billed" in browser.text("#zone") and "Pacific" not in browser.text("#zone"), path
    assert re.search(r" in (UTC|GMT|\w+/\w+), beginning on day", there.text(".title .sub"))


def test_files_name_the_zone_and_are_in_it(open_browser):
    browser = open_browser(zone="Australia/Eucla").open(GRAPH + "&range=15m").live()
    browser.one("#export summary").click()
    link = browser.gives("return document.querySelector('[data-export=\"csv\"]').href", lambda link: "zone=" in link)
    rows = [row.split(",") for row in http_get(link)[2].decode().splitlines()]
    columns = {name: number for number, name in enumerate(rows[0])}
    for row in rows[1:]:
        assert row[columns["zone"]] == "Australia/Eucla"
        local = datetime.fromtimestamp(float(row[columns["time"]]), ZoneInfo("Australia/Eucla"))
        assert row[columns["local_time"]].replace("T", " ").startswith(f"{local:%Y-%m-%d %H:%M:%S}")
