"""Runs PyPI `mktxp`, the exporter whose metric names and values we keep, as a process on a free loopback port.

It gets a configuration folder and a home of its own, and never reaches the network: its bandwidth test stays off, and its
look for new RouterOS versions goes to a proxy that nobody serves, so that it fails at once instead of timing out.

A scrape takes it some 40 ms per question, whatever the device: its client library writes each word of a command by itself,
so that the kernel holds back the last one until the first is acknowledged. With every switch on that is about 5 s for a
device, so several are asked in parallel.
"""

import pathlib
import sys

from programs import Program, free_port, http_get, wait_until

# Every switch of an entry that MKTXP 2.1.0 knows and that turns something on.
SWITCHES = """
    health installed_packages dhcp dhcp_lease connections connection_stats interface routerboard wireguard_peers bridge_vlan
    route pool firewall neighbor dns ipv6_route ipv6_pool ipv6_firewall ipv6_neighbor poe monitor netwatch public_ip wireless
    wireless_clients capsman capsman_clients w60g eoip gre ipip lte ipsec switch_port kid_control_assigned
    kid_control_dynamic user queue bfd bgp routing_stats certificate container check_for_updates address_list_entries
    total_address_list_counts ipv6_address_list_entries ipv6_total_address_list_counts
""".split()


def write_configuration(folder, addresses, *, default=None, entries=None, system=None):
    """`mktxp.conf` and `_mktxp.conf` below `folder`, for devices by name. Returns the folder and the port to listen on.

    `default` and `system` are additional keys of those sections, `entries` additional keys by device.
    """
    folder, port = pathlib.Path(folder), free_port()
    folder.mkdir(parents=True, exist_ok=True)
    text = ["[default]\nenabled = True\nusername = admin\npassword = \"\"\n"]
    text += [f"{key} = {value}\n" for key, value in (default or {}).items()]
    for name, (host, device_port) in addresses.items():
        text.append(f"[{name}]\nhostname = {host}\nport = {device_port}\n")
        text += [f"{key} = {value}\n" for key, value in (entries or {}).get(name, {}).items()]
    # Its limits of time are those of a busy machine: what it leaves out because of them is no difference.
    own = {
        "listen": f"'127.0.0.1:{port}'", "socket_timeout": 30, "minimal_collect_interval": 0, "bandwidth": False,
        "fetch_routers_in_parallel": True, "max_worker_threads": max(1, len(addresses)), "max_scrape_duration": 300,
        "total_max_scrape_duration": 600,
    }
    path = folder / "mktxp.conf"
    path.touch(mode=0o600)
    path.write_text("".join(text))
    (folder / "_mktxp.conf").write_text(
        "[MKTXP]\n" + "".join(f"{key} = {value}\n" for key, value in (own | (system or {})).items()))
    return folder, port


class MKTXP:
    """One running MKTXP. It opens its port only after a first full collection of every device."""

    def __init__(self, configuration, port, folder):
        home = pathlib.Path(folder) / "mktxp-home"
        home.mkdir(exist_ok=True)
        nobody = f"http://127.0.0.1:{free_port()}"
        environment = {
            "HOME": str(home), "XDG_CONFIG_HOME": str(home), "PATH": "/usr/bin:/bin", "TZ": "UTC", "LANG": "C.UTF-8",
            "PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1", "http_proxy": nobody, "https_proxy": nobody,
        }
        program = pathlib.Path(sys.executable).with_name("mktxp")
        self.url = f"http://127.0.0.1:{port}/metrics"
        self.program = Program(
            [program, "--cfg-dir", configuration, "export"], folder, "mktxp", environment=environment)

    def wait_ready(self):
        def answers():
            try:
                return self.get() is not None
            except OSError:
                return False

        self.program.wait_ready(answers, "MKTXP's first answer")
        return self

    def get(self):
        """(status, text) of one scrape."""
        status, _, body = http_get(self.url, timeout=60)
        return status, body.decode()

    def stop(self):
        """MKTXP has no clean end of its own, so its exit status says nothing."""
        if self.program.process.poll() is None:
            self.program.process.terminate()
            wait_until(lambda: self.program.process.poll() is not None, "end of MKTXP")
