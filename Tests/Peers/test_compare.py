"""`tikwatch-collector compare` against HTTP servers that are kind and unkind, and against a real MKTXP."""

import gzip
import http.server
import json
import subprocess
import threading

import pytest
from mktxp import MKTXP
from oracle import Fleet, Ours
from programs import PROGRAMS, free_port

COLLECTOR = PROGRAMS / "tikwatch-collector"
TEXT = '# TYPE mktxp_x gauge\nmktxp_x{routerboard_name="a"} 1\n'


class Server(http.server.ThreadingHTTPServer):
    """Answers by path: (status, headers, body)."""

    daemon_threads = True

    def __init__(self, answers):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                status, headers, body = answers[self.path]
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                try:
                    self.wfile.write(body)
                except OSError:
                    pass  # the client has had enough

            def log_message(self, *_):
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()


@pytest.fixture(scope="module")
def servers():
    other = Server({"/metrics": (200, {}, TEXT.encode())})
    answers = {
        "/metrics": (200, {}, TEXT.encode()),
        "/zipped": (200, {"Content-Encoding": "gzip"}, gzip.compress(TEXT.encode())),
        "/moved": (302, {"Location": "/metrics"}, b""),
        "/away": (302, {"Location": other.url + "/metrics"}, b""),
        "/file": (302, {"Location": "file:///etc/passwd"}, b""),
        "/loop": (302, {"Location": "/loop"}, b""),
        "/gone": (404, {}, b"no"),
        "/empty": (200, {}, b""),
        "/broken": (500, {}, b"no"),
        "/bomb": (200, {"Content-Encoding": "gzip"}, gzip.compress(bytes(70 << 20))),
    }
    one = Server(answers)
    yield one, other
    one.shutdown()
    other.shutdown()


def run(*arguments):
    return subprocess.run(
        [COLLECTOR, "compare", *arguments], capture_output=True, text=True, timeout=120, check=False,
        env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "no_proxy": "*"})


@pytest.mark.parametrize("path", ["/metrics", "/zipped", "/moved"])
def test_what_is_the_same_is_the_same(servers, path):
    one, other = servers
    same = run(one.url + path, "--with", other.url + "/metrics")
    assert same.returncode == 0, same.stdout + same.stderr
    assert "1 family compared: no difference" in same.stdout


@pytest.mark.parametrize("path, said", [
    ("/away", "which is not followed"), ("/file", "this is no http or https address"), ("/loop", "more than 3 redirects"),
    ("/gone", "status 404"), ("/broken", "status 500; MKTXP does so when a device gives a value that is no number"), ("/bomb", "more than 67108864 bytes"), ("/empty", "has no metrics of devices"),
])
def test_a_server_that_is_unkind_is_told_from_differences(servers, path, said):
    one, other = servers
    refused = run(one.url.replace("http://", "http://me:hunter2@") + path, "--with", other.url + "/metrics", "--json")
    assert refused.returncode == 1 and said in refused.stderr
    assert refused.stdout == "" and "hunter2" not in refused.stderr


def test_nobody_there_and_wrong_usage(servers):
    nobody = run(f"http://127.0.0.1:{free_port()}/metrics", "--with", servers[0].url + "/metrics")
    assert nobody.returncode == 1 and "could not fetch http://127.0.0.1:" in nobody.stderr
    forgotten = run("127.0.0.1:49090/metrics", "--with", servers[0].url + "/metrics")
    assert forgotten.returncode == 1 and "an address begins with http://" in forgotten.stderr
    assert run().returncode == 2
    assert run(servers[0].url + "/metrics", "--config", "/nonexistent").returncode == 3


def test_a_real_mktxp(tmp_path):
    """One device, one configuration: the same families but for those known to differ, and a dashboard that finds all it wants."""
    fleet = Fleet(tmp_path, {"v7": ("v7", {})})
    mktxp = ours = None
    try:
        fleet.start()
        mktxp, ours = MKTXP(fleet.configuration, fleet.port, tmp_path), Ours(fleet)
        mktxp.wait_ready()
        ours.settled()
        dashboard = tmp_path / "dashboard.json"
        dashboard.write_text(json.dumps({"panels": [
            {"title": "Traffic", "targets": [{"expr": "rate(mktxp_interface_rx_byte_total{name=~\"$if\"}[5m])"}]},
            {"title": "Uptime", "targets": [{"expr": "mktxp_system_uptime{routerboard_name=\"v7\"}"}]},
        ]}))
        found = run(
            mktxp.url, "--cfg-dir", fleet.configuration, "--storage", ours.root, "--dashboard", dashboard, "--json")
        report = json.loads(found.stdout)
        kinds = {}
        for difference in report["differences"]:
            kinds.setdefault(difference["kind"], set()).add(difference["name"])
        assert found.returncode == (0 if report["same"] else 1)
        assert "device missing" not in kinds and "device extra" not in kinds
        assert report["queries"] == []
        # The oracle's own test judges every difference; here only what hardly may differ.
        told = set().union(*(names for kind, names in kinds.items() if kind != "value moved"))
        assert not told & {"mktxp_system_identity_info", "mktxp_interface_running", "mktxp_interface_rx_byte_total"}, kinds
        fleet.fake.program.stop()
    finally:
        for program in (mktxp and mktxp.program, ours and ours.program, fleet.fake.program):
            if program:
                program.kill()
