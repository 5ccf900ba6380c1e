"""Collectors and web nodes on different hosts share a root over GlusterFS; a brick dies under load and returns, a host is
cut off, a collector is killed."""

import functools
import hashlib
import os
import signal
import time

import pytest
from asking import Asking
from gluster import Site, obstacle
from programs import wait_until
from steady import BURST, DEVICES, RX, ledger, wrong_numbers


@pytest.fixture
def site(tmp_path):
    # `make cluster-test` asks for it by name: then what is missing is a failure.
    if reason := obstacle():
        pytest.fail(reason)
    running = Site(tmp_path)
    try:
        yield running.start()
    finally:
        running.kill()


class Readers(Asking):
    """People at every web node, for as long as it lasts."""

    def __init__(self, site):
        super().__init__(site.began)
        self.site = site
        # Hosts that cannot be reached at present are not asked.
        self.away = set()
        for host in site.hosts:
            self.repeat(0.5, functools.partial(self._read, host))

    def sorted_failures(self, cut):
        """What was refused because the volume hung, as GlusterFS does for one to two ping timeouts after a host has vanished; all else."""
        end = cut + 2 * self.site.PING_SECONDS + 1
        refused = [failure for failure in self.failures
                   if cut - 1 <= failure[0] + self.site.began <= end and ": 503" in failure[2]]
        return refused, [failure for failure in self.failures if failure not in refused]

    def _read(self, host, turn):
        if host.name in self.away:
            return
        began = time.time()
        try:
            if turn % 3 == 0:
                target = ["/metrics", "/", f"/devices/{DEVICES[0]}"][turn // 3 % 3]
                status = self.site.status(host, target)
                problem = None if status == 200 else f"{target}: {status}"
            else:
                now = int(time.time())
                problem = wrong_numbers(self.site.series(host, DEVICES[turn % 3], now - 60, now, 60))
        except (OSError, AssertionError, ValueError) as error:
            problem = f"{type(error).__name__}: {error}"
        self.note(host.name, host.name, began, None if host.name in self.away else problem)


def test_a_brick_dies_a_host_is_cut_off_a_collector_is_killed(site):
    began = site.began
    assert time.time() < site.burst[0] - 5, "this machine is too slow: the burst begins before everybody looks"
    wait_until(lambda: time.time() > began + 30, "some history", 60)
    first = int(time.time()) - 5
    readers = Readers(site).start()
    print("\nsteps (seconds since the start, step, requests so far):")
    one, two, _ = site.hosts

    def step(what):
        print("  %6.1f  %-34s %6d" % (time.time() - began, what, sum(readers.counts.values())), flush=True)

    try:
        step("kill the brick of host-2")
        os.kill(site.bricks()[two.address], signal.SIGKILL)
        wait_until(lambda: two.address not in site.bricks(), "a brick that is gone")
        time.sleep(12)
        step("the brick returns")
        site.gluster("volume", "start", "site", "force")
        wait_until(lambda: len(site.bricks()) == 2, "both bricks", 60)
        time.sleep(5)
        step("host-2 is cut off")
        readers.away.add(two.name)
        two.cut()
        cut = int(time.time())
        time.sleep(15)
        two.join()
        joined = int(time.time())
        step("host-2 is back")
        wait_until(lambda: site.is_up(two) and site.status(two, "/readyz") == 200, "host-2 to be as before", 90)
        readers.away.clear()
        step("host-2 samples and answers again")
        time.sleep(5)
        missed = {name: entry["missedSamples"] for name, entry in site.heartbeat(one)["devices"].items()}
        step("kill the collector of host-1")
        site.collectors[one.name].kill()
        time.sleep(8)
        assert time.time() < site.burst[1], "this machine is too slow: the burst was over before the collector returned"
        site.start_collector(one, "collector-again")
        step("it samples again")
        wait_until(lambda: time.time() > site.burst[1] + 5, "the end of the burst", 120)
        wait_until(lambda: site.unhealed() == 0, "a volume that is whole", 120)
        step("both bricks are whole")
    finally:
        readers.stop()
    last = int(time.time()) - 10
    refused, failures = readers.sorted_failures(cut)
    print(f"requests: {dict(readers.counts)}, slowest in seconds: {dict(readers.slowest)}, failures: {len(failures)}")
    print(f"answered 503 while every call on the volume waited for the host that vanished: {len(refused)}")

    assert not failures, f"{len(failures)} failures: {failures[:10]}"
    print(f"samples that collector 1 missed until it was killed: {missed}; host-2 was cut off for {joined - cut} s")
    assert set(missed.values()) == {0}, f"sampling stopped on the host whose link was never cut: {missed}"
    check_histories(site, first, last)
    check_files(site)


def check_histories(site, first, last):
    """Nodes on all hosts have every second, those of the cut and of the kill included: the other collector had them."""
    for device in DEVICES:
        answers = [site.series(host, device, first, last, last - first) for host in site.hosts]
        for host, answer in zip(site.hosts, answers):
            values = answer["in"]["avg"]
            lost = [first + index - site.began for index, value in enumerate(values) if value is None]
            assert not lost, f"{host.name}, {device}: lost {lost} of {last - first} seconds"
            mean = sum(values) / len(values)
            assert abs(mean - RX * 8) < 0.01 * RX * 8, f"{host.name}, {device}: {mean} bit/s on average"
        seconds = {entry["name"]: entry["seconds"] for entry in answers[2]["collectors"]}
        print(f"{device}: 0 of {last - first} seconds lost on {len(answers)} nodes; from {seconds}")
        assert all(seconds.get(name) for name in ("edge-1", "edge-2")), f"{device}: one collector cannot have had all: {seconds}"


def check_files(site):
    """Ledgers have every byte, and both bricks hold the same."""
    for name, collector in site.collectors.items():
        collector.stop()
        print(f"{name}: collector ended with status 0")
    off = []
    wait_until(lambda: site.unhealed() == 0, "a volume that is whole", 60)
    sums = []
    for host in site.hosts[:2]:
        for number in (1, 2):
            for device in DEVICES:
                total, flags = ledger(host.brick / f"edge-{number}", device, "ether2")
                off.append(total - BURST)
                assert total == BURST, f"brick of {host.name}, edge-{number}, {device}: {total} of {BURST}, flags {flags}"
        files = sorted(path for path in host.brick.glob("edge-*/devices/**/*") if path.is_file())
        sums.append({str(path.relative_to(host.brick)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files})
    print(f"{len(off)} ledgers (brick, collector, device) of {BURST} bytes each: off by {off} bytes")
    different = [path for path in sums[0].keys() | sums[1].keys() if sums[0].get(path) != sums[1].get(path)]
    assert not different, f"bricks differ: {different}"
    print(f"{len(sums[0])} files are the same on both bricks")
