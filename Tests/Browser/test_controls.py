"""Every control is known and used by a test; and the controls that no other file uses."""

import pathlib
import re
from urllib.parse import urlsplit

import pytest
from browser import PHONE
from controls import CONTROLS
from pages import GRAPH, PAGES, REPORT, SEVERAL
from programs import PROGRAMS, Program, free_port, http_get
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

RANGE = "return tikwatch.graphPage.range()"
SPAN = "const [from, to] = tikwatch.graphPage.range(); return to - from"
FOCUS = "return document.activeElement.id"
STRAY = """const known = arguments[0].join(', ');
  return [...document.querySelectorAll('a, button, input:not([type="hidden"]), select, summary, textarea, [tabindex]')]
    .filter(each => !each.matches(known)).map(each => each.outerHTML.slice(0, 160))"""


@pytest.mark.parametrize("scripts", [True, False])
def test_every_control_of_every_page_is_known(open_browser, scripts):
    browser = open_browser(scripts=scripts)
    for path in PAGES.values():
        assert browser.open(path).run(STRAY, list(CONTROLS)) == [], path


def test_every_control_is_used_by_a_test_that_exists():
    folder = pathlib.Path(__file__).parent
    named = {name for names in CONTROLS.values() for name in names}
    assert all(CONTROLS.values())
    assert [name for name in sorted(named)
            if f"\ndef {name.split('::')[1]}(" not in (folder / f"{name.split('::')[0]}.py").read_text()] == []


def test_single_keys_can_be_switched_off(browser):
    browser.open(GRAPH).live()
    browser.one('[data-open="help"]').click()
    browser.shown("#help")
    browser.one("#shortcuts").click()
    browser.one("#help button").click()
    browser.shown("#help", False)
    browser.keys("4", "t", "?")
    browser.keys(Keys.TAB)  # other keys go on; by now the letters would have been seen
    assert "range" not in browser.query and not browser.one("#help").is_displayed()
    assert browser.run("return document.documentElement.dataset.theme") is None
    browser.reload()
    browser.keys("4")
    browser.one('[data-open="help"]').click()
    assert browser.run("return document.getElementById('shortcuts').checked") is False, "it is remembered"
    assert "range" not in browser.query
    browser.one("#shortcuts").click()
    browser.keys(Keys.ESCAPE)
    browser.shown("#help", False)
    browser.keys("4")
    browser.asks(range="6h")


def test_keys_of_every_page(browser):
    for path in ("", "devices/gw-riga", "clients", "cluster", "reports", "graph", GRAPH):
        browser.open(path)
        before = browser.run("return getComputedStyle(document.body).backgroundColor")
        browser.keys("t")
        browser.gives("return getComputedStyle(document.body).backgroundColor", lambda now: now != before)
        browser.keys("t", "?")
        browser.shown("#help")
        browser.keys(Keys.ESCAPE)
        browser.shown("#help", False)
        browser.keys("/")
        browser.gives(FOCUS, "q")
        browser.keys("t?")
        browser.gives("return document.getElementById('q').value", "t?")  # who types is left alone
        browser.keys(Keys.ESCAPE)
        browser.gives(FOCUS, lambda focus: focus != "q")


def test_full_screen_by_key(browser):
    browser.open(GRAPH)
    browser.keys("f")
    browser.gives("return document.fullscreenElement === document.documentElement", True)
    browser.keys("f")
    browser.gives("return document.fullscreenElement", None)


def test_moves_have_buttons(browser):
    browser.open(GRAPH).live()
    browser.one('[data-move="earlier"]').click()
    first = int(browser.asks(lambda query: "from" in query)["from"])
    browser.gives(SPAN, 3600)
    browser.one('[data-move="earlier"]').click()
    assert int(browser.asks(lambda query: int(query["from"]) < first)["from"]) == first - 1800
    browser.one('[data-move="later"]').click()
    browser.asks(**{"from": str(first)})
    browser.one('[data-move="out"]').click()
    browser.gives(SPAN, 7200)
    for style in ("line", "mirror"):
        browser.one(f'[data-style="{style}"]').click()
        browser.gives("return tikwatch.graphPage.chart.style", style)
        browser.asks(style=style)
    # A link that is a button answers to the space key as well as to the mouse.
    browser.run("document.getElementById('peaks').focus()")
    browser.keys(Keys.SPACE)
    browser.asks(peaks="0")
    browser.gives("return document.getElementById('peaks').getAttribute('aria-pressed')", "false")
    browser.one("#logarithmic").click()
    browser.asks(log="1")
    browser.gives("return tikwatch.graphPage.chart.logarithmic", True)


