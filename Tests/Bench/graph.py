"""Pictures and series from a web node against librrd in one process, on the same archive, in the same run.

    make bench-graph [SECONDS=60]

Data: five years of one interface, `tikwatch-fakedevice history --retention standard`; or TIKWATCH_BENCH_ROOT, a root that is there.
For each window, in turn so that both see the same machine: `/graph.png` over HTTP, with volume and true peak, each time another second so that
no cache helps; and `rrd_graph_v` in this process (ctypes), with the node's own arguments, taken from `/rrdtool.txt`, from the file. Then
`/api/v1/series` of 1,000 points; the same with wrk; memory of the node and of its drawing processes.
Printed, with no judgement.

TIKWATCH_BIN names the folder of the programs (default: .build/release if it is there, else .build/debug).
"""

import argparse
import ctypes
import ctypes.util
import http.client
import json
import os
import pathlib
import shlex
import shutil
import statistics
import subprocess
import tempfile
import time
import urllib.parse

from figures import figure

from programs import PROGRAMS, Program, free_port

DAY = 86_400
WINDOWS = {"5 min": 300, "1 h": 3600, "24 h": DAY, "7 d": 7 * DAY, "30 d": 30 * DAY, "1 y": 365 * DAY, "5 y": 5 * 365 * DAY}


class LibRRD:
    """`rrd_graph_v` in this process."""

    def __init__(self):
        self.library = ctypes.CDLL(ctypes.util.find_library("rrd") or "librrd.so.8")
        self.library.rrd_graph_v.restype = ctypes.c_void_p
        self.library.rrd_get_error.restype = ctypes.c_char_p
        self.library.rrd_info_free.argtypes = [ctypes.c_void_p]
        self.processor = 0.0

    def draw(self, words):
        """Milliseconds."""
        vector = (ctypes.c_char_p * len(words))(*[word.encode() for word in words])
        began, busy = time.perf_counter(), time.thread_time()
        self.library.rrd_clear_error()
        info = self.library.rrd_graph_v(len(words), vector)
        took = (time.perf_counter() - began) * 1000
        self.processor += (time.thread_time() - busy) * 1000
        if not info:
            raise SystemExit(f"librrd: {self.library.rrd_get_error().decode()}")
        self.library.rrd_info_free(info)
        return took


class Node:
    def __init__(self, root, folder):
        self.port = free_port()
        self.program = Program([PROGRAMS / "tikwatch-web", "run", "--storage", root, "--listen", f"127.0.0.1:{self.port}"], folder, "web")
        self.connection = None

    def get(self, path, **query):
        """(milliseconds, body) on a connection that stays."""
        target = path + ("?" + urllib.parse.urlencode(query) if query else "")
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        began = time.perf_counter()
        try:
            self.connection.request("GET", target)
            answer = self.connection.getresponse()
            body = answer.read()
        except OSError:
            self.connection = None
            raise
        if answer.status != 200:
            raise SystemExit(f"{target}: {answer.status} {body[:300]}")
        return (time.perf_counter() - began) * 1000, body

    def ready(self):
        try:
            return json.loads(self.get("/api/v1/devices")[1])["devices"] or None
        except (OSError, http.client.HTTPException):
            self.connection = None
            return None

    def processes(self):
        """The node, then those that draw."""
        pids = [self.program.process.pid]
        for task in pathlib.Path(f"/proc/{pids[0]}/task").iterdir():
            pids += [int(pid) for pid in (task / "children").read_text().split()]
        return pids

    def processor(self):
        """Milliseconds of processor time so far, drawing processes included."""
        files = [task / "schedstat" for pid in self.processes() for task in pathlib.Path(f"/proc/{pid}/task").iterdir()]
        return sum(int(file.read_text().split()[0]) for file in files) / 1e6

    def memory(self):
        """Megabytes now and at most, by process."""
        figures = []
        for pid in self.processes():
            status = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
            figures.append(tuple(round(int(status[name].split()[0]) / 1024) for name in ("VmRSS", "VmHWM")))
        return figures


def arguments(text):
    """The words of the command that people copy, for an image in memory."""
    words = shlex.split(text.replace("\\\n", " "))
    return ["graph", "-"] + words[3:]


