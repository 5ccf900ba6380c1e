"""Fixtures: a site with some days of history, seen by a real browser.

The site has the three built-in fake devices (up), one device that does not answer, and one whose collector has stopped and
whose names are hostile.
"""

import json
import os
import pathlib
import subprocess
import time

import pytest
from browser import opening
from programs import PROGRAMS, REPOSITORY, Site, wait_until

DAYS = 3
HOSTILE = "\"\u0301 onfocus=window.hacked=1 '><img src=x onerror=window.hacked=1></script>&{{x}}"


class BrowserSite(Site):
    """A site that begins with past data, a dead device and a silent collector."""

    def start(self):
        history = [PROGRAMS / "tikwatch-fakedevice", "history", "--storage", self.root, "--collector", self.COLLECTOR,
                   "--days", str(DAYS), "--retention", "standard"]
        done = subprocess.run([str(word) for word in history], capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
        write_silent_collector(self.root / "old-1")
        super().start()
        wait_until(lambda: self._state("offline") == "down", "the dead device to be down", 60)
        return self

    def _state(self, device):
        heartbeat = json.loads((self.root / self.COLLECTOR / "heartbeat.json").read_text())
        return heartbeat["devices"].get(device, {}).get("state")

    def _collector_config(self):
        path = super()._collector_config()
        # Nobody listens on the discard port of loopback.
        text = path.read_text().replace("retention = compact", "retention = standard")
        path.write_text(text + "[offline]\nhostname = 127.0.0.1\nport = 9\n")
        return path


def write_silent_collector(folder):
    """The folder of a collector that wrote its last heartbeat an hour ago. Its device has a hostile name throughout."""
    escaped = "".join(chr(b) if chr(b).isascii() and (chr(b).isalnum() or chr(b) in ".-") else f"_{b:02x}" for b in HOSTILE.encode())
    assert len(escaped) > 100, "the name is long on purpose"
    import hashlib
    escaped = escaped[:91] + "_" + hashlib.sha256(HOSTILE.encode()).hexdigest()[:8]
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(time.time() - 3600))
    device = folder / "devices" / escaped
    device.mkdir(parents=True)
    (device / "device.json").write_text(json.dumps({
        "format": 1, "device": HOSTILE, "identity": HOSTILE, "model": HOSTILE, "address": HOSTILE, "interfaces": {
            "ether1": {"name": HOSTILE, "comment": HOSTILE, "type": "ether", "role": "wan", "running": True, "speed": 1e9, "names": []}}}))
    then = time.time() - 3600
    columns = ["host_name", "server", "mac_address", "address", "active_address", "expires_after"]
    (device / "tables.json").write_text(json.dumps({
        "format": 1, "device": HOSTILE, "written": then, "tables": {"dhcp": {
            "t": then, "columns": [{"id": name, "title": HOSTILE, "type": "text"} for name in columns],
            "rows": [[HOSTILE, HOSTILE, "02:00:00:00:00:01", HOSTILE, HOSTILE, 600]]}}}))
    (folder / "heartbeat.json").write_text(json.dumps({
        "format": 1, "collector": "old-1", "host": "old", "pid": 1, "version": "1.0", "started": stamp, "written": stamp,
        "sequence": 1, "interval": 1, "devices": {HOSTILE: {
            "state": "up", "since": stamp, "lastSuccess": stamp, "address": HOSTILE, "identity": HOSTILE, "model": HOSTILE}}}))


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """A site whose pages have something to show."""
    running = BrowserSite(tmp_path_factory.mktemp("site"))
    try:
        yield running.start()
        running.stop()
    finally:
        for program in running.programs:
            program.kill()


@pytest.fixture
def screenshots():
    """Where screenshots are kept."""
    folder = pathlib.Path(os.environ.get("TIKWATCH_ARTIFACTS", REPOSITORY / ".ci-artifacts")) / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def open_browser(site):
    """Opens browsers on the site; at the end each must have seen no error and no violation of the policy."""
    with opening(site.url + "/") as open_one:
        yield open_one


@pytest.fixture
def browser(open_browser):
    """A browser in dark colours, 1440 × 900."""
    return open_browser()
