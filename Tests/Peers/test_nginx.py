"""The samples of deploy/nginx with a real nginx, TLS, and two real web nodes: who is let in, and what keeps working."""

import contextlib
import http.client
import re
from urllib.parse import urljoin

import pytest
from nginx import STRANGER, VISITOR, Front, direct, running
from programs import wait_until

SAMPLES = ["tikwatch.conf", "tikwatch-path.conf", "tikwatch-stream.conf"]
CLAIMS = [
    {"X-Forwarded-For": VISITOR}, {"X-Forwarded-For": f"{VISITOR}, {VISITOR}"}, {"Forwarded": f"for={VISITOR}"},
    {"Forwarded": f'for="{VISITOR}:80";proto=https'}, {"X-Real-IP": VISITOR}, {"X-Client-IP": VISITOR},
    {"X-Forwarded-For": "127.0.0.1", "Forwarded": "for=127.0.0.1", "X-Real-IP": "127.0.0.1"},
]


@pytest.fixture(scope="module", params=SAMPLES)
def front(request, site, tmp_path_factory):
    with running(Front(tmp_path_factory.mktemp("nginx"), request.param, site.root)) as started:
        yield started


def test_the_node_sees_the_visitor(front):
    assert front.get("/healthz")[0] == 200
    status, headers, body = front.get("/healthz", source=STRANGER)
    assert status == 403
    assert STRANGER.encode() in body
    assert "default-src 'none'" in headers["Content-Security-Policy"]


@pytest.mark.parametrize("claim", CLAIMS, ids=str)
def test_no_claim_lets_a_stranger_in(front, claim):
    for path in ("/healthz", "/metrics", "/", "/api/v1/devices"):
        assert front.get(path, claim, source=STRANGER)[0] == 403


def test_a_proxy_header_from_elsewhere_lets_nobody_in(front):
    request = f"GET {front.base}/healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
    numbers = bytes(int(part) for part in VISITOR.split("."))
    headers = [
        f"PROXY TCP4 {VISITOR} 127.0.0.1 1 2\r\n".encode(),
        b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c" + numbers + b"\x7f\x00\x00\x01\x00\x01\x00\x02",
    ]
    for header in headers:
        # Straight to the node, from an address that is no trusted proxy's, even one that may look.
        for source in (STRANGER, VISITOR):
            assert direct(front.nodes[0].port, header + request, source).startswith((b"HTTP/1.1 400", b"HTTP/1.1 505"))
        # To nginx, inside its TLS: it is no HTTP for the sample with HTTP, and behind nginx's own header for the other.
        with front.nginx.connect(STRANGER) as connection:
            connection.sendall(header + request)
            assert b" 200 " not in b"".join(iter(lambda c=connection: c.recv(65536), b"")).split(b"\r\n")[0]


def test_pages_and_what_they_name_load(front):
    pages, files = [front.base + "/"], set()
    for path in pages:
        status, headers, body = front.nginx.get(path)
        assert (status, headers.get_content_type()) == (200, "text/html"), path
        page = body.decode()
        base = re.search(r'<base href="([^"]*)">', page)[1]
        assert base == front.base + "/"
        for link in re.findall(r'<(?:a|link|script|img) [^>]*(?:href|src)="([^"#]*)"', page):
            link = urljoin(base, link.replace("&amp;", "&"))
            assert link.startswith(base), link
            if re.search(r"[.](css|js|svg)(\?|$)", link):
                files.add(link)
            elif re.search(r"/(devices/[^/]*|graph[?][^/]*)$", link) and len(pages) < 6 and link not in pages:
                pages.append(link)
    assert len(pages) > 2
    for path in files:
        status, headers, body = front.nginx.get(path)
        assert status == 200 and body, path
        assert headers.get_content_type() in ("text/css", "text/javascript", "image/svg+xml"), path
    assert {path.split("?")[0].rsplit(".", 1)[1] for path in files} >= {"css", "js"}


def test_the_bare_base_path_leads_in(front):
    if not front.base:
        pytest.skip("only with a base path")
    status, headers, _ = front.nginx.get("/traffic?x=1")
    assert (status, headers["Location"]) == (301, "/traffic/?x=1")


def test_events_flow(front):
    with front.nginx.connect() as connection:
        connection.sendall(f"GET {front.base}/api/v1/stream HTTP/1.1\r\nHost: traffic.example.net\r\n\r\n".encode())
        text = b""

        def third_second():
            nonlocal text
            piece = connection.recv(4096)
            assert piece, f"the stream ended: {text!r}"
            text += piece
            return text.count(b"\nid: ") >= 3

        # It never ends by itself: what comes at all comes while it is open.
        wait_until(third_second, "three seconds of the stream")
        assert b"event: hello" in text


def test_a_node_may_die(front):
    front.nodes[0].kill()
    try:
        # With HTTP between them every request is answered; connections that nginx passes on find the other node by themselves.
        statuses = {front.get("/healthz")[0] for _ in range(40)} | {front.get("/api/v1/devices")[0] for _ in range(10)}
        assert statuses == {200}
    finally:
        front.nodes[0].start()
    assert front.get("/healthz")[0] == 200


def test_visitors_in_a_hurry_are_slowed_down(site, tmp_path):
    """With the rate as the sample has it."""
    with running(Front(tmp_path, "tikwatch.conf", site.root, rate="sample")) as front:
        def hurried():
            return sum(front.get("/healthz")[0] == 429 for _ in range(100)) > 0

        assert sum(front.get("/healthz")[0] == 200 for _ in range(60)) == 60
        # A request takes a few milliseconds: 30 a second and 200 at once are used up sooner or later.
        with contextlib.ExitStack() as stack:
            connections = [stack.enter_context(front.nginx.connect()) for _ in range(8)]
            for connection in connections:
                connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: traffic.example.net\r\n\r\n" * 60)
            text = b"".join(connection.recv(65536) for connection in connections)
            assert b" 429 " in text or wait_until(hurried, "429")
        # Somebody else is not concerned, though not allowed either.
        assert front.get("/healthz", source=STRANGER)[0] == 403


def test_plain_http_leads_to_tls(site, tmp_path):
    with running(Front(tmp_path, "tikwatch.conf", site.root)) as front:
        connection = http.client.HTTPConnection("127.0.0.1", front.nginx.plain_port, timeout=20)
        connection.request("GET", "/graph?device=x", headers={"Host": "traffic.example.net"})
        answer = connection.getresponse()
        assert (answer.status, answer.headers["Location"]) == (301, "https://traffic.example.net/graph?device=x")
        connection.close()
