"""Devices whose traffic is the same in every second: whatever a collector, a node or a merge says about them can be judged exactly."""

import json

DEVICES = ["gw-1", "gw-2", "gw-3"]
# Bytes per second of ether1, in every second.
RX, TX = 1_000_000, 250_000
# ether2 moves nothing but this.
BURST = 600_000_007


def write_device(path, name, burst):
    """The data of one device; `burst` is the time (from, to) in which ether2 moves its bytes."""

    def row(number):
        return {".id": f"*{number}", "name": f"ether{number}", "default-name": f"ether{number}",
                "mac-address": f"02:00:00:00:00:0{number}", "type": "ether", "running": True}

    bursts = [{"from": burst[0], "to": burst[1], "bytes": BURST}]
    interfaces = [
        {"row": row(1), "rx": {"base": RX}, "tx": {"base": TX}}, {"row": row(2), "rx": {"base": 0, "bursts": bursts}}]
    menus = {
        "/system/identity": [{"name": name}],
        "/system/resource": [{"uptime": "$uptime", "version": "7.16.2 (stable)", "board-name": "RB5009", "cpu-load": 7}],
    }
    path.write_text(json.dumps({"devices": [{"name": name, "version": "7.16.2", "menus": menus, "interfaces": interfaces}]}))


def write_collector(path, identity, storage, spool, host, ports):
    """The configuration of a collector that watches all devices."""
    text = [f"[collector]\nid = {identity}\nstorage = {storage}\nspool = {spool}\nflush_interval = 3\nmetrics_interval = 3\n"]
    text.append("retention = compact\nsample_interval = 1\npublic_ip_interval = 0\nupdate_check_url = 0\n")
    text.append("[default]\nusername = admin\npassword =\nuse_ssl = false\n")
    text += [f"[{device}]\nhostname = {host}\nport = {port}\n" for device, port in ports.items()]
    path.touch(mode=0o600)
    path.write_text("".join(text))


def wrong_numbers(series):
    """What of a history of ether1 cannot be: a sample is off by its round trip at most."""
    for name, rate in [("in", RX * 8), ("out", TX * 8)]:
        for kind, tolerance in [("avg", 0.3), ("max", 0.5), ("min", 0.5)]:
            wrong = [value for value in series[name][kind] if value is not None and abs(value - rate) > tolerance * rate]
            if wrong:
                return f"{name} {kind} {wrong[:3]}, not {rate}"
    return None


def ledger(collector, device, interface):
    """Bytes received as the ledger below a collector's folder has them, and the flags of its rows."""
    rows = []
    for path in sorted((collector / "devices" / device / "usage" / interface).glob("*.csv")):
        rows += [line.split(",") for line in path.read_text().splitlines()[1:]]
    return sum(int(row[2]) for row in rows), [row[4] for row in rows]
