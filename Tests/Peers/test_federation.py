"""A real Prometheus judges /federate, /sd and the compressed forms of /metrics: it scrapes, discovers and federates, and is asked the
same selectors as the web node."""

import gzip
import json
import re
import subprocess
import urllib.parse
import urllib.request

import pytest
from programs import REPOSITORY, http_get, wait_until
from prometheus import Prometheus, promtool_remarks

DEVICES = {"gw-riga", "ap-office", "branch-tartu"}
OPEN_METRICS = "application/openmetrics-text;version=1.0.0"


def fetch(url, **headers):
    """(headers, body as sent)."""
    request = urllib.request.Request(url, headers={name.replace("_", "-"): value for name, value in headers.items()})
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 200
        return answer.headers, answer.read()


@pytest.fixture(scope="module")
def complete(site):
    """The site once every device is in /metrics with its rates."""

    def ready():
        text = http_get(site.url + "/metrics")[2].decode()
        return "tikwatch_interface_rate_" in text and all(f'"{name}"' in text for name in DEVICES)

    wait_until(ready, "metrics of all devices")
    return site


@pytest.fixture(scope="module")
def prometheus(complete, tmp_path_factory):
    """A Prometheus that scrapes, federates and discovers the web node."""
    target = f"127.0.0.1:{complete.port}"
    server = Prometheus(
        tmp_path_factory.mktemp("federation"),
        f"  - {{job_name: all, honor_labels: true, static_configs: [{{targets: ['{target}']}}]}}\n"
        "  - job_name: federate\n    honor_labels: true\n    metrics_path: /federate\n"
        "    params: {'match[]': ['{__name__=~\"mktxp_.*|tikwatch_device_.*\"}']}\n"
        f"    static_configs: [{{targets: ['{target}']}}]\n"
        f"  - job_name: sd\n    honor_labels: true\n    http_sd_configs: [{{url: 'http://{target}/sd'}}]\n"
        "    relabel_configs: [{source_labels: [__meta_tikwatch_model], target_label: model}]\n")
    try:
        server.wait_ready()
        for job, count in (("all", 1), ("federate", 1), ("sd", 3)):
            wait_until(lambda job=job, count=count: len(server.query(f"up{{job='{job}'}} == 1")) == count, f"targets of {job}")
        wait_until(lambda: len(server.query("tikwatch_device_up{job='all'}")) == 3, "series")
        yield server
        server.program.stop()
    finally:
        server.program.kill()


def test_compressed_is_what_is_sent_plain(complete):
    def same():
        # Values change between the two; names and labels do not.
        plain = series(fetch(complete.url + "/metrics")[1].decode())
        headers, body = fetch(complete.url + "/metrics", Accept_Encoding="gzip")
        assert headers["Content-Encoding"] == "gzip" and "Accept-Encoding" in headers["Vary"]
        return plain == series(gzip.decompress(body).decode())

    wait_until(same, "the same series both ways", 10)


def test_curl_reads_the_compressed_form(complete):
    ran = subprocess.run(["curl", "-sS", "--compressed", complete.url + "/metrics"], capture_output=True, check=True)
    assert b"tikwatch_device_up{" in ran.stdout and ran.stdout.endswith(b"\n")


def test_open_metrics_by_name_and_text_otherwise(complete):
    headers, body = fetch(complete.url + "/metrics", Accept=OPEN_METRICS + ",text/plain;q=0.5")
    assert headers.get_content_type() == "application/openmetrics-text" and headers.get_param("version") == "1.0.0"
    assert body.endswith(b"# EOF\n") and b"# TYPE mktxp_interface_rx_byte counter\n" in body
    headers, body = fetch(complete.url + "/metrics", Accept="text/html,*/*;q=0.8")
    assert headers.get_content_type() == "text/plain" and b"# EOF" not in body


def test_federated_text_parses(complete):
    text = fetch(complete.url + "/federate?" + urllib.parse.urlencode({"match[]": '{__name__=~".+"}'}))[1].decode()
    # Types of single series are not known, and so is no help: nothing else may be remarked.
    remarks = [line for line in promtool_remarks(text) if "no help text" not in line and "tikwatch_" in line.split(" ")[0]]
    assert [line for line in remarks if "counter metrics should" not in line and "non-histogram" not in line] == []
    assert len(text.splitlines()) > 500


