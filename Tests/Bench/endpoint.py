"""How soon the collector's endpoint answers, with twenty devices of which five hang.

    make bench-endpoint [SECONDS=60]

The devices are `Tests/Fixtures/devices/v7.json`, twenty times, with every switch on; five accept connections and answer nothing.
Printed, with no judgement: size, median and 99th percentile of `/metrics` as text, as OpenMetrics and compressed, each on a connection
of its own, one after the other for a share of SECONDS; the same with eight at once; and of `/probe` of a device that answers.

TIKWATCH_BIN names the folder of the programs (default: .build/release if it is there, else .build/debug).
"""

import argparse
import concurrent.futures
import http.client
import json
import pathlib
import tempfile
import time

from figures import REPOSITORY, figure

from mktxp import SWITCHES
from programs import PROGRAMS, FakeDevices, Program, free_port, wait_until

DEVICES, HUNG = 20, 5
OPEN_METRICS = "application/openmetrics-text;version=1.0.0"


def data_file(folder):
    """The fixture's device under twenty names, the last five of which hang."""
    template = json.loads((REPOSITORY / "Tests" / "Fixtures" / "devices" / "v7.json").read_text())
    devices = []
    for index in range(DEVICES):
        device = dict(template["devices"][0], name=f"r{index:02}")
        if index >= DEVICES - HUNG:
            device["faults"] = [{"kind": "hang-accept"}]
        devices.append(device)
    path = folder / "devices.json"
    path.write_text(json.dumps({"devices": devices}))
    return path, template["devices"][0]


def configuration(folder, addresses, device, port):
    lines = [f"[collector]\nid = bench\nstorage = {folder / 'root'}\nspool = {folder / 'spool'}\nretention = compact\nupdate_check_url = 0\n"]
    lines.append(f"listen = 127.0.0.1:{port}\n")
    lines.append(f"[default]\nhostname = 127.0.0.1\nusername = {device.get('user', 'admin')}\npassword = {device.get('password', '')}\n")
    lines += [f"{switch} = yes\n" for switch in SWITCHES]
    lines += [f"[{name}]\nport = {address[1]}\n" for name, address in addresses.items()]
    (folder / "root").mkdir()
    path = folder / "collector.conf"
    path.touch(mode=0o600)
    path.write_text("".join(lines))
    return path


def get(port, path, **headers):
    """(milliseconds, body) of one request on a connection of its own."""
    began = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    if answer.status != 200:
        raise SystemExit(f"{path}: {answer.status} {body[:200]}")
    return (time.perf_counter() - began) * 1000, body


def percentile(times, share):
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def report(name, seconds, port, path, workers=1, **headers):
    times, size, end = [], 0, time.monotonic() + seconds
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        while time.monotonic() < end:
            for took, body in pool.map(lambda _: get(port, path, **headers), range(workers)):
                times.append(took)
                size = len(body)
            # Scrapes come now and then, and so do these.
            time.sleep(0.01)
    print(f"{name:34} {size:9} bytes {len(times):6} requests  p50 {percentile(times, 0.5):8.2f} ms  p99 {percentile(times, 0.99):8.2f} ms")
    if workers == 1 and path == "/metrics":
        middle = percentile(times, 0.5)
        what = f"collector's {name}, {DEVICES} devices, {HUNG} of them hang"
        figure("snapshot", what, middle, "ms, half of them", bar="< 10", holds=middle < 10)


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    options.add_argument("--seconds", type=float, default=60)
    seconds = options.parse_args().seconds / 5
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        data, device = data_file(folder)
        fake = FakeDevices(folder, "--data", data)
        programs = [fake.program]
        try:
            port = free_port()
            config = configuration(folder, fake.wait_ready().addresses, device, port)
            collector = Program([PROGRAMS / "tikwatch-collector", "run", "--config", config, "--quiet"], folder, "collector")
            programs.append(collector)

            def states():
                try:
                    text = get(port, "/metrics")[1].decode()
                except OSError:
                    return None
                up = text.count("tikwatch_device_up{") and sum(
                    line.endswith(" 1") for line in text.splitlines() if line.startswith("tikwatch_device_up{"))
                return text if up == DEVICES - HUNG and text.count("tikwatch_interface_rate_") > 2 * up else None

            wait_until(states, "metrics of the devices that answer", 120)
            # Menus of the slow periods come one after the other.
            time.sleep(5)
            print(f"{DEVICES} devices, {HUNG} of them hang; {PROGRAMS}")
            report("/metrics", seconds, port, "/metrics")
            report("/metrics OpenMetrics", seconds, port, "/metrics", Accept=OPEN_METRICS)
            report("/metrics OpenMetrics gzip", seconds, port, "/metrics", Accept=OPEN_METRICS, Accept_Encoding="gzip")
            report("/metrics gzip, eight at once", seconds, port, "/metrics", workers=8, Accept_Encoding="gzip")
            report("/probe of one device", seconds, port, "/probe?module=r00")
            for program in reversed(programs):
                program.stop()
        finally:
            for program in programs:
                program.kill()


if __name__ == "__main__":
    main()
