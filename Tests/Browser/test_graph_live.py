"""How the graph page keeps up, and how it is touched: live, looks every few seconds, shared streams, gestures, wall displays."""

import pytest
from browser import PHONE
from selenium.webdriver.common.by import By

PAGE = "graph?device=gw-riga&interface=ether1"
STATE = "return document.getElementById('live').dataset.state"
RANGE = "return tikwatch.graphPage.range()"


def test_looks_every_five_seconds(browser):
    browser.open(PAGE + "&range=5m").live()
    browser.one("#refresh summary").click()
    browser.one('[data-refresh="5"]').click()
    browser.asks(refresh="5")
    browser.gives(STATE, "every")
    browser.says("#live", "Every 5\u202fs")
    browser.says("#every", "5\u202fs")
    assert browser.run("return tikwatch.graphPage.stream.source") is None, "the stream is closed"
    edges = []
    for _ in range(2):
        edges.append(browser.run("return tikwatch.graphPage.edge"))
        browser.until(f"return tikwatch.graphPage.edge > {edges[-1]}", "the next look")
    edges.append(browser.run("return tikwatch.graphPage.edge"))
    assert edges[2] - edges[1] >= 3, "nothing moves between two looks"
    # Seconds between two looks are fetched: no holes.
    browser.until("return tikwatch.graphPage.data.end >= tikwatch.graphPage.edge - 1", "the history")
    browser.reload()
    browser.gives(STATE, "every")
    browser.one("#refresh summary").click()
    browser.one('[data-refresh=""]').click()
    browser.live()
    browser.asks(refresh=None)


def test_zoom_pauses_the_view_but_not_the_numbers(browser):
    browser.open(PAGE).live()
    browser.drag("#chart", 0.4, 0.6)
    browser.gives(STATE, "paused")
    browser.asks(lambda query: "from" in query)
    fixed = browser.run(RANGE)
    edge = browser.run("return tikwatch.graphPage.edge")
    browser.until(f"return tikwatch.graphPage.edge >= {edge + 2}", "newer seconds")
    assert browser.run(RANGE) == fixed
    browser.one("#golive").click()
    browser.live()


def test_hidden_page_closes_the_stream_and_comes_back_whole(browser):
    browser.open(PAGE + "&range=5m").live()
    browser.run("""window.away = true;
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => window.away });
      document.dispatchEvent(new Event('visibilitychange'))""")
    assert browser.run("return tikwatch.graphPage.stream.source") is None
    edge = browser.run("return tikwatch.graphPage.edge")
    browser.until(f"return fetch('api/v1/live?device=gw-riga').then(each => each.json()).then(told => told.t > {edge + 4})", "time away")
    assert browser.run("return tikwatch.graphPage.edge") == edge
    browser.run("window.away = false; document.dispatchEvent(new Event('visibilitychange'))")
    browser.until(f"return tikwatch.graphPage.edge > {edge + 4}", "the present")
    holes = f"""const {{ total }} = tikwatch.graphPage.content, from = {edge} - total.t0;
      return total.avg[0].length > from + 3 && total.avg[0].slice(from, from + 3).every(Number.isFinite)"""
    browser.until(holes, "the seconds in between")


def test_goodbye_of_a_node_brings_the_page_to_another(browser):
    browser.open(PAGE).live()
    browser.run("window.old = tikwatch.graphPage.stream.source; old.dispatchEvent(new MessageEvent('bye', { data: '{}' }))")
    assert browser.run("return window.old.readyState") == 2
    browser.until("const now = tikwatch.graphPage.stream.source; return now && now !== window.old", "another stream")
    edge = browser.run("return tikwatch.graphPage.edge")
    browser.until(f"return tikwatch.graphPage.edge > {edge}", "values from it")