def series(text):
    """The series of an exposition as (name, labels), without what a scrape adds and without empty labels."""
    found = set()
    for line in text.splitlines():
        if match := re.fullmatch(r'([^{# ]+)(?:\{(.*)\})? \S+(?: -?\d+)?', line):
            labels = re.findall(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"', match[2] or "")
            found.add((match[1], frozenset(pair for pair in labels if pair[1] and pair[0] not in ("instance", "job"))))
    return found


def federate(url, selectors):
    return http_get(url + "/federate?" + urllib.parse.urlencode([("match[]", text) for text in selectors]))


@pytest.mark.parametrize("selectors", [
    ["tikwatch_device_up"],
    ["tikwatch_device_up", "mktxp_system_uptime", "tikwatch_device_up"],
    ['{__name__=~"mktxp_interface_.*"}'],
    ['{__name__=~"mktxp_interface"}'],
    ['{__name__=~"tikwatch_menu_.*",menu!~"interface.*"}'],
    ['{routerboard_name="gw-riga"}', '{routerboard_name="ap-office"}'],
    ['{routerboard_name=~"gw-.*|ap-.*",name!~"ether.*"}'],
    ['{routerboard_name!="gw-riga",__name__="mktxp_interface_rx_byte_total"}'],
    ['mktxp_interface_rx_byte_total{name=~"ether[1-3]"}'],
    ['mktxp_interface_rx_byte_total{name=~"ether"}'],
    ["mktxp_interface_rx_byte_total{name=~'(?i)ETHER\\\\d'}"],
    ["mktxp_interface_rx_byte_total{name=~`ether\\d+`,nothere=''}"],
    ['mktxp_interface_rx_byte_total{nothere!=""}'],
    ['mktxp_interface_rx_byte_total{comment=""}'],
    ['mktxp_interface_rx_byte_total{name="\\u0065ther1"}', 'tikwatch_menu_up{menu=~".+",}'],
    ['  mktxp_system_uptime { routerboard_name = "gw-riga" } # the one'],
    ["nothing_has_this_name"],
])
def test_selects_what_prometheus_selects(complete, prometheus, selectors):
    # So that two empty answers prove something only where they should be empty.
    is_nothing = any(word in selectors[0] for word in ("nothing_has", 'nothere!=', '=~"ether"', '=~"mktxp_interface"'))

    # Prometheus also has what the other jobs brought: its side is asked about the first job's series only.
    def scoped(text):
        if re.search(r"\}\s*(#.*)?$", text):
            head, tail = text.rsplit("}", 1)
            return f'{head.rstrip().rstrip(",")}{"" if head.rstrip().endswith("{") else ","}job="all"}}' + tail
        return text + '{job="all"}'

    def same():
        status, _, body = federate(complete.url, selectors)
        assert status == 200, body
        theirs_status, _, theirs = federate(prometheus.url, [scoped(text) for text in selectors])
        assert theirs_status == 200, theirs
        ours = series(body.decode())
        return ours == series(theirs.decode()) and bool(ours) != is_nothing

    wait_until(same, f"the same series from both for {selectors}", 10)


@pytest.mark.parametrize("selector", [
    "", "{}", '{a=""}', '{a=~".*"}', '{a!="b"}', "up{", "up}", "up{a}", 'up{a="b" c="d"}', 'up{a="b",,}', "up[5m]", "up offset 5m", "sum(up)",
    '{__name__=~"("}', 'up{__name__="down"}', "inf", 'up{a="\\q"}', "up{a=b}", 'up{a=="b"}', "{,}", "up up", 'up{a=~"a(?=b)"}',
])
def test_refuses_what_prometheus_refuses(complete, prometheus, selector):
    # Its /federate takes selectors that select everything, or name the metric twice; its queries do not, and neither do we.
    query = http_get(prometheus.url + "/api/v1/query?" + urllib.parse.urlencode({"query": selector}))
    assert 400 in (federate(prometheus.url, [selector])[0], query[0])
    status, headers, body = federate(complete.url, [selector])
    assert status == 400 and b"match[]" in body
    # One bad selector spoils the request, wherever it stands.
    assert federate(complete.url, ["up", selector])[0] == 400


def test_federation_keeps_labels_and_times(complete, prometheus):
    def timed():
        return {item["metric"]["routerboard_name"]: float(item["value"][1])
                for item in prometheus.query("timestamp(tikwatch_device_up{job='federate'})")}

    times = wait_until(lambda: len(timed()) == 3 and timed(), "federated series")
    # Whole milliseconds of the file's own time, not the scrape's: collectors write later than they began.
    now = {name: json.loads(http_get(f"{complete.url}/api/v1/live?device={name}")[2])["t"] for name in DEVICES}
    assert all(-1 < now[name] - times[name] < 60 for name in DEVICES)
    label = prometheus.query("mktxp_interface_rx_byte_total{job='federate',name='ether1'}")
    assert label and not [item for item in label if any(name.startswith("exported_") for name in item["metric"])]


def test_discovered_targets_are_up_and_named(prometheus):
    up = prometheus.query("up{job='sd'} == 1")
    assert {item["metric"]["device"] for item in up} == DEVICES
    assert {item["metric"]["instance"] for item in up} == DEVICES and all(item["metric"]["model"] for item in up)
    for name in DEVICES:
        # A target's series are its device's, and no other's.
        found = prometheus.query(f"count by (routerboard_name) (mktxp_interface_rx_byte_total{{job='sd',instance='{name}'}})")
        assert [item["metric"]["routerboard_name"] for item in found] == [name]


def test_sample_configuration_is_valid_and_works(complete, tmp_path):
    sample = (REPOSITORY / "deploy" / "prometheus" / "tikwatch.yml").read_text()
    file = tmp_path / "sample.yml"
    file.write_text(sample)
    checked = subprocess.run(["promtool", "check", "config", str(file)], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    jobs = sample.split("scrape_configs:\n", 1)[1].replace("tikwatch.example.net:8080", f"127.0.0.1:{complete.port}")
    server = Prometheus(tmp_path, jobs)
    try:
        server.wait_ready()
        wait_until(lambda: len(server.query("up == 1")) == 5, "five targets up")
        wait_until(lambda: len(server.query("tikwatch_device_up == 1")) == 9, "each device by three ways")
        server.program.stop()
    finally:
        server.program.kill()
