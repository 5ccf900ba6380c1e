"""CPU time per full snapshot: our collector against MKTXP, in the same run, on the same made-up devices.

    make bench-mktxp [SECONDS=60]

The device is `Tests/Fixtures/devices/v7.json`, once and twenty times, with every switch on. Figures, and no judgement:

A snapshot is every menu asked once and the text served; that is what is compared with a scrape of MKTXP's, which does the same:

- MKTXP: the mean of several scrapes after its first one.
- ours, a probe: one `/probe` of every device, all menus asked and rendered for the asker, over sessions that are there, as MKTXP's are.

What a running collector costs beside that, in 15 s (SECONDS are watched); it asks slow menus less often than every 15 s:

- ours, first: from the start of the process until all menus were asked and written once, the start itself included.
- ours, metrics: a snapshot every 15 s, heartbeat and all, with no interface recorded, as MKTXP records none.
- ours, idle: the same without snapshots: sessions, heartbeat, watching over the configuration.
- ours, a round: the difference of the two, which is what the snapshots of a running collector cost.
- ours, all of it: as it is meant to run: the same as metrics, and 15 samples of every interface with rates, journal, archives and
  ledger, which MKTXP does not have.

TIKWATCH_BIN names the folder of the programs (default: .build/release if it is there, else .build/debug).
"""

import argparse
import json
import pathlib
import tempfile
import time

from figures import REPOSITORY, figure

from mktxp import MKTXP, SWITCHES, write_configuration
from programs import PROGRAMS, FakeDevices, Program, free_port, http_get, wait_until

INTERVAL = 15
# Longer than anything is watched for.
NEVER = 3600
SCRAPES = 5
PROBES = 20


def cpu(program):
    """Seconds of processor time that a process has used: its own clock (clock_getcpuclockid(3)), finer than the ticks of /proc."""
    return time.clock_gettime_ns((~program.process.pid << 3) | 2) / 1e9


