"""Pull the plugs, one after the other, while people look: nothing that is still there may fail, and nothing may be lost."""

import json
import os
import time

import pytest
from cluster import Cluster
from load import Load
from programs import http_get, wait_until
from steady import BURST, DEVICES, RX


@pytest.fixture
def cluster(tmp_path):
    running = Cluster(tmp_path)
    try:
        yield running.start()
    finally:
        running.stop()


def test_any_part_may_die_under_load(cluster):
    began = cluster.began
    outages = {device: [] for device in DEVICES}
    wait_until(lambda: time.time() > began + 12, "some history")
    assert time.time() < cluster.burst[0] - 5, "this machine is too slow: the burst begins before everybody looks"
    first = int(time.time()) - 3
    load = Load(cluster).start()
    steps = []

    def step(what):
        steps.append((round(time.time() - began, 1), what, sum(load.counts.values())))

    try:
        for name in ["web-1", "web-2", "web-3"]:
            step(f"kill {name}")
            load.killed()
            cluster.members[name].kill()
            time.sleep(1.5)
            cluster.members[name].start()
            time.sleep(1)
        step("reload nginx")
        cluster.reload_nginx()
        time.sleep(1)
        for name in "AB":
            step(f"kill collector {name}")
            cluster.members[f"collector-{name}"].kill()
            time.sleep(4)
            cluster.members[f"collector-{name}"].start(waits=False)
            cluster.samples_again(name)
            step(f"collector {name} is back")
            time.sleep(4)
        step("kill the device gw-3")
        cluster.members["gw-3"].kill()
        outages["gw-3"].append((int(time.time()) - 2, int(time.time()) + 3 + 8))
        time.sleep(3)
        cluster.members["gw-3"].start()
        step("corrupt an archive of collector A")
        corrupt(cluster.roots["A"] / "edge-A/devices/gw-2/interfaces/ether1.rrd")
        time.sleep(3)
        if cluster.mount:
            step("the root of collector B hangs")
            cluster.mount.hang()
            time.sleep(14)
            cluster.mount.resume()
            step("it answers again")
        wait_until(lambda: time.time() > cluster.burst[1] + 5, "the end of the burst", 120)
        time.sleep(3)
        step("end")
    finally:
        load.stop()
    last = int(time.time()) - 8
    report(cluster, load, steps)

    assert not load.failures, f"{len(load.failures)} failures: {load.failures[:10]}"
    assert len(load.cut) <= 3, load.cut
    check_streams(load, outages, first + 5, last)
    check_histories(cluster, outages, first, last)
    check_ledgers(cluster)


def corrupt(path):
    """Garbage over the header, in place: as a bad disk would."""
    with path.open("r+b") as file:
        file.write(os.urandom(512))


def is_out(outages, second):
    return any(start <= second <= end for start, end in outages)


def check_streams(load, outages, first, last):
    """Every second came once, over all reconnections, and with a value."""
    for device, seen in load.seconds.items():
        wanted = [second for second in range(first, last - 5) if not is_out(outages[device], second)]
        missing = [second for second in wanted if second not in seen]
        assert not missing, f"{device}: the streams lack {missing}"
        unknown = [second for second in wanted if seen[second] is None or seen[second][0] is None]
        assert not unknown, f"{device}: no value for {unknown}"


def check_histories(cluster, outages, first, last):
    """Every node gives the same history, and it is whole."""
    for device in DEVICES:
        answers = []
        for port in cluster.web_ports:
            target = f"/api/v1/series?device={device}&interface=ether1&from={first}&to={last}&points={last - first}"
            status, _, body = http_get(f"http://127.0.0.1:{port}{target}")
            assert status == 200, body
            answers.append(json.loads(body))
        values = answers[0]["in"]["avg"]
        assert answers[0]["step"] == 1 and len(values) == last - first
        lost = [first + i for i, value in enumerate(values) if value is None and not is_out(outages[device], first + i)]
        assert not lost, f"{device}: lost {[second - cluster.began for second in lost]} of {last - first} seconds"
        known = [value for value in values if value is not None]
        mean = sum(known) / len(known)
        assert abs(mean - RX * 8) < 0.01 * RX * 8, f"{device}: {mean} bit/s on average, not {RX * 8}"
        for answer in answers[1:]:
            assert answer["in"] == answers[0]["in"], f"{device}: two nodes do not agree"
        shares = {share["name"]: share["seconds"] for share in answers[0]["collectors"]}
        assert sum(shares.values()) == len(known), shares
        # Steps of a longer window are made of the same seconds.
        target = f"/api/v1/series?device={device}&interface=ether1&from={first}&to={last}&points=10"
        coarse = json.loads(http_get(f"http://127.0.0.1:{cluster.web_ports[0]}{target}")[2])
        for index in range(1, len(coarse["in"]["avg"]) - 1):
            start = coarse["t0"] + index * coarse["step"] - first
            part = [value for value in values[start:start + coarse["step"]] if value is not None]
            assert abs(coarse["in"]["avg"][index] - sum(part) / len(part)) <= 1, f"{device}: step {index}"
            assert coarse["in"]["max"][index] == max(part), f"{device}: step {index}"


def check_ledgers(cluster):
    """Both collectors have every byte, although both were killed."""
    cluster.stop_collectors()
    for name in cluster.roots:
        for device in DEVICES:
            total, flags = cluster.ledger(name, device, "ether2")
            assert total == BURST, f"collector {name}, {device}: {total} bytes of {BURST}, flags {flags}"


def report(cluster, load, steps):
    print("\nsteps (seconds since the start, step, requests so far):")
    for moment in steps:
        print("  %6.1f  %-32s %6d" % moment)
    print(f"requests: {dict(load.counts)}, slowest in seconds: {dict(load.slowest)}")
    print(f"failures: {len(load.failures)}, cut in mid-answer by a kill: {len(load.cut)}, streams reconnected: {load.reconnects}")
    print(f"retried by nginx, by the nodes' statuses: {cluster.retries()}")
