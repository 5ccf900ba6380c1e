"""Pages on paper: printed to PDF by the browser, then read and looked at as a person would."""

import base64
import subprocess

import pytest
from pages import GRAPH, REPORT, SEVERAL
from programs import wait_until

IN, OUT = (10, 105, 184), (180, 73, 15)  # of the light theme
PAPER = {"graph": GRAPH, "several": SEVERAL + "&range=15m", "report": REPORT, "reports": "reports", "device": "devices/gw-riga",
         "clients": "clients", "cluster": "cluster?replicas=all", "overview": "", "table": "?view=table"}
SAYS = {
    "graph": ["ether1", "In this view", "95th pct.", "bit/s", "Values as a table", "Events"], "several": ["sfp-sfpplus1", "bridge", "Out, transferred"],
    "report": ["Report of gw-riga", "95th percentile", "Months", "Known"], "reports": ["Reports", "gw-riga", "branch-tartu", "Forecast", "Known"],
    "device": ["gw-riga", "RB5009", "Interfaces", "ether1", "MAC", "Events", "Temperature"], "clients": ["Clients", "Seen"],
    "cluster": ["Collectors", "edge-1", "Silent", "Readable"], "overview": ["gw-riga", "Down", "bit/s"], "table": ["gw-riga", "branch-tartu"],
}
CONTROLS = ["Find device", "Press ? for keys", "Export", "Compare", "Go live", "Peaks", "Skip to content", "drag zoom", "Several", "Show together", "Connecting"]


class Sheet:
    """What a page looks like on A4."""

    def __init__(self, browser, path, folder, name):
        browser.open(path)
        if browser.scripts and browser.all("#live"):
            browser.live()
        answer = browser.command("Page.printToPDF", paperWidth=8.27, paperHeight=11.69, printBackground=False)
        pdf = folder / f"{name}.pdf"
        pdf.write_bytes(base64.b64decode(answer["data"]))
        read = lambda *words: subprocess.run([str(word) for word in words], capture_output=True, check=True, timeout=60).stdout
        self.text = read("pdftotext", "-layout", pdf, "-").decode()
        subprocess.run(["pdftoppm", "-r", "60", str(pdf), str(folder / name)], check=True, timeout=120)
        self.sheets = [pixels(path) for path in sorted(folder.glob(f"{name}-*.ppm"))]
        assert self.sheets

    def near(self, colour, reach=40):
        """How many points of all sheets have about that colour."""
        return sum(all(abs(a - b) <= reach for a, b in zip(point, colour)) for sheet in self.sheets for point in sheet)

    def share(self, test):
        points = [point for sheet in self.sheets for point in sheet]
        return sum(1 for point in points if test(point)) / len(points)


def pixels(path):
    """The points of an image in the plain format of netpbm."""
    head, size, most, data = path.read_bytes().split(b"\n", 3)
    assert (head, most) == (b"P6", b"255")
    width, height = (int(number) for number in size.split())
    assert len(data) == width * height * 3
    return list(zip(data[0::3], data[1::3], data[2::3]))


@pytest.mark.parametrize("name", PAPER)
def test_page_on_paper(open_browser, tmp_path, name):
    browser = open_browser(theme="dark")
    sheet = Sheet(browser, PAPER[name], tmp_path, name)
    words = " ".join(sheet.text.split())
    assert [part for part in SAYS[name] if part not in words] == []
    assert [part for part in CONTROLS if part in words] == []
    assert "Overview Graphs Reports Clients Cluster" not in words, "no navigation"
    assert "Times are local" in words or "billed" in words, "whose times these are"
    assert sheet.share(lambda point: min(point) > 230) > 0.75, "white paper"
    assert sheet.share(lambda point: max(point) < 110) > 0.003, "black letters"
    assert len(sheet.sheets) <= 6
    if name in ("graph", "overview"):
        # An arrow beside a number has a dozen points of its colour; a line across the sheet, however flat, has many more.
        assert sheet.near(IN) > 50 and sheet.near(OUT) > 50, "both directions are drawn"
    # The screen is what it was.
    assert browser.run("return document.documentElement.dataset.theme") is None
    assert browser.run("return getComputedStyle(document.documentElement).colorScheme") == "dark"
    assert browser.run("return document.documentElement.classList.contains('paper')") is False
    if name == "graph":
        size = "const chart = tikwatch.graphPage.chart; return chart.width === Math.round(chart.element.getBoundingClientRect().width)"
        wait_until(lambda: browser.run(size), "the width of the screen")
        assert browser.run("return document.querySelector('.datatable').open") is False


def test_table_of_a_device_is_not_cut_off(open_browser, tmp_path):
    """The last column is the MAC: every interface's stands on the paper."""
    browser = open_browser()
    sheet = Sheet(browser, "devices/gw-riga", tmp_path, "device")
    addresses = browser.run("return [...document.querySelectorAll('[data-interface] td:last-child')].map(each => each.textContent)")
    assert len(addresses) > 4
    assert [address for address in addresses if address not in sheet.text] == []


def test_paper_without_scripts(open_browser, tmp_path):
    sheet = Sheet(open_browser(scripts=False), "reports", tmp_path, "reports")
    assert "gw-riga" in sheet.text
    assert sheet.share(lambda point: min(point) > 230) > 0.75
    assert sheet.share(lambda point: max(point) < 110) > 0.003