def memory(program):
    """Resident MiB."""
    lines = pathlib.Path(f"/proc/{program.process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))


def measure_mktxp(folder, addresses):
    configuration, port = write_configuration(
        folder / "mktxp", addresses, default=dict.fromkeys(SWITCHES, True),
        system={"persistent_dhcp_cache": False})
    mktxp = MKTXP(configuration, port, folder)
    try:
        mktxp.wait_ready()
        before, began = cpu(mktxp.program), time.monotonic()
        for _ in range(SCRAPES):
            status, text = mktxp.get()
            assert status == 200, mktxp.program.tail()
        each = (cpu(mktxp.program) - before) / SCRAPES
        series = sum(line.startswith("mktxp_") for line in text.split("\n"))
        return {"cpu": each, "wall": (time.monotonic() - began) / SCRAPES, "rss": memory(mktxp.program), "series": series}
    finally:
        mktxp.program.kill()


def measure_ours(folder, addresses, seconds, sample_interval, interfaces, metrics_interval=INTERVAL):
    folder, port = folder / f"ours-{sample_interval}-{metrics_interval}", free_port()
    root, path = folder / "root", folder / "collector.conf"
    root.mkdir(parents=True)
    path.touch(mode=0o600)
    switches = "".join(f"{name} = yes\n" for name in SWITCHES)
    path.write_text(
        f"[collector]\nid = bench\nstorage = {root}\nspool = {folder / 'spool'}\nmetrics_interval = {metrics_interval}\n"
        f"sample_interval = {sample_interval}\nupdate_check_url = 0\nlisten = 127.0.0.1:{port}\nprobe_connection_pool = yes\n"
        f"[default]\nusername = admin\npassword =\nretention = compact\ninterfaces = {interfaces}\n{switches}"
        + "".join(f"[{name}]\nhostname = {host}\nport = {port}\n" for name, (host, port) in addresses.items()))
    collector = Program([PROGRAMS / "tikwatch-collector", "run", "--config", path], folder, "collector")
    stamps = {}

    def written(times):
        for file in root.glob("bench/devices/*/metrics.prom"):
            stamps.setdefault(file, set()).add(file.read_text().split("\n", 1)[0])
        return len(stamps) == len(addresses) and all(len(seen) >= times for seen in stamps.values())

    try:
        collector.wait_ready(lambda: list(root.glob("bench/devices/*/metrics.prom")), "metrics")
        wait_until(lambda: written(2 if metrics_interval == INTERVAL else 1), "metrics of every device", seconds=120)
        if metrics_interval != INTERVAL:
            # The first snapshot is over by then.
            settled = time.monotonic() + 3
            wait_until(lambda: time.monotonic() > settled, "end of the first snapshot", seconds=10)
        first = cpu(collector)
        before, began = first, time.monotonic()
        wait_until(lambda: time.monotonic() - began >= seconds, "end of the watched time", seconds=seconds + 5)
        running = (cpu(collector) - before) / (time.monotonic() - began) * INTERVAL
        series = sum(line.startswith("mktxp_") for file in stamps for line in file.read_text().split("\n"))
        result = {"first": first, "running": running, "series": series}
        if metrics_interval != INTERVAL:
            return result
        result["probe"] = probe(collector, port, addresses) - running / INTERVAL * (probe.seconds / PROBES)
        result["rss"] = memory(collector)
        collector.stop()
        return result
    finally:
        collector.kill()


def probe(collector, port, addresses):
    """Processor time of one round of probes of every device, one after the other, once their sessions are there."""

    def every():
        for name in addresses:
            status, _, body = http_get(f"http://127.0.0.1:{port}/probe?module={name}", timeout=60)
            assert status == 200 and b"mktxp_" in body, body[:500]

    every()
    before, began = cpu(collector), time.monotonic()
    for _ in range(PROBES):
        every()
    probe.seconds = time.monotonic() - began
    return (cpu(collector) - before) / PROBES


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seconds", type=int, default=60, help="how long our collector is watched while it runs")
    parser.add_argument("--devices", type=int, nargs="+", default=[1, 20], help="how many devices, one run each")
    arguments = parser.parse_args()
    print(f"programs: {PROGRAMS}")
    device = json.loads((REPOSITORY / "Tests" / "Fixtures" / "devices" / "v7.json").read_text())
    print(f"{'devices':>8} {'':22} {'CPU s':>8} {'ratio':>7} {'MiB':>6} {'series':>7}")
    for count in arguments.devices:
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "v7.json").write_text(json.dumps(device))
            fake = FakeDevices(folder, "--data", folder / "v7.json", "--devices", count)
            try:
                addresses = fake.wait_ready().addresses
                theirs = measure_mktxp(folder, addresses)
                alone = measure_ours(folder, addresses, arguments.seconds, 300, "no-such-interface")
                idle = measure_ours(folder, addresses, arguments.seconds, 300, "no-such-interface", NEVER)
                ours = measure_ours(folder, addresses, arguments.seconds, 1, "*")
            finally:
                fake.program.kill()
        print(f"{count:8} {'MKTXP, a scrape':22} {theirs['cpu']:8.4f} {'':7} {theirs['rss']:6.0f} {theirs['series']:7}"
              f"   ({theirs['wall']:.1f} s by the clock)")
        alone["round"] = alone["running"] - idle["running"]
        idle["rss"], idle["series"] = alone["rss"], alone["series"]
        for figures, key, label in (
                (alone, "probe", "ours, a probe"), (alone, "first", "ours, first"), (alone, "running", "ours, metrics"),
                (idle, "running", "ours, idle"), (alone, "round", "ours, a round"), (ours, "running", "ours, all of it")):
            # A difference of two runs can be lost between them.
            ratio = f"{theirs['cpu'] / figures[key]:6.1f}x" if figures[key] > 0 else f"{'':7}"
            print(f"{count:8} {label:22} {figures[key]:8.4f} {ratio} {figures['rss']:6.0f} {figures['series']:7}")
            if key != "first" and figures[key] > 0:
                figure("snapshot", f"{label.removeprefix('ours, ')}, {count} device{'s' if count > 1 else ''}", figures[key] * 1000, "ms of processor time",
                       bar="≤ 1/10" if key == "probe" else "", holds=figures[key] * 10 <= theirs["cpu"] if key == "probe" else None,
                       peer="MKTXP, a scrape", peer_value=theirs["cpu"] * 1000, ratio=figures[key] / theirs["cpu"])


if __name__ == "__main__":
    main()
