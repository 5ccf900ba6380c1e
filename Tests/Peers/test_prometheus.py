"""Debian's Prometheus accepts the web node's metrics: `promtool check metrics`, and a real server that scrapes it."""

import json
import subprocess
import urllib.parse

import pytest
from programs import Program, free_port, http_get, wait_until

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
    ran = subprocess.run(["promtool", "check", "metrics"], input=metrics, capture_output=True, text=True, check=False)
    remarks = (ran.stdout + ran.stderr).splitlines()
    # 0: nothing to say; 3: remarks on style (some of MKTXP's own names earn them); 1: it does not parse.
    assert ran.returncode in (0, 3), "\n".join(remarks)
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
    folder, port = tmp_path_factory.mktemp("prometheus"), free_port()
    (folder / "prometheus.yml").write_text(
        "global: {scrape_interval: 1s}\n"
        "scrape_configs:\n"
        f"  - job_name: tikwatch\n    static_configs: [{{targets: ['127.0.0.1:{site.port}']}}]\n")
    server = Program(
        ["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
         f"--web.listen-address=127.0.0.1:{port}"], folder, "prometheus")
    url = f"http://127.0.0.1:{port}"

    def answers():
        try:
            return http_get(url + "/-/ready")[0] == 200
        except OSError:
            return False

    def query(expression):
        status, _, body = http_get(f"{url}/api/v1/query?" + urllib.parse.urlencode({"query": expression}))
        assert status == 200, body
        return json.loads(body)["data"]["result"]

    try:
        server.wait_ready(answers, "Prometheus")
        yield query
        server.stop()
    finally:
        server.kill()


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
