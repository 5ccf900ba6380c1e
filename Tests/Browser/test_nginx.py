"""The pages behind a real nginx: TLS, two nodes, and a path of a site that has others. Nothing may leave that path."""

import re
import xml.etree.ElementTree as tree
from urllib.parse import urljoin, urlsplit

import pytest
from browser import PHONE, opening
from nginx import Front, running
from pages import GRAPH, PAGES, REPORT, SEVERAL

VISITOR = "127.0.0.1"  # where a browser comes from
LINKS = """return [...document.querySelectorAll('a[href], link[href], script[src], img[src], form[action], source[srcset]')]
  .map(each => each.href || each.src || each.action || new URL(each.srcset, document.baseURI).href)"""
EDGE = "return tikwatch.graphPage.edge"


@pytest.fixture(scope="module")
def front(site, tmp_path_factory):
    with running(Front(tmp_path_factory.mktemp("nginx"), "tikwatch-path.conf", site.root, allow=VISITOR)) as started:
        yield started


@pytest.fixture
def visit(front):
    """Opens browsers at the path; at the end each must have asked for nothing outside of it, and have seen no error."""
    base = f"https://127.0.0.1:{front.nginx.port}{front.base}/"

    def judge(browser):
        asked = browser.requests()
        assert len(asked) > 3 and [url for url in asked if not url.startswith((base, "data:", "blob:", "about:"))] == []

    with opening(base, judge, trusting=True) as open_one:
        yield open_one


def fetch(front, url):
    """(headers, body) of an address that a page gave."""
    parts = urlsplit(url)
    status, headers, body = front.nginx.get(parts.path + (f"?{parts.query}" if parts.query else ""), source=VISITOR)
    assert status == 200, f"{url}: {status} {body[:200]}"
    return headers, body


@pytest.mark.parametrize("scripts", [True, False])
def test_every_page_stays_below_its_path(visit, scripts):
    browser = visit(scripts=scripts)
    for path in PAGES.values():
        browser.open(path)
        if scripts and browser.all("#live"):
            browser.live()
        links = browser.run(LINKS)
        assert len(links) > 5 and [link for link in links if not link.startswith(browser.base)] == [], path
        if not scripts and browser.all("#image"):
            assert int(browser.one("#image").get_property("naturalWidth")) >= 1000, "the image was loaded"


def test_one_goes_through_the_pages_by_clicks(visit, front):
    browser = visit().open()
    for name in ("Graphs", "Reports", "Clients", "Cluster", "Overview"):
        browser.follow(lambda words=name: browser.pick('nav[aria-label="Main"] a', words))
        assert browser.text('nav[aria-label="Main"] [aria-current]') == name
    browser.one("#theme").click()
    browser.gives("return document.documentElement.dataset.theme", "light")
    browser.follow(lambda: browser.press('[data-device="gw-riga"] a'))
    assert browser.path == front.base + "/devices/gw-riga"
    assert browser.run("return document.documentElement.dataset.theme") == "light", "the cookie is sent to every page below the path"
    browser.follow(lambda: browser.press('[data-interface="bridge"] a'))
    browser.live().drag("#chart", 0.3, 0.6)
    browser.asks(lambda query: "from" in query)
    assert browser.path == front.base + "/graph"
    browser.follow(lambda: browser.pick(".crumb a", "gw-riga"))
    browser.follow(lambda: browser.press('[data-part="clients"] .btn') if browser.all('[data-part="clients"] .btn') else browser.pick("nav a", "Clients"))
    browser.keys("/")
    browser.gives("return document.activeElement.id", "q")
    browser.keys("tartu")
    browser.until("return document.querySelector('#results a')", "a result")
    browser.follow(lambda: browser.keys("\ue007"))
    assert browser.path == front.base + "/devices/branch-tartu"
    browser.open(REPORT)
    browser.follow(".report-form button")
    assert browser.path == front.base + "/reports" and browser.query["device"] == "gw-riga"


def test_files_come_through(visit, front):
    browser = visit().open(SEVERAL).live()
    browser.one("#export summary").click()
    browser.until("return document.querySelector('[data-export=\"csv\"]').href.includes('zone=')", "links of the view")
    links = browser.run("return Object.fromEntries([...document.querySelectorAll('[data-export]')].map(each => [each.dataset.export, each.href]))")
    begins = {"png": b"\x89PNG", "svg": b"<?xml", "csv": b"device,interface,time", "json": b'{"from"', "rrdtool": b"rrdtool graph"}
    assert set(links) == set(begins)
    for name, link in links.items():
        assert fetch(front, link)[1].startswith(begins[name]), name
    assert tree.fromstring(fetch(front, links["svg"])[1]).tag.endswith("svg")
    browser.one('[data-export="rrdtool"]').click()
    browser.until("return document.getElementById('copy').open || document.getElementById('export-note').textContent", "the command")
    for path, selector in (("reports", "#csv"), (REPORT, "#csv"), ("clients", '[data-part="csv"] a')):
        link = urljoin(browser.base, browser.open(path).one(selector).get_attribute("href"))
        headers, body = fetch(front, link)
        assert headers.get_content_type() == "text/csv" and body.count(b"\n") > 1, link
        assert re.search(r'filename="[A-Za-z0-9._+-]+\.csv"', headers["Content-Disposition"])


def test_events_flow_until_the_node_goes_and_from_the_other_then(visit, front):
    """The stream comes through nginx as it is made, and a page outlives the node that it listens to."""
    browser = visit(size=PHONE).open(GRAPH).live()
    assert [url for url in browser.requests() if "/api/v1/stream" in url]
    for node in front.nodes:
        edge = browser.run(EDGE)
        browser.gives(EDGE, lambda now: now >= edge + 2)
        node.stop()
        try:
            edge = browser.run(EDGE)
            browser.gives(EDGE, lambda now: now >= edge + 3)
            browser.live()
        finally:
            node.start()
    assert not [url for url in browser.requests() if "/api/v1/live" in url], "it never had to ask by itself"
