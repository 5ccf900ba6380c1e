"""What the benchmarks have in common: which programs they run, and where their figures go.

A benchmark prints what it finds, for people. Figures that a bar is set for it also gives to `figure`: where TIKWATCH_BENCH_FIGURES names a
file, each becomes a line of JSON there, and `make bench` makes one table of all of them.
"""

import json
import os
import pathlib
import sys
import time

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
RELEASE = REPOSITORY / ".build" / "release"
if "TIKWATCH_BIN" not in os.environ and (RELEASE / "tikwatch-web").exists():
    os.environ["TIKWATCH_BIN"] = str(RELEASE)
sys.path.insert(0, str(REPOSITORY / "Tests" / "PythonSupport"))


def figure(part, what, value, unit, *, bar="", holds=None, peer="", peer_value=None, ratio=None):
    """One line of the table.

    part: which of the bars it belongs to; bar: in words; holds: whether it is met, None where none is set;
    peer and peer_value: who else was measured in the same run, in the same unit; ratio: as the bar counts it.
    """
    target = os.environ.get("TIKWATCH_BENCH_FIGURES")
    if not target:
        return
    line = {"part": part, "what": what, "value": value, "unit": unit, "bar": bar, "holds": holds if holds is None else bool(holds),
            "peer": peer, "peer_value": peer_value, "ratio": ratio}
    with open(target, "a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def processor(pid):
    """Seconds of processor time that a process has used: its own clock (clock_getcpuclockid(3)), finer than the ticks of /proc."""
    return time.clock_gettime_ns((~pid << 3) | 2) / 1e9


def memory(pid):
    """Megabytes: resident now, and at most so far."""
    lines = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
    return tuple(int(lines[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))
