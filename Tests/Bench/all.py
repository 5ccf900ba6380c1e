"""Every benchmark in one run, and one table of what bars are set for.

    make bench [ONLY="metrics graph"]

Each benchmark runs by itself, one after the other, for a share of about twelve minutes; its whole output goes to `.ci-artifacts/bench/NAME.txt`. At the
end: a table of all figures with their peers, and whether each bar of `docs/benchmarks.md` is met; the same as `bench.md` and `bench.json` there. With
`--docs` the table also replaces the one in `docs/benchmarks.md`. What a bar says is judged, and a bar that is missed does not fail the run: the machine
may be busy. A benchmark that fails does.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import re
import subprocess
import sys
import tempfile
import time

from figures import REPOSITORY

FOLDER = REPOSITORY / ".ci-artifacts" / "bench"
HERE = pathlib.Path(__file__).parent
BEGIN, END = "<!-- figures: written by `make bench DOCS=1` -->", "<!-- end of figures -->"


def benchmarks(options):
    """Name, script and words, in the order of the bars."""
    return [
        ("sampling", "sampling.py", ["--seconds", options.sampling_seconds]),
        ("mktxp", "mktxp_cpu.py", ["--seconds", "15", "--devices", "1", "20"]),
        ("endpoint", "endpoint.py", ["--seconds", "15"]),
        ("metrics", "web_metrics.py", ["--seconds", "36"]),
        ("graph", "graph.py", ["--seconds", "45"]),
        ("trafmon", "trafmon.py", ["--seconds", "24"]),
        ("writes", "archive_rate.py", ["--seconds", "18"]),
        ("page", "paint.py", []),
        ("stream", "stream.py", ["--seconds", "30"]),
    ]


def said(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, cwd=REPOSITORY).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def about():
    """The machine and what runs on it."""
    info = pathlib.Path("/proc/cpuinfo").read_text()
    model = re.search(r"model name\s*:\s*(.*)", info)
    total = int(re.search(r"MemTotal:\s+(\d+)", pathlib.Path("/proc/meminfo").read_text())[1])
    changed = " with changes" if said("git", "status", "--porcelain", "--untracked-files=no") else ""
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": (said("git", "rev-parse", "--short=12", "HEAD") or "unknown") + changed,
        "processor": f"{os.cpu_count()} × {model[1].strip() if model else platform.machine()}",
        "memory": f"{total / 1048576:.0f} GiB",
        "kernel": platform.release(),
        "librrd": said("pkg-config", "--modversion", "librrd"),
        "programs": os.environ.get("TIKWATCH_BIN", ""),
        "load_before": round(os.getloadavg()[0], 1),
    }


def run(name, script, words, file, scratch):
    """Seconds it took, and whether it worked."""
    print(f"== {name} (load {os.getloadavg()[0]:.1f})", flush=True)
    began = time.monotonic()
    with (FOLDER / f"{name}.txt").open("w") as output:
        running = subprocess.Popen(
            [sys.executable, HERE / script, *[str(word) for word in words]], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env={"TIKWATCH_BENCH_ROOT": str(pathlib.Path(scratch) / "history"), **os.environ, "TIKWATCH_BENCH_FIGURES": str(file),
                 "PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1"}, cwd=REPOSITORY)
        for line in running.stdout:
            output.write(line)
            print("   " + line, end="", flush=True)
    return time.monotonic() - began, running.wait() == 0


def number(value):
    if value is None:
        return ""
    if isinstance(value, int) or abs(value) >= 1000:
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.3g}"


def words(line):
    """One row of the table."""
    peer = f"{line['peer']}: {number(line['peer_value'])}" if line["peer"] else ""
    ratio = f"{line['ratio']:.3g} ×" if line["ratio"] is not None else ""
    verdict = {True: "holds", False: "**misses**", None: ""}[line["holds"]]
    return [line["part"], line["what"], f"{number(line['value'])} {line['unit']}", peer, ratio, line["bar"], verdict]


HEAD = ["part", "what", "figure", "peer, same run", "ratio", "bar", ""]


def markdown(facts, lines, failed, left_out):
    text = [f"{facts['date']}, commit {facts['commit']}, {facts['processor']}, {facts['memory']}, Linux {facts['kernel']}, "
            f"librrd {facts['librrd']}; load {facts['load_before']} before, {facts['load_after']} after.", ""]
    text += ["| " + " | ".join(HEAD) + " |", "|" + "---|" * len(HEAD)]
    text += ["| " + " | ".join(cell.replace("|", "\\|") for cell in words(line)) + " |" for line in lines]
    if failed:
        text += ["", "Did not run to its end: " + ", ".join(failed) + "."]
    if left_out:
        text += ["", "Left out of this run: " + ", ".join(left_out) + "."]
    return "\n".join(text) + "\n"


def table(lines):
    rows = [HEAD] + [words(line) for line in lines]
    widths = [max(len(row[at]) for row in rows) for at in range(len(HEAD))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows).replace("**", "")


def document(text):
    """Puts the table into the documentation."""
    path = REPOSITORY / "docs" / "benchmarks.md"
    before, rest = path.read_text().split(BEGIN)
    path.write_text(before + BEGIN + "\n\n" + text + "\n" + END + rest.split(END)[1])


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    options.add_argument("--only", default="", help="names of benchmarks")
    options.add_argument("--docs", action="store_true", help="write the table into docs/benchmarks.md too")
    options.add_argument("--sampling-seconds", default="60")
    options = options.parse_args()
    chosen = [each for each in benchmarks(options) if not options.only or each[0] in options.only.split()]
    if not chosen:
        raise SystemExit(f"no benchmark is named {options.only}: {', '.join(each[0] for each in benchmarks(options))}")
    FOLDER.mkdir(parents=True, exist_ok=True)
    file = FOLDER / "figures.jsonl"
    file.unlink(missing_ok=True)
    facts, failed, began = about(), [], time.monotonic()
    # Five years of history are made once.
    with tempfile.TemporaryDirectory() as scratch:
        for name, script, arguments in chosen:
            took, worked = run(name, script, arguments, file, scratch)
            print(f"   {took:.0f} s{'' if worked else ', FAILED'}", flush=True)
            if not worked:
                failed.append(name)
    facts |= {"load_after": round(os.getloadavg()[0], 1), "seconds": round(time.monotonic() - began)}
    lines = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
    left_out = [each[0] for each in benchmarks(options) if each not in chosen]
    text = markdown(facts, lines, failed, left_out)
    (FOLDER / "bench.json").write_text(json.dumps(facts | {"figures": lines, "failed": failed, "left_out": left_out}, indent=1) + "\n")
    (FOLDER / "bench.md").write_text(text)
    if options.docs:
        # What was not measured now has no figure there: those of another day, commit or machine would stand under the wrong head.
        document(text)
    print(f"\n{table(lines)}\n\n{facts['processor']}, commit {facts['commit']}, load {facts['load_before']} to {facts['load_after']}, "
          f"{facts['seconds']} s; {FOLDER / 'bench.md'}")
    print(f"{sum(line['holds'] is True for line in lines)} bars hold, {sum(line['holds'] is False for line in lines)} are missed")
    if failed:
        raise SystemExit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
