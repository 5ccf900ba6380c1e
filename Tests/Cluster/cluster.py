"""A whole site on loopback: fake devices, two collectors that watch all of them, three web nodes behind nginx with TLS.

Collector A writes to one root, collector B to another, which the web nodes see through a FUSE mount whose process can be stopped: then
that root hangs for them. Without the rights to mount, both are plain folders and that part is left out.
"""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import ssl
import subprocess
import time
import urllib.error
import urllib.request

from programs import PROGRAMS, Program, free_port, http_get, wait_until
from steady import DEVICES, ledger, write_collector, write_device

class Member:
    """A program of the cluster that is killed and started again, with the same arguments."""

    def __init__(self, folder, name, command, is_ready):
        self.folder, self.name, self.command, self.is_ready = folder, name, command, is_ready
        self.starts = 0
        self.program = None

    def start(self, waits=True):
        self.starts += 1
        self.program = Program(self.command, self.folder, f"{self.name}.{self.starts}")
        if waits:
            self.wait()
        return self

    def wait(self):
        self.program.wait_ready(self.is_ready, f"{self.name} to be ready")

    def kill(self):
        """kill -9, as a power cut or the kernel would."""
        self.program.process.kill()
        self.program.process.wait()


class BindMount:
    """A folder seen through a FUSE file system whose process is ours."""

    def __init__(self, folder, source):
        self.source = source
        self.point = folder / "mount"
        self.point.mkdir()
        self.program = Program(["bindfs", "-f", source, self.point], folder, "bindfs")
        self.program.wait_ready(self._is_mounted, "the mount")

    @staticmethod
    def is_possible():
        if os.geteuid() != 0 or not os.access("/dev/fuse", os.R_OK | os.W_OK) or not shutil.which("bindfs"):
            return False
        # Root in a container may not.
        return subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True).returncode == 0

    def _is_mounted(self):
        return f" {self.point} " in pathlib.Path("/proc/self/mounts").read_text()

    def hang(self):
        self.program.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.program.process.send_signal(signal.SIGCONT)

    def end(self):
        self.resume()
        # Only the table is asked: looking at the place would hang with it.
        for _ in range(5):
            if self._is_mounted():
                subprocess.run(["umount", "-l", self.point], check=False)
        self.program.kill()