def test_mouse_pans_and_zooms_out_and_a_key_goes_back(browser):
    browser.open(GRAPH).live()
    browser.drag("#chart", 0.3, 0.6, modifier=Keys.SHIFT)
    moved = browser.asks(lambda query: "from" in query)
    browser.gives(SPAN, 3600)
    ActionChains(browser.driver).double_click(browser.one("#chart")).perform()
    browser.gives(SPAN, 7200)
    browser.asks(lambda query: int(query["from"]) < int(moved["from"]))
    browser.keys(Keys.BACKSPACE)
    browser.asks(**{"from": moved["from"]})
    browser.gives(SPAN, 3600)
    browser.keys(Keys.BACKSPACE)
    browser.asks(**{"from": None})


def test_escape_cancels_a_selection(browser):
    browser.open(GRAPH).live()
    box = browser.one("#chart")
    ActionChains(browser.driver, duration=20).move_to_element_with_offset(box, -200, 0).click_and_hold().move_by_offset(150, 0).perform()
    browser.gives("return Boolean(tikwatch.graphPage.chart.selection)", True)
    browser.keys(Keys.ESCAPE)
    browser.gives("return tikwatch.graphPage.chart.selection", None)
    ActionChains(browser.driver).release().perform()
    browser.gives("return tikwatch.graphPage.isLive", True)
    assert "from" not in browser.query


def test_cursor_goes_to_both_ends(browser):
    browser.open(GRAPH + "&range=6h").live()
    browser.run("document.getElementById('chart').focus()")
    browser.keys(Keys.HOME)
    browser.gives("const { chart } = tikwatch.graphPage; return chart.cursor !== null && chart.cursor <= chart.range[0]", True)
    browser.keys(Keys.END)
    browser.gives("const { chart } = tikwatch.graphPage; return chart.cursor > chart.range[1] - 120", True)
    browser.keys(Keys.ESCAPE)
    browser.gives("return tikwatch.graphPage.chart.cursor", None)


