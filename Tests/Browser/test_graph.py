"""The graph page in a real browser."""

import re
import time

import pytest
from programs import http_get, wait_until
from selenium.webdriver.common.keys import Keys

PAGE = "graph?device=gw-riga&interface=ether1"
RANGE = "return tikwatch.graphPage.range()"
SPAN = "const [from, to] = tikwatch.graphPage.range(); return to - from"


@pytest.fixture
def graph(browser):
    return browser.open(PAGE).live()


def zoomed(browser, changed=None):
    """Waits until the address has a view of its own (other than one that begins at `changed`), as (from, to)."""
    query = browser.asks(lambda query: query.get("from") not in (None, changed))
    return int(query["from"]), int(query["to"])


def drawn(browser):
    """Whether anything in the colour of In is on the canvas, and how far right it reaches (share of the width)."""
    return browser.run("""const chart = tikwatch.graphPage.chart, canvas = chart.base;
      const {data, width} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      const value = chart.colours.series[0], wanted = [1, 3, 5].map(at => parseInt(value.slice(at, at + 2), 16));
      let right = -1;
      for (let at = 0; at < data.length; at += 4) {
        if (data[at + 3] > 200 && wanted.every((each, k) => Math.abs(data[at + k] - each) < 30)) right = Math.max(right, at / 4 % width);
      }
      return right < 0 ? 0 : (right / canvas.width * chart.width - chart.left) / chart.plotWidth""")


def test_newest_second_is_on_the_graph(graph):
    """The line reaches the right edge, and the edge is the server's present."""
    wait_until(lambda: drawn(graph) > 0.99 and abs(graph.run(RANGE)[1] - time.time()) < 6, "the present at the right edge")
    start, end = graph.run(RANGE)
    assert end - start == 3600
    graph.until("return tikwatch.graphPage.data.end >= tikwatch.graphPage.range()[1]", "data up to the edge")


def test_live_value_changes_each_second(graph):
    readout = "return document.querySelector('[data-sum=\"in\"]').textContent + tikwatch.graphPage.edge"
    seen = [graph.run(readout)]
    for _ in range(4):
        seen.append(graph.gives(readout, lambda now: now not in seen))
    # Every second came, none was left out: the archive side knows more, but what came live is what the page keeps.
    graph.until("return tikwatch.graphPage.recent.length >= 4", "live seconds")
    seconds = graph.run("return tikwatch.graphPage.recent.map(([second]) => second)")
    assert seconds == list(range(seconds[0], seconds[0] + len(seconds)))


def test_live_seconds_equal_the_history(graph):
    """What the stream brought is what the archive side says: no seam."""
    graph.until("return tikwatch.graphPage.recent.length >= 4", "live seconds")
    pairs = graph.run("return tikwatch.graphPage.recent.map(([second, rates]) => [second - 1, rates[0]])")
    start, end = pairs[0][0], pairs[-1][0] + 1
    history = graph.run(f"return fetch('api/v1/series?device=gw-riga&interface=ether1&from={start}&to={end}&points=1000').then(each => each.json())")
    told = {history["t0"] + index * history["step"]: value for index, value in enumerate(history["in"]["avg"])}
    assert history["step"] == 1
    assert [told[second] for second, _ in pairs] == [value for _, value in pairs]


def test_drag_zooms_and_back_restores(graph):
    before = graph.driver.current_url
    graph.drag("#chart", 0.35, 0.65)
    start, end = zoomed(graph)
    assert 900 < end - start < 1400
    graph.gives(RANGE, [start, end])
    graph.says("#live", "Paused")
    graph.shown("#golive")
    graph.drag("#chart", 0.4, 0.6)
    inner = zoomed(graph, str(start))
    assert start < inner[0] < inner[1] < end
    graph.driver.back()
    graph.asks(**{"from": str(start)})
    graph.gives(RANGE, [start, end])
    graph.driver.back()
    graph.asks(**{"from": None})
    graph.becomes(lambda: graph.driver.current_url, before, "first address")
    graph.live()


