"""Debian's Prometheus accepts the web node's metrics: `promtool check metrics`, and a real server that scrapes it."""

import subprocess

import pytest
from programs import http_get, wait_until
from prometheus import Prometheus, promtool_remarks

DEVICES = {"gw-riga", "ap-office", "branch-tartu"}


@pytest.fixture(scope="module")
def metrics(site):
    """The text of /metrics once every device is in it."""

    def complete():
        status, _, body = http_get(site.url + "/metrics")
        assert status == 200
        text = body.decode()
        named = all(f'"{name}"' in text for name in DEVICES)
        # Rates come with the second sample: with them every family of ours has been seen.
        return text if named and "mktxp_interface_rx_byte_total{" in text and "tikwatch_interface_rate_" in text else None

    return wait_until(complete, "metrics of all devices")


def test_promtool_parses_and_has_no_remark_on_our_names(metrics):
    remarks = promtool_remarks(metrics)
    assert "tikwatch_device_up" in metrics
    assert [line for line in remarks if "tikwatch_" in line.split(" ")[0]] == []


def test_promtool_would_find_a_bad_name():
    bad = "# HELP tikwatch_bad_total x\n# TYPE tikwatch_bad_total gauge\ntikwatch_bad_total 1\n"
    ran = subprocess.run(["promtool", "check", "metrics"], input=bad, capture_output=True, text=True, check=False)
    assert ran.returncode == 3 and "tikwatch_bad_total" in (ran.stdout + ran.stderr)


def test_content_type_is_text_format(site):
    _, headers, _ = http_get(site.url + "/metrics")
    assert headers.get_content_type() == "text/plain"
    assert headers.get_param("version") == "0.0.4"


@pytest.fixture(scope="module")
def prometheus(site, metrics, tmp_path_factory):
    """A query function on a real Prometheus that scrapes the web node every second."""
    server = Prometheus(
        tmp_path_factory.mktemp("prometheus"),
        f"  - job_name: tikwatch\n    static_configs: [{{targets: ['127.0.0.1:{site.port}']}}]\n")
    try:
        yield server.wait_ready().query
        server.program.stop()
    finally:
        server.program.kill()


def test_scrape_succeeds(prometheus):
    target = wait_until(lambda: prometheus("up{job='tikwatch'}"), "scrape")
    assert [series["value"][1] for series in target] == ["1"]
    assert prometheus("scrape_samples_scraped{job='tikwatch'} > 0")


def test_every_device_is_up_once(prometheus):
    wait_until(lambda: len(prometheus("tikwatch_device_up == 1")) == len(DEVICES), "three devices up")


def test_interface_counters_rise(prometheus):
    names = {
        series["metric"]["routerboard_name"]
        for series in wait_until(lambda: prometheus("mktxp_interface_rx_byte_total"), "interface counters")
    }
    assert names == DEVICES
    wait_until(lambda: prometheus("rate(mktxp_interface_rx_byte_total[20s]) > 0"), "rising counter")
