"""The overview in a real browser."""

from conftest import HOSTILE
from programs import wait_until

DEVICES = ["gw-riga", "ap-office", "branch-tartu"]
RATES = "return [...document.querySelectorAll('[data-sum] b, [data-device] [data-rate] b')].map(each => each.textContent).join(' ')"


def test_shows_every_device_and_its_state(browser):
    browser.open()
    names = browser.run("return [...document.querySelectorAll('[data-device]')].map(each => each.dataset.device)")
    assert sorted(names) == sorted([*DEVICES, "offline", HOSTILE])
    assert names[0] == "offline", "problems come first"
    assert "Down" in browser.text('[data-device="offline"] .pill')
    assert "refused" in browser.text('[data-device="offline"] .why')
    assert browser.text('[data-device="gw-riga"] .pill') == "Up"
    assert browser.text('[data-part="tiles"] .tile .val').split() == ["3", "of", "5"]


def test_live_numbers_change_each_second(browser):
    browser.open()
    browser.until("return document.getElementById('live').dataset.state === 'live'", "live values")
    seen = []
    for _ in range(4):
        last = browser.run(RATES)
        browser.until(f"return ({RATES.removeprefix('return ')}) !== {last!r}", "new values", 4)
        seen.append(browser.run(RATES))
    assert len(set(seen)) == 4
    assert "–" not in browser.text('[data-device="gw-riga"] [data-rate="in"]')


def test_sum_is_that_of_the_cards(browser):
    browser.open()
    script = """const bits = element => {
      const units = {'bit/s': 1, 'kbit/s': 1e3, 'Mbit/s': 1e6, 'Gbit/s': 1e9};
      return Number(element.querySelector('b').textContent) * units[element.querySelector('.u').textContent] || 0;
    };
    const cards = [...document.querySelectorAll('[data-device] [data-rate="in"]')].reduce((sum, each) => sum + bits(each), 0);
    return [bits(document.querySelector('[data-sum="in"]')), cards]"""
    browser.until("return document.getElementById('live').dataset.state === 'live'", "live values")
    total, cards = browser.run(script)
    assert total > 0
    assert abs(total - cards) / total < 0.01


def test_every_device_with_traffic_has_a_drawn_graph(browser):
    browser.open()
    for name in DEVICES:
        browser.until(f"""const canvas = document.querySelector('[data-device="{name}"] .spark canvas');
          if (!canvas || !canvas.width) return false;
          return canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some(each => each > 0)""", f"graph of {name}")


def test_sort_and_filter_work_in_place_and_stay_in_the_address(browser):
    browser.open()
    order = "return [...document.querySelectorAll('[data-device]:not([hidden])')].map(each => each.dataset.device)"
    browser.run("window.same = true")
    browser.one('[data-sort="name"]').click()
    assert [name for name in browser.run(order) if name in DEVICES] == ["ap-office", "branch-tartu", "gw-riga"]
    assert browser.query == {"sort": "name"}
    browser.one('[data-sort="rate"]').click()
    assert browser.run(order)[0] == "gw-riga"
    browser.one('[data-filter="problems"]').click()
    assert sorted(browser.run(order)) == sorted(["offline", HOSTILE])
    assert browser.query == {"sort": "rate", "filter": "problems"}
    assert browser.run("return window.same"), "the page was not loaded again"
    browser.reload()
    assert sorted(browser.run(order)) == sorted(["offline", HOSTILE])


def test_table_has_the_same_devices_and_lives(browser):
    browser.open("?view=table")
    assert len(browser.all("tr[data-device]")) == 5
    cell = '[data-device="gw-riga"] [data-rate="in"]'
    first = browser.text(cell)
    browser.until(f"return document.querySelector('{cell}').textContent.trim() !== {first!r}", "a new rate")


def test_search_finds_devices_and_interfaces(browser):
    browser.open()
    browser.keys("/")
    assert browser.run("return document.activeElement.id") == "q"
    browser.keys("riga sfp")
    browser.until("return document.querySelector('#results a')", "a result")
    assert browser.text("#results a .what") == "sfp-sfpplus1"
    browser.keys("\ue007")
    browser.until("return location.pathname.endsWith('/graph') && document.documentElement.dataset.ready === '1'", "the graph page")
    assert browser.query == {"device": "gw-riga", "interface": "sfp-sfpplus1"}


def test_refresh_keeps_the_page_and_the_focus(browser):
    browser.open()
    browser.run("window.same = true; document.querySelector('[data-device=\"gw-riga\"] a').focus()")
    old = browser.run("return tikwatch.refresh().then(boot => boot.page)")
    assert old == "overview"
    assert browser.run("return window.same")
    assert browser.run("return document.activeElement.textContent") == "gw-riga"


def test_theme_switch_survives_a_reload_without_a_flash(browser):
    browser.open()
    background = "return getComputedStyle(document.body).backgroundColor"
    dark = browser.run(background)
    browser.one("#theme").click()
    assert browser.run("return document.documentElement.dataset.theme") == "light"
    assert browser.run(background) != dark
    browser.reload()
    # The server wrote it: it is in the document's source, before any script ran.
    source = browser.run("return fetch(location.href).then(answer => answer.text())")
    assert '<html lang="en" data-theme="light"' in source
    browser.one("#theme").click()
    assert browser.run(background) == dark


def test_table_can_share_one_logarithmic_scale(browser):
    browser.open("?view=table")
    tops = """const top = name => { const canvas = document.querySelector('[data-device="' + name + '"] .spark canvas');
      const column = canvas.getContext('2d').getImageData(Math.floor(canvas.width * 0.4), 0, 1, canvas.height).data;
      for (let at = 3; at < column.length; at += 4) if (column[at] > 200) return (at - 3) / 4; return null; };
      return ['gw-riga', 'ap-office'].map(top)"""
    browser.until("return [...document.querySelectorAll('[data-device] .spark canvas')].length > 2", "the small graphs")
    own = wait_until(lambda: all(browser.run(tops)) and browser.run(tops), "the lines")
    browser.one('[data-scale="log"]').click()
    wait_until(lambda: browser.query == {"view": "table", "scale": "log"}, "the address")
    # On one scale the busy device stands higher than the quiet one.
    shared = wait_until(lambda: all(found := browser.run(tops)) and found[0] < found[1] and found, "one scale")
    assert own != shared
    browser.reload()
    assert browser.one('[data-scale="log"]').get_attribute("aria-current") == "true"
