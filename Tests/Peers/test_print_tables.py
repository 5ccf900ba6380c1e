"""Every table that MKTXP prints, of every device of the fixtures, beside ours: columns, rows, order and the lines below.

What differs on purpose stands in `DIFFERENCES`, each with the words of docs/mktxp-compatibility.md that give the reason; one that is no
difference any more fails.
"""

import copy
import dataclasses
import json
import pathlib
import re
import subprocess
import sys

import pytest
from oracle import ENTRIES, Fleet, devices
from print_comparison import NOISE, ORDERS, as_theirs, cut_rates, in_order, unordered
from printed import bordered, plain
from programs import PROGRAMS, REPOSITORY

PAGE = REPOSITORY / "docs" / "mktxp-compatibility.md"
LISTS = "blocklist,allowed,blocklist6,blocked,admins,nope"
SWITCHES = ["-wc", "-cc", "-dc", "-cn", "-kc", f"-al {LISTS}", "-nw", "-im", "-im --sfp-only"]
OURS = {
    "gw": ("gw", {"connection_stats_destinations": True}), "odd": ("odd", {}),
    # Leases and access points of another device, which know this one's clients.
    "branch": ("v7", {"remote_dhcp_entry": "v7", "remote_capsman_entry": "v7", "interface_name_format": "comment"}),
    "users": ("users", {}), "strangers": ("strangers", {}),
}


def kid_control(name, wanted):
    """The device of `terminal.json` with some of its Kid Control devices only."""
    device = copy.deepcopy(devices()["gw"]) | {"name": name}
    menus = device["menus"]
    menus["/ip/kid-control/device"] = [row for row in menus["/ip/kid-control/device"] if bool(row["user"]) == wanted]
    return device


@dataclasses.dataclass
class Difference:
    switch: str
    entries: list
    # Words of the page.
    why: str
    # What MKTXP shows instead of a row's cell, by column: {row's first cell: {column: (theirs, ours)}}; no columns: it shows no such row.
    cells: dict = dataclasses.field(default_factory=dict)
    # Lines below the table: {theirs: ours}.
    lines: dict = dataclasses.field(default_factory=dict)
    # Where MKTXP shows no table at all: what it says, and the rows of ours.
    says: str = ""
    rows: list = dataclasses.field(default_factory=list)


DIFFERENCES = [
    Difference(
        "-wc", ["odd"], "a client without signal or rate", says="could not convert string to float",
        rows=[["3C:22:FB:00:06:01", "-95", "wifi1", "12 Kbps"], ["3C:22:FB:00:06:02", "", "wifi1", ""]]),
    Difference(
        "-cc", ["odd"], "a client without signal or rate", says="could not convert string to float",
        rows=[["3C:22:FB:00:06:01", "-95", "wifi1", "12 Kbps"], ["3C:22:FB:00:06:02", "", "wifi1", ""]]),
    Difference("-wc", ["hostile"], "times to words", cells={"my\\host": {"uptime": ("a moment", "never")}}),
    Difference("-cc", ["hostile"], "times to words", cells={"my\\host": {"uptime": ("a moment", "never")}}),
    Difference(
        "-cc", ["v6"], "Where one of both generations of CAPsMAN does not answer", says="No CAPsMAN registration records",
        rows=[["3C:22:FB:00:01:02", "-60", "cap1", "65 Mbps"]]),
    Difference(
        "-cn", ["hostile"], "In `-cn` connections without a source address", cells={"": None},
        lines={"Distinct source addresses: 3": "Distinct source addresses: 2", "Total open connections: 3": "Total open connections: 2"}),
    Difference(
        "-kc", ["odd"], "Values with a unit (`12.3kbps`", cells={
            "3C:22:FB:00:06:01": {"rate_up": ("12 kbps", "12 Kbps"), "idle_time": ("8 hours", "a moment")}}),
    Difference(
        "-nw", ["v7", "satellite"], "no netwatch probe is anything but up or down", cells={"dns": {"status": ("Down", "Unknown")}},
        lines={"Down: 2": "Down: 1"}),
    Difference(
        "-nw", ["branch"], "no netwatch probe is anything but up or down", cells={"dns": {"status": ("Down", "Unknown")}},
        lines={"Down: 2": "Down: 1"}),
    Difference(
        "-nw", ["v6"], "no netwatch probe is anything but up or down", cells={"Second": {"status": ("Down", "Unknown")}},
        lines={"Down: 1": "Down: 0"}),
    Difference(
        "-nw", ["hostile"], "no netwatch probe is anything but up or down", cells={"empty": {"status": ("Down", "")}},
        lines={"Down: 1": "Down: 0"}),
    Difference(
        "-im", ["v7", "satellite", "branch"], "`-im` shows no SFP module without a link",
        cells={"sfp-sfpplus2": {"SFP": ("-", "SFP/SFP+/SFP28/SFP56 (FS)")}}),
    Difference(
        "-im", ["gw", "users", "strangers"], "`-im` shows no SFP module without a link",
        cells={"sfp2": {"SFP": ("-", "SFP/SFP+/SFP28 (ACME)")}}),
    Difference("-im", ["odd"], "`1G-baseT-full`", cells={"ether1": {"Rate": ("1G-baseT-full", "1 Gbps")}}),
    Difference(
        "-im --sfp-only", ["odd"], "`-95dBm`",
        cells={"ether2": {"Rx Power": ("-3.1dBm dBm", "-3.1 dBm"), "Tx Power": ("n/a dBm", "n/a")}}),
]


