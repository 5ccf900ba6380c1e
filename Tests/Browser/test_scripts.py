"""The scripts' own tests: by node where it exists, else in the browser."""

import json
import pathlib
import shutil
import subprocess

import pytest
from programs import REPOSITORY

HERE = pathlib.Path(__file__).parent
ASSETS = REPOSITORY / "Sources" / "WebNode" / "Assets"
MODULES = ["format", "ticks", "series", "columns", "chart-scale", "chart-draw", "chart-overlay", "chart-input", "chart", "chart-lanes",
           "dom", "stream-share", "stream", "shell", "spoken", "refresh", "search", "graph-state", "graph-tables", "graph-volumes"]
SCRIPTS = [ASSETS / f"{name}.js" for name in MODULES] + [HERE / "script_tests.js"]
CASES = HERE / "format_cases.json"


def check(results):
    assert len(results) >= 25
    assert [f"{entry['name']}: {entry['error']}" for entry in results if entry["error"]] == []


@pytest.mark.skipif(not shutil.which("node"), reason="node is not installed; the browser runs the same tests")
@pytest.mark.parametrize("zone", ["UTC", "Europe/Prague", "America/St_Johns"])
def test_scripts_in_node(zone):
    command = ["node", HERE / "run_scripts.js", CASES, *SCRIPTS]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=60,
                          env={"TZ": zone, "PATH": "/usr/bin:/bin:/usr/local/bin"})
    assert done.returncode == 0, done.stderr
    check(json.loads(done.stdout))


@pytest.mark.parametrize("zone", ["Europe/Prague", "Pacific/Apia"])
def test_scripts_in_the_browser(open_browser, zone):
    browser = open_browser(zone=zone).open("graph")
    source = "\n;".join(["delete globalThis.tikwatch"] + [path.read_text() for path in SCRIPTS])
    check(browser.run(source + "\n; return runScriptTests(arguments[0])", json.loads(CASES.read_text())))


def test_bundle_holds_every_script():
    catalog = (REPOSITORY / "Sources" / "WebNode" / "Pages" / "AssetCatalog.swift").read_text()
    for path in ASSETS.iterdir():
        # The API's description is answered under the API's own address.
        if path.name == "openapi.json":
            continue
        assert f"Files.{path.name.replace('-', '_').replace('.', '_')}" in catalog, f"{path.name} is in no bundle"
