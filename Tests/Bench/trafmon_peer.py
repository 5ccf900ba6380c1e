"""The approach of mt-trafmon, as small as it can be measured: not a copy of it, and for the benchmarks only.

What it does is told by its documentation and can be watched: one Python process asks the router once a second for the rates of one interface
(`/interface/monitor-traffic … once`) and gives them to librrd, one update each, stamped with their arrival. The same process serves pages: a
picture is drawn by librrd's binding into a temporary file, on a thread made for it, for every request; a page with volume, which is the
default, first fetches every row of its window at the finest step and adds them up in Python. HTTP/1.0, a connection a request, twenty threads.

    trafmon_peer.py sample --host H --port P --interface I --file F --seconds S     prints {"samples", "cpu"}
    trafmon_peer.py serve --file F --port P                                         prints "ready"

Run by the system's Python, where Debian's python3-rrdtool is; librouteros may come from PYTHONPATH.
"""

import argparse
import concurrent.futures
import http.server
import json
import os
import tempfile
import threading
import time
import urllib.parse

import rrdtool

YEAR = 31_557_600
# Its archives: seconds of a row, rows, and the consolidations kept of them.
ARCHIVES = [(1, YEAR, ["AVERAGE"]), (10, YEAR // 2, ["AVERAGE"]), (60, YEAR // 12, ["AVERAGE", "MAX"]), (300, YEAR // 30, ["AVERAGE", "MAX"])]


def create(path, start, share=1):
    """An archive laid out like mt-trafmon's; share: of its rows."""
    rras = [f"RRA:{cf}:0.5:{step}:{max(10, rows // share)}" for step, rows, cfs in ARCHIVES for cf in cfs]
    rrdtool.create(path, "--start", str(start), "--step", "1", "DS:rx:GAUGE:3:0:U", "DS:tx:GAUGE:3:0:U", *rras)


def sample(options):
    import librouteros

    create(options.file, int(time.time()) - 1, share=1000)
    api = librouteros.connect(host=options.host, port=options.port, username="admin", password="", timeout=10)
    live, taken, began = {}, 0, None
    end = time.monotonic() + options.seconds + 2
    while time.monotonic() < end:
        row = next(iter(api("/interface/monitor-traffic", interface=options.interface, once="")))
        rates = int(row.get("rx-bits-per-second", 0)), int(row.get("tx-bits-per-second", 0))
        try:
            rrdtool.update(options.file, f"{int(time.time())}:{rates[0]}:{rates[1]}")
        except rrdtool.OperationalError:
            pass
        live.update(rx=rates[0], tx=rates[1], ts=time.time())
        # The first two seconds are the start's.
        if began is None and time.monotonic() > end - options.seconds:
            began = time.process_time()
        elif began is not None:
            taken += 1
        time.sleep(1 - time.time() % 1)
    print(json.dumps({"samples": taken, "cpu": time.process_time() - began}))


def arguments(start, end, width, height):
    """A dark area graph with volume, in the steps that it asks for."""
    span = end - start
    step = max(1 if span <= YEAR else 10 if span <= 5 * YEAR else 300, -(-span // width))
    words = ["--start", str(start), "--end", str(end), "--step", str(step), "--width", str(width), "--height", str(height),
             "--title", "Traffic", "--vertical-label", "bit/s", "--slope-mode", "--alt-autoscale-max", "--imgformat", "PNG",
             "--units-length", "6", "--lower-limit", "0", "--font", "TITLE:12", "--font", "AXIS:9", "--font", "LEGEND:9", "--font", "UNIT:9"]
    for name, colour in (("BACK", "1a1d26"), ("CANVAS", "1a1d26"), ("FRAME", "1a1d26"), ("GRID", "404858"), ("MGRID", "606878"),
                         ("FONT", "e0e4ee"), ("AXIS", "808898"), ("ARROW", "808898")):
        words += ["--color", f"{name}#{colour}"]
    return words


def drawing(path, way, area, line, label):
    return [f"DEF:{way}raw={path}:{way}:AVERAGE", f"CDEF:{way}={way}raw", f"CDEF:{way}b={way}raw,8,/",
            f"VDEF:{way}avg={way}raw,AVERAGE", f"VDEF:{way}max={way}raw,MAXIMUM", f"VDEF:{way}vol={way}b,TOTAL",
            f"AREA:{way}#{area}B0", f"LINE1:{way}#{line}:{label}", f"GPRINT:{way}avg:avg %6.2lf %sbit/s",
            f"GPRINT:{way}max:max %6.2lf %sbit/s", f"GPRINT:{way}vol:vol %6.2lf %sB\\n"]


def picture(path, start, end, width, height):
    """Drawn on a thread of its own into a file, which is waited for, read and removed."""
    handle, name = tempfile.mkstemp(suffix=".png")
    os.close(handle)
    try:
        words = arguments(start, end, width, height) + drawing(path, "rx", "99e6bb", "00aa55", "RX") + drawing(path, "tx", "b3d9ff", "2277cc", "TX")
        thread = threading.Thread(target=rrdtool.graph, args=[name, *words], daemon=True)
        thread.start()
        thread.join(15)
        with open(name, "rb") as file:
            return file.read()
    finally:
        os.unlink(name)


def volume(path, start, end):
    """Every row of the window, added up."""
    step = 1 if end - start <= YEAR else 10
    (_, _, step), _, rows = rrdtool.fetch(path, "AVERAGE", "--resolution", str(step), "--start", str(start), "--end", str(end))
    into = sum(row[0] for row in rows if row[0] is not None)
    out = sum(row[1] for row in rows if row[1] is not None)
    return into * step / 8, out * step / 8


def serve(options):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.0"

        def do_GET(self):
            query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))
            start, end = int(query["start"]), int(query["end"])
            if query.get("graph") == "1":
                kind, body = "image/png", picture(options.file, start, end, int(query.get("width", 1200)), int(query.get("height", 420)))
            else:
                kind, body = "text/html", "<p>{} {}".format(*volume(options.file, start, end)).encode()
            self.send_response(200)
            for name, value in (("Content-Type", kind), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    class Server(http.server.HTTPServer):
        workers = concurrent.futures.ThreadPoolExecutor(20)

        def process_request(self, request, address):
            self.workers.submit(self.work, request, address)

        def work(self, request, address):
            try:
                self.finish_request(request, address)
            finally:
                self.shutdown_request(request)

    server = Server(("127.0.0.1", options.port), Handler)
    print("ready", flush=True)
    server.serve_forever()


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    options.add_argument("mode", choices=["sample", "serve"])
    options.add_argument("--file", required=True)
    options.add_argument("--host", default="127.0.0.1")
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--interface", default="ether1")
    options.add_argument("--seconds", type=float, default=20)
    options = options.parse_args()
    {"sample": sample, "serve": serve}[options.mode](options)


if __name__ == "__main__":
    main()
