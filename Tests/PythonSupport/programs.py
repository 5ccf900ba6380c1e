"""Runs the built programs for tests that look at them from outside: on free loopback ports, in a temporary folder.

Every process is ended by the object that started it, with SIGTERM, and must then end by itself with status 0: that is
part of what the programs promise, so `stop` checks it. Waiting is always for a condition with a deadline.

TIKWATCH_BIN names the folder of the programs (default: .build/debug).
"""

import os
import pathlib
import socket
import subprocess
import time
import urllib.error
import urllib.request

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = pathlib.Path(os.environ.get("TIKWATCH_BIN", REPOSITORY / ".build" / "debug"))
READY_SECONDS = 30
STOP_SECONDS = 15


def free_port():
    """A loopback port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, what, seconds=READY_SECONDS):
    """The first true value of `condition()`. Fails, saying `what` was awaited, when the time is over."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"no {what} within {seconds} s")
        time.sleep(0.05)


def http_get(url, timeout=10):
    """(status, headers, body). An error status is an answer like any other."""
    try:
        with urllib.request.urlopen(url, timeout=timeout) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


class Program:
    """One running program. Its standard output and error go to files in `folder`; `environment` replaces ours."""

    def __init__(self, command, folder, name, environment=None):
        self.name = name
        self.output = pathlib.Path(folder) / f"{name}.out"
        self.log = pathlib.Path(folder) / f"{name}.log"
        with self.output.open("wb") as out, self.log.open("wb") as err:
            self.process = subprocess.Popen(
                [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=out, stderr=err, cwd=folder, env=environment)

    def tail(self):
        parts = (path.read_text(errors="replace")[-2000:] for path in (self.output, self.log))
        return f"{self.name} said:\n" + "\n".join(parts)

    def wait_ready(self, condition, what):
        """Waits for `condition()`; fails at once when the program has ended."""

        def ready_or_dead():
            status = self.process.poll()
            if status is not None:
                raise AssertionError(f"{self.name} ended with status {status} before {what}\n{self.tail()}")
            return condition()

        try:
            return wait_until(ready_or_dead, what)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.tail()}") from None

    def stop(self):
        """SIGTERM; the program must end by itself, in time, with status 0."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            status = self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"{self.name} did not end within {STOP_SECONDS} s of SIGTERM\n{self.tail()}") from None
        assert status == 0, f"{self.name} ended with status {status}\n{self.tail()}"

    def kill(self):
        """For clean-up after a failure: no questions asked."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


class FakeDevices:
    """The fake device program with its built-in devices: gw-riga and ap-office (RouterOS 7), branch-tartu (6)."""

    def __init__(self, folder, *arguments):
        self.program = Program([PROGRAMS / "tikwatch-fakedevice", "run", "--port", "0", *arguments], folder, "fakedevice")
        self.addresses = {}

    def wait_ready(self):
        self.program.wait_ready(lambda: "ready" in self.program.output.read_text().splitlines(), "the line 'ready'")
        for line in self.program.output.read_text().splitlines():
            words = line.split()
            if words[:1] == ["listening"]:
                host, port = words[2].rsplit(":", 1)
                self.addresses[words[1]] = (host, int(port))
        assert self.addresses, f"no device listens\n{self.program.tail()}"
        return self


class Site:
    """Fake devices, one collector and one web node, exchanging real files below `folder`/root."""

    COLLECTOR = "edge-1"

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.root = self.folder / "root"
        self.root.mkdir()
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.programs = []

    def start(self):
        devices = FakeDevices(self.folder)
        self.programs.append(devices.program)
        self.addresses = devices.wait_ready().addresses
        collector = self._run("tikwatch-collector", "run", "--config", self._collector_config())
        heartbeat = self.root / self.COLLECTOR / "heartbeat.json"
        collector.wait_ready(lambda: heartbeat.exists() and heartbeat.stat().st_size, "heartbeat.json")
        web = self._run("tikwatch-web", "run", "--config", self._web_config())
        web.wait_ready(self._answers, f"answer from {self.url}/readyz")
        return self

    def _answers(self):
        try:
            return http_get(self.url + "/readyz")[0] == 200
        except OSError:
            return False

    def _run(self, name, *arguments):
        program = Program([PROGRAMS / name, *arguments], self.folder, name)
        self.programs.append(program)
        return program

    def _collector_config(self):
        path = self.folder / "collector.conf"
        text = [f"[collector]\nid = {self.COLLECTOR}\nstorage = {self.root}\nspool = {self.folder / 'spool'}\n"]
        text.append("flush_interval = 2\nmetrics_interval = 2\nretention = compact\n")
        text.append("[default]\nusername = admin\npassword =\n")
        text += [f"[{name}]\nhostname = {host}\nport = {port}\n" for name, (host, port) in self.addresses.items()]
        path.touch(mode=0o600)
        path.write_text("".join(text))
        return path

    def _web_config(self):
        path = self.folder / "web.conf"
        path.write_text(f"[web]\nlisten = 127.0.0.1:{self.port}\nstorage = {self.root}\n")
        return path

    def archives(self):
        """The archives that the collector has written so far, as paths."""
        return sorted((self.root / self.COLLECTOR / "devices").glob("*/interfaces/*.rrd"))

    def stop(self):
        """Ends all, last started first; the first complaint is raised after everything has ended."""
        problems = []
        for program in reversed(self.programs):
            try:
                program.stop()
            except AssertionError as error:
                problems.append(str(error))
        assert not problems, "\n".join(problems)
