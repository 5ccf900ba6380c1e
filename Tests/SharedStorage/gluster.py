"""Three hosts on one machine: network, mount and host-name namespaces of their own, joined by a bridge; a GlusterFS volume replicated over
two of them; collectors on those two, web nodes on all three.

Everything lives in the namespaces that the caller (`.ci/cluster-test`) has made for this process: when it ends, however it ends, the
kernel takes processes, links and mounts away with them, and no packet leaves.
"""

import json
import os
import pathlib
import shutil
import subprocess
import time
import xml.etree.ElementTree

from programs import PROGRAMS, Program, http_get, wait_until
from steady import DEVICES, write_collector, write_device

NET = "10.99.0"
DEVICE_HOST = f"{NET}.254"
WEB_PORT = 8080


def run(*command, check=True):
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=120)
    if check and result.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))}: status {result.returncode}\n{result.stdout}{result.stderr}")
    return result.stdout


def obstacle():
    """Why this cannot run here; `None` when it can."""
    if os.geteuid() != 0:
        return "namespaces and mounts take root"
    missing = [name for name in ("glusterd", "gluster", "glusterfs", "ip", "nsenter", "unshare") if not shutil.which(name)]
    if missing:
        return f"{', '.join(missing)} not installed (.ci/setup cluster)"
    if not os.access("/dev/fuse", os.R_OK | os.W_OK):
        return "there is no /dev/fuse"
    if os.getpid() > 50 or "lo" not in run("ip", "-br", "link") or len(run("ip", "-br", "link").splitlines()) > 1:
        return "not in namespaces of its own (make cluster-test)"
    return None


class Host:
    """A host: `run` and `start` are inside of it."""

    def __init__(self, folder, number):
        self.number, self.name, self.address = number, f"host-{number}", f"{NET}.{number}"
        self.folder = folder / self.name
        self.brick, self.mount = self.folder / "brick", self.folder / "mount"
        for path in [self.brick, self.mount] + [self.folder / name for name in ("state", "log")]:
            path.mkdir(parents=True)
        self.holder = Program(
            ["unshare", "--net", "--mount", "--uts", "--propagation", "private", "sleep", "100000"], self.folder, "holder")
        pid = self.holder.process.pid
        ours = os.readlink("/proc/self/ns/net")
        wait_until(lambda: os.readlink(f"/proc/{pid}/ns/net") != ours, "namespaces")
        self.inside = ["nsenter", "--target", pid, "--net", "--mount", "--uts", "--"]
        self.run("hostname", self.name)
        self.run("mount", "--bind", self.folder / "state", "/var/lib/glusterd")
        self.run("mount", "--bind", self.folder / "log", "/var/log/glusterfs")
        self.run("mount", "-t", "tmpfs", "tmpfs", "/run")
        run("ip", "link", "add", f"port{number}", "master", "lan", "type", "veth", "peer", "name", "eth0", "netns", pid)
        run("ip", "link", "set", f"port{number}", "up")
        self.run("ip", "address", "add", f"{self.address}/24", "dev", "eth0")
        for link in ("lo", "eth0"):
            self.run("ip", "link", "set", link, "up")

    def run(self, *command, check=True):
        return run(*self.inside, *command, check=check)

    def start(self, name, *command):
        return Program([*self.inside, *command], self.folder, name)

    def cut(self):
        run("ip", "link", "set", f"port{self.number}", "down")

    def join(self):
        run("ip", "link", "set", f"port{self.number}", "up")


