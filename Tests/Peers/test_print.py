"""`tikwatch-collector print` as a command: spellings, formats, statuses, and in real terminals. The tables: test_print_tables.py."""

import csv
import io
import json
import re
import signal
import subprocess

import mktxp
import pytest
from printed import width
from programs import PROGRAMS, REPOSITORY, FakeDevices, Program, free_port, wait_until
from terminal import Terminal

COLLECTOR = PROGRAMS / "tikwatch-collector"
DATA = REPOSITORY / "Tests/Fixtures/devices"
TABLES = ["-wc", "-cc", "-dc", "-cn", "-kc", "-al blocked,admins,nope", "-nw", "-im", "-im --sfp-only"]


class Devices:
    def __init__(self, folder, data):
        self.folder = folder
        self.fake = FakeDevices(folder, "--data", DATA / data)

    def start(self):
        addresses = self.fake.wait_ready().addresses
        self.configuration, _ = mktxp.write_configuration(
            self.folder / "cfg", addresses, default={"connection_stats_destinations": True})
        return self

    def ours(self, *words, **options):
        return subprocess.run(
            [COLLECTOR, "print", *words, "--cfg-dir", self.configuration, "--storage", self.folder / "root"],
            capture_output=True, text=True, timeout=60, **options)


@pytest.fixture(scope="module", params=["terminal.json"])
def devices(request, tmp_path_factory):
    found = Devices(tmp_path_factory.mktemp("print"), request.param)
    try:
        yield found.start()
        found.fake.program.stop()
    finally:
        found.fake.program.kill()


def test_spellings_of_both_lead_to_the_same(devices):
    texts = {
        devices.ours(*words.split()).stdout
        for words in ["gw --wifi-clients", "-en gw -wc", "--entry-name g --wifi_clients", "gw --wifi-c"]}
    assert len(texts) == 1 and "Total connected WiFi devices: 3" in texts.pop()
    before = subprocess.run(
        [COLLECTOR, "--cfg-dir", devices.configuration, "-en", "gw", "diag", "-nw"], capture_output=True, text=True, timeout=60)
    assert before.returncode == 0 and "Down: 1" in before.stdout, before.stderr


def test_json_and_csv_hold_the_same_rows(devices):
    objects = json.loads(devices.ours("gw", "--dhcp", "--json").stdout)
    rows = list(csv.DictReader(io.StringIO(devices.ours("gw", "--dhcp", "--csv").stdout)))
    assert [row["address"] for row in rows] == [entry["address"] for entry in objects]
    assert rows[0].keys() == objects[0].keys()
    leases = {entry["address"]: entry for entry in objects}
    assert leases["192.168.88.10"]["expires_after"] == 573 and leases["10.0.0.7"]["expires_after"] is None
    assert json.loads(devices.ours("gw", "--dhcp", "--json", "--filter", "nothing-like-it").stdout) == []


def test_exit_status_tells_what_went_wrong(devices, tmp_path):
    nobody = tmp_path / "c.conf"
    nobody.touch(mode=0o600)
    nobody.write_text(
        f"[collector]\nstorage = {tmp_path}\n[gw]\nhostname = 127.0.0.1\nport = {free_port()}\nusername = admin\npassword = s3cret\n")

    def status(*words):
        done = subprocess.run([COLLECTOR, *words], capture_output=True, text=True, timeout=60)
        assert "s3cret" not in done.stdout + done.stderr
        return done.returncode, done.stderr

    assert status("print", "gw", "--dhcp", "--config", nobody)[0] == 1
    assert "connection refused" in status("print", "gw", "--dhcp", "--config", nobody)[1]
    for wrong in (["gw"], ["gw", "--dhcp", "--netwatch"], ["gx", "--dhcp"], ["gw", "--dhcp", "--top", "0"], ["--dhcp"],
                  ["gw", "--dhcp", "--json", "--csv"], ["gw", "--dhcp", "--static", "--dynamic"], ["gw", "-al", ","],
                  ["gw", "--dhcp", "--watch", "0"]):
        assert status("print", *wrong, "--config", nobody)[0] == 2, wrong
    nobody.write_text("[collector]\nnonsense")
    assert status("print", "gw", "--dhcp", "--config", nobody)[0] == 3
    assert status("show", "--config", nobody)[0] == 3