def pictures(node, librrd, device, interface, end, seconds):
    """Medians, the quickest, and processor time, which other work on the machine does not change: of the node with its drawing
    processes against librrd alone."""
    print(f"{'/graph.png 1180 x 340':24} {'node ms':>8} {'librrd':>7} {'ratio':>6}   {'quickest':>8} {'librrd':>7} {'ratio':>6}"
          f"   {'cpu':>6} {'librrd':>7} {'ratio':>6} {'bytes':>8} {'runs':>5}")
    shift = 0
    for name, length in WINDOWS.items():
        ours, theirs, busy, size, stop = [], [], 0.0, 0, time.monotonic() + seconds / len(WINDOWS)
        while time.monotonic() < stop or len(ours) < 6:
            shift += 1
            query = {"device": device, "interface": interface, "from": end - length - shift, "to": end - shift, "volume": 1}
            words = arguments(node.get("/rrdtool.txt", **query)[1].decode())
            if len(ours) == 1:
                # The first of a window warms caches on both sides.
                busy, librrd.processor = 0.0, 0.0
            before = node.processor()
            took, body = node.get("/graph.png", **query)
            busy += node.processor() - before
            if len(body) < 1000 or body[:4] != b"\x89PNG":
                raise SystemExit("no picture")
            ours.append(took)
            theirs.append(librrd.draw(words))
            size = len(body)
        ours, theirs, runs = ours[1:], theirs[1:], len(ours) - 1
        middle, other = statistics.median(ours), statistics.median(theirs)
        print(f"{name:24} {middle:8.1f} {other:7.1f} {middle / other:6.2f}   {min(ours):8.1f} {min(theirs):7.1f} {min(ours) / min(theirs):6.2f}"
              f"   {busy / runs:6.1f} {librrd.processor / runs:7.1f} {busy / librrd.processor:6.2f} {size:8} {runs:5}")
        figure("graph", f"PNG 1180 × 340, {name}, volume and true peak", middle, "ms", bar="≤ 1.1 × and < 50",
               holds=middle <= 1.1 * other and middle < 50, peer="librrd in process", peer_value=other, ratio=middle / other)


def series(node, device, interface, end, seconds):
    print(f"\n{'/api/v1/series 1000':24} {'ms':>9} {'p90':>7} {'p99':>7} {'bytes':>8} {'points':>7}   wrk, 1 connection")
    for name, length in WINDOWS.items():
        query = {"device": device, "interface": interface, "from": end - length, "to": end, "points": 1000}
        times, stop = [], time.monotonic() + seconds / len(WINDOWS) / 2
        while time.monotonic() < stop or len(times) < 5:
            took, body = node.get("/api/v1/series", **query)
            times.append(took)
        times.sort()
        points = len(json.loads(body)["in"]["avg"])
        url = f"http://127.0.0.1:{node.port}/api/v1/series?" + urllib.parse.urlencode(query)
        figures = wrk(url, max(1, round(seconds / len(WINDOWS) / 2)))
        print(f"{name:24} {statistics.median(times):9.2f} {times[int(len(times) * 0.9)]:7.2f} {times[int(len(times) * 0.99)]:7.2f} {len(body):8} {points:7}   {figures}")
        limit = 20 if length > 366 * DAY else 3 if length <= 30 * DAY else None
        middle = statistics.median(times)
        figure("series", f"1,000 points over HTTP, {name}", middle, "ms", bar=f"≤ {limit}" if limit else "", holds=limit and middle <= limit)


def first(node, device, interface, end):
    """The first picture of a node: its drawing process starts for it, and finds its fonts."""
    took, _ = node.get("/graph.png", device=device, interface=interface, **{"from": end - 3600}, to=end, volume=1)
    second, _ = node.get("/graph.png", device=device, interface=interface, **{"from": end - 3700}, to=end, volume=1)
    print(f"first picture after the start {took:.0f} ms, second {second:.0f} ms")
    figure("graph", "first picture after a start", took, "ms", peer="the second", peer_value=second, ratio=took / second)


def wrk(url, seconds):
    if not shutil.which("wrk"):
        return "wrk is not installed"
    ran = subprocess.run(["wrk", "-t1", "-c1", f"-d{seconds}s", "--latency", url], capture_output=True, text=True, check=True).stdout
    wanted = [" ".join(line.split()) for line in ran.splitlines() if line.strip().startswith(("50%", "99%", "Requests/sec", "Non-2xx"))]
    return ", ".join(wanted)


def history(folder):
    """A root with five years of one interface, and what to ask for."""
    root = pathlib.Path(os.environ.get("TIKWATCH_BENCH_ROOT", folder / "root"))
    if not root.exists():
        root.mkdir()
        subprocess.run(
            [PROGRAMS / "tikwatch-fakedevice", "history", "--storage", root, "--days", "1826", "--devices", "1", "--interfaces", "1",
             "--retention", "standard"], check=True)
    archive = next(root.glob("*/devices/*/interfaces/*.rrd"))
    return root, archive.parents[1].name, archive.stem, int(archive.stat().st_mtime) // 300 * 300 - 3600


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    options.add_argument("--seconds", type=float, default=60)
    seconds = options.parse_args().seconds / 2
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        root, device, interface, end = history(folder)
        node = Node(root, folder)
        try:
            node.program.wait_ready(node.ready, "its devices")
            print(f"{PROGRAMS}; load {os.getloadavg()[0]:.1f}")
            first(node, device, interface, end)
            before = node.memory()
            pictures(node, LibRRD(), device, interface, end, seconds)
            series(node, device, interface, end, seconds)
            print(f"\nmemory, MB (now, highest): node at first {before[0]}, after {node.memory()[0]}; drawing {node.memory()[1:]}")
            node.program.stop()
        finally:
            node.program.kill()


if __name__ == "__main__":
    main()
