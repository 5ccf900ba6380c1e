"""Pictures and volumes beside mt-trafmon's approach (`trafmon_peer.py`): the same windows, in turn, in the same run.

    make bench-trafmon [SECONDS=60]

Ours: a web node over five years of one interface, as in `graph.py`. Theirs: an archive laid out like mt-trafmon's, 875 MB, full of values, in a
temporary folder (left out where the disk has less than 3 GB free). A picture of 1200 × 420 (1311 × 522 with its frame), dark, area, with volume, each
time of another second; then the page with volume around it, for which all rows of the window are fetched and added up in Python: page and picture
against our picture, which has volume and true peak in it. The year is left out where less than 8 GB of memory are free: theirs takes 5 GB.
"""

import argparse
import array
import http.client
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from figures import figure, memory, processor
from graph import DAY, Node, history

from programs import PROGRAMS, Program, free_port

WINDOWS = {"5 min": 300, "1 h": 3600, "24 h": DAY, "7 d": 7 * DAY, "30 d": 30 * DAY, "1 y": 365 * DAY}
HEADER = 2336
SIZE = 875_199_776


def archive(folder, end):
    """An archive of mt-trafmon's layout whose values are all there."""
    path = folder / "peer.rrd"
    here = str(pathlib.Path(__file__).parent)
    subprocess.run(["/usr/bin/python3", "-c", "import sys; sys.path.insert(0, sys.argv[1]); import trafmon_peer; trafmon_peer.create(sys.argv[2], int(sys.argv[3]))",
                    here, str(path), str(end)], check=True)
    if path.stat().st_size != SIZE:
        raise SystemExit(f"{path}: {path.stat().st_size} bytes, not {SIZE}: another layout of RRD files")
    source = random.Random(1)
    values = array.array("d", (source.lognormvariate(16, 0.6) for _ in range(1 << 17))).tobytes()
    with path.open("r+b") as file:
        file.seek(HEADER)
        left = SIZE - HEADER
        while left:
            left -= file.write(values[:left])
    return path


class Peer:
    def __init__(self, path, folder):
        self.port = free_port()
        here = pathlib.Path(__file__).with_name("trafmon_peer.py")
        self.program = Program(["/usr/bin/python3", here, "serve", "--file", path, "--port", str(self.port)], folder, "peer")

    def get(self, **query):
        began = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        connection.request("GET", "/?" + "&".join(f"{name}={value}" for name, value in query.items()))
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        if answer.status != 200 or not body:
            raise SystemExit(f"peer: {answer.status} {self.program.tail()}")
        return (time.perf_counter() - began) * 1000, body


def available():
    """Gigabytes of memory."""
    lines = pathlib.Path("/proc/meminfo").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable")) / 1048576


def pictures(node, peer, device, interface, end, seconds):
    print(f"{'picture 1311 x 522':20} {'node ms':>8} {'peer':>7} {'ratio':>6}   {'cpu':>6} {'peer':>7} {'ratio':>6} {'runs':>5}")
    shift = 0
    medians = {}
    for name, length in WINDOWS.items():
        ours, theirs, stop = [], [], time.monotonic() + seconds / len(WINDOWS)
        while time.monotonic() < stop or len(ours) < 5:
            shift += 1
            before = node.processor()
            took, _ = node.get("/graph.png", device=device, interface=interface, **{"from": end - length - shift}, to=end - shift, volume=1,
                               width=1311, height=522, theme="dark")
            ours.append((took, node.processor() - before))
            before = processor(peer.program.process.pid)
            took, body = peer.get(graph=1, start=end - length - shift, end=end - shift)
            theirs.append((took, (processor(peer.program.process.pid) - before) * 1000))
            if body[:4] != b"\x89PNG":
                raise SystemExit("the peer drew no picture")
        # The first of a window warms caches on both sides.
        ms, busy = (statistics.median(column) for column in zip(*ours[1:]))
        other, used = (statistics.median(column) for column in zip(*theirs[1:]))
        medians[name] = ms, other
        print(f"{name:20} {ms:8.1f} {other:7.1f} {ms / other:6.2f}   {busy:6.1f} {used:7.1f} {busy / used:6.2f} {len(ours) - 1:5}")
        figure("graph", f"PNG 1311 × 522, {name}", ms, "ms", peer="mt-trafmon's way", peer_value=other, ratio=ms / other)
    return medians


def volumes(node, peer, end, medians):
    print(f"\n{'volume, whole window':20} {'ours ms':>8} {'peer':>8} {'page':>8} {'peer MB':>8}   (ours: the picture, which has volume and true peak; peer: picture and page)")
    windows = ["24 h", "30 d"] + (["1 y"] if available() > 8 else [])
    for name in windows:
        took, _ = peer.get(start=end - WINDOWS[name], end=end)
        highest = memory(peer.program.process.pid)[1]
        ours, both = medians[name][0], medians[name][1] + took
        print(f"{name:20} {ours:8.1f} {both:8.1f} {took:8.1f} {highest:8.0f}")
        figure("graph", f"volume and true peak, {name}", ours, "ms", bar="< 50", holds=ours < 50, peer="mt-trafmon's page and picture",
               peer_value=both, ratio=ours / both)
    processes = node.memory()
    drawing = max((each[1] for each in processes[1:]), default=0)
    print(f"memory, MB (now, highest): node {processes[0]}, drawing {processes[1:]}; peer {highest:.0f} at most")
    figure("graph", "memory of a drawing process at most", drawing, "MB", bar="< 50", holds=drawing < 50, peer="mt-trafmon's way",
           peer_value=highest, ratio=drawing / highest)


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    options.add_argument("--seconds", type=float, default=60)
    seconds = options.parse_args().seconds
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        if shutil.disk_usage(folder).free < 3 << 30:
            print(f"{folder}: less than 3 GB free, nothing measured")
            return 0
        root, device, interface, end = history(folder)
        node = Node(root, folder)
        peer = Peer(archive(folder, end + 7200), folder)
        try:
            node.program.wait_ready(node.ready, "its devices")
            peer.program.wait_ready(lambda: "ready" in peer.program.output.read_text(), "ready")
            print(f"{PROGRAMS}; load {os.getloadavg()[0]:.1f}")
            volumes(node, peer, end, pictures(node, peer, device, interface, end, seconds))
            node.program.stop()
        finally:
            node.program.kill()
            peer.program.kill()
    return 0


if __name__ == "__main__":
    sys.exit(main())