def in_terminal(devices, *words, size=(40, 100), environment=None):
    return Terminal(
        [COLLECTOR, "print", *words, "--cfg-dir", devices.configuration, "--storage", devices.folder / "root"], devices.folder,
        {"TERM": "xterm", "LANG": "C.UTF-8", **(environment or {})}, size)


def screen(devices, *words, **options):
    terminal = in_terminal(devices, *words, **options)
    try:
        status = terminal.end()
    finally:
        terminal.close()
    return status, re.sub("\r+\n", "\n", terminal.screen)


@pytest.mark.parametrize("columns", [30, 60, 80, 132])
@pytest.mark.parametrize("switch", TABLES)
def test_lines_fit_the_terminal(devices, columns, switch):
    status, text = screen(devices, "gw", *switch.split(), size=(40, columns), environment={"NO_COLOR": "1"})
    assert status == 0 and "\x1b" not in text
    lines = [line for line in text.split("\n") if "Warning" not in line]
    assert len(lines) > 3 and max(width(line) for line in lines) <= columns, text


def test_colours_are_for_terminals_that_want_them(devices):
    assert "\x1b[1m" in screen(devices, "gw", "-nw")[1] and "\x1b[31mDown\x1b[0m" in screen(devices, "gw", "-nw")[1]
    for environment in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        assert "\x1b" not in screen(devices, "gw", "-nw", environment=environment)[1]
    assert "\x1b" not in devices.ours("gw", "-nw").stdout


def test_hostile_texts_do_not_drive_the_terminal(tmp_path):
    hostile = Devices(tmp_path, "hostile.json")
    try:
        hostile.start()
        for switch in ("--dhcp", "--wifi-clients", "--netwatch", "--neighbors", "--interfaces", "--connections"):
            for form in ([], ["--csv"], ["--json"]):
                status, text = screen(hostile, "hostile", switch, *form, size=(60, 90))
                assert status == 0, text
                rest = re.sub(r"\x1b\[(1|2|31|32|33|0)m", "", text)
                bad = {letter for letter in rest if (letter < " " and letter != "\n") or "\x7f" <= letter < "\xa0"}
                assert not bad, (switch, form, bad)
        hostile.fake.program.stop()
    finally:
        hostile.fake.program.kill()


def test_watch_redraws_in_place_and_ends_with_ctrl_c(devices):
    terminal = in_terminal(devices, "gw", "-nw", "--watch", "0.5", size=(12, 80))
    try:
        terminal.wait_for("\x1b[?1049h")
        for _ in range(3):
            terminal.wait_for("\x1b[H")
            terminal.wait_for("Down: 1")
        # Never a line end behind the last line of the screen: it would scroll.
        assert "\n\x1b[J" not in terminal.screen
        terminal.type("\x03")
        assert terminal.end() == 0
    finally:
        terminal.close()
    # What was there before comes back, and the last table stays.
    _, _, after = terminal.screen.rpartition("\x1b[?1049l")
    assert "Netwatch Entries:" in after and "Down: 1" in after and "\x1b[?25h" in terminal.screen


def test_watch_says_what_fails_and_goes_on(tmp_path):
    device = Devices(tmp_path, "terminal.json")
    try:
        device.start()
        terminal = in_terminal(device, "gw", "-nw", "--watch", "0.5", size=(30, 100))
        try:
            terminal.wait_for("Down: 1")
            device.fake.program.stop()
            terminal.wait_for("127.0.0.1")
            terminal.type("\x03")
            assert terminal.end() == 0
        finally:
            terminal.close()
    finally:
        device.fake.program.kill()