SHOWN = {"mac_address", "signal_strength", "rx_signal", "interface", "tx_rate"}


def difference(switch, entry):
    found = [item for item in DIFFERENCES if item.switch == switch and entry in item.entries]
    assert len(found) < 2
    return found[0] if found else None


class Printed:
    def __init__(self, folder):
        data = list(devices().values()) + [kid_control("users", True), kid_control("strangers", False)]
        self.folder, self.fleet = folder, Fleet(folder, entries=ENTRIES | OURS, data=data)

    def run(self, *words):
        environment = {
            "HOME": str(self.folder), "XDG_CONFIG_HOME": str(self.folder), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
        return subprocess.run(
            [str(word) for word in words], capture_output=True, text=True, timeout=60, env=environment, stdin=subprocess.DEVNULL)

    def ours(self, *words):
        return self.run(
            PROGRAMS / "tikwatch-collector", "print", *words, "--cfg-dir", self.fleet.configuration, "--storage", self.folder / "root")

    def theirs(self, *words):
        return self.command("print", *words)

    def command(self, *words):
        program = pathlib.Path(sys.executable).with_name("mktxp")
        return self.run(program, "--cfg-dir", self.fleet.configuration, *words)


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    found = Printed(tmp_path_factory.mktemp("tables"))
    try:
        found.fleet.start()
        yield found
        found.fleet.fake.program.stop()
    finally:
        found.fleet.fake.program.kill()


def meant(tables, lines, known):
    """MKTXP's tables and lines, with what is meant to differ put right; every such difference must be there."""
    used, result = set(), []
    for table in tables:
        rows = []
        for row in table.rows:
            key = next((key for key in known.cells if key == row[0] or (key and row[0].startswith(key + " ("))), None)
            if key is None:
                rows.append(row)
                continue
            used.add(key)
            if known.cells[key] is None:
                continue
            cells = dict(zip(table.columns, row))
            for column, (theirs, ours) in known.cells[key].items():
                assert cells[column] == theirs, f"no difference any more: {key} {column}"
                cells[column] = ours
            rows.append(list(cells.values()))
        result.append(rows)
    assert used == set(known.cells), f"no difference any more: {set(known.cells) - used}"
    assert set(known.lines) <= set(lines)
    return result, [known.lines.get(line, line) for line in lines]


@pytest.mark.parametrize("entry", [*ENTRIES, *OURS])
@pytest.mark.parametrize("switch", SWITCHES)
def test_columns_rows_order_and_summary_are_mktxps(printed, switch, entry):
    ours, theirs = printed.ours("-en", entry, *switch.split()), printed.theirs("-en", entry, *switch.split())
    assert ours.returncode == 0, ours.stderr
    (own, said), (reference, lines) = plain(ours.stdout), bordered(theirs.stdout)
    known = difference(switch, entry)
    if known and known.says:
        assert not reference and known.says in theirs.stdout + theirs.stderr
        shown = [[cell for column, cell in zip(own[0].columns, row) if column in SHOWN] for row in own[0].rows]
        assert shown == known.rows
        return
    lines = [line for line in lines if not NOISE.search(line)]
    rows = [table.rows for table in reference]
    if known:
        rows, lines = meant(reference, lines, known)
    assert [table.columns for table in own] == [table.columns for table in reference]
    for mine, table, expected in zip(own, reference, rows):
        shown = [unordered(table, as_theirs(mine, row)) for row in mine.rows]
        expected = [unordered(table, row) for row in expected]
        if switch.split()[0] in ORDERS:
            assert sorted(shown) == sorted(expected)
            assert mine.rows == in_order(switch.split()[0], mine)
        else:
            assert shown == expected
    groups, rest = told(said)
    assert (sorted(groups), rest) == (sorted(told(lines)[0]), told(lines)[1])
    # First what each group has, in the order in which they stand.
    assert said[:len(groups)] == groups
    if groups:
        column = own[0].columns.index(ORDERS[switch][0])
        assert [line.rpartition(" clients: ")[0] for line in groups] == list(dict.fromkeys(row[column] for row in own[0].rows))
    assert missing(ours.stderr) == missing(theirs.stdout)


def told(lines):
    """(lines about groups of clients, all others)."""
    groups = [line for line in lines if " clients: " in line and "Matching" not in line and "Total" not in line]
    return groups, [cut_rates(line) for line in lines if line not in groups]


FILTERS = [
    "-dc --static", "-dc --dynamic", "-dc --unidentified", "-dc --include lap*;GUEST", "-dc -ex lan", "-wc --min-signal 70",
    "-wc --low-signal", "-wc --low-rate 10M", "-wc --recent 1h", "-wc --band 2g", "-cc --band 5g", "-cn --min-conns 2", "-cn --top 2",
    "-kc --active", "-kc --unassigned", "-kc --static-only", "-kc --top 2", "-kc --rate-above 2M", "-al blocked,blocklist --dynamic-only",
    "-nw --down-only", "-nw --up-only", "-im --plugged", "-im --unplugged", "-im --degraded", "-im --rate 10G", "-im --rate-below 1G",
    "-im --sfp-only --plugged", "-dc --include nothing-like-it", "-al nope"]


# An unplugged module, and a probe before its first test: `DIFFERENCES` of the whole tables.
@pytest.mark.parametrize("entry", ["gw", "v7", "v6"])
@pytest.mark.parametrize("filters", FILTERS)
def test_filters_leave_the_same_rows(printed, filters, entry):
    if (filters, entry) in {("-nw --down-only", "v7"), ("-nw --down-only", "v6")}:
        assert "Unknown" not in printed.ours("-en", entry, *filters.split()).stdout
        return
    ours, theirs = printed.ours("-en", entry, *filters.split()), printed.theirs("-en", entry, *filters.split())
    assert ours.returncode == 0, ours.stderr
    (own, said), (reference, lines) = plain(ours.stdout), bordered(theirs.stdout)
    lines = [line for line in lines if not NOISE.search(line)]
    if "-cc" in filters and entry == "v6":
        return  # MKTXP has none
    rows = [[unordered(mine, as_theirs(mine, row)) for row in mine.rows] for mine in own]
    expected = [[unordered(table, row) for row in table.rows] for table in reference]
    if "SFP" in "".join(own[0].columns if own else []) and "--sfp-only" not in filters:
        rows, expected = ([[row[:5] for row in table] for table in tables] for tables in (rows, expected))
    if filters == "-cn --top 2":
        # Sources with the same number of connections come in another order: which are cut is open.
        rows, expected = ([[row[2] for row in table] for table in tables] for tables in (rows, expected))
    assert [sorted(table) for table in rows] == [sorted(table) for table in expected]
    assert sorted(told(said)[0]) == sorted(told(lines)[0]) and told(said)[1] == told(lines)[1]


def test_the_limits_of_diag_are_those_of_filters_without_a_value(printed, tmp_path):
    system = printed.fleet.configuration / "_mktxp.conf"
    # MKTXP adds the section with its own limits when it first needs them.
    before = system.read_text().partition("[DIAG]")[0]
    system.write_text(before + "[DIAG]\nlow_signal_threshold = -60\nmin_signal_threshold = -55\nlow_rate_threshold = '900M'\n"
                      "recent_duration = '1d'\ntop_connections_count = 1\ndegraded_threshold = '2G'\n")
    try:
        for filters in ("-wc --low-signal", "-wc --min-signal", "-wc --low-rate", "-wc --recent", "-kc --top", "-im --degraded", "-im"):
            (own, said), (reference, lines) = (
                read(run("-en", "v7", *filters.split()).stdout) for run, read in ((printed.ours, plain), (printed.theirs, bordered)))
            assert sorted(row[0] for row in own[0].rows) == sorted(row[0] for row in reference[0].rows), filters
            assert told(said)[1] == told([line for line in lines if not NOISE.search(line)])[1], filters
        system.write_text(before + "[DIAG]\nrecent_duration = soon\n")
        done = printed.ours("-en", "v7", "-wc")
        assert done.returncode == 3 and "recent_duration" in done.stderr and "_mktxp.conf" in done.stderr
    finally:
        system.write_text(before)


def missing(text):
    """The address lists that are said not to be there."""
    found = re.search("not found: (.*)", text)
    return set(found[1].split(", ")) if found else set()


def test_the_page_tells_why():
    page = PAGE.read_text()
    assert [item.why for item in DIFFERENCES if item.why not in page] == []


def test_every_setting_that_mktxp_shows_is_read_and_documented(printed):
    keys = set(re.findall(r"^ {4}(\w+):", printed.command("show", "-en", "v7").stdout, re.M))
    assert len(keys) == 72, sorted(keys)
    page = PAGE.read_text()
    assert [key for key in sorted(keys) if f"`{key}`" not in page] == []
    read = set()
    # The second one has the entries that stand in for it, too.
    for name in ("v7", "branch"):
        shown = printed.run(
            PROGRAMS / "tikwatch-collector", "show", name, "--json", "--cfg-dir", printed.fleet.configuration, "--storage", printed.folder)
        read |= set(json.loads(shown.stdout)["devices"][0]["settings"])
    assert keys - read == {"rsc_ssh_port", "rsc_ssh_user"}
