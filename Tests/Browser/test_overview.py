"""The overview in a real browser."""

from conftest import HOSTILE
from selenium.webdriver.common.keys import Keys

DEVICES = ["gw-riga", "ap-office", "branch-tartu"]
RATES = "return [...document.querySelectorAll('[data-sum] b, [data-device] [data-rate] b')].map(each => each.textContent).join(' ')"


def test_shows_every_device_and_its_state(browser):
    browser.open()
    names = browser.run("return [...document.querySelectorAll('[data-device]')].map(each => each.dataset.device)")
    assert sorted(names) == sorted([*DEVICES, "offline", HOSTILE])
    assert names[0] == "offline", "problems come first"
    assert "Down" in browser.text('[data-device="offline"] .pill')
    assert "refused" in browser.text('[data-device="offline"] .why')
    browser.says('[data-device="gw-riga"] .pill', "Up")
    browser.says('[data-part="tiles"] .tile .val', lambda text: text.split() == ["3", "of", "5"])


def test_live_numbers_change_each_second(browser):
    browser.open().live()
    seen = [browser.run(RATES)]
    for _ in range(4):
        seen.append(browser.gives(RATES, lambda now: now != seen[-1]))
    browser.says('[data-device="gw-riga"] [data-rate="in"]', lambda text: "–" not in text)


def test_sum_is_that_of_the_cards(browser):
    browser.open()
    script = """const bits = element => {
      const units = {'bit/s': 1, 'kbit/s': 1e3, 'Mbit/s': 1e6, 'Gbit/s': 1e9};
      return Number(element.querySelector('b').textContent) * units[element.querySelector('.u').textContent] || 0;
    };
    const cards = [...document.querySelectorAll('[data-device] [data-rate="in"]')].reduce((sum, each) => sum + bits(each), 0);
    return [bits(document.querySelector('[data-sum="in"]')), cards]"""
    browser.live()
    # The rates that a device had last stand on its card while it misses a second; the sum is of that second.
    browser.gives(script, lambda found: found[0] > 0 and abs(found[0] - found[1]) / found[0] < 0.01)


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
    browser.gives(order, lambda names: [name for name in names if name in DEVICES] == ["ap-office", "branch-tartu", "gw-riga"])
    browser.asks({"sort": "name"})
    browser.one('[data-sort="rate"]').click()
    browser.gives(order, lambda names: names[0] == "gw-riga")
    browser.one('[data-filter="problems"]').click()
    browser.gives(order, lambda names: sorted(names) == sorted(["offline", HOSTILE]))
    browser.asks({"sort": "rate", "filter": "problems"})
    assert browser.run("return window.same"), "the page was not loaded again"
    browser.reload()
    browser.gives(order, lambda names: sorted(names) == sorted(["offline", HOSTILE]))


def test_table_has_the_same_devices_and_lives(browser):
    browser.open("?view=table")
    assert len(browser.all("tr[data-device]")) == 5
    cell = '[data-device="gw-riga"] [data-rate="in"]'
    first = browser.text(cell)
    browser.says(cell, lambda text: text != first)


def test_search_finds_devices_and_interfaces(browser):
    browser.open()
    browser.keys("/")
    browser.gives("return document.activeElement.id", "q")
    browser.keys("riga sfp")
    browser.until("return document.querySelector('#results a')", "a result")
    browser.says("#results a .what", "sfp-sfpplus1")
    browser.follow(lambda: browser.keys(Keys.ENTER))
    assert browser.path == "/graph"
    browser.asks({"device": "gw-riga", "interface": "sfp-sfpplus1"})


def test_refresh_keeps_the_page_and_the_focus(browser):
    browser.open()
    browser.run("window.same = true; document.querySelector('[data-device=\"gw-riga\"] a').focus()")
    assert browser.run("return tikwatch.refresh().then(boot => boot.page)") == "overview"
    assert browser.run("return window.same")
    assert browser.run("return document.activeElement.textContent") == "gw-riga"


def test_theme_switch_survives_a_reload_without_a_flash(browser):
    browser.open()
    background = "return getComputedStyle(document.body).backgroundColor"
    dark = browser.run(background)
    browser.one("#theme").click()
    browser.gives("return document.documentElement.dataset.theme", "light")
    browser.gives(background, lambda now: now != dark)
    browser.reload()
    # The server wrote it: it is in the document's source, before any script ran.
    source = browser.run("return fetch(location.href).then(answer => answer.text())")
    assert '<html lang="en" data-theme="light"' in source
    browser.one("#theme").click()
    browser.gives(background, dark)


def test_table_can_share_one_logarithmic_scale(browser):
    browser.open("?view=table")
    tops = """const top = name => { const canvas = document.querySelector('[data-device="' + name + '"] .spark canvas');
      const column = canvas.getContext('2d').getImageData(Math.floor(canvas.width * 0.4), 0, 1, canvas.height).data;
      for (let at = 3; at < column.length; at += 4) if (column[at] > 200) return (at - 3) / 4; return null; };
      return ['gw-riga', 'ap-office'].map(top)"""
    browser.until("return [...document.querySelectorAll('[data-device] .spark canvas')].length > 2", "the small graphs")
    own = browser.gives(tops, all)
    browser.one('[data-scale="log"]').click()
    browser.asks({"view": "table", "scale": "log"})
    # On one scale the busy device stands higher than the quiet one.
    shared = browser.gives(tops, lambda found: all(found) and found[0] < found[1])
    assert own != shared
    browser.reload()
    assert browser.one('[data-scale="log"]').get_attribute("aria-current") == "true"