def test_watch_without_a_terminal_prints_one_document_after_the_other(devices):
    words = [COLLECTOR, "print", "gw", "-nw", "--json", "--watch", "0.5", "--cfg-dir", devices.configuration]
    program = Program(words, devices.folder, "watch")
    try:
        program.wait_ready(lambda: program.output.read_text().count("\n") >= 3, "three documents")
        program.process.send_signal(signal.SIGINT)
        assert program.process.wait(15) == 0
        assert {len(json.loads(line)) for line in program.output.read_text().splitlines()} == {2}
    finally:
        program.kill()


def test_show_tells_what_applies_and_no_secret(tmp_path):
    path = tmp_path / "c.conf"
    path.touch(mode=0o600)
    path.write_text(
        f"[collector]\nstorage = {tmp_path}\n[default]\nusername = u\npassword = s3cret\nbgp = True\n"
        "[gw]\nhostname = 192.0.2.1\nport = 9999\n[off]\nhostname = 192.0.2.2\nenabled = no\npassword = t0ken\n")

    def show(*words):
        done = subprocess.run([COLLECTOR, "show", *words, "--config", path], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        assert "s3cret" not in done.stdout and "t0ken" not in done.stdout
        return done.stdout

    settings = json.loads(show("gw", "--json"))["devices"][0]["settings"]
    assert settings["bgp"] == {"value": "yes", "from": "default"}
    assert settings["port"] == {"value": "9999", "from": "gw"}
    assert settings["interfaces"] == {"value": "*", "from": None}
    assert settings["password"]["value"] == "********"
    devices = {device["name"]: device["polled"] for device in json.loads(show("--json"))["devices"]}
    assert devices == {"gw": True, "off": False}
    text = show("-en", "g")
    assert "[gw]" in text and "[off]" not in text and re.search(r"bgp = yes +# \[default\]", text)
    assert f"configuration: {path}" in show("--config-paths")


def test_the_collector_writes_what_menus_list(tmp_path):
    device = Devices(tmp_path, "terminal.json")
    program = None
    try:
        host, port = device.fake.wait_ready().addresses["gw"]
        path = tmp_path / "c.conf"
        path.touch(mode=0o600)
        path.write_text(
            f"[collector]\nid = edge\nstorage = {tmp_path}/root\nspool = {tmp_path}/spool\nmetrics_interval = 1\n"
            f"[gw]\nhostname = {host}\nport = {port}\nusername = admin\npassword =\nretention = compact\nconnection_stats = yes\n"
            "kid_control_assigned = yes\naddress_list = blocked\nnetwatch = no\n")
        (tmp_path / "root").mkdir()
        program = Program([COLLECTOR, "run", "--config", path], tmp_path, "collector")
        file = tmp_path / "root/edge/devices/gw/tables.json"
        names = {"dhcp", "wifi", "capsman", "connections", "kid-control", "address-lists", "neighbors"}

        def tables():
            found = json.loads(file.read_text())["tables"] if file.exists() else {}
            return found if set(found) >= names else None

        found = program.wait_ready(tables, "tables.json with all tables")
        # Off, or not asked for, is not there.
        assert set(found) == names
        for table in found.values():
            assert table["rows"] and all(len(row) == len(table["columns"]) for row in table["rows"])
        # Only devices of a user are wanted.
        assert len(found["kid-control"]["rows"]) == 2
        neighbors = [dict(zip((column["id"] for column in found["neighbors"]["columns"]), row)) for row in found["neighbors"]["rows"]]
        assert all(neighbor["platform"] and neighbor["version"] for neighbor in neighbors), neighbors
        ids = [column["id"] for column in found["wifi"]["columns"]]
        assert ids[:4] == ["dhcp_name", "dhcp_address", "mac_address", "signal_strength"]
        assert wait_until(lambda: tables()["wifi"]["rows"][0][0] != "AA:BB:CC:00:00:09" or None, "a client's name")
        program.stop()
        device.fake.program.stop()
    finally:
        if program:
            program.kill()
        device.fake.program.kill()
