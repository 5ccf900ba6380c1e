"""How soon a page is painted, and how much it loads: Chromium on loopback, with three made-up devices.

    make bench-paint

First contentful paint by the browser's own clock, the median of nine loads of a warm browser, cache emptied before each: of an empty page of the same
server (what the browser itself takes), the overview and a graph. Bytes of script and style as they are sent, compressed.
"""

import gzip
import pathlib
import re
import statistics
import sys
import tempfile
from urllib.parse import urljoin

from figures import REPOSITORY, figure

sys.path.insert(0, str(REPOSITORY / "Tests" / "Browser"))

from browser import Browser  # noqa: E402  (needs the path above)
from programs import PROGRAMS, Site, http_get, wait_until  # noqa: E402

PAINT = "return performance.getEntriesByName('first-contentful-paint').map(each => each.startTime)[0]"
PAGES = {"empty": "graph?device=none", "overview": "", "graph": "graph?device=gw-riga&interface=ether1"}
LOADS = 9


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


def main():
    with tempfile.TemporaryDirectory() as scratch:
        site = Site(pathlib.Path(scratch))
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
        finally:
            if browser:
                browser.driver.quit()
            for program in reversed(site.programs):
                program.kill()


if __name__ == "__main__":
    main()
