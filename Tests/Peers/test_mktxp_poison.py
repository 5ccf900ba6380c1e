"""One unreadable value in every menu: each costs its own sample and nothing else.

MKTXP answers the whole scrape with 500 instead, for the healthy device beside the poisoned one too.
"""

import copy

import pytest
from comparison import by_entry
from exposition import families
from mktxp import MKTXP
from oracle import ENTRIES, Fleet, Ours, devices

WORD = "n/a (see log)"

# Part of the data, menu, field of the first row that has it, and the families that hold the value.
POISON = [
    ("menus", "/system/resource", "cpu-load", ["system_cpu_load"]),
    ("menus", "/system/health", "value", ["system_cpu_temperature"]),
    ("menus", "/ip/dns", "cache-used", ["dns_info"]),
    ("menus", "/ip/dhcp-server/lease", "expires-after", ["dhcp_lease_info"]),
    ("menus", "/ip/ipsec/active-peers", "rx-bytes", ["ipsec_peer_rx_byte_total"]),
    ("menus", "/ip/firewall/address-list", "timeout", ["firewall_address_list"]),
    ("menus", "/ipv6/firewall/address-list", "timeout", ["firewall_address_list_ipv6"]),
    ("menus", "/ip/pool", "ranges", ["ip_pool_total"]),
    ("interfaces", "/interface", "rx-byte", ["interface_rx_byte_total"]),
    ("menus", "/interface/wireguard/peers", "rx", ["peer_rx_total"]),
    ("menus", "/ip/firewall/filter", "bytes", ["firewall_filter_total"]),
    ("menus", "/ip/firewall/raw", "bytes", ["firewall_raw_total"]),
    ("menus", "/ip/firewall/nat", "bytes", ["firewall_nat_total"]),
    ("menus", "/ip/firewall/mangle", "bytes", ["firewall_mangle_total"]),
    ("menus", "/ipv6/firewall/filter", "bytes", ["firewall_filter_ipv6_total"]),
    ("menus", "/ipv6/firewall/raw", "bytes", ["firewall_raw_ipv6_total"]),
    ("menus", "/ipv6/firewall/nat", "bytes", ["firewall_nat_ipv6_total"]),
    ("menus", "/ipv6/firewall/mangle", "bytes", ["firewall_mangle_ipv6_total"]),
    ("monitors", "/interface/ethernet", "rate", ["interface_rate"]),
    ("monitors", "/interface/w60g", "rssi", ["w60g_rssi"]),
    ("monitors", "/interface/ethernet/poe", "poe-out-voltage", ["poe_out_voltage"]),
    ("menus", "/tool/netwatch", "done-tests", ["netwatch_done_tests"]),
    ("monitors", "/interface/wifi", "registered-peers", ["wlan_registered_clients"]),
    ("menus", "/interface/wifi/registration-table", "uptime", ["wlan_clients_uptime_seconds", "capsman_clients_uptime_seconds"]),
    ("menus", "/user/active", "when", ["active_users_info"]),
    ("menus", "/queue/tree", "rate", ["queue_tree_rates_total"]),
    ("menus", "/queue/simple", "bytes", ["queue_simple_bytes_upload_total", "queue_simple_bytes_download_total"]),
    ("menus", "/ip/kid-control/device", "rate-up", ["kid_control_device_rate_up"]),
    ("menus", "/routing/bfd/session", "multiplier", ["bfd_multiplier"]),
    ("menus", "/routing/bgp/session", "prefix-count", ["bgp_prefix_count"]),
    ("menus", "/interface/eoip", "actual-mtu", ["interface_mtu"]),
    ("menus", "/interface/eoip", "l2mtu", ["interface_l2mtu"]),
    ("menus", "/interface/gre", "actual-mtu", ["interface_mtu"]),
    ("menus", "/interface/ipip", "actual-mtu", ["interface_mtu"]),
    ("monitors", "/interface/lte", "rsrp", ["lte_rsrp"]),
    ("menus", "/interface/ethernet/switch/port", "rx-bytes", ["switch_rx_bytes_total"]),
    ("menus", "/routing/stats/process", "private-mem-blocks", ["routing_stats_private_mem"]),
    ("menus", "/certificate", "invalid-after", ["certificate_expiration_timestamp_seconds"]),
]


