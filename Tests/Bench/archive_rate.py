"""How fast archives are written, beside a loop in C over librrd (`archive_rate.c`, compiled here with cc -O2).

    make bench-writes

Two equal archives of retention `standard`; single samples, tens and sixties; both in turn, five times each. The collector's own code writes the
one (`tikwatch-fakedevice archive-rate`): it looks at the header before each write, and writes numbers exactly. The best turn of each counts,
by processor time: other work on the machine makes turns slower, never quicker.
"""

import argparse
import json
import pathlib
import shutil
import subprocess
import tempfile

from figures import figure

from programs import PROGRAMS

TURNS = 5


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    options.add_argument("--seconds", type=float, default=20)
    seconds = options.parse_args().seconds / 3 / 2 / TURNS
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        subprocess.run(["cc", "-O2", "-o", folder / "loop", pathlib.Path(__file__).with_suffix(".c"), "-lrrd"], check=True)
        first = [PROGRAMS / "tikwatch-fakedevice", "archive-rate", "--file", folder / "ours.rrd"]
        subprocess.run(first[:-1] + [folder / "model.rrd", "--seconds", "0.01"], check=True, capture_output=True)
        # Both are copies: the kernel keeps pages of a file in pieces as large as it was written in, and large ones are slow to change.
        for name in ("ours", "loop"):
            shutil.copy(folder / "model.rrd", folder / f"{name}.rrd")
        print(f"{'samples a write':>16} {'ours, samples/s':>16} {'C loop':>10} {'ratio':>6}   by processor time: {'ours':>9} {'C loop':>9} {'ratio':>6}")
        for batch in (1, 10, 60):
            best = {}
            for _ in range(TURNS):
                for name, command in (("ours", first + ["--batch", str(batch), "--seconds", str(seconds)]),
                                      ("loop", [folder / "loop", folder / "loop.rrd", str(batch), str(seconds)])):
                    ran = json.loads(subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True).stdout)
                    rates = ran["samples"] / ran["seconds"], ran["samples"] / ran["cpu"]
                    best[name] = tuple(map(max, best.get(name, (0, 0)), rates))
            (ours, busy), (loop, other) = best["ours"], best["loop"]
            print(f"{batch:16} {ours:16.0f} {loop:10.0f} {ours / loop:6.2f}   {'':18} {busy:9.0f} {other:9.0f} {busy / other:6.2f}")
            figure("writes", f"samples/s of one core, {batch} a write", busy, "/s", bar="≥ 0.8 ×", holds=busy >= 0.8 * other,
                   peer="C loop over librrd", peer_value=other, ratio=busy / other)


if __name__ == "__main__":
    main()
