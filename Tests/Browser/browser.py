"""One headless Chromium, as the tests use it."""

import os
import shutil
import time
from urllib.parse import parse_qs, urlsplit

os.environ.setdefault("SE_OFFLINE", "true")
os.environ.setdefault("SE_AVOID_STATS", "true")

from selenium import webdriver  # noqa: E402
from selenium.webdriver.chrome.service import Service  # noqa: E402
from selenium.webdriver.common.action_chains import ActionChains  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402

CHROMIUM = os.environ.get("TIKWATCH_CHROMIUM") or shutil.which("chromium")
DRIVER = os.environ.get("TIKWATCH_CHROMEDRIVER") or shutil.which("chromedriver")
PHONE = (390, 844)
DESK = (1440, 900)

# Installed before any script of the page, so that nothing escapes it.
LISTENER = """
window.seen = [];
document.addEventListener('securitypolicyviolation', event => window.seen.push(
  'policy: ' + event.effectiveDirective + ' blocked ' + event.blockedURI + ' at ' + event.sourceFile + ':' + event.lineNumber));
addEventListener('error', event => window.seen.push('error: ' + (event.message || event.target && event.target.src)), true);
addEventListener('unhandledrejection', event => window.seen.push('unhandled: ' + event.reason));
"""


class Browser:
    def __init__(self, base, size=DESK, theme="dark", scripts=True, zone=None, scale=1):
        options = webdriver.ChromeOptions()
        options.binary_location = CHROMIUM
        for flag in ("--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run",
                     "--force-color-profile=srgb", f"--window-size={size[0]},{size[1]}"):
            options.add_argument(flag)
        if os.geteuid() == 0:
            options.add_argument("--no-sandbox")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
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
        self._seen = []

    def command(self, name, **parameters):
        return self.driver.execute_cdp_cmd(name, parameters)

    def open(self, path=""):
        """Loads a page; with scripts, waits until they have taken over."""
        self._collect()
        self.driver.get(self.base + path)
        if self.scripts:
            self.until("return document.documentElement.dataset.ready === '1'", "the page's scripts")
        return self

    def reload(self):
        self._collect()
        self.driver.refresh()
        self.until("return document.documentElement.dataset.ready === '1'", "the page's scripts")

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def until(self, script, what, seconds=15):
        """The first true value of a script."""
        deadline = time.monotonic() + seconds
        while True:
            value = self.run(script)
            if value:
                return value
            assert time.monotonic() < deadline, f"no {what} within {seconds} s at {self.driver.current_url}"
            time.sleep(0.05)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def text(self, selector):
        # One script: a refresh of the page may replace the element between two calls.
        return self.run("return document.querySelector(arguments[0]).textContent.trim()", selector)

    @property
    def query(self):
        return {name: values[-1] for name, values in parse_qs(urlsplit(self.driver.current_url).query).items()}

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

    def complaints(self):
        """Errors of scripts, failed loads and violations of the policy since the browser was opened."""
        self._collect()
        return [text for text in self._seen if not any(part in text for part in self.expected_errors)]

    def quit(self):
        self.driver.quit()