class Cluster:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.began = int(time.time())
        self.burst = (self.began + 30, self.began + 75)
        self.roots = {name: self.folder / f"root-{name}" for name in "AB"}
        self.mount = None
        self.members = {}
        self.nginx = None
        self.port = free_port()
        self.url = f"https://localhost:{self.port}"
        self.web_ports = [free_port() for _ in range(3)]

    # Starting

    def start(self):
        for root in self.roots.values():
            root.mkdir()
        if BindMount.is_possible():
            self.mount = BindMount(self.folder, self.roots["B"])
        ports = {name: free_port() for name in DEVICES}
        for name, port in ports.items():
            self._start_device(name, port)
        for name in self.roots:
            self._start_collector(name, ports)
        for index, port in enumerate(self.web_ports):
            self._start_web(f"web-{index + 1}", port)
        self._start_nginx()
        return self

    def _add(self, name, command, is_ready):
        self.members[name] = Member(self.folder, name, command, is_ready)
        self.members[name].start()

    def _start_device(self, name, port):
        path = self.folder / f"{name}.json"
        write_device(path, name, self.burst)
        command = [PROGRAMS / "tikwatch-fakedevice", "run", "--data", path, "--port", port]
        self._add(name, command, lambda: "ready" in self.members[name].program.output.read_text().splitlines())

    def _start_collector(self, name, ports):
        path = self.folder / f"collector-{name}.conf"
        write_collector(path, f"edge-{name}", self.roots[name], self.folder / f"spool-{name}", "127.0.0.1", ports)
        self._add(
            f"collector-{name}", [PROGRAMS / "tikwatch-collector", "run", "--config", path],
            lambda: all(state == "up" for state in self.states(name).values()) and len(self.states(name)) == len(DEVICES))

    def _start_web(self, name, port):
        path = self.folder / f"{name}.conf"
        second = self.mount.point if self.mount else self.roots["B"]
        path.write_text(
            f"[web]\nlisten = 127.0.0.1:{port}\nstorage = {self.roots['A']}, {second}\ntrusted_proxies = 127.0.0.1, ::1\n")

        def answers():
            try:
                return http_get(f"http://127.0.0.1:{port}/readyz", timeout=2)[0] == 200
            except OSError:
                return False

        self._add(name, [PROGRAMS / "tikwatch-web", "run", "--config", path], answers)

    def _start_nginx(self):
        certificate, key = self.folder / "tls.pem", self.folder / "tls.key"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
             "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
            check=True, capture_output=True)
        self.tls = ssl.create_default_context(cafile=certificate)
        nodes = "\n".join(f"server 127.0.0.1:{port} max_fails=1 fail_timeout=2s;" for port in self.web_ports)
        config = self.folder / "nginx.conf"
        config.write_text(f"""
            {"user root;" if os.geteuid() == 0 else ""}
            worker_processes 1;
            pid {self.folder}/nginx.pid;
            error_log {self.folder}/nginx-error.log warn;
            events {{ worker_connections 512; }}
            http {{
              log_format tries '$status $upstream_addr $upstream_status $request_uri';
              access_log {self.folder}/nginx-access.log tries;
              client_body_temp_path {self.folder}/nginx-body;
              proxy_temp_path {self.folder}/nginx-proxy;
              fastcgi_temp_path {self.folder}/nginx-fastcgi;
              uwsgi_temp_path {self.folder}/nginx-uwsgi;
              scgi_temp_path {self.folder}/nginx-scgi;
              upstream tikwatch {{ zone tikwatch 64k; {nodes} keepalive 8; }}
              server {{
                listen 127.0.0.1:{self.port} ssl;
                server_name localhost;
                ssl_certificate {certificate};
                ssl_certificate_key {key};
                location / {{
                  proxy_pass http://tikwatch;
                  proxy_http_version 1.1;
                  proxy_set_header Connection "";
                  proxy_set_header Host $host;
                  proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
                  proxy_next_upstream error timeout http_502 http_503;
                  proxy_next_upstream_tries 3;
                  proxy_connect_timeout 2s;
                }}
              }}
            }}
            """)
        self.nginx = Program([shutil.which("nginx") or "/usr/sbin/nginx", "-c", config, "-g", "daemon off;"], self.folder, "nginx")
        self.nginx.wait_ready(lambda: self._status("/readyz") == 200, "nginx to pass on /readyz")

    def reload_nginx(self):
        self.nginx.process.send_signal(signal.SIGHUP)

    # Asking

    def get(self, target, timeout=20):
        """(status, headers, body) through nginx."""
        request = urllib.request.Request(self.url + target)
        try:
            with urllib.request.urlopen(request, timeout=timeout, context=self.tls) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read()

    def _status(self, target):
        try:
            return self.get(target, timeout=5)[0]
        except OSError:
            return None

    def heartbeat(self, name):
        try:
            return json.loads((self.roots[name] / f"edge-{name}" / "heartbeat.json").read_text())
        except (OSError, ValueError):
            return {}

    def states(self, name):
        return {device: entry["state"] for device, entry in self.heartbeat(name).get("devices", {}).items()}

    def samples_again(self, name):
        """Waits until a collector that was started anew has written what its devices tell."""
        pid = self.members[f"collector-{name}"].program.process.pid
        wait_until(
            lambda: self.heartbeat(name).get("pid") == pid and set(self.states(name).values()) == {"up"},
            f"heartbeat of the new collector {name}")

    def retries(self):
        """Requests that nginx passed to more than one node, by the statuses that the nodes gave."""
        counts = {}
        for line in (self.folder / "nginx-access.log").read_text(errors="replace").splitlines():
            # `200 127.0.0.1:1, 127.0.0.1:2 502, 200 /uri`: as many statuses as addresses.
            words = line.replace(", ", ",").split(" ")
            if len(words) >= 3 and "," in words[2]:
                counts[words[2]] = counts.get(words[2], 0) + 1
        return counts

    def ledger(self, name, device, interface):
        return ledger(self.roots[name] / f"edge-{name}", device, interface)

    # Ending

    def stop_collectors(self):
        for name in self.roots:
            self.members[f"collector-{name}"].program.stop()

    def stop(self):
        if self.nginx:
            # A master that is killed leaves its workers behind.
            self.nginx.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.nginx.process.wait(10)
            self.nginx.kill()
        if self.mount:
            self.mount.end()
        for member in reversed(self.members.values()):
            if member.program:
                member.program.kill()
