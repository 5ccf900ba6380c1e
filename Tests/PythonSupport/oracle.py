"""MKTXP as the oracle: both programs over the same devices with the same configuration, and what each says about them.

The devices are `Tests/Fixtures/devices/*.json`. An entry is a section of `mktxp.conf`; several may look at one device.
"""

import json
import pathlib
import shutil

from mktxp import SWITCHES, write_configuration
from programs import PROGRAMS, REPOSITORY, FakeDevices, Program, free_port, http_get, wait_until

FIXTURES = REPOSITORY / "Tests" / "Fixtures" / "devices"

# Every entry has every switch on; these are the keys that choose how, so that each way is seen at least once.
DEFAULT = dict.fromkeys(SWITCHES, True)
ENTRIES = {
    "v7": ("v7", {
        "custom_labels": "dc:riga, rack=a1", "interface_name_format": "combined", "interface_with_default_name": True,
        "connection_stats_destinations": True, "address_list": "blocklist, allowed, nosuch",
        "ipv6_address_list": "blocklist6"}),
    "v6": ("v6", {"interface_name_format": "comment", "address_list": "blocklist", "ipv6_address_list": "blocklist6"}),
    "dual": ("dual", {"custom_labels": "'dc=tartu'"}),
    "wireless": ("wireless", {"remote_dhcp_entry": "dual"}),
    "wifiwave2": ("wifiwave2", {"kid_control_dynamic": False}),
    # The same device once more, with leases and access points of another, and counts instead of entries.
    "satellite": ("v7", {
        "remote_dhcp_entry": "dual", "remote_capsman_entry": "wireless", "dhcp": False, "address_list": "blocklist",
        "address_list_entries": False, "ipv6_address_list": "blocklist6", "ipv6_address_list_entries": False,
        "kid_control_assigned": False, "wireless_clients": False, "capsman_clients": False}),
    "hostile": ("hostile", {"interface_name_format": "combined", "address_list": "blocklist"}),
}


def devices():
    """All devices by name, as their data files have them."""
    found = {}
    for path in sorted(FIXTURES.glob("*.json")):
        for device in json.loads(path.read_text())["devices"]:
            assert device["name"] not in found, f"{path}: a second device {device['name']}"
            found[device["name"]] = device
    return found


class Fleet:
    """The devices in one process, and MKTXP's configuration for entries on them."""

    def __init__(self, folder, entries=None, data=None):
        """The entries of all tests and the devices of the fixtures, unless others are given."""
        self.folder = pathlib.Path(folder)
        self.entries = ENTRIES if entries is None else entries
        self.data = self.folder / "devices.json"
        self.data.write_text(json.dumps({"devices": list(devices().values()) if data is None else data}))
        self.fake = FakeDevices(self.folder, "--data", self.data)

    def start(self):
        self.fake.wait_ready()
        addresses = {entry: self.fake.addresses[device] for entry, (device, _) in self.entries.items()}
        # A lease cache that is never emptied shows the second scrape less than the first one did.
        self.configuration, self.port = write_configuration(
            self.folder / "mktxp", addresses, default=DEFAULT, entries={entry: keys for entry, (_, keys) in self.entries.items()},
            system={"persistent_dhcp_cache": False})
        return self


class Ours:
    """Our collector with MKTXP's own configuration, but for the port, since both are to run at once; and what it serves there."""

    def __init__(self, fleet):
        self.fleet, self.root, port = fleet, fleet.folder / "root", free_port()
        self.root.mkdir()
        self.url = f"http://127.0.0.1:{port}/metrics"
        home, configuration = fleet.folder / "home", fleet.folder / "ours"
        home.mkdir()
        shutil.copytree(fleet.configuration, configuration)
        system = configuration / "_mktxp.conf"
        system.write_text(system.read_text().replace(str(fleet.port), str(port)))
        self.program = Program(
            [PROGRAMS / "tikwatch-collector", "run", "--cfg-dir", configuration, "--storage", self.root], fleet.folder,
            "collector", environment={
                # As for MKTXP: releases are looked for where nobody answers.
                "HOME": str(home), "PATH": "/usr/bin:/bin", "TZ": "UTC", "https_proxy": f"http://127.0.0.1:{free_port()}"})

    def files(self):
        """The metrics file of each entry."""
        return {path.parent.name: path for path in self.root.glob("*/devices/*/metrics.prom")}

    def settled(self):
        """What is served of all entries once each has been written again after all its menus were asked the first time."""
        stamps = {}

        def twice():
            for entry, path in self.files().items():
                stamps.setdefault(entry, set()).add(path.read_text().split("\n", 1)[0])
            return set(stamps) == set(self.fleet.entries) and all(len(times) >= 3 for times in stamps.values())

        self.program.wait_ready(lambda: set(self.files()) == set(self.fleet.entries), "metrics of every entry")
        wait_until(twice, "second writing of every entry's metrics", seconds=90)
        status, _, body = http_get(self.url)
        assert status == 200, body
        return body.decode()
