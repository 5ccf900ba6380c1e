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
        browser.until(f"return ({rates.removeprefix('return ')}) !== {last!r}", "new rates", 4)
    assert browser.run("return document.querySelectorAll('[data-interface] .spark canvas').length") > 4


def test_device_that_is_down_says_why(browser):
    browser.open("devices/offline")
    assert "Down" in browser.text("h1 .pill")
    assert "refused" in browser.text(".banner")


def test_interface_leads_to_its_graph(browser):
    browser.open("devices/gw-riga")
    browser.one('[data-interface="bridge"] a').click()
    browser.until("return location.pathname.endsWith('/graph')", "the graph page")
    assert browser.query == {"device": "gw-riga", "interface": "bridge"}