def poisoned(device):
    """The device with one value of each menu replaced by a word."""
    device = copy.deepcopy(device)
    for part, menu, field, _ in POISON:
        rows = [interface["row"] for interface in device["interfaces"]] if part == "interfaces" else device[part][menu]
        holding = [row for row in rows if field in row]
        assert holding, f"{menu} has no {field}"
        holding[0][field] = WORD
    return device | {"name": "poisoned"}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """MKTXP's status with a healthy and a poisoned device, and our families of both."""
    folder = tmp_path_factory.mktemp("poison")
    healthy, keys = devices()["v7"], ENTRIES["v7"][1]
    entries = {"healthy": ("v7", keys), "poisoned": ("poisoned", keys), "odd": ("odd", {})}
    fleet = Fleet(folder, entries, [healthy, poisoned(healthy), devices()["odd"]])
    mktxp = ours = None
    try:
        fleet.start()
        # First ours: MKTXP writes into its files.
        ours, mktxp = Ours(fleet), MKTXP(fleet.configuration, fleet.port, folder)
        mktxp.wait_ready()
        yield mktxp.get(), families(ours.settled())
        mktxp.stop()
        ours.program.stop()
        fleet.fake.program.stop()
    finally:
        for program in (mktxp and mktxp.program, ours and ours.program, fleet.fake.program):
            if program:
                program.kill()


def test_mktxp_answers_500_for_all_devices(run):
    (status, text), _ = run
    assert status == 500
    assert "mktxp_" not in text


def test_each_value_costs_its_own_sample_and_nothing_else(run):
    entries = by_entry(run[1])
    lost = {}
    for family, samples in entries["healthy"].items():
        gone = set(samples) - set(entries["poisoned"].get(family, {}))
        if gone:
            lost[family] = len(gone)
    expected = {}
    for *_, names in POISON:
        for name in names:
            expected["mktxp_" + name] = expected.get("mktxp_" + name, 0) + 1
    assert lost == expected


def test_what_is_dropped_is_counted(run):
    dropped = run[1]["tikwatch_samples_dropped_total"].samples
    by_device = {}
    for labels, value in dropped.items():
        name = dict(labels)["routerboard_name"]
        by_device[name] = by_device.get(name, 0) + value
    assert by_device["poisoned"] > by_device.get("healthy", 0)


# What the odd spellings of the device "odd" mean, by family: the values of its series.
ODD = {
    "dns_info": [54272, 2097152], "interface_rate": [1000, 1000], "interface_sfp_rx_power": [-3.1],
    "interface_sfp_supply_voltage": [3.3], "interface_sfp_temperature": [41], "interface_sfp_tx_bias_current": [0.006],
    "interface_sfp_wavelength": [850], "kid_control_device_idle_time": [0.5], "kid_control_device_rate_up": [12300],
    "lte_rsrp": [-95], "lte_rsrq": [-11], "lte_rssi": [-63], "lte_session_uptime": [788400], "lte_sinr": [17],
    "poe_out_current": [68], "poe_out_power": [3.6], "poe_out_voltage": [53.2], "queue_simple_rates_download_total": [3e6],
    "queue_simple_rates_upload_total": [12000], "queue_tree_rates_total": [12000], "routing_stats_kernel_time_total": [0.02],
    "routing_stats_max_busy_total": [0.012345], "routing_stats_max_calc_total": [0.0005],
    "routing_stats_private_mem": [11 << 20], "routing_stats_process_time_total": [788400], "system_cpu_temperature": [49],
    "wlan_clients_signal_strength": [-95], "wlan_clients_tx_rate_bps": [12000], "wlan_clients_uptime_seconds": [0.02, 2],
    # Not readable, or not there: no sample, and no 0.
    "system_cpu_load": [], "system_free_memory": [], "system_cpu_frequency": [], "system_routerboard_voltage": [],
    "system_routerboard_temperature": [], "system_psu1_state": [], "interface_sfp_tx_power": [],
    "kid_control_device_rate_down": [], "wlan_clients_rx_rate_bps": [], "lte_nr_rsrp": [],
}


def test_odd_spellings_are_read_or_left_out(run):
    found = by_entry(run[1])["odd"]
    assert {name: sorted(found.get("mktxp_" + name, {}).values()) for name in ODD} == ODD
