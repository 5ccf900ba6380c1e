"""Several interfaces in one graph, all devices, the period before, units: with scripts and without."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from programs import http_get
from selenium.webdriver.common.keys import Keys

ONE = "graph?device=gw-riga&interface=ether1"
SEVERAL = ONE + ",sfp-sfpplus1,bridge&range=15m"


@pytest.fixture
def several(browser):
    browser.open(SEVERAL).live()
    return browser


def test_lines_add_up_to_the_total(several):
    several.until("return tikwatch.graphPage.recent.length >= 3", "live seconds")
    sums = several.run("""const { parts, total } = tikwatch.graphPage.content;
      return [0, 1].flatMap(k => total.avg[k].map((sum, at) => [sum, ...parts.map(part => part.avg[k][at])])).filter(row => row.every(Number.isFinite))""")
    assert len(sums) > 1000
    assert all(abs(row[0] - sum(row[1:])) <= 2 for row in sums)
    top, scale = several.run("const { chart } = tikwatch.graphPage; return [tikwatch.chartLanes.extent(chart, 0), chart.scale.top]")
    assert top <= scale


def test_stack_line_and_mirror(several):
    assert several.text('[data-style="area"]') == "Stacked"
    state = "const { stacked, mirrored } = tikwatch.graphPage.chart; return [stacked, mirrored]"
    assert several.run(state) == [True, True]
    several.keys("l")
    several.gives(state, [False, False])
    several.asks(style="line")
    several.keys("m")
    several.gives(state, [False, True])
    several.keys("a", "g")
    several.asks(log="1", style=None)
    several.gives(state, [False, False])  # decades do not add up


def test_legend_hides_a_line(several):
    several.one('[data-hide="2"]').click()
    several.asks(hide="2", interface="ether1,sfp-sfpplus1,bridge")
    hidden = "return tikwatch.graphPage.chart.lanes.map(lane => Boolean(lane.hidden))"
    several.gives(hidden, [False, True, False])
    several.reload()
    several.gives(hidden, [False, True, False])
    assert several.one('[data-hide="2"]').get_attribute("aria-pressed") == "false"
    several.one('[data-hide="in"]').click()
    several.asks(hide="in,2")
    several.one('[data-hide="2"]').click()
    several.one('[data-hide="in"]').click()
    several.asks(hide=None)


def test_tooltip_and_tables_name_every_line(several):
    several.point("#chart", 0.3)
    tip = several.until("const tip = document.querySelector('#chart .chart-tip'); return !tip.hidden && tip.textContent", "the tooltip")
    for name in ("ether1", "sfp-sfpplus1", "bridge"):
        assert name in tip
        assert name in several.run("return document.querySelector('[data-lane]').closest('table').textContent")
    several.one(".datatable summary").click()
    heads, cells = several.until("""const rows = document.querySelectorAll('#values tr');
      return rows.length > 11 && [[...document.querySelectorAll('.datatable th:not([hidden])')].length, rows[2].cells.length]""", "the table")
    assert heads == cells == 5 + 6


def test_several_are_chosen_in_the_menu(browser):
    browser.open(ONE + "&range=6h")
    browser.one("#together summary").click()
    browser.one('#together input[value="bridge"]').click()
    browser.follow("#together button")
    assert browser.text("h1 span") == "ether1, bridge"
    assert parse_qs(urlsplit(browser.driver.current_url).query) == {"device": ["gw-riga"], "interface": ["ether1", "bridge"], "range": ["6h"]}
    browser.keys("l")
    browser.asks(style="line")
    assert parse_qs(urlsplit(browser.driver.current_url).query)["interface"] == ["ether1", "bridge"], "the view changes, not what is shown"


def test_all_devices_are_one_sum(browser):
    browser.open("graph?device=all&range=5m").live()
    assert browser.text("h1 span") == "All devices"
    browser.until("return tikwatch.graphPage.recent.length >= 3", "live seconds")
    seconds, total, each = browser.run("""const page = tikwatch.graphPage, order = page.stream.order;
      const second = page.recent[page.recent.length - 1];
      return [second[0], second[1], order]""")
    assert total[0] > 0 and len(each) >= 4
    browser.keys("4")
    browser.gives("return tikwatch.graphPage.data.bounds", True)
    browser.says('[data-stat="peak"]', lambda text: text.startswith("≤"))
    browser.shown("#bounded")
    browser.one("#export summary").click()
    assert not browser.all('[data-export="rrdtool"]')


def test_the_period_before_is_drawn_beneath(browser):
    browser.open(ONE).live()
    assert not browser.one('[data-stat="before"]').is_displayed()
    browser.one("#compare summary").click()
    browser.one('[data-compare="1d"]').click()
    browser.asks(compare="1d")
    browser.until("return tikwatch.graphPage.content.past", "the day before")
    now, before = browser.run("""const page = tikwatch.graphPage, [from, to] = page.range(), at = Math.floor((from + to) / 2);
      const past = page.content.past;
      return fetch('api/v1/series?device=gw-riga&interface=ether1&from=' + (at - 86400) + '&to=' + (at - 86399) + '&points=1').then(each => each.json())
        .then(told => [told.in.avg[0], tikwatch.series.statistics(past, 0, at, at + 1).average])""")
    assert abs(now - before) <= max(1, 0.5 * now), "the value of the day before stands at the time of today"
    assert browser.run("return tikwatch.graphPage.chart.pastColumns[0].mean.filter(Number.isFinite).length") > 500
    browser.shown('[data-stat="before"]')
    browser.says('[data-stat="before"]', lambda text: re.search(r"bit/s$", text))
    browser.says('[data-stat="change"]', lambda text: text.endswith("%"))
    browser.point("#chart", 0.4)
    tip = browser.until("const tip = document.querySelector('#chart .chart-tip'); return !tip.hidden && tip.textContent", "the tooltip")
    assert "1\u202fd before" in tip
    browser.keys("c")
    browser.asks(compare=None)
    browser.gives("return tikwatch.graphPage.chart.past", None)


def test_comparison_comes_with_the_page(browser):
    browser.open(ONE + "&range=6h&compare=1d")
    assert browser.run("return tikwatch.graphPage.content.past.step") >= 1
    assert browser.run("return performance.getEntriesByType('resource').filter(each => each.name.includes('api/v1/series')).length") <= 1, "the navigator's"


def test_bytes_per_second(browser):
    browser.open(ONE).live()
    browser.one("#unit-toggle").click()
    browser.asks(unit="B")
    browser.says('[data-sum="in"] .u', lambda text: re.fullmatch(r"[kMG]?B/s", text))
    for place in ('[data-stat="average"]', "#unit"):
        browser.says(place, lambda text: "B/s" in text)
    browser.reload()
    shown = browser.run("return [document.querySelector('[data-stat=\"average\"]').textContent, tikwatch.series.statistics(tikwatch.graphPage.data, 0, ...tikwatch.graphPage.range()).average]")
    assert "B/s" in shown[0] and "bit" not in shown[0]
    browser.keys("b")
    browser.asks(unit=None)
    browser.says('[data-stat="average"]', lambda text: "bit/s" in text)


def test_files_of_the_view(several, site):
    several.one("#export summary").click()
    several.until("return document.querySelector('[data-export=\"csv\"]').href.includes('zone=')", "links of the view")
    links = several.run("return Object.fromEntries([...document.querySelectorAll('[data-export]')].map(each => [each.dataset.export, each.href]))")
    for name, link in links.items():
        assert "interface=ether1,sfp-sfpplus1,bridge" in link, name
        status, _, body = http_get(link)
        assert status == 200, f"{name}: {body[:200]}"
    _, headers, table = http_get(links["csv"])
    rows = table.decode().splitlines()
    assert rows[0] == "device,interface,time,local_time,zone,step_s,in_avg_bit_s,in_max_bit_s,in_min_bit_s,out_avg_bit_s,out_max_bit_s,out_min_bit_s"
    assert {row.split(",")[1] for row in rows[1:]} == {"ether1", "sfp-sfpplus1", "bridge"}
    assert re.search(r'filename="[A-Za-z0-9._+-]+\.csv"', headers["Content-Disposition"])
    assert b"STACK" in http_get(links["rrdtool"])[2]


def test_complete_without_scripts(open_browser, screenshots):
    browser = open_browser(scripts=False).open(SEVERAL + "&compare=1d")
    assert int(browser.one("#image").get_property("naturalWidth")) >= 1000, "the image was loaded"
    assert browser.one('[data-stat="before"]').is_displayed()
    assert len(browser.all("[data-lane]")) == 3
    browser.one(".datatable summary").click()
    browser.shown("#values tr:nth-child(3)")
    assert len(browser.all("#values tr:nth-child(3) td")) == 5 + 6 + 2
    browser.follow('[data-hide="2"]').asks(lambda query: query["hide"] == "2" and "sfp-sfpplus1" in query["interface"])
    browser.one("#compare summary").click()
    browser.shown('[data-compare=""]')
    browser.follow('[data-compare=""]').asks(compare=None)
    browser.follow("#unit-toggle").asks(unit="B")
    assert "B/s" in browser.one("[data-lane]").text
    browser.shot(screenshots / "graph-several-without-scripts.png")
    browser.open("graph?device=all")
    assert int(browser.one("#image").get_property("naturalWidth")) >= 1000


def test_keyboard_alone(several):
    """Menus open, choose and close without a mouse, and the focus stays where it was."""
    several.run("document.querySelector('#compare summary').focus()")
    open_menu = "return document.getElementById('compare').open"
    several.keys(Keys.ENTER)
    several.gives(open_menu, True)
    several.keys(Keys.TAB, Keys.TAB, Keys.ENTER)
    several.asks(compare="1d")
    several.gives("return document.activeElement.parentElement.id", "compare")
    several.keys(Keys.ENTER)
    several.gives(open_menu, True)
    several.keys(Keys.ESCAPE)
    several.gives(open_menu, False)


AMOUNTS = "return [...document.querySelectorAll('[data-stat=\"bytes\"]')].map(cell => cell.textContent)"


def told(browser, device, interface, start, end):
    """The amounts by the API, as the page writes them."""
    return browser.run("""const [device, interface, from, to] = arguments, { parse, text } = tikwatch.graphVolumes;
      return fetch('api/v1/usage?' + new URLSearchParams({ device, interface, from, to, by: 'month' })).then(each => each.json())
        .then(told => [text(parse(told.total), 'in'), text(parse(told.total), 'out')])""", device, interface, start, end)


def test_transferred_is_asked_for_and_never_drawn(browser):
    browser.open(ONE + "&range=15m").live()
    browser.until("return tikwatch.graphPage.volumes.shown.total !== null", "an amount")
    browser.run("""window.asked = []; const real = window.fetch, gate = new Promise(resolve => { window.openGate = resolve; });
      window.fetch = async (url, ...rest) => { if (String(url).includes('/usage')) { window.asked.push(String(url)); await gate; } return real(url, ...rest); }""")
    browser.drag("#chart", 0.4, 0.6)
    browser.gives(AMOUNTS, ["–", "–"])  # unknown until the ledger was asked
    browser.until("return window.asked.length > 0", "a request")
    browser.run("window.openGate()")
    start, end = browser.run("return tikwatch.graphPage.range()")
    query = parse_qs(urlsplit(browser.run("return window.asked.at(-1)")).query)
    assert (query["from"], query["to"], query["interface"]) == ([str(start)], [str(end)], ["ether1"])
    browser.until("return tikwatch.graphPage.volumes.shown.total !== null", "the answer")
    assert len(browser.run("return window.asked")) == 1, "a view that stands still is asked for once"
    browser.gives(AMOUNTS, told(browser, "gw-riga", "ether1", str(start), str(end)))
    browser.driver.back()
    browser.until("return tikwatch.graphPage.volumes.key === '15m'", "the live view")
    browser.until("return tikwatch.graphPage.volumes.shown.total !== null", "the amounts of the live view")


def test_amounts_of_several_lines_add_up(several):
    several.until("return tikwatch.graphPage.volumes.shown.lanes.length === 3 && tikwatch.graphPage.volumes.shown.total !== null", "amounts")
    total, lanes = several.run("const { total, lanes } = tikwatch.graphPage.volumes.shown; return [total, lanes]")
    assert total["in"] == sum(lane["in"] for lane in lanes) and total["out"] == sum(lane["out"] for lane in lanes)
    shown = several.run("return [...document.querySelectorAll('[data-lane]')].map(row => [row.cells[7].textContent, row.cells[8].textContent])")
    assert shown == several.run("""const { shown } = tikwatch.graphPage.volumes, { text } = tikwatch.graphVolumes;
      return shown.lanes.map(lane => [text(lane, 'in'), text(lane, 'out')])""")


def test_all_devices_have_the_sum_of_their_ledgers(browser):
    browser.open("graph?device=all&range=15m")
    browser.until("return tikwatch.graphPage.volumes.shown.total !== null", "amounts")
    browser.drag("#chart", 0.2, 0.6)
    browser.until("return tikwatch.graphPage.volumes.key.includes('-')", "the zoomed view")
    browser.until("return tikwatch.graphPage.volumes.shown.total !== null", "amounts of the zoomed view")
    assert all("B" in text for text in browser.run(AMOUNTS))


def test_sum_of_the_overview_opens_its_graph(browser):
    browser.open("")
    browser.follow(lambda: browser.press(".hero-head h1 a"))
    browser.asks({"device": "all"})
    assert browser.text("h1 span") == "All devices"


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_events_of_all_devices_are_marked_and_listed_with_their_names(open_browser, screenshots, theme):
    browser = open_browser(theme=theme)
    browser.open("graph?device=all&range=15m").live()
    labels = browser.run("return tikwatch.graphPage.events.map(each => each.label)")
    names = {label.split(": ")[0] for label in labels}
    assert len(names) > 1 and names <= {"gw-riga", "branch-tartu", "ap-office", "offline"}, labels
    # Those that would cover each other are one mark; none is lost.
    marks = browser.run("return tikwatch.chartDraw.marks(tikwatch.graphPage.chart).map(each => [each.x, each.more + 1])")
    assert sum(count for _, count in marks) == len(labels)
    assert all(after[0] - before[0] >= 6 for before, after in zip(marks, marks[1:]))
    listed = browser.run("return [...document.querySelectorAll('[data-part=\"events\"] li > span')].map(each => each.textContent)")
    assert listed and all(text.split(":")[0].split(" ")[0] in names for text in listed), listed
    browser.driver.save_screenshot(str(screenshots / f"graph-all-events-{theme}.png"))
