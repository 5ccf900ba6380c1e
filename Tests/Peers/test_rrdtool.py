"""Debian's `rrdtool` reads the collector's archives, and the copied command works as pasted."""

import subprocess
import time

import pytest
from programs import http_get, wait_until

PNG = b"\x89PNG\r\n\x1a\n"


def rrdtool(*arguments):
    """Output of rrdtool. librrd's lock does not wait, so a reader that meets the writer tries again."""
    deadline = time.monotonic() + 10
    while True:
        ran = subprocess.run(["rrdtool", *map(str, arguments)], capture_output=True, text=True, check=False)
        if ran.returncode == 0:
            return ran.stdout
        if "could not lock" not in ran.stderr or time.monotonic() > deadline:
            raise AssertionError(f"rrdtool {' '.join(map(str, arguments))}: {ran.stderr}")
        time.sleep(0.02)


@pytest.fixture(scope="module")
def archive(site):
    """An archive of gw-riga that has been flushed at least once, with known values in it."""

    def known():
        for path in site.archives():
            if path.parent.parent.name == "gw-riga" and "." in rrdtool("lastupdate", path).splitlines()[-1].split(":")[1]:
                return path
        return None

    return wait_until(known, "archive of gw-riga with a value")


def test_every_recorded_device_has_archives(site, archive):
    assert {path.parent.parent.name for path in site.archives()} == {"gw-riga", "ap-office", "branch-tartu"}


def test_info(archive):
    lines = rrdtool("info", archive).splitlines()
    assert "step = 1" in lines
    for source in ("rx", "tx"):
        assert f'ds[{source}].type = "GAUGE"' in lines
    consolidations = {line.split('"')[1] for line in lines if line.endswith(('cf = "MIN"', 'cf = "AVERAGE"', 'cf = "MAX"'))}
    assert consolidations == {"MIN", "AVERAGE", "MAX"}


def test_lastupdate_is_recent_and_moves(archive):
    def last():
        head, *_, row = rrdtool("lastupdate", archive).splitlines()
        assert head.split() == ["rx", "tx"]
        return int(row.split(":")[0])

    before = last()
    assert abs(time.time() - before) < 30
    wait_until(lambda: last() > before, "later update", seconds=15)


def test_graph(archive, tmp_path):
    image = tmp_path / "graph.png"
    now = int(time.time())
    rrdtool(
        "graph", image, "--start", now - 300, "--end", now,
        f"DEF:rx={archive}:rx:AVERAGE", f"DEF:peak={archive}:rx:MAX", "AREA:rx#35c4f0:in", "LINE1:peak#0a69b8:peak")
    assert image.read_bytes().startswith(PNG)


def test_copied_command_runs_as_pasted(site, archive, tmp_path):
    status, headers, body = http_get(f"{site.url}/rrdtool.txt?device=gw-riga&interface={archive.stem}&range=1h")
    assert status == 200 and headers.get_content_type() == "text/plain"
    command = body.decode()
    assert command.startswith("rrdtool graph ")

    def drawn():
        ran = subprocess.run(["sh"], input=command, capture_output=True, text=True, cwd=tmp_path, check=False)
        assert ran.returncode == 0 or "could not lock" in ran.stderr, f"{command}\n{ran.stderr}"
        return ran.returncode == 0

    wait_until(drawn, "graph by the copied command", seconds=10)
    (image,) = tmp_path.iterdir()
    assert image.read_bytes().startswith(PNG)
