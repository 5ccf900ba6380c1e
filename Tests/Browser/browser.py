"""One headless Chromium, as the tests use it.

The browser works on its own time: what a click, a key or a drag does can be seen a moment later, on a slow machine much
later. So a test that has done something says what must come of it, and waits: `follow` for another page, `asks` for the
address, `gives` for what a script of the page finds, `says` for a text. The deadlines are for a test that fails, and never
what is tested.
"""

import contextlib
import json
import os
import shutil
import time
from urllib.parse import parse_qs, urlsplit

os.environ.setdefault("SE_OFFLINE", "true")
os.environ.setdefault("SE_AVOID_STATS", "true")

from selenium import webdriver  # noqa: E402
from selenium.common.exceptions import StaleElementReferenceException, WebDriverException  # noqa: E402
from selenium.webdriver.chrome.service import Service  # noqa: E402
from selenium.webdriver.common.action_chains import ActionChains  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402

CHROMIUM = os.environ.get("TIKWATCH_CHROMIUM") or shutil.which("chromium")
DRIVER = os.environ.get("TIKWATCH_CHROMEDRIVER") or shutil.which("chromedriver")
PHONE = (390, 844)
DESK = (1440, 900)
PATIENCE = 60
# What the driver says when a page leaves while it is looked at. Whoever waits looks again.
LEAVING = ("aborted by navigation", "document unloaded", "execution context", "stale element reference", "no such frame")

# Installed before any script of the page, so that nothing escapes it.
LISTENER = """
window.seen = [];
document.addEventListener('securitypolicyviolation', event => window.seen.push(
  'policy: ' + event.effectiveDirective + ' blocked ' + event.blockedURI + ' at ' + event.sourceFile + ':' + event.lineNumber));
addEventListener('error', event => window.seen.push('error: ' + (event.message || event.target && event.target.src)), true);
addEventListener('unhandledrejection', event => window.seen.push('unhandled: ' + event.reason));
"""


@contextlib.contextmanager
def opening(base, judge=None, **common):
    """A function that opens browsers at `base`. At the end each must have seen no error and no violation of the policy, `judge` has
    its say about each, and all are closed."""
    opened = []

    def open_one(**options):
        opened.append(Browser(base, **common, **options))
        return opened[-1]

    try:
        yield open_one
        for browser in opened:
            assert browser.complaints() == []
            if judge:
                judge(browser)
    finally:
        for browser in opened:
            browser.quit()