def test_a_copied_address_shows_the_same_view(graph, open_browser):
    graph.drag("#chart", 0.3, 0.7)
    zoomed(graph)
    graph.keys("m")
    graph.asks(style="mirror")
    other = open_browser().open(graph.driver.current_url.removeprefix(graph.base))
    assert other.run(RANGE) == graph.run(RANGE)
    assert other.run("return tikwatch.graphPage.chart.style") == "mirror"


def test_presets_and_keys(graph):
    for key, name, span in [("1", "5m", 300), ("4", "6h", 21600), ("6", "7d", 604800), ("9", "5y", 157680000)]:
        graph.keys(key)
        graph.asks(range=name)
        graph.gives(SPAN, span)
        graph.until(f"return document.querySelector('[data-range=\"{name}\"]').getAttribute('aria-current')", "the mark")
    graph.one('[data-range="1h"]').click()
    graph.asks(range=None)
    for key, style in [("l", "line"), ("m", "mirror"), ("a", "area")]:
        graph.keys(key)
        graph.gives("return tikwatch.graphPage.chart.style", style)
    graph.keys("p")
    graph.asks(peaks="0")
    graph.keys("pg")
    graph.asks({"device": "gw-riga", "interface": "ether1", "log": "1"})
    graph.keys("g", "?")
    graph.shown("#help")
    graph.keys(Keys.ESCAPE)
    graph.shown("#help", False)


def test_keyboard_reads_pans_and_zooms(graph):
    graph.run("document.getElementById('chart').focus()")
    # From the beginning: the history knows those seconds, whatever the last ones brought.
    graph.keys(Keys.HOME)
    at = graph.gives("return tikwatch.graphPage.chart.cursor", lambda time: time is not None)
    graph.keys(Keys.ARROW_RIGHT * 3, Keys.ARROW_LEFT)
    graph.gives("return tikwatch.graphPage.chart.cursor", lambda time: time > at)
    graph.until("return /^\\d\\d:\\d\\d:\\d\\d, in .*bit.s, out /.test(document.getElementById('say').textContent)", "the spoken value")
    span = graph.run(SPAN)
    graph.keys("+")
    start, _ = zoomed(graph)
    graph.gives(SPAN, span / 2)
    graph.keys(Keys.ARROW_LEFT, modifier=Keys.SHIFT)
    graph.gives(RANGE, lambda now: now[0] < start)
    graph.gives(SPAN, span / 2)
    graph.keys("0")
    graph.until("return tikwatch.graphPage.isLive", "the live view")


def test_tooltip_tells_the_value_under_the_cursor(graph):
    graph.point("#chart", 0.5)
    tip = graph.until("const tip = document.querySelector('#chart .chart-tip'); return !tip.hidden && tip.textContent", "the tooltip")
    assert re.search(r"\d{4}-\d\d-\d\d {2}\d\d:\d\d:\d\d", tip)
    assert "In" in tip and "Out" in tip and "bit/s" in tip
    index = graph.run("""const page = tikwatch.graphPage, value = page.chart.at(page.chart.cursor);
      return [value.mean[0], page.data.avg[0].slice(Math.round((value.from - page.data.t0) / page.data.step), Math.round((value.to - page.data.t0) / page.data.step))]""")
    mean, samples = index
    assert abs(mean - sum(samples) / len(samples)) < 1


def test_numbers_of_the_page_agree_with_the_api(graph):
    graph.drag("#chart", 0.2, 0.5)
    start, end = zoomed(graph)
    graph.until(f"const data = tikwatch.graphPage.data; return data.t0 <= {start} && data.t0 > {start} - 100", "the zoomed data")
    answer = graph.run(f"return fetch('api/v1/series?device=gw-riga&interface=ether1&from={start}&to={end}&points=4000').then(each => each.json())")
    values = [value for value in answer["in"]["avg"] if value is not None]
    expected = graph.run("return tikwatch.format.rate(arguments[0])", sum(values) / len(values))
    graph.says('[data-direction="in"] [data-stat="average"]', expected)
    expected = graph.run("return tikwatch.format.rate(arguments[0])", max(value for value in answer["in"]["max"] if value is not None))
    graph.says('[data-direction="in"] [data-stat="peak"]', expected)
    graph.one(".datatable summary").click()
    graph.until("return document.querySelectorAll('#values tr').length >= 12", "the table of values")


