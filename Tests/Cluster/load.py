"""A constant, modest load on a cluster, which judges every answer."""

import collections
import http.client
import json
import time
import urllib.error
import urllib.request

from asking import Asking
from steady import DEVICES, wrong_numbers


class Load(Asking):
    """Asks for pages, metrics, pictures and histories, and follows streams, until it is stopped."""

    def __init__(self, cluster):
        super().__init__(cluster.began)
        self.cluster = cluster
        self.cut = []
        self.kills = []
        self.seconds = {}
        self.reconnects = 0
        for work in [self._pages, self._metrics, self._pictures, self._series]:
            self.repeat(0.25, work)
        for device in DEVICES:
            self.run(self._follow, device)

    def killed(self):
        """A node dies at about this time: an answer that it had begun is cut, which no proxy can mend."""
        self.kills.append(time.time())

    def _ask(self, kind, target, check):
        began = time.time()
        try:
            status, headers, body = self.cluster.get(target, timeout=20)
            problem = None if status == 200 else f"status {status}: {body[:200]!r}"
            problem = problem or check(headers, body)
        except (OSError, http.client.HTTPException, ValueError, KeyError) as error:
            problem = f"{type(error).__name__}: {error}"
            isolated = isinstance(error, (http.client.IncompleteRead, ConnectionResetError))
            if isolated and any(began - 2 <= kill <= time.time() for kill in self.kills):
                with self._lock:
                    self.cut.append((target, problem))
                problem = None
        self.note(kind, target, began, problem)

    def _pages(self, turn):
        target = ["/", f"/devices/{DEVICES[turn % 3]}", f"/graph?device={DEVICES[turn % 3]}&interface=ether1"][turn // 3 % 3]
        self._ask("page", target, lambda _, body: None if b"</html>" in body and b"gw-" in body else "no page")

    def _metrics(self, turn):
        def check(_, body):
            lines = [line.rsplit(" ", 1)[0] for line in body.decode().splitlines() if line and not line.startswith("#")]
            twice = [line for line, count in collections.Counter(lines).items() if count > 1]
            if twice:
                return f"twice: {twice[:3]}"
            up = sum(line.startswith("tikwatch_device_up{") for line in lines)
            return None if up == len(DEVICES) else f"{up} devices"

        self._ask("metrics", "/metrics", check)

    def _pictures(self, turn):
        target = f"/graph.png?device={DEVICES[turn % 3]}&interface=ether1&from=-{60 + turn % 7}s&width=400&height=150"
        self._ask("png", target, lambda _, body: None if body[:4] == b"\x89PNG" and body[-8:-4] == b"IEND" else "no picture")

    def _series(self, turn):
        target = f"/api/v1/series?device={DEVICES[turn % 3]}&interface=ether1&from=-60s&points={[60, 12, 1][turn % 3]}"
        self._ask("series", target, lambda _, body: wrong_numbers(json.loads(body)))

    def _follow(self, device):
        """A browser's EventSource: reconnects and tells the last second that it got."""
        seen = self.seconds.setdefault(device, {})
        while not self._end.is_set():
            request = urllib.request.Request(f"{self.cluster.url}/api/v1/stream?s={device}/ether1")
            if seen:
                request.add_header("Last-Event-ID", str(max(seen)))
            try:
                with urllib.request.urlopen(request, timeout=25, context=self.cluster.tls) as answer:
                    self._read(answer, seen)
            except (OSError, http.client.HTTPException) as error:
                if isinstance(error, urllib.error.HTTPError):
                    self.failures.append((round(time.time() - self.cluster.began, 1), "stream", str(error)))
            if not self._end.is_set():
                self.reconnects += 1
            self._end.wait(0.2)

    def _read(self, answer, seen):
        name, number = "", None
        for raw in answer:
            line = raw.decode().rstrip("\n")
            if line.startswith("event:"):
                name = line[6:].strip()
            elif line.startswith("id:"):
                number = int(line[3:])
            elif line.startswith("data:") and not name and number is not None:
                if number in seen:
                    self.failures.append((number - self.cluster.began, "stream", "a second came twice"))
                seen[number] = json.loads(line[5:])["v"][0]
            elif not line:
                name, number = "", None
            if self._end.is_set():
                return