class Site:
    PING_SECONDS = 5
    HEAL_SECONDS = 10
    PORTS = {name: 8728 + index for index, name in enumerate(DEVICES)}

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.programs = []
        self.hosts = []
        self.collectors = {}
        self.webs = {}
        self.began = int(time.time())
        self.burst = (self.began + 45, self.began + 100)

    def start(self):
        run("ip", "link", "set", "lo", "up")
        run("ip", "link", "add", "lan", "type", "bridge")
        run("ip", "address", "add", f"{DEVICE_HOST}/24", "dev", "lan")
        run("ip", "link", "set", "lan", "up")
        self.hosts = [Host(self.folder, number) for number in (1, 2, 3)]
        self._start_volume()
        for name, port in self.PORTS.items():
            self._start_device(name, port)
        for host in self.hosts[:2]:
            self.start_collector(host)
        for host in self.hosts:
            self._start_web(host)
        return self

    def _keep(self, program):
        self.programs.append(program)
        return program

    def _start_volume(self):
        for host in self.hosts[:2]:
            self._keep(host.start("glusterd", "glusterd", "-N", "-l", host.folder / "glusterd.log"))
        first, second = self.hosts[:2]
        wait_until(lambda: "success" in self.gluster("peer", "probe", second.address, check=False), "the second glusterd")
        wait_until(lambda: "Connected" in self.gluster("peer", "status"), "peers that know each other")
        bricks = [f"{host.address}:{host.brick}" for host in (first, second)]
        wait_until(
            lambda: "success" in self.gluster("volume", "create", "site", "replica", "2", *bricks, "force", check=False), "a volume")
        # 42 s by default: so long everything hangs when a host vanishes without a word.
        self.gluster("volume", "set", "site", "network.ping-timeout", str(self.PING_SECONDS))
        # 600 s by default: so long a brick stays behind when the heal daemon has not noticed that the link was cut.
        self.gluster("volume", "set", "site", "cluster.heal-timeout", str(self.HEAL_SECONDS))
        self.gluster("volume", "start", "site")
        wait_until(lambda: len(self.bricks()) == 2, "bricks that are online")
        for host in self.hosts:
            servers = [f"--volfile-server={server.address}" for server in self.hosts[:2]]
            self._keep(host.start(
                "mount", "glusterfs", "-N", *servers, "--volfile-id=site", "--log-file", host.folder / "mount.log", host.mount))
            wait_until(lambda host=host: "fuse.glusterfs" in host.run("grep", str(host.mount), "/proc/mounts", check=False), "the mount")

    def _start_device(self, name, port):
        path = self.folder / f"{name}.json"
        write_device(path, name, self.burst)
        program = self._keep(Program(
            [PROGRAMS / "tikwatch-fakedevice", "run", "--data", path, "--listen", DEVICE_HOST, "--port", port], self.folder, name))
        program.wait_ready(lambda: "ready" in program.output.read_text().splitlines(), "the line 'ready'")

    def start_collector(self, host, name="collector"):
        """Starts the collector of a host; it is up when its own heartbeat says so of all devices."""
        path = host.folder / "collector.conf"
        write_collector(path, f"edge-{host.number}", host.mount, host.folder / "spool", DEVICE_HOST, self.PORTS)
        program = host.start(name, PROGRAMS / "tikwatch-collector", "run", "--config", path)
        self.collectors[host.name] = program
        program.wait_ready(lambda: self.heartbeat(host).get("pid") == program.process.pid and self.is_up(host), "devices that are up")

    def _start_web(self, host):
        path = host.folder / "web.conf"
        path.write_text(f"[web]\nlisten = 0.0.0.0:{WEB_PORT}\nstorage = {host.mount}\n")
        program = host.start("web", PROGRAMS / "tikwatch-web", "run", "--config", path)
        self.webs[host.name] = program
        program.wait_ready(lambda: self.status(host, "/readyz") == 200, "/readyz")

    # Looking

    def gluster(self, *words, check=True):
        return self.hosts[0].run("gluster", "--mode=script", *words, check=check)

    def bricks(self):
        """Process numbers of the bricks that are online, by address."""
        try:
            nodes = xml.etree.ElementTree.fromstring(self.gluster("volume", "status", "site", "--xml", check=False)).iter("node")
        except xml.etree.ElementTree.ParseError:
            return {}
        online = [node for node in nodes if str(self.folder) in node.findtext("path", "") and node.findtext("status") == "1"]
        return {node.findtext("hostname"): int(node.findtext("pid")) for node in online}

    def unhealed(self):
        """Entries that one brick still owes the other; -1 when it cannot be told."""
        counts = [line.split(":")[1].strip() for line in self.gluster("volume", "heal", "site", "info", check=False).splitlines()
                  if line.startswith("Number of entries:")]
        return sum(map(int, counts)) if len(counts) == 2 and all(count.isdigit() for count in counts) else -1

    def heartbeat(self, host):
        try:
            return json.loads(host.run("cat", host.mount / f"edge-{host.number}" / "heartbeat.json", check=False))
        except ValueError:
            return {}

    def is_up(self, host):
        devices = self.heartbeat(host).get("devices", {})
        return len(devices) == len(DEVICES) and all(entry["state"] == "up" for entry in devices.values())

    @staticmethod
    def status(host, target, timeout=20):
        try:
            return http_get(f"http://{host.address}:{WEB_PORT}{target}", timeout=timeout)[0]
        except OSError:
            return None

    def series(self, host, device, start, end, points):
        target = f"/api/v1/series?device={device}&interface=ether1&from={start}&to={end}&points={points}"
        status, _, body = http_get(f"http://{host.address}:{WEB_PORT}{target}", timeout=20)
        assert status == 200, f"{host.name} {target}: {status} {body[:200]}"
        return json.loads(body)

    def kill(self):
        for program in [*self.webs.values(), *self.collectors.values(), *reversed(self.programs)]:
            program.kill()
        for host in self.hosts:
            host.holder.kill()
