"""PyPI `mktxp` and our collector poll the same devices at the same time, and neither is harmed by the other.

Many will run both for a while before they switch: MKTXP scraped as Prometheus does, ours sampling every second.
"""

import csv
import json
import subprocess
import time

import pytest
from exposition import families
from mktxp import MKTXP, SWITCHES, write_configuration
from programs import PROGRAMS, FakeDevices, Program, wait_until

LEAD = 15  # seconds for both to start before the burst
BURST = {"rx": 123_456_789, "tx": 7_654_321}
PORT = "ether9"
SCRAPES = 4


class Run:
    """What was seen: MKTXP's answers, and what the collector left behind."""

    def __init__(self, folder):
        self.folder, self.root = folder, folder / "root"
        self.root.mkdir()
        self.collector_folder = self.root / "edge-1"
        self.answers = []
        self.programs = []

    def start(self):
        self.burst_start = int(time.time()) + LEAD
        devices = FakeDevices(self.folder, "--data", self._data())
        self.programs.append(devices.program)
        self.addresses = devices.wait_ready().addresses
        everything = dict.fromkeys(SWITCHES, True)
        configuration, port = write_configuration(self.folder / "mktxp", self.addresses, default=everything)
        collector = Program(
            [PROGRAMS / "tikwatch-collector", "run", "--config", self._configuration()], self.folder, "collector")
        self.programs.append(collector)
        heartbeat = self.collector_folder / "heartbeat.json"
        collector.wait_ready(lambda: heartbeat.exists() and heartbeat.stat().st_size, "heartbeat.json")
        self.mktxp = MKTXP(configuration, port, self.folder)
        self.programs.append(self.mktxp.program)
        self.mktxp.wait_ready()

    def poll(self):
        """Scrapes one after the other until there are enough and the burst is over and recorded."""
        end = self.burst_start + 3

        def done():
            self.answers.append(self.mktxp.get())
            times = [line["t"] for line in self.journal()]
            return len(self.answers) >= SCRAPES and times and times[-1] > end + 2

        wait_until(done, "samples after the burst", seconds=LEAD + 45)
        self.heartbeat = json.loads((self.collector_folder / "heartbeat.json").read_text())

    def journal(self):
        lines = []
        for path in sorted((self.collector_folder / "live").glob("*.jsonl")):
            lines += [json.loads(line) for line in path.read_text().splitlines(keepends=True) if line.endswith("\n")]
        return lines

    def samples(self, device, key=None):
        """Times of a device's samples, or (time, rxCounter, txCounter) of one interface."""
        found = [line["d"][device] for line in self.journal() if device in line["d"]]
        if key is None:
            return [entry["t"] for entry in found]
        return [(entry["t"], entry["i"][key][4], entry["i"][key][5]) for entry in found if key in entry["i"]]

    def ledgers(self, device):
        """Rows of the ledger by interface."""
        folder = self.collector_folder / "devices" / device.replace("_", "_5f") / "usage"
        found = {}
        for path in sorted(folder.glob("*/*.csv")):
            with path.open() as file:
                found.setdefault(path.parent.name, []).extend(csv.DictReader(file))
        return found

    def _data(self):
        """The built-in devices; the first has one more port that moves nothing but the burst."""
        made = subprocess.run([PROGRAMS / "tikwatch-fakedevice", "data"], capture_output=True, check=True)
        data = json.loads(made.stdout)
        self.device = data["devices"][0]["name"]

        def only(bytes_):
            return {"base": 0, "bursts": [{"from": self.burst_start, "to": self.burst_start + 3, "bytes": bytes_}]}

        data["devices"][0]["interfaces"].append({
            "row": {".id": "*99", "name": PORT, "default-name": PORT, "type": "ether", "mac-address": "48:A9:8A:00:00:99",
                    "running": True, "disabled": False},
            "rx": only(BURST["rx"]), "tx": only(BURST["tx"])})
        path = self.folder / "devices.json"
        path.write_text(json.dumps(data))
        return path

    def _configuration(self):
        path = self.folder / "collector.conf"
        path.touch(mode=0o600)
        path.write_text(
            f"[collector]\nid = edge-1\nstorage = {self.root}\nspool = {self.folder / 'spool'}\nmetrics_interval = 2\n"
            "[default]\nusername = admin\npassword =\nretention = compact\n"
            + "".join(f"[{name}]\nhostname = {host}\nport = {port}\n" for name, (host, port) in self.addresses.items()))
        return path


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Both ran beside each other; all have ended, the collector by itself with status 0."""
    run = Run(tmp_path_factory.mktemp("side-by-side"))
    try:
        run.start()
        run.poll()
        run.mktxp.stop()
        for program in reversed(run.programs[:2]):
            program.stop()
        yield run
    finally:
        for program in reversed(run.programs):
            program.kill()


def test_every_scrape_of_mktxp_succeeds_with_all_devices(run):
    assert len(run.answers) >= SCRAPES
    assert {status for status, _ in run.answers} == {200}
    for _, text in run.answers:
        found = families(text)
        named = {dict(labels)["routerboard_name"] for labels in found["mktxp_interface_rx_byte_total"].samples}
        assert named == set(run.addresses)
        assert len([name for name in found if name.startswith("mktxp_")]) > 50


def test_mktxp_sees_the_same_counter(run):
    """Its last answer came after the burst: the whole burst is in the counter, on top of nothing."""
    counter = families(run.answers[-1][1])["mktxp_interface_rx_byte_total"]
    values = [value for labels, value in counter.samples.items() if ("name", PORT) in labels]
    assert values == [BURST["rx"]]


def test_no_device_is_troubled(run):
    devices = run.heartbeat["devices"]
    assert {name: (device["state"], device["missedSamples"]) for name, device in devices.items()} == {
        name: ("up", 0) for name in run.addresses}


def test_no_second_is_missed(run):
    for device in run.addresses:
        times = run.samples(device)
        assert len(times) > SCRAPES
        gaps = [later - earlier for earlier, later in zip(times, times[1:])]
        assert 0 < min(gaps) and max(gaps) < 2, f"{device}: {max(gaps)} s between two samples"


def test_ledger_is_the_truth_to_the_byte(run):
    assert run.samples(run.device)[0] < run.burst_start, "the collector was not there before the burst: raise LEAD"
    rows = run.ledgers(run.device)[PORT]
    assert {name: sum(int(row[f"{name}_bytes"]) for row in rows) for name in BURST} == BURST


def test_every_ledger_agrees_with_the_readings(run):
    for device in run.addresses:
        ledgers = run.ledgers(device)
        assert ledgers
        for key, rows in ledgers.items():
            (_, *first), (_, *last) = (run.samples(device, key)[place] for place in (0, -1))
            assert [sum(int(row[f"{name}_bytes"]) for row in rows) for name in BURST] == [
                after - before for before, after in zip(first, last)], f"{device} {key}"