def test_windows_share_one_stream(browser):
    browser.open(PAGE).live()
    first = browser.driver.current_window_handle
    browser.driver.switch_to.new_window("window")
    browser.open(PAGE).live()
    browser.until("return !tikwatch.graphPage.stream.share.leads && tikwatch.graphPage.stream.source === null", "the second to follow")
    edge = browser.run("return tikwatch.graphPage.edge")
    browser.until(f"return tikwatch.graphPage.edge >= {edge + 2}", "values by way of the first")
    second = browser.driver.current_window_handle
    browser.driver.switch_to.window(first)
    browser.gives("return tikwatch.graphPage.stream.share.leads", True)
    browser.driver.close()
    browser.driver.switch_to.window(second)
    browser.until("return tikwatch.graphPage.stream.share.leads && tikwatch.graphPage.stream.source !== null", "the second to lead")
    edge = browser.run("return tikwatch.graphPage.edge")
    browser.until(f"return tikwatch.graphPage.edge >= {edge + 2}", "values of its own")


def test_silent_device_is_stale_and_keeps_its_last_values_muted(browser):
    browser.open(PAGE).live()
    browser.run("""const page = tikwatch.graphPage;
      page.stream.pause(true);
      for (let second = page.edge + 1, end = second + 12; second < end; second += 1) page.take(second, [[null, null]])""")
    assert browser.run(STATE) == "stale" and browser.text("#live").startswith("Stale 1")
    assert "bit/s" in browser.text('[data-sum="in"]') and "–" not in browser.text('[data-sum="in"]')
    assert "old" in browser.one("#now").get_attribute("class")
    browser.run("const page = tikwatch.graphPage; page.take(page.edge + 1, [[8000, 9000]])")
    assert browser.run(STATE) != "stale" and "old" not in browser.one("#now").get_attribute("class")


@pytest.fixture
def phone(open_browser):
    browser = open_browser(size=PHONE)
    browser.open(PAGE).live()
    browser.run("document.getElementById('chart').scrollIntoView({ block: 'center' })")
    return browser


def touch(browser, kind, *shares):
    """A touch event with one finger for each share of the chart's width."""
    left, top, width, height = browser.run("const box = document.querySelector('#chart canvas').getBoundingClientRect(); return [box.left, box.top, box.width, box.height]")
    points = [{"x": left + width * share, "y": top + height / 2, "id": index} for index, share in enumerate(shares)]
    browser.command("Input.dispatchTouchEvent", type=kind, touchPoints=points)


def test_pinch_zooms(phone):
    touch(phone, "touchStart", 0.4, 0.6)
    for step in range(1, 6):
        touch(phone, "touchMove", 0.4 - step * 0.03, 0.6 + step * 0.03)
    touch(phone, "touchEnd")
    phone.asks(lambda query: "from" in query)
    start, end = phone.run(RANGE)
    assert 1100 < end - start < 2300, "two fifths of the hour"


def test_drag_pans_and_long_press_reads(phone):
    touch(phone, "touchStart", 0.5)
    touch(phone, "touchMove", 0.55)
    touch(phone, "touchMove", 0.8)
    touch(phone, "touchEnd")
    phone.asks(lambda query: "from" in query)
    start, end = phone.run(RANGE)
    assert end - start == 3600
    touch(phone, "touchStart", 0.5)
    phone.until("return !document.querySelector('#chart .chart-tip').hidden", "the cursor after a long press")
    above = phone.run("""const tip = document.querySelector('#chart .chart-tip').getBoundingClientRect(), chart = document.getElementById('chart').getBoundingClientRect();
      return [tip.bottom <= chart.top + 1, tip.left >= 0 && tip.right <= innerWidth]""")
    assert above == [True, True], "the values stand above the chart, not under the finger"
    touch(phone, "touchMove", 0.6)
    assert phone.run(RANGE) == [start, end], "reading moves the cursor, not the view"
    touch(phone, "touchEnd")


def test_double_tap_zooms_in(phone):
    box = phone.one("#chart")
    phone.run("""const over = document.querySelector('#chart .chart-overlay');
      tikwatch.graphPage.chart.element.focus();
      const box = over.getBoundingClientRect(), at = { bubbles: true, clientX: box.left + box.width / 2, clientY: box.top + 20, pointerId: 1, pointerType: 'touch' };
      const capture = over.setPointerCapture; over.setPointerCapture = () => {};
      for (const name of ['pointerdown', 'pointerup', 'pointerdown', 'pointerup']) over.dispatchEvent(new PointerEvent(name, at));
      over.setPointerCapture = capture;
      over.dispatchEvent(new MouseEvent('dblclick', at))""")
    assert box.is_displayed()
    start, end = phone.run(RANGE)
    assert end - start == 1800


