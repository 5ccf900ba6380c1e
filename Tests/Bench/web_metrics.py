"""How fast the web node sends /metrics of 200 devices, beside nginx sending the same bytes.

    make bench-metrics [SECONDS=60] [DEVICES=200]

One device of `Tests/Fixtures/devices/v7.json` is polled with every switch on; its `metrics.prom` is written for DEVICES devices with
other names and other values. Then, in one run on one machine: time to the first byte and to the last of the first scrape after a start
and of the second; a scrape after all files changed; `wrk` against the web node and against nginx with the same bytes in a file
(sendfile; gzip on the fly at level 1), as they are and compressed, in turn; the same while devices are rewritten as collectors do, each every
15 s, by a process of its own; memory. nginx's file stays as it is: it has nothing to join.

TIKWATCH_BIN names the folder of the programs (default: .build/release for what is there, else .build/debug).
"""

import argparse
import gzip
import http.client
import json
import multiprocessing
import os
import pathlib
import random
import re
import subprocess
import tempfile
import time

from figures import REPOSITORY, figure, memory, processor

from mktxp import SWITCHES
from programs import PROGRAMS, FakeDevices, Program, free_port, wait_until

VARIANTS = 8
PERIOD = 15
OPEN_METRICS = "application/openmetrics-text;version=1.0.0"


def real_metrics(folder):
    """The text that a collector writes of the fixture's device."""
    data = REPOSITORY / "Tests" / "Fixtures" / "devices" / "v7.json"
    device = json.loads(data.read_text())["devices"][0]
    fake = FakeDevices(folder, "--data", data)
    programs = [fake.program]
    try:
        (name, (host, port)), = fake.wait_ready().addresses.items()
        root = folder / "one"
        root.mkdir()
        config = folder / "collector.conf"
        config.touch(mode=0o600)
        config.write_text(
            f"[collector]\nid = x\nstorage = {root}\nspool = {folder / 'spool'}\nretention = compact\nmetrics_interval = 2\n"
            f"update_check_url = 0\n[{name}]\nhostname = {host}\nport = {port}\nusername = {device.get('user', 'admin')}\n"
            f"password = {device.get('password', '')}\n" + "".join(f"{switch} = yes\n" for switch in SWITCHES))
        programs.append(Program([PROGRAMS / "tikwatch-collector", "run", "--config", config], folder, "collector"))
        file = root / "x" / "devices" / name / "metrics.prom"

        def complete():
            text = file.read_text() if file.exists() else ""
            return text if text.count("tikwatch_interface_rate_") > 20 and text.count("# TYPE") > 230 else None

        text = wait_until(complete, "metrics of every menu", 60)
        for running in reversed(programs):
            running.stop()
        return name, text
    finally:
        for running in programs:
            running.kill()


class Fleet:
    """The root with its devices."""

    def __init__(self, root, count, template):
        name, text = template
        self.count, self.turns = count, [0] * count
        self.folder = root / "edge-1" / "devices"
        body = text.split("\n", 1)[1].replace(f'routerboard_name="{name}"', 'routerboard_name="NAME"')
        body = body.replace('routerboard_address="127.0.0.1"', 'routerboard_address="10.0.NUMBER.1"')
        # Text, value, text, value, …: counters and gauges get other values, what is 0 or 1 stays. Made beforehand: writing shall cost little.
        pieces, chance = re.split(r"(?m) (\d\d[\d.]*)$", body), random.Random(1)
        self.variants = []
        for number in range(VARIANTS):
            for at in range(1, len(pieces), 2):
                pieces[at] = f" {int(float(pieces[at])) + chance.randrange(int(float(pieces[at])) // 8 + 10)}"
            self.variants.append("".join(pieces).encode())
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
        (root / "edge-1" / "live").mkdir(parents=True)
        for number in range(count):
            (self.folder / self.name(number)).mkdir(parents=True)
            self.write(number)
        state = {"state": "up", "reason": None, "since": stamp, "address": "10.0.0.1", "interfaces": 22}
        (root / "edge-1" / "heartbeat.json").write_text(json.dumps({
            "format": 1, "collector": "edge-1", "host": "bench", "pid": 1, "version": "1", "started": stamp, "written": stamp,
            "sequence": 1, "interval": 1, "devices": {self.name(number): state for number in range(count)}}))

    @staticmethod
    def name(number):
        return f"router-{number:03}"

    def write(self, number):
        self.turns[number] += 1
        text = self.variants[(number + self.turns[number]) % VARIANTS]
        text = text.replace(b"NAME", self.name(number).encode()).replace(b"NUMBER", str(number).encode())
        file = self.folder / self.name(number) / "metrics.prom"
        beside = file.with_suffix(".new")
        beside.write_bytes(f"# written {time.time():.3f}\n".encode() + text)
        beside.rename(file)

    def write_all(self):
        for number in range(self.count):
            self.write(number)

    def live(self, stopped):
        """Rewrites devices one after the other, each every PERIOD seconds."""
        number, due = 0, time.monotonic()
        while not stopped.is_set():
            self.write(number % self.count)
            number += 1
            due += PERIOD / self.count
            stopped.wait(max(0, due - time.monotonic()))


