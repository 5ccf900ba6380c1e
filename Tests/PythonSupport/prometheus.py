"""A real Prometheus for the time of a test."""

import json
import subprocess
import urllib.parse

from programs import Program, free_port, http_get


class Prometheus:
    """Scrapes what `jobs` (the items of `scrape_configs`, as YAML) says, every second."""

    def __init__(self, folder, jobs):
        port = free_port()
        (folder / "prometheus.yml").write_text(f"global: {{scrape_interval: 1s}}\nscrape_configs:\n{jobs}")
        self.url = f"http://127.0.0.1:{port}"
        self.program = Program(
            ["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
             f"--web.listen-address=127.0.0.1:{port}"], folder, "prometheus")

    def wait_ready(self):
        def answers():
            try:
                return http_get(self.url + "/-/ready")[0] == 200
            except OSError:
                return False

        self.program.wait_ready(answers, "Prometheus")
        return self

    def query(self, expression):
        status, _, body = http_get(f"{self.url}/api/v1/query?" + urllib.parse.urlencode({"query": expression}))
        assert status == 200, body
        return json.loads(body)["data"]["result"]


def promtool_remarks(text):
    """What `promtool check metrics` remarks on the text, by line. Fails when it does not parse."""
    ran = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, check=False)
    remarks = (ran.stdout + ran.stderr).splitlines()
    # 0: nothing to say; 3: remarks on style (some of MKTXP's own names earn them); 1: it does not parse.
    assert ran.returncode in (0, 3), "\n".join(remarks)
    return remarks