def test_navigator_moves_the_view(graph):
    graph.until("return Boolean(tikwatch.graphPage.navigator.chart)", "the navigator")
    graph.drag("#navigator", 0.9, 0.4)
    graph.until("return new URLSearchParams(location.search).has('from')", "a moved view")
    start, end = graph.run(RANGE)
    assert end - start == 3600
    assert end < time.time() - 3600


def test_legend_hides_a_direction(graph):
    graph.one('[data-hide="out"]').click()
    graph.asks(hide="out")
    graph.gives("return tikwatch.graphPage.chart.hidden", [False, True])
    graph.reload()
    assert graph.run("return tikwatch.graphPage.chart.hidden") == [False, True]


def test_another_interface_can_be_chosen(graph):
    graph.follow(lambda: graph.run("const choose = document.getElementById('choose'); choose.value = 'bridge'; choose.dispatchEvent(new Event('change'))"))
    graph.asks(interface="bridge")
    assert graph.text("h1 span") == "bridge"


def test_exports_are_of_the_view(graph, site):
    graph.drag("#chart", 0.3, 0.6)
    start, end = zoomed(graph)
    graph.one("#export summary").click()
    # The links follow when the menu says that it is open, which is a moment after the click.
    graph.until(
        f"return [...document.querySelectorAll('[data-export]')].every(each => each.href.includes('from={start}&'))", "links of the view")
    links = graph.run("return Object.fromEntries([...document.querySelectorAll('[data-export]')].map(each => [each.dataset.export, each.href]))")
    assert set(links) == {"png", "svg", "csv", "json", "rrdtool"}
    begins = {"png": b"\x89PNG", "svg": b"<?xml", "csv": b"device,interface,time,local_time", "json": b'{"from"', "rrdtool": b"rrdtool graph"}
    for name, link in links.items():
        assert f"from={start}" in link and f"to={end}" in link
        assert "zone=" in link or name not in ("csv", "json")
        status, _, body = http_get(link)
        assert status == 200 and body.startswith(begins[name]), f"{name}: {status} {body[:80]}"
    # On loopback the clipboard exists but headless browsers refuse it: then the text stands in a dialog, selected.
    graph.one('[data-export="rrdtool"]').click()
    graph.until("return document.getElementById('copy').open || document.getElementById('export-note').textContent", "the command")
    image = graph.run("""return new Promise(done => {
      const make = URL.createObjectURL;
      URL.createObjectURL = blob => { blob.arrayBuffer().then(bytes => done([blob.type, bytes.byteLength])); return make(blob); };
      document.querySelector('[data-action="canvas"]').click();
    })""")
    assert image[0] == "image/png" and image[1] > 10_000


def test_a_failed_load_is_told_in_place(graph):
    graph.expected_errors = ("api/v1/series",)
    graph.command("Network.enable")
    graph.command("Network.setBlockedURLs", urls=["*api/v1/series*"])
    graph.keys("5")
    graph.until("return !document.getElementById('problem').hidden", "the message")
    graph.shown("#retry")
    graph.command("Network.setBlockedURLs", urls=[])
    graph.one("#retry").click()
    graph.until("return document.getElementById('problem').hidden", "the view")


def test_stream_that_fails_falls_back_to_polling(browser):
    browser.expected_errors = ("api/v1/stream",)
    browser.command("Network.enable")
    browser.command("Network.setBlockedURLs", urls=["*api/v1/stream*"])
    browser.open(PAGE)
    browser.until("return document.getElementById('live').dataset.state === 'delayed'", "the delayed mark")
    browser.live()
    first = browser.run("return tikwatch.graphPage.edge")
    browser.until(f"return tikwatch.graphPage.edge > {first}", "a newer value")
