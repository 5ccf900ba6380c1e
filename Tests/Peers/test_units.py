"""The unit files: what systemd says of them, and whether the programs work in the sandbox they describe."""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

import pytest
import sandbox
from programs import PROGRAMS, REPOSITORY, FakeDevices, Program, free_port, http_get, wait_until

UNITS = REPOSITORY / "deploy" / "systemd"
NAMES = ["tikwatch-collector", "tikwatch-web"]

pytestmark = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not here")


@pytest.mark.parametrize("name", NAMES)
def test_systemd_understands_the_unit(name, tmp_path):
    text = (UNITS / f"{name}.service").read_text().replace("/usr/local/bin/", f"{PROGRAMS}/")
    unit = tmp_path / f"{name}.service"
    unit.write_text(text)
    answer = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True)
    told = [line for line in answer.stderr.splitlines() if name in line]
    assert answer.returncode == 0 and not told, answer.stderr


@pytest.mark.parametrize("name", NAMES)
def test_exposure_is_low(name):
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=25", UNITS / f"{name}.service"]
    answer = subprocess.run(command, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stdout[-300:]


class Manager:
    """A service manager's end of NOTIFY_SOCKET."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self.socket.bind(str(path))
        os.chmod(path, 0o777)
        self.heard = []

    def hears(self, text, after=0):
        try:
            while True:
                self.heard.append(self.socket.recv(4096).decode())
        except BlockingIOError:
            return any(message.startswith(text) for message in self.heard[after:])


def start(name, folder, writable, *arguments):
    """The program below its unit's sandbox, and its manager."""
    manager = Manager(folder / f"{name}.notify")
    command = [sys.executable, sandbox.__file__, UNITS / f"{name}.service", writable, PROGRAMS / name, *arguments]
    environment = {"PATH": "/usr/bin:/bin", "NOTIFY_SOCKET": str(folder / f"{name}.notify")}
    program = Program(command, folder, name, environment)
    program.wait_ready(lambda: manager.hears("READY=1"), "READY=1")
    return program, manager


def reload(program, manager):
    before = len(manager.heard)
    program.process.send_signal(signal.SIGHUP)
    wait_until(lambda: manager.hears("RELOADING=1\nMONOTONIC_USEC=", before), "RELOADING=1")
    wait_until(lambda: manager.hears("READY=1", before), "READY=1 after it")


def confined(pid):
    """What the kernel says of a process's sandbox."""
    status = dict(line.split(":\t", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines())
    return status["Seccomp"], status["NoNewPrivs"], int(status["CapBnd"], 16), status["Uid"].split()[0]


def children(pid):
    return [int(word) for path in pathlib.Path(f"/proc/{pid}/task").glob("*/children") for word in path.read_text().split()]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may build the sandbox")
def test_programs_work_in_the_sandbox_of_their_units():
    # Not below /tmp, which the sandbox has of its own.
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tikwatch-units-", dir="/run"))
    programs = []
    try:
        os.chmod(folder, 0o755)
        root, spool = folder / "own" / "root", folder / "own" / "spool"
        for path in (folder / "own", root, spool):
            path.mkdir()
            os.chown(path, sandbox.NOBODY, sandbox.NOBODY)
        devices = FakeDevices(folder)
        programs.append(devices.program)
        host, port = devices.wait_ready().addresses["gw-riga"]
        settings = folder / "collector.conf"
        settings.write_text(
            f"[collector]\nid = edge-1\nstorage = {root}\nspool = {spool}\nretention = compact\nflush_interval = 1\n"
            f"[default]\nusername = admin\npassword =\n[gw]\nhostname = {host}\nport = {port}\n")
        os.chown(settings, sandbox.NOBODY, sandbox.NOBODY)
        settings.chmod(0o600)
        collector, collector_manager = start("tikwatch-collector", folder, folder / "own", "run", "--config", settings)
        programs.append(collector)
        url = f"http://127.0.0.1:{free_port()}"
        settings = folder / "web.conf"
        settings.write_text(f"[web]\nlisten = {url[7:]}\nstorage = {root}\n")
        web, web_manager = start("tikwatch-web", folder, "", "run", "--config", settings)
        programs.append(web)
        web.wait_ready(lambda: http_get(url + "/readyz")[0] == 200, "readiness")
        web.wait_ready(lambda: b'"state":"up"' in http_get(url + "/api/v1/devices/gw")[2], "samples")
        status, _, picture = http_get(url + "/graph.png?device=all&from=-61s")
        assert status == 200 and picture.startswith(b"\x89PNG")
        drawing = children(web.process.pid)
        assert drawing, "drawn by a process of its own"
        for pid in [collector.process.pid, web.process.pid, *drawing]:
            assert confined(pid) == ("2", "1", 0, str(sandbox.NOBODY))
        for path in ("/", "/devices/gw", "/graph?device=gw", "/federate?match[]={__name__=~%22tikwatch.*%22}", "/metrics"):
            assert http_get(url + path)[0] == 200, path
        reload(collector, collector_manager)
        reload(web, web_manager)
        for program, manager in ((web, web_manager), (collector, collector_manager)):
            program.stop()
            assert manager.hears("STOPPING=1")
    finally:
        for program in reversed(programs):
            program.kill()
        shutil.rmtree(folder)
