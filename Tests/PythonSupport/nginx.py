"""Runs Debian's nginx with the files of deploy/nginx, their placeholders replaced, in front of real web nodes.

Everything is on loopback and below a temporary folder; visitors come from addresses of 127.0.0.0/8 of their own.
"""

import contextlib
import http.client
import pathlib
import shutil
import socket
import ssl
import subprocess

from programs import PROGRAMS, REPOSITORY, Program, free_port, http_get

SAMPLES = REPOSITORY / "deploy" / "nginx"
STREAM_MODULE = pathlib.Path("/usr/lib/nginx/modules/ngx_stream_module.so")
VISITOR, STRANGER = "127.0.0.5", "127.0.0.6"


def certificate(folder):
    """A self-signed certificate for 127.0.0.1, as (certificate, key)."""
    crt, key = folder / "site.crt", folder / "site.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-keyout", key,
         "-out", crt, "-subj", "/CN=traffic.example.net", "-addext", "subjectAltName=DNS:traffic.example.net,IP:127.0.0.1"],
        check=True, capture_output=True)
    return crt, key


class Node:
    """A web node that shows `root` to `allow` and to nobody else; nginx's address is trusted."""

    def __init__(self, folder, name, root, base_path="/", allow=VISITOR):
        self.folder, self.name, self.base = folder, name, base_path
        self.port = free_port()
        self.config = folder / f"{name}.conf"
        self.config.write_text(
            f"[web]\nlisten = 127.0.0.1:{self.port}\nstorage = {root}\nallow = {allow}\ntrusted_proxies = 127.0.0.1\n"
            f"base_path = {base_path}\n")
        self.program = None

    def start(self):
        self.program = Program([PROGRAMS / "tikwatch-web", "run", "--config", self.config], self.folder, self.name)
        self.program.wait_ready(self._answers, f"answer of {self.name}")
        return self

    def _answers(self):
        # Whether it lets us in is another matter.
        try:
            return http_get(f"http://127.0.0.1:{self.port}/healthz")[0] in (200, 403, 404)
        except OSError:
            return False

    def stop(self):
        if self.program:
            self.program.stop()

    def kill(self):
        if self.program:
            self.program.kill()


class Nginx:
    """nginx with one of the samples."""

    def __init__(self, folder, sample, nodes, rate=None):
        self.folder = folder
        self.port, self.plain_port = free_port(), free_port()
        crt, key = certificate(folder)
        self.context = ssl.create_default_context(cafile=crt)
        self.replacements = [
            ("127.0.0.1:8080", f"127.0.0.1:{nodes[0].port}"), ("192.0.2.11:8080", f"127.0.0.1:{nodes[1].port}"),
            ("/etc/ssl/private/traffic.example.net.crt", str(crt)), ("/etc/ssl/private/traffic.example.net.key", str(key)),
            ("listen 443", f"listen 127.0.0.1:{self.port}"), ("listen [::]:443", f"listen [::1]:{self.port}"),
            ("listen 80;", f"listen 127.0.0.1:{self.plain_port};"), ("listen [::]:80;", f"listen [::1]:{self.plain_port};"),
            ("snippets/", f"{folder}/"),
        ]
        if rate is None:
            # A test asks faster than any visitor.
            self.replacements += [("rate=30r/s", "rate=5000r/s"), ("burst=200", "burst=5000")]
        for path in SAMPLES.glob("*.conf"):
            self._copy(path)
        (folder / "nginx.conf").write_text(self._main(sample))
        checked = subprocess.run([*self._command(), "-t"], capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stderr
        self.program = Program(self._command(), folder, "nginx")
        self.program.wait_ready(self._answers, "answer of nginx")

    def _copy(self, path):
        text = path.read_text()
        for old, new in self.replacements:
            text = text.replace(old, new)
        (self.folder / path.name).write_text(text)

    def _command(self):
        nginx = shutil.which("nginx") or "/usr/sbin/nginx"
        return [nginx, "-p", self.folder, "-c", self.folder / "nginx.conf", "-e", self.folder / "error.log"]

    def _main(self, sample):
        lines = ["daemon off;", "worker_processes 2;", f"pid {self.folder}/nginx.pid;", "events { worker_connections 1024; }"]
        if sample == "tikwatch-stream.conf":
            return "\n".join([f"load_module {STREAM_MODULE};", *lines, f"include {self.folder}/{sample};"]) + "\n"
        lines += ["http {", "access_log off;", f"include {self.folder}/mime.types;"]
        shutil.copy("/etc/nginx/mime.types", self.folder / "mime.types")
        lines += [f"{name}_temp_path {self.folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")]
        if sample == "tikwatch.conf":
            lines += [f"include {self.folder}/tikwatch.conf;"]
        else:
            # What the comment of tikwatch-path.conf says stands elsewhere, taken from tikwatch.conf.
            own, _, _ = (self.folder / "tikwatch.conf").read_text().partition("server {\n    # From")
            crt, key = self.replacements[2][1], self.replacements[3][1]
            lines += [own, f"server {{ listen 127.0.0.1:{self.port} ssl; ssl_certificate {crt}; ssl_certificate_key {key};",
                      f"include {self.folder}/{sample}; }}"]
        return "\n".join([*lines, "}"]) + "\n"

    def _answers(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return True
        except OSError:
            return False

    def get(self, path, headers=(), source=VISITOR, method="GET"):
        """(status, headers, body) over TLS, from the address `source`."""
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.port, timeout=20, context=self.context, source_address=(source, 0))
        try:
            connection.request(method, path, headers=dict(headers))
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def connect(self, source=VISITOR):
        """A TLS connection for reading an answer while it comes."""
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=20, source_address=(source, 0))
        return self.context.wrap_socket(plain, server_hostname="127.0.0.1")

    def stop(self):
        self.program.stop()

    def kill(self):
        self.program.kill()


class Front:
    """nginx with two nodes behind it."""

    def __init__(self, folder, sample, root, rate=None, allow=VISITOR):
        self.sample = sample
        self.base = "/traffic" if sample == "tikwatch-path.conf" else ""
        self.nodes, self.nginx = [], None
        self.folder, self.root, self.rate, self.allow = folder, root, rate, allow

    def start(self):
        self.nodes = [Node(self.folder, f"node-{number}", self.root, self.base or "/", self.allow) for number in (1, 2)]
        for node in self.nodes:
            node.start()
        self.nginx = Nginx(self.folder, self.sample, self.nodes, self.rate)
        return self

    def get(self, path, *arguments, **options):
        return self.nginx.get(self.base + path, *arguments, **options)

    def stop(self):
        for part in [self.nginx, *self.nodes]:
            part.stop()

    def kill(self):
        for part in [self.nginx, *self.nodes]:
            if part:
                part.kill()


@contextlib.contextmanager
def running(front):
    try:
        yield front.start()
        front.stop()
    finally:
        front.kill()


def direct(port, head, source):
    """What a node answers to raw bytes from `source`, without nginx."""
    with socket.create_connection(("127.0.0.1", port), timeout=20, source_address=(source, 0)) as connection:
        connection.sendall(head)
        received = b""
        try:
            while piece := connection.recv(65536):
                received += piece
        except ConnectionResetError:
            pass
        return received
