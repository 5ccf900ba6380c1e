"""Clients of all devices in a real browser."""

from conftest import HOSTILE
from programs import http_get

ROWS = "return [...document.querySelectorAll('[data-client]')].map(each => each.querySelector('.who').textContent)"


def rows_are(browser, names):
    browser.gives(ROWS, names)


def ready(browser, path="clients"):
    """The collector reads leases within its first minute."""
    browser.open(path)
    browser.until("if (document.querySelector('[data-client=\"34:C4:AA:31:D5:63\"] .meter')) return true; "
                  "return tikwatch.refresh().then(() => false)", "a client with lease and signal", 180)
    return browser


def test_lease_and_radio_of_one_client_are_one_row(browser):
    ready(browser)
    row = '[data-client="34:C4:AA:31:D5:63"]'
    assert browser.text(f"{row} .who") == "anna-laptop"
    browser.says(row, lambda text: all(part in text for part in ("192.168.10.103", "ap-office", "wifi1", "Bound", "dBm", "now")))
    browser.press(f"{row} summary")
    browser.shown(f"{row} ul")
    browser.says(f"{row} ul", lambda text: "DHCP lease at gw-riga" in text and "Wireless at ap-office" in text)
    browser.run("return tikwatch.refresh()")
    assert len(browser.all("[data-client]")) >= 10


def test_filter_works_while_typing_and_stays_in_the_address(browser):
    ready(browser)
    browser.run("window.same = true")
    browser.one("#find-client").send_keys("JANIS")
    rows_are(browser, ["phone-janis"])
    browser.asks({"q": "JANIS"})
    assert browser.run("return window.same"), "the page was not loaded again"
    assert browser.run("return document.activeElement.id") == "find-client", "who types keeps the focus"
    browser.reload()
    rows_are(browser, ["phone-janis"])
    browser.follow('[data-part="clear"] a')
    browser.asks({})
    browser.until("return document.querySelectorAll('[data-client]').length > 9", "all clients")


def test_device_and_kind_narrow_the_list(browser):
    ready(browser)
    browser.run("const box = document.getElementById('client-device'); box.value = 'branch-tartu'; box.dispatchEvent(new Event('change'))")
    rows_are(browser, ["office-pc", "phone-mari", "till"])
    browser.follow('[data-kind="wifi"]')
    browser.asks({"device": "branch-tartu", "kind": "wifi"})
    rows_are(browser, ["till"])


def test_sorting_by_a_column_is_a_link(browser):
    ready(browser)
    browser.follow(lambda: browser.pick("th a", "Signal"))
    browser.asks(sort="signal")
    assert browser.run(ROWS)[0] == "tv", "the strongest first"
    assert browser.text("th[aria-sort]") == "Signal"


def test_form_works_without_scripts(open_browser):
    browser = open_browser(scripts=False).open("clients")
    browser.one("#find-client").send_keys("tartu")
    browser.follow("#filter noscript button, #filter button")
    browser.asks(q="tartu")
    assert {each.text for each in browser.all("[data-client] .who")} == {"office-pc", "phone-mari", "till"}


def test_hostile_rows_are_text_and_old_tables_are_named(browser, site):
    ready(browser)
    text = browser.run("return document.querySelector('main').textContent")
    assert HOSTILE in text and "is old, up to" in text
    assert browser.run("return window.hacked") is None
    assert "aged" in browser.one('[data-client="02:00:00:00:00:01"]').get_attribute("class")
    _, headers, body = http_get(site.url + "/clients?format=csv")
    assert headers["content-type"].startswith("text/csv")
    assert b"anna-laptop,192.168.10.103,34:C4:AA:31:D5:63" in body
