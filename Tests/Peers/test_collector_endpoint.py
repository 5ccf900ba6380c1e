"""Others judge what the collector itself serves: promtool and Python's OpenMetrics parser read it, gzip unpacks it, and a real
Prometheus scrapes `/metrics`, and `/probe` with the usual relabelling."""

import gzip
import urllib.request

import pytest
from programs import PROGRAMS, FakeDevices, Program, free_port, http_get, wait_until
from prometheus import Prometheus, promtool_remarks
from prometheus_client.openmetrics import parser

OPEN_METRICS = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"


class Endpoint:
    """Fake devices and a collector that serves them; one of them is known as a module for probes only."""

    PROBED = "branch-tartu"

    def __init__(self, folder):
        self.folder, self.port, self.programs = folder, free_port(), []
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self):
        devices = FakeDevices(self.folder)
        self.programs.append(devices.program)
        lines = [f"[collector]\nid = e\nstorage = {self.folder / 'root'}\nspool = {self.folder / 'spool'}\n"]
        lines.append(f"metrics_interval = 2\nretention = compact\nlisten = 127.0.0.1:{self.port}\n")
        lines.append("[default]\nusername = admin\npassword =\nhostname = 127.0.0.1\n")
        for name, (_, port) in devices.wait_ready().addresses.items():
            lines.append(f"[{name}]\nport = {port}\n")
            if name == self.PROBED:
                lines.append("module_only = yes\nprobe_allowed_targets = 127.0.0.0/8\n")
        (self.folder / "root").mkdir()
        config = self.folder / "collector.conf"
        config.touch(mode=0o600)
        config.write_text("".join(lines))
        collector = Program([PROGRAMS / "tikwatch-collector", "run", "--config", config], self.folder, "collector")
        self.programs.append(collector)
        collector.wait_ready(self.is_complete, "metrics of both devices")
        return self

    def is_complete(self):
        try:
            text = self.get("/metrics")[1].decode()
        except OSError:
            return False
        # Rates come with the second sample: with them every family of ours has been seen.
        return all(f'rx",routerboard_name="{name}"' in text for name in ("gw-riga", "ap-office"))

    def get(self, path, **headers):
        request = urllib.request.Request(self.url + path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.headers, answer.read()


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory):
    running = Endpoint(tmp_path_factory.mktemp("endpoint"))
    try:
        yield running.start()
        for program in reversed(running.programs):
            program.stop()
    finally:
        for program in running.programs:
            program.kill()


PATHS = ["/metrics", "/probe?module=gw-riga", "/probe?module=branch-tartu&target=127.0.0.1"]


@pytest.mark.parametrize("path", PATHS)
def test_promtool_has_no_remark_on_our_names(endpoint, path):
    remarks = promtool_remarks(endpoint.get(path)[1].decode())
    assert [line for line in remarks if line.split(" ")[0].startswith(("tikwatch_", "process_"))] == []


@pytest.mark.parametrize("path", PATHS)
def test_openmetrics_parses_strictly_and_holds_the_same_series(endpoint, path):
    headers, body = endpoint.get(path, Accept=OPEN_METRICS)
    assert headers["Content-Type"] == "application/openmetrics-text; version=1.0.0; charset=utf-8"
    families = list(parser.text_string_to_metric_families(body.decode()))
    types = {family.name: family.type for family in families}
    assert types["mktxp_interface_rx_byte"] == "counter" and types["mktxp_system_identity"] == "info"
    plain = endpoint.get(path)[1].decode().splitlines()
    names = {line.split("{")[0].split(" ")[0] for line in plain if not line.startswith("#")}
    assert {sample.name for family in families for sample in family.samples} == names


def test_gzip_unpacks_to_the_same_families(endpoint):
    headers, body = endpoint.get("/metrics", Accept_Encoding="gzip")
    assert headers["Content-Encoding"] == "gzip"
    text = gzip.decompress(body).decode()
    plain = endpoint.get("/metrics")[1].decode()
    types = [[line for line in one.splitlines() if line.startswith("# TYPE")] for one in (text, plain)]
    assert types[0] == types[1] and len(body) < len(text) / 4


def test_a_refused_probe_is_a_target_that_is_down(endpoint):
    for query, status in [("module=none", 503), ("module=branch-tartu&target=192.0.2.1", 403)]:
        assert http_get(f"{endpoint.url}/probe?{query}")[0] == status


@pytest.fixture(scope="module")
def prometheus(endpoint, tmp_path_factory):
    jobs = f"""  - job_name: collector
    static_configs: [{{targets: ['127.0.0.1:{endpoint.port}']}}]
  - job_name: probe
    metrics_path: /probe
    params: {{module: [branch-tartu]}}
    static_configs: [{{targets: ['127.0.0.1', '192.0.2.1']}}]
    relabel_configs:
      - {{source_labels: [__address__], target_label: __param_target}}
      - {{source_labels: [__param_target], target_label: instance}}
      - {{target_label: __address__, replacement: '127.0.0.1:{endpoint.port}'}}
"""
    server = Prometheus(tmp_path_factory.mktemp("prometheus"), jobs)
    try:
        yield server.wait_ready()
        server.program.stop()
    finally:
        server.program.kill()


def test_prometheus_scrapes_the_collector(prometheus):
    wait_until(lambda: prometheus.query("up{job='collector'} == 1"), "scrape")
    names = {series["metric"]["routerboard_name"] for series in prometheus.query("tikwatch_device_up{job='collector'} == 1")}
    assert names == {"gw-riga", "ap-office"}
    assert prometheus.query("process_resident_memory_bytes{job='collector'} > 0")


def test_prometheus_probes_with_relabelling(prometheus):
    found = wait_until(lambda: prometheus.query("up{job='probe'} == 1"), "probe")
    assert [series["metric"]["instance"] for series in found] == ["127.0.0.1"]
    (up,) = prometheus.query("tikwatch_device_up{job='probe'}")
    assert up["metric"]["routerboard_name"] == "branch-tartu" and up["value"][1] == "1"
    # The other target is not on the list.
    wait_until(lambda: prometheus.query("up{job='probe',instance='192.0.2.1'} == 0"), "refusal")
