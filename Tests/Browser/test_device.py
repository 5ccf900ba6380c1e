"""The page of one device in a real browser."""


def test_shows_identity_health_and_interfaces(browser):
    browser.open("devices/gw-riga")
    assert browser.text("h1 span") == "gw-riga"
    assert "RB5009" in browser.text(".title .sub")
    tiles = browser.run("return Object.fromEntries([...document.querySelectorAll('.tile')].map(each => [each.querySelector('.lab').textContent, each.querySelector('.val').textContent.trim()]))")
    assert tiles["CPU"] != "–" and tiles["Uptime"] != "–"
    names = browser.run("return [...document.querySelectorAll('[data-interface] a')].map(each => each.textContent)")
    assert names[0] == "ether1" and "bridge" in names
    assert browser.all('[data-part="events"] li'), "the history has events"


def test_rates_of_interfaces_change_each_second(browser):
    browser.open("devices/gw-riga")
    rates = "return [...document.querySelectorAll('[data-interface] [data-rate]')].map(each => each.textContent).join(' ')"
    for _ in range(3):
        last = browser.run(rates)
        browser.gives(rates, lambda now: now != last)
    browser.gives("return document.querySelectorAll('[data-interface] .spark canvas').length", lambda count: count > 4)


def test_device_that_is_down_says_why(browser):
    browser.open("devices/offline")
    assert "Down" in browser.text("h1 .pill")
    assert "refused" in browser.text('[data-part="banner"] .banner')


def test_interface_leads_to_its_graph(browser):
    browser.open("devices/gw-riga")
    browser.follow(lambda: browser.press('[data-interface="bridge"] a'))
    assert browser.path == "/graph"
    browser.asks({"device": "gw-riga", "interface": "bridge"})


def test_health_counters_clients_and_cost_are_shown(browser):
    browser.open("devices/gw-riga")
    browser.until("return document.querySelector('[data-part=\"health\"]').textContent.includes('GB free') || tikwatch.refresh().then(() => false)", "the metrics")
    health = browser.text('[data-part="health"]')
    for label in ("CPU", "Memory in use", "Temperature", "Voltage", "Disk in use", "Ping", "Uptime", "Today"):
        assert label in health
    head = browser.text('[data-part="interfaces"] thead')
    for label in ("Errors in / out", "Drops in / out", "Link downs", "MTU"):
        assert label in head
    assert "1500" in browser.text('[data-interface="ether1"]')
    browser.until("return document.querySelector('[data-part=\"clients\"] [data-client]') || tikwatch.refresh().then(() => false)", "its clients", 180)
    assert browser.run("return document.querySelector('[data-part=\"clients\"] .btn').href").endswith("clients?device=gw-riga")
    browser.reload()  # sections that were not there at first come with a reload
    assert "a second" in browser.text('[data-part="cost"]')


def test_events_can_be_narrowed_to_a_kind(browser):
    browser.open("devices/gw-riga")
    every = len(browser.all('[data-part="events"] li'))
    browser.follow(lambda: browser.pick("#events .seg a", "Links"))
    browser.asks({"events": "link"})
    shown = browser.run("return [...document.querySelectorAll('[data-part=\"events\"] li')].map(each => each.textContent)")
    assert 0 < len(shown) < every and all("link" in text for text in shown)