class Browser:
    def __init__(self, base, size=DESK, theme="dark", scripts=True, zone=None, scale=1, trusting=False):
        options = webdriver.ChromeOptions()
        options.binary_location = CHROMIUM
        for flag in ("--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run",
                     "--force-color-profile=srgb", f"--window-size={size[0]},{size[1]}"):
            options.add_argument(flag)
        if os.geteuid() == 0:
            options.add_argument("--no-sandbox")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        options.accept_insecure_certs = trusting
        self.base = base
        self.scripts = scripts
        self.expected_errors = ()
        self.driver = webdriver.Chrome(options=options, service=Service(DRIVER))
        self.driver.set_page_load_timeout(30)
        self.command("Emulation.setDeviceMetricsOverride", width=size[0], height=size[1], mobile=size == PHONE, deviceScaleFactor=scale)
        self.command("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": theme}])
        if size == PHONE:
            self.command("Emulation.setTouchEmulationEnabled", enabled=True)
        if zone:
            self.command("Emulation.setTimezoneOverride", timezoneId=zone)
        if not scripts:
            self.command("Emulation.setScriptExecutionDisabled", value=True)
        self.command("Page.addScriptToEvaluateOnNewDocument", source=LISTENER)
        self._seen, self._asked = [], []

    def command(self, name, **parameters):
        return self.driver.execute_cdp_cmd(name, parameters)

    @property
    def document(self):
        """The browser's own name for the page that is shown now: another one for each page, also for the same address again."""
        return self.command("Page.getFrameTree")["frameTree"]["frame"]["loaderId"]

    def open(self, path=""):
        """Loads a page; with scripts, waits until they have taken over."""
        self._collect()
        return self._leave(lambda: self.driver.get(self.base + path))

    def reload(self):
        self._collect()
        return self._leave(self.driver.refresh)

    def follow(self, what):
        """Does what leads to another page (a selector or an element to click, else something to call), and waits for the page."""
        self._collect()
        if isinstance(what, str):
            what = self.one(what)
        return self._leave(what if callable(what) else what.click)

    def _leave(self, action):
        before = self.document
        action()
        self.wait(lambda: self.document != before, "other page")
        if self.scripts:
            self.until("return document.documentElement.dataset.ready === '1'", "start of the page's scripts")
        else:
            self.until("return document.readyState === 'complete'", "whole page")
        return self

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def wait(self, condition, what, seconds=PATIENCE):
        """The first true value of `condition()`."""
        deadline = time.monotonic() + seconds
        while True:
            value = last = None
            try:
                value = condition()
            except WebDriverException as error:
                if not any(part in str(error) for part in LEAVING):
                    raise
                last = error
            if value:
                return value
            assert time.monotonic() < deadline, f"no {what} within {seconds} s at {self.driver.current_url} {last or ''}"
            time.sleep(0.05)

    def until(self, script, what, seconds=PATIENCE, *arguments):
        """The first true value of a script."""
        return self.wait(lambda: self.run(script, *arguments), what, seconds)

    def becomes(self, read, expected, what):
        """Waits until `read()` gives what is expected (a value, or a test of it), and returns that."""
        found = []

        def fits():
            found[:] = [read()]
            return expected(found[0]) if callable(expected) else found[0] == expected

        try:
            self.wait(fits, what)
        except AssertionError as error:
            wanted = "" if callable(expected) else f", not {expected!r}"
            raise AssertionError(f"{error}; it is {found}{wanted}") from None
        return found[0]

    def gives(self, script, expected, *arguments):
        return self.becomes(lambda: self.run(script, *arguments), expected, f"such result of {script[:80]!r}")

    def says(self, selector, expected):
        """Waits for a text: the whole of it, or a test of it."""
        return self.becomes(lambda: self.text(selector), expected, f"such text of {selector}")

    def asks(self, expected=None, **parameters):
        """Waits until the address asks for exactly `expected`, or has each of `parameters` (None: has it not)."""
        if expected is not None:
            return self.becomes(lambda: self.query, expected, "such address")
        return self.becomes(lambda: self.query, lambda query: all(query.get(name) == value for name, value in parameters.items()),
                            f"address with {parameters}")

    def shown(self, selector, expected=True):
        self.wait(lambda: self.one(selector).is_displayed() == expected, f"{selector} {'shown' if expected else 'hidden'}")

    def live(self):
        """Waits for live values."""
        self.until("return document.getElementById('live').dataset.state === 'live'", "live values")
        return self

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def text(self, selector):
        # One script: a refresh of the page may replace the element between two calls.
        return self.run("return document.querySelector(arguments[0]).textContent.trim()", selector)

    @property
    def path(self):
        return urlsplit(self.driver.current_url).path

    @property
    def query(self):
        return {name: values[-1] for name, values in parse_qs(urlsplit(self.driver.current_url).query).items()}

    def press(self, selector):
        """Clicks what the selector names at that moment: a refresh of the page may replace it before the click."""
        def click():
            try:
                self.one(selector).click()
                return True
            except StaleElementReferenceException:
                return False

        self.wait(click, f"click on {selector}")

    def pick(self, selector, words):
        """Clicks the first of the elements whose text begins so, whatever refreshes in between."""
        find = "const found = [...document.querySelectorAll(arguments[0])].find(each => each.textContent.trim().startsWith(arguments[1]));"
        self.until(find + "return Boolean(found)", f"{words!r} among {selector}", PATIENCE, selector, words)
        self.run(find + "found.click()", selector, words)

    def keys(self, *keys, modifier=None):
        actions = ActionChains(self.driver)
        if modifier:
            actions.key_down(modifier)
        actions.send_keys(*keys)
        if modifier:
            actions.key_up(modifier)
        actions.perform()

    def drag(self, selector, start, end, modifier=None):
        """Press, move in steps and release along the middle of an element (fractions of its width)."""
        box = self.one(selector)
        self.run("arguments[0].scrollIntoView({block: 'center'})", box)
        place = lambda share: int((share - 0.5) * box.size["width"])
        actions = ActionChains(self.driver, duration=40)
        if modifier:
            actions.key_down(modifier)
        actions.move_to_element_with_offset(box, place(start), 0).click_and_hold()
        for step in range(1, 9):
            actions.move_to_element_with_offset(box, place(start + (end - start) * step / 8), 0)
        actions.release()
        if modifier:
            actions.key_up(modifier)
        actions.perform()

    def point(self, selector, share):
        box = self.one(selector)
        ActionChains(self.driver, duration=40).move_to_element_with_offset(box, int((share - 0.5) * box.size["width"]), 10).perform()

    def overflow(self):
        """Pixels by which the page is wider than the window."""
        return self.run("return Math.max(0, document.documentElement.scrollWidth - innerWidth)")

    def widest(self):
        """The elements that reach furthest beyond the window, for a failure's message."""
        return self.run(
            "const clipped = each => each.parentElement && (getComputedStyle(each.parentElement).overflowX !== 'visible'"
            " || clipped(each.parentElement));"
            "return [...document.querySelectorAll('body *')].filter(each => !clipped(each)).map(each => [Math.round(each.getBoundingClientRect().right - innerWidth),"
            " each.tagName + '.' + each.className + ': ' + each.textContent.trim().slice(0, 60)])"
            ".filter(each => each[0] > 0).sort((a, b) => b[0] - a[0]).slice(0, 12)")

    def shot(self, path):
        assert self.driver.save_screenshot(str(path))
        assert path.stat().st_size > 10_000

    def _collect(self):
        if self.scripts and self.driver.current_url.startswith("http"):
            self._seen += self.run("const seen = window.seen || []; window.seen = []; return seen") or []
        for entry in self.driver.get_log("browser"):
            if entry["level"] in ("SEVERE", "ERROR") or "Content Security Policy" in entry["message"]:
                self._seen.append(entry["message"])

    def requests(self):
        """Every address that the browser has asked for, as its network tells."""
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                self._asked.append(message["params"]["request"]["url"])
        return self._asked

    def complaints(self):
        """Errors of scripts, failed loads and violations of the policy since the browser was opened."""
        self._collect()
        return [text for text in self._seen if not any(part in text for part in self.expected_errors)]

    def quit(self):
        self.driver.quit()