def nginx(folder, plain, packing):
    site = f"root {folder / 'www'}; default_type text/plain;"
    (folder / "nginx.conf").write_text(
        f"{'user root; ' if os.getuid() == 0 else ''}daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.err; worker_processes auto; events {{}}\n"
        f"http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000;\n"
        f"server {{ listen 127.0.0.1:{plain}; {site} }}\n"
        f"server {{ listen 127.0.0.1:{packing}; {site} gzip on; gzip_comp_level 1; gzip_types *; }} }}\n")
    running = Program(["/usr/sbin/nginx", "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "nginx.err"], folder, "nginx")
    running.wait_ready(lambda: answers(plain, "/metrics"), "nginx")
    return running


def answers(port, path):
    try:
        return get(port, path)[2] is not None
    except OSError:
        return False


def get(port, path, **headers):
    """(milliseconds to the first byte, to the last, body)."""
    began = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    first = (time.perf_counter() - began) * 1000
    body = answer.read()
    last = (time.perf_counter() - began) * 1000
    connection.close()
    return first, last, body if answer.status == 200 else None


def wrk(port, seconds, headers=()):
    """(requests a second, bytes a second)."""
    words = ["wrk", "-t1", "-c4", f"-d{seconds:.0f}s", "--timeout", "60s", "-H", "Connection: keep-alive"]
    for header in headers:
        words += ["-H", header]
    ran = subprocess.run(words + [f"http://127.0.0.1:{port}/metrics"], capture_output=True, text=True, check=True).stdout
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", ran)[1])
    number, unit = re.search(r"Transfer/sec:\s+([\d.]+)([KMG]?)B", ran).groups()
    if trouble := re.search(r"(Non-2xx.*|Socket errors.*)", ran):
        print("   ", trouble[1])
    return rate, float(number) * {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}[unit]


def once(name, port, path="/metrics", **headers):
    first, last, body = get(port, path, **headers)
    print(f"{name:44} first byte {first:8.1f} ms  last {last:8.1f} ms  {len(body):9} bytes")
    return body


def duel(name, web, port, other, seconds, headers, bar):
    """Both in turn, twice, so that neither has the better half of the time. Judged by requests for what is compressed (the two do not compress
    alike), and by bytes for what is not: `bar` times nginx."""
    theirs, ours, busy = [], [], 0.0
    for _ in range(2):
        theirs.append(wrk(other, seconds / 4, headers))
        before = processor(web.process.pid)
        ours.append(wrk(port, seconds / 4, headers))
        busy += processor(web.process.pid) - before
    (rate, size), (rate_there, size_there) = ((sum(column) / 2 for column in zip(*figures)) for figures in (ours, theirs))
    print(f"{name:28} nginx {rate_there:8.1f}/s {size_there / 1e6:8.1f} MB/s; web node {rate:8.1f}/s {size / 1e6:8.1f} MB/s,"
          f" {busy / seconds * 2:.2f} cores; requests {rate / rate_there:6.2f} ×, bytes {size / size_there:6.2f} ×")
    ratio = rate / rate_there if headers else size / size_there
    figure("metrics", f"/metrics, {name}", rate, "/s", bar=f"≥ {bar:g} ×", holds=ratio >= bar, peer="nginx", peer_value=rate_there, ratio=ratio)


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--devices", type=int, default=200)
    options = options.parse_args()
    seconds = max(4, options.seconds / 4)
    packed = ["Accept-Encoding: gzip"]
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        root = folder / "root"
        fleet = Fleet(root, options.devices, real_metrics(folder))
        port, plain, packing = free_port(), free_port(), free_port()
        (folder / "web.conf").write_text(
            f"[web]\nlisten = 127.0.0.1:{port}\nstorage = {root}\nmetrics_stale_after = 3600\n")
        web = Program([PROGRAMS / "tikwatch-web", "run", "--config", folder / "web.conf"], folder, "web")
        programs = [web]
        try:
            web.wait_ready(lambda: answers(port, "/api/v1/devices"), "the web node")
            wait_until(lambda: len(json.loads(get(port, "/api/v1/devices")[2])["devices"]) == options.devices, "devices")
            print(f"{options.devices} devices; {PROGRAMS / 'tikwatch-web'}; resident {memory(web.process.pid)[0]:.0f} MB")
            once("first scrape, gzip", port, Accept_Encoding="gzip")
            body = once("second scrape, identity", port)
            print(f"resident {memory(web.process.pid)[0]:.0f} MB")
            small = once("second scrape, gzip", port, Accept_Encoding="gzip")
            once("OpenMetrics, gzip", port, Accept_Encoding="gzip", Accept=OPEN_METRICS)
            assert abs(len(gzip.decompress(small)) - len(body)) < 1000
            fleet.write_all()
            once("scrape after all changed, gzip", port, Accept_Encoding="gzip")
            fleet.write_all()
            once("scrape after all changed, identity", port)
            once("one device, gzip", port, "/metrics?device=" + fleet.name(7), Accept_Encoding="gzip")
            print(f"resident {memory(web.process.pid)[0]:.0f} MB")
            (folder / "www").mkdir()
            (folder / "www" / "metrics").write_bytes(get(port, "/metrics")[2])
            programs.append(nginx(folder, plain, packing))

            duel("identity", web, port, plain, seconds, [], 0.5)
            duel("gzip", web, port, packing, seconds, packed, 5)
            stopped = multiprocessing.Event()
            writer = multiprocessing.Process(target=fleet.live, args=[stopped])
            writer.start()
            try:
                duel("identity, rewritten", web, port, plain, seconds, [], 0.5)
                duel("gzip, rewritten", web, port, packing, seconds, packed, 5)
            finally:
                stopped.set()
                writer.join()
            resident, highest = memory(web.process.pid)
            print(f"memory after: {resident:.0f} MB resident, {highest:.0f} MB at most")
            figure("metrics", f"memory after, {options.devices} devices", resident, "MB")
            for running in reversed(programs):
                running.stop()
        finally:
            for running in programs:
                running.kill()


if __name__ == "__main__":
    main()
