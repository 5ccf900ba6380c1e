"""The cluster page, and the banner of other pages, in a real browser."""

from conftest import HOSTILE


def test_shows_collectors_roots_replicas_and_errors(browser):
    browser.open("cluster?replicas=all")
    assert "Silent" in browser.text('[data-collector="old-1"]')
    browser.says('[data-collector="edge-1"] .pill', lambda text: "Up" in text)
    browser.says('[data-collector="edge-1"] [data-label="Clock"]', lambda text: "agrees" in text)
    assert "Readable" in browser.text("[data-root]")
    names = browser.run("return [...document.querySelectorAll('[data-replicas]')].map(each => each.dataset.replicas)")
    assert sorted(names) == sorted(["gw-riga", "ap-office", "branch-tartu", "offline", HOSTILE])
    assert "records" in browser.text('[data-replicas="gw-riga"]')
    assert "refused" in browser.text('[data-part="errors"]')
    assert "MB" in browser.text('[data-part="node"]')


def test_keeps_itself_fresh(browser):
    browser.open("cluster")
    browser.run("window.same = true")
    age = "document.querySelector('[data-part=\"node\"]').textContent"
    first = browser.run("return " + age)
    browser.until(f"return {age} !== {first!r}", "newer figures")
    assert browser.run("return window.same")


def test_replicas_can_be_narrowed(browser):
    browser.open("cluster")
    names = "return [...document.querySelectorAll('[data-replicas]')].map(each => each.dataset.replicas)"
    assert sorted(browser.run(names)) == sorted(["offline", HOSTILE]), "those that somebody should look after"
    browser.follow(lambda: browser.pick("#replicas a", "All"))
    browser.asks({"replicas": "all"})
    assert len(browser.run(names)) == 5


def test_banner_leads_here_from_every_page(browser):
    for path in ("", "devices/gw-riga", "graph", "clients"):
        browser.open(path)
        assert "old-1 has been silent" in browser.text('[data-part="alarm"] .banner')
        assert browser.one('[data-part="alarm"] a').text == "Cluster"
    browser.follow('[data-part="alarm"] a')
    assert browser.path == "/cluster"
    assert not browser.all('[data-part="alarm"] .banner')