def test_wheel_scrolls_and_zooms_with_control(browser):
    browser.open(PAGE).live()
    before = browser.run(RANGE)
    wheel = """const over = document.querySelector('#chart .chart-overlay'), box = over.getBoundingClientRect();
      const event = new WheelEvent('wheel', { bubbles: true, cancelable: true, deltaY: -100, ctrlKey: arguments[0], clientX: box.left + 500, clientY: box.top + 50 });
      over.dispatchEvent(event); return event.defaultPrevented"""
    assert browser.run(wheel, False) is False
    assert browser.run(RANGE)[1] - browser.run(RANGE)[0] == before[1] - before[0]
    assert browser.run(wheel, True) is True
    start, end = browser.run(RANGE)
    assert end - start == 2880


def test_wall_display(open_browser, screenshots):
    browser = open_browser().open(PAGE + "&kiosk=1&theme=light&range=15m")
    assert not browser.one("header.top").is_displayed() and not browser.all("footer")[0].is_displayed()
    size = browser.run("return parseFloat(getComputedStyle(document.querySelector('[data-sum=\"in\"] b')).fontSize)")
    assert size >= 50
    assert browser.run("return getComputedStyle(document.documentElement).colorScheme") == "light"
    assert browser.run("return document.querySelector('#chart').getBoundingClientRect().height") > 400
    browser.keys("l")
    browser.asks(style="line", kiosk="1", theme="light")
    browser.shot(screenshots / "graph-kiosk.png")


@pytest.mark.parametrize("day, span", [("2026-10-25", "1\u202fd 1\u202fh"), ("2026-03-29", "23\u202fh")])
def test_day_of_a_clock_change(open_browser, day, span):
    """A day of 25 and of 23 hours: right ends, right length, every label a full hour of the wall clock."""
    browser = open_browser(zone="Europe/Prague")
    browser.open(PAGE)
    start, end = browser.run("const [y, m, d] = arguments[0].split('-').map(Number); return [new Date(y, m - 1, d) / 1000, new Date(y, m - 1, d + 1) / 1000]", day)
    assert end - start in (23 * 3600, 25 * 3600)
    browser.open(f"{PAGE}&from={start}&to={end}")
    assert browser.text("#range").startswith(day + " 00:00:00")
    assert browser.text("#span") == span
    labels = browser.run("return tikwatch.ticks.timeTicks(...tikwatch.graphPage.range(), tikwatch.graphPage.chart.plotWidth).map(tick => [tick.label, new Date(tick.time * 1000).getMinutes(), new Date(tick.time * 1000).getHours()])")
    assert len(labels) >= 8 and all(minutes == 0 and (hours % 2 == 0 or ":" not in label) for label, minutes, hours in labels)
    browser.one(".datatable summary").click()
    browser.until("return document.querySelector('.datatable').open", "the table")


def test_clipboard_falls_back_to_a_dialog(browser):
    browser.open(PAGE)
    browser.run("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    browser.one("#export summary").click()
    browser.one('[data-action="link"]').click()
    browser.until("return document.getElementById('copy').open", "the dialog")
    text, selected = browser.run("const area = document.getElementById('copy-text'); return [area.value, area.selectionEnd - area.selectionStart]")
    assert text == browser.driver.current_url and selected == len(text)
    browser.driver.find_element(By.CSS_SELECTOR, "#copy button").click()


def test_print_is_light_and_opens_the_table(browser):
    browser.open(PAGE + "&theme=dark")
    seen = browser.run("""let seen;
      window.print = () => { dispatchEvent(new Event('beforeprint')); seen = [document.documentElement.dataset.theme, document.querySelector('.datatable').open, document.querySelectorAll('#values tr').length]; dispatchEvent(new Event('afterprint')); };
      document.querySelector('[data-action="print"]').click();
      return seen.concat(document.documentElement.dataset.theme, document.querySelector('.datatable').open)""")
    assert seen[:2] == ["light", True] and seen[2] >= 12 and seen[3:] == ["dark", False]
