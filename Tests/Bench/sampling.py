"""What sampling costs: 100 devices of ten interfaces, every second, by one collector; and a sample the way mt-trafmon takes it.

    make bench-sampling [SAMPLING_SECONDS=60]

The fake device serves 100 devices (`--devices`) of ten interfaces (`--interfaces`). One collector samples all of them each second with journal,
ledger and archives (of as many resolutions as `standard`, but short), and no other menu: what menus cost is `bench-mktxp`'s question. After a start of 10 s it is
watched for SAMPLING_SECONDS (the bar speaks of 600): processor time, memory, and how many samples it missed by its own count and by that of the
journal, which has a line a second. Then the approach of mt-trafmon (`trafmon_peer.py`) samples one interface of the same fake device.
A sample is one interface's two counters, or rates, of one second.
"""

import argparse
import json
import os
import pathlib
import subprocess
import tempfile
import time

from figures import REPOSITORY, figure, memory, processor

from mktxp import SWITCHES
from programs import PROGRAMS, FakeDevices, Program, wait_until

START = 10


def configuration(folder, addresses):
    path = folder / "collector.conf"
    path.touch(mode=0o600)
    path.write_text(
        f"[collector]\nid = bench\nstorage = {folder / 'root'}\nspool = {folder / 'spool'}\nupdate_check_url = 0\n"
        "[retention short]\narchives = 1s:1h, 10s:6h, 1m:1d, 5m:10d, 1h:60d\n"
        "[default]\nusername = admin\npassword =\nretention = short\ninterfaces = *\n" + "".join(f"{switch} = no\n" for switch in SWITCHES)
        + "".join(f"[{name}]\nhostname = {host}\nport = {port}\n" for name, (host, port) in addresses.items()))
    (folder / "root").mkdir()
    return path


def heartbeat(folder):
    try:
        return json.loads((folder / "root" / "bench" / "heartbeat.json").read_text())["devices"]
    except (OSError, ValueError):
        return {}


def journal(folder, first, last):
    """Seconds by (device, interface) of the lines from `first` to `last`, as a count and what there should be."""
    got, lanes = 0, set()
    for file in sorted((folder / "root" / "bench" / "live").glob("*.jsonl")):
        for line in file.read_text().splitlines():
            entry = json.loads(line)
            for device, sample in entry["d"].items():
                if first <= int(sample["t"]) < last:
                    got += len(sample["i"])
                lanes |= {(device, key) for key in sample["i"]}
    return got, len(lanes) * (last - first)


def trafmon(folder, address, seconds):
    site = next((REPOSITORY / ".venv" / "lib").glob("python3*/site-packages"))
    ran = subprocess.run(
        ["/usr/bin/python3", pathlib.Path(__file__).with_name("trafmon_peer.py"), "sample", "--file", folder / "peer.rrd",
         "--port", str(address[1]), "--seconds", str(seconds)],
        env=dict(os.environ, PYTHONPATH=str(site)), capture_output=True, text=True, check=True)
    return json.loads(ran.stdout)


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    options.add_argument("--seconds", type=int, default=60)
    options.add_argument("--devices", type=int, default=100)
    options.add_argument("--interfaces", type=int, default=10)
    options = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        fake = FakeDevices(folder, "--devices", options.devices, "--interfaces", options.interfaces)
        programs = [fake.program]
        try:
            addresses = fake.wait_ready().addresses
            collector = Program([PROGRAMS / "tikwatch-collector", "run", "--config", configuration(folder, addresses), "--quiet"], folder, "collector")
            programs.append(collector)
            pid = collector.process.pid
            wait_until(
                lambda: sum(each["state"] == "up" for each in heartbeat(folder).values()) == options.devices, "devices that are up", 90)
            time.sleep(START)
            missed = sum(each.get("missedSamples") or 0 for each in heartbeat(folder).values())
            began, busy, first = time.monotonic(), processor(pid), int(time.time())
            time.sleep(options.seconds)
            took, busy, last = time.monotonic() - began, processor(pid) - busy, int(time.time())
            resident, highest = memory(pid)
            # The heartbeat and the last lines come a moment later.
            time.sleep(4)
            missed = sum(each.get("missedSamples") or 0 for each in heartbeat(folder).values()) - missed
            got, wanted = journal(folder, max(first, last - 1100), last)
            peer = trafmon(folder, next(iter(addresses.values())), min(20, options.seconds))
            for program in reversed(programs):
                program.stop()
        finally:
            for program in programs:
                program.kill()
    samples = took * options.devices * options.interfaces
    each, other = busy / samples * 1e6, peer["cpu"] / max(1, peer["samples"]) * 1e6
    print(f"{options.devices} devices of {options.interfaces} interfaces, {took:.0f} s: {busy / took * 100:.1f} % of a core, "
          f"{resident:.0f} MB resident, {highest:.0f} MB at most")
    print(f"missed: {missed} by its own count; the journal has {got} of {wanted} samples")
    print(f"processor time of a sample: {each:.1f} µs; the way of mt-trafmon {other:.0f} µs ({peer['samples']} samples): 1/{other / each:.0f}")
    print(f"programs: {PROGRAMS}")
    name = "sampling"
    figure(name, f"processor, {options.devices} devices × {options.interfaces} interfaces", busy / took * 100, "% of a core",
           bar="≤ 25", holds=busy / took <= 0.25)
    figure(name, "memory at most", highest, "MB", bar="≤ 150", holds=highest <= 150)
    lost = max(missed, wanted - got)
    figure(name, f"samples missed in {took:.0f} s", lost, f"of {wanted}", bar="0 (in 600 s)", holds=lost == 0)
    figure(name, "processor time of a sample", each, "µs", bar="≤ 1/20", holds=each * 20 <= other, peer="mt-trafmon's way",
           peer_value=other, ratio=each / other)


if __name__ == "__main__":
    main()
