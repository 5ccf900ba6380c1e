"""What both `print`s mean by their cells, and in which order rows of ours stand.

MKTXP's cells are taken as they are; ours are brought to what MKTXP shows of the same value, so that any other difference remains.
"""

import ipaddress
import re

import humanize

CUT_RATES = {"tx_rate", "rx_rate", "rate_up", "rate_down"}
WORDS = {"uptime", "idle_time"}
# What MKTXP says about itself and its connection.
NOISE = re.compile(r"onnect(ing|ion) to|OK to connect|mktxp\.conf|Error (updating|getting)|Warning")
UNITS = {"w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1, "ms": 0.001}


def seconds(text):
    """Of RouterOS's way of writing times."""
    return sum(float(number) * UNITS[unit] for number, unit in re.findall(r"(\d+)(ms|[wdhms])", text))


def clock(text):
    """`1w4d12h55m42s` as `1w4d 12:55:42`, which MKTXP shows of time-outs."""
    parts = {unit: int(number) for number, unit in re.findall(r"(\d+)([wdhms])", text)}
    days = "".join(f"{parts[unit]}{unit}" for unit in "wd" if unit in parts)
    return f"{days} {parts.get('h', 0):02}:{parts.get('m', 0):02}:{parts.get('s', 0):02}".strip()


def cut_rates(text):
    return re.sub(r"(\d+)\.\d+ ([KMGT]?bps)", r"\1 \2", text)


def as_theirs(table, row):
    """A row of ours as MKTXP would show it."""
    cells = []
    for column, cell in zip(table.columns, row):
        if column in CUT_RATES:
            cell = cut_rates(cell)
        elif column in WORDS and re.fullmatch(r"(\d+(ms|[wdhms]))+", cell):
            cell = humanize.naturaldelta(seconds(cell))
        elif column == "timeout" and "list" in table.columns:
            cell = cell and clock(cell)
        cells.append(cell)
    return cells


def unordered(table, row):
    """MKTXP names destinations in arbitrary order."""
    return tuple(
        ", ".join(sorted(cell.split(", "))) if column == "dst_addresses" else cell for column, cell in zip(table.columns, row))


def address(text):
    """Those of IPv4 first, then names, then nothing."""
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return (9 if text else 10, 0, 0, text)
    first = ipaddress.ip_address(text.partition("/")[0])
    return (first.version, int(first), network.prefixlen, "")


def natural(text):
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", text.lower()) if part]


def rate(cell):
    found = re.fullmatch(r"([\d.]+) ([KMGT]?)bps", cell)
    return float(found[1]) * 1000 ** " KMGT".index(found[2] or " ") if found else 0


def strongest_first(row, column):
    return (not row[column], -float(row[column] or 0), row["mac_address"])


def highest_first(row):
    kind, number, *_ = address(row["address"])
    return (kind > 9, -kind, -number)


ORDERS = {
    "-wc": ("interface", lambda row: strongest_first(row, "signal_strength")),
    "-cc": ("interface", lambda row: strongest_first(row, "rx_signal")),
    "-dc": ("server", highest_first),
    "-cn": (None, lambda row: (-int(row["connection_count"]), address(row["src_address"]))),
    "-kc": (None, lambda row: (not row["user"], row["user"], -rate(row["rate_up"]) - rate(row["rate_down"]), row["mac_address"])),
    "-al": (None, lambda row: (row["list"], address(row["address"]))),
    "-nw": (None, lambda row: (natural(row["name"]), address(row["host"]))),
}


def in_order(switch, table):
    """The table's rows in the order that docs/commands.md promises."""
    group, key = ORDERS[switch]
    rows = sorted(table.rows, key=lambda row: key(dict(zip(table.columns, row))))
    if group:
        groups = list(dict.fromkeys(row[table.columns.index(group)] for row in rows))
        rows.sort(key=lambda row: groups.index(row[table.columns.index(group)]))
    return rows
