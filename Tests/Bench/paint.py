"""How soon a page is painted, how much it loads and how long its scripts work: Chromium on loopback, with fifty made-up devices.

    make bench-page

First contentful paint by the browser's own clock, the median of nine loads of a warm browser, cache emptied before each: of an empty page of the same
server (what the browser itself takes), the overview and a graph. Bytes of script and style as they are sent, compressed. Script time of a page that is
open, each second, by the browser's own count; of drawing an hour of 3,600 seconds in both directions again; and tasks over 50 ms once a page is ready.
"""

import gzip
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time
from urllib.parse import urljoin

from figures import REPOSITORY, figure

sys.path.insert(0, str(REPOSITORY / "Tests" / "Browser"))

from browser import Browser  # noqa: E402  (needs the path above)
from programs import PROGRAMS, Site, http_get, wait_until  # noqa: E402

PAINT = "return performance.getEntriesByName('first-contentful-paint').map(each => each.startTime)[0]"
PAGES = {"empty": "graph?device=none", "overview": "", "graph": "graph?device=gw-riga&interface=ether1"}
LOADS = 9
DEVICES = 50
WATCHED = 10
LONG_TASKS = """window.longTasks = []; new PerformanceObserver(list => window.longTasks.push(...list.getEntries().map(each => each.duration)))
  .observe({ type: 'longtask' });"""
REDRAW = """const chart = tikwatch.graphPage.chart, times = 50, begin = performance.now();
  for (let index = 0; index < times; index++) chart.draw();
  return (performance.now() - begin) / times"""
POINTS = "const series = tikwatch.graphPage.chart.series; return series && series.avg[0].length"


class PageSite(Site):
    """The three devices of the fake device with a day of history, and as many others as make fifty, which share their addresses."""

    def start(self):
        subprocess.run(
            [PROGRAMS / "tikwatch-fakedevice", "history", "--storage", self.root, "--collector", self.COLLECTOR, "--days", "1",
             "--retention", "standard"], check=True, stdout=subprocess.DEVNULL)
        return super().start()

    def _collector_config(self):
        path = super()._collector_config()
        places = list(self.addresses.values())
        more = [f"[more-{index}]\nhostname = {places[index % 3][0]}\nport = {places[index % 3][1]}\n" for index in range(DEVICES - len(places))]
        path.write_text(path.read_text().replace("retention = compact", "retention = standard") + "".join(more))
        return path


def weight(site, path):
    """Compressed bytes of script and style."""
    _, _, body = http_get(urljoin(site.url + "/", path))
    files = sorted(set(re.findall(r'(?:href|src)="(assets/[^"]+\.(?:css|js))"', body.decode())))
    return sum(len(gzip.compress(http_get(urljoin(site.url + "/", each))[2])) for each in files)


def painted(browser, path):
    times = []
    for _ in range(LOADS + 1):
        browser.command("Network.clearBrowserCache")
        browser.open(path)
        times.append(browser.until(PAINT, "the first paint"))
    return statistics.median(times[1:])


def script_seconds(browser):
    return {each["name"]: each["value"] for each in browser.command("Performance.getMetrics")["metrics"]}["ScriptDuration"]


def watched(browser, path):
    """Milliseconds of script a second, and tasks over 50 ms, of a page that is ready and open."""
    browser.open(path).live()
    browser.run(LONG_TASKS)
    browser.command("Performance.enable")
    before, begin = script_seconds(browser), time.monotonic()
    time.sleep(WATCHED)
    spent = (script_seconds(browser) - before) / (time.monotonic() - begin) * 1000
    return spent, browser.run("return window.longTasks")


def main():
    with tempfile.TemporaryDirectory() as scratch:
        site = PageSite(pathlib.Path(scratch))
        browser = None
        try:
            site.start()
            wait_until(lambda: http_get(site.url + "/" + PAGES["graph"])[0] == 200, "the device")
            browser = Browser(site.url + "/")
            base = painted(browser, PAGES["empty"])
            print(f"{'':10} {'first paint':>12} {'script, style':>14}   {PROGRAMS}")
            print(f"{'empty':10} {base:9.0f} ms")
            for name in ("overview", "graph"):
                took, size = painted(browser, PAGES[name]), weight(site, PAGES[name])
                print(f"{name:10} {took:9.0f} ms {size / 1024:11.1f} KB")
                figure("page", f"first paint, {name}", took, "ms", bar="< 100", holds=took < 100, peer="empty page, same server",
                       peer_value=base, ratio=took / base)
                figure("page", f"script and style, {name}", size / 1024, "KB", bar="< 60", holds=size < 60 * 1024)
            for name in ("overview", "graph"):
                spent, long_tasks = watched(browser, PAGES[name])
                print(f"{name:10} {spent:9.1f} ms of script a second; tasks over 50 ms: {[round(each) for each in long_tasks]}")
                figure("page", f"script a second, {name}, {DEVICES} devices", spent, "ms", bar="< 10", holds=spent < 10)
                figure("page", f"tasks over 50 ms in {WATCHED} s, {name}", len(long_tasks), "", bar="0", holds=not long_tasks)
            browser.open(PAGES["graph"] + "&range=1h").live()
            points = browser.until(POINTS, "an hour of seconds")
            took = browser.run(REDRAW)
            print(f"{'redraw':10} {took:9.1f} ms of script, 2 x {points} points")
            figure("page", f"drawing 2 x {points} points again", took, "ms", bar="< 8", holds=took < 8)
        finally:
            if browser:
                browser.driver.quit()
            for program in reversed(site.programs):
                program.kill()


if __name__ == "__main__":
    main()