def test_sum_is_read_by_keys(browser):
    browser.open().live()
    browser.run("document.getElementById('hero-chart').focus()")
    browser.keys(Keys.HOME, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    browser.says("#say", lambda text: re.match(r"\d\d:\d\d:\d\d, in .*bit/s, out .*bit/s", text) or text.endswith("no data"))
    browser.shown("#hero-chart .chart-tip")


def test_tiles_and_layouts_lead_on(browser):
    browser.open("?sort=name").live()
    browser.follow('[data-view="table"]').asks({"sort": "name", "view": "table"})
    browser.follow('[data-view="cards"]').asks({"sort": "name"})
    browser.live()
    browser.says("#busiest-name", "gw-riga")
    browser.follow(lambda: browser.press("#busiest-name"))
    assert browser.path == "/devices/gw-riga"


def test_links_of_tables_lead_to_pages(browser, site):
    """Every link of a table, and every link in a text, gives a page or a file."""
    places = {"cluster?replicas=all": '[data-replicas] a, [data-part="errors"] a', "clients": "[data-client] td a, [data-client] li a",
              "graph": ".sub a.link, .bar h2 a, table.even a", REPORT: "#months a, .report-bar a.btn, .table-note a, .seg.wrap a", SEVERAL: "a.open",
              "reports": "#report a"}
    for path, selector in places.items():
        links = set(browser.open(path).run("return [...document.querySelectorAll(arguments[0])].map(each => each.href)", selector))
        assert links, path
        for link in links:
            assert urlsplit(link).netloc == urlsplit(site.url).netloc
            status, headers, body = http_get(link)
            assert status == 200 and len(body) > 20, link


def test_page_loads_itself_again_without_scripts(open_browser):
    browser = open_browser(scripts=False).open(GRAPH)
    browser.follow('.fallback a[href*="refresh=5"]').asks(refresh="5")
    before = browser.document
    browser.wait(lambda: browser.document != before, "the page to load itself again")
    browser.follow(lambda: browser.one(".fallback a:not([href*='refresh='])").click()).asks(refresh=None)


def test_wide_tables_scroll_by_keys(open_browser):
    browser = open_browser(size=(700, 800)).open("devices/gw-riga")
    browser.run("document.querySelector('[data-part=\"interfaces\"]').focus()")
    browser.keys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    browser.gives("return document.querySelector('[data-part=\"interfaces\"]').scrollLeft", lambda moved: moved > 0)
    nameless = "return [...document.querySelectorAll('.scroll[tabindex], .picks[tabindex]')].filter(each => !each.getAttribute('aria-label')).length"
    for path in PAGES.values():
        assert browser.open(path).run(nameless) == 0, path


def test_frame_of_a_phone(open_browser):
    browser = open_browser(size=PHONE).open("devices/gw-riga")
    bottom = "const box = document.querySelector('nav[aria-label=\"Main\"]').getBoundingClientRect(); return [Math.round(box.bottom), Math.round(box.width)]"
    assert browser.run(bottom) == [844, 390]
    browser.shown("#q", False)
    browser.one("#find").click()
    browser.gives(FOCUS, "q")
    browser.shown("#q")
    browser.keys("tartu")
    browser.until("return document.querySelector('#results a')", "a result")
    browser.follow(lambda: browser.press("#results a"))
    assert browser.path == "/devices/branch-tartu"
    browser.follow(lambda: browser.pick('nav[aria-label="Main"] a', "Clients"))
    assert browser.path == "/clients"
    small = browser.run("""return [...document.querySelectorAll('header a, header button, nav a, main .btn, main .seg a')].filter(each => {
        const box = each.getBoundingClientRect();
        return box.width > 0 && Math.max(box.width, box.height) < 39.5;
      }).map(each => each.outerHTML.slice(0, 90))""")
    assert small == [], "targets on a phone are 40 pixels"
    browser.follow("a.brand")
    assert browser.path == "/"


def test_slow_view_keeps_the_old_graph_dimmed(browser):
    browser.open(GRAPH).live()
    browser.run("""const real = window.fetch, gate = new Promise(resolve => { window.openGate = resolve; });
      window.fetch = async (url, ...rest) => { if (String(url).includes('/series')) await gate; return real(url, ...rest); }""")
    browser.keys("5")
    browser.gives("return document.getElementById('graph').classList.contains('loading')", True)
    assert browser.run("return Number(getComputedStyle(document.getElementById('chart')).opacity)") == 0.6
    assert browser.run("return tikwatch.graphPage.data.length > 0 || tikwatch.graphPage.data.avg[0].length > 0"), "the old data stays"
    browser.run("window.openGate()")
    browser.gives("return document.getElementById('graph').classList.contains('loading')", False)


@pytest.mark.parametrize("scripts", [True, False])
def test_first_start_says_what_to_do(tmp_path, open_browser, scripts):
    root = tmp_path / "root"
    root.mkdir()
    port = free_port()
    config = tmp_path / "web.conf"
    config.write_text(f"[web]\nlisten = 127.0.0.1:{port}\nstorage = {root}\n")
    node = Program([PROGRAMS / "tikwatch-web", "run", "--config", config], tmp_path, "web")
    try:
        def answers():
            try:
                return http_get(f"http://127.0.0.1:{port}/healthz")[0] == 200
            except OSError:
                return False

        node.wait_ready(answers, "answer")
        browser = open_browser(scripts=scripts)
        browser.base = f"http://127.0.0.1:{port}/"
        for path in ("", "graph", "clients", "cluster", "reports", "?view=table"):
            browser.open(path)
            assert browser.overflow() == 0
        browser.open()
        assert "tikwatch-collector" in browser.one("main pre, main code").text
        assert len(browser.all("h1")) == 1
        node.stop()
    finally:
        node.kill()
