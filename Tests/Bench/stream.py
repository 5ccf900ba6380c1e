"""What live streams cost a web node: 500 clients and some that read nothing.

    make bench-stream [SECONDS=60] [CLIENTS=500]

A journal of 50 devices (`--devices`) with two interfaces each is written every second, as a collector does. CLIENTS follow the stream of all
devices, of one interface, or of two, a third each; ten more (`--silent`) ask for 900 s of 500 lanes with a tiny receive buffer and read nothing.
Prints processor time per client and second (above that of the node with no client), resident memory before, during and after, bytes a
client got, and delays from the end of a second. Every client must have got every second exactly once with the written values, and
every silent client must have been dropped: else the run fails.

TIKWATCH_BIN names the folder of the programs (default: .build/release where it exists, else .build/debug).
"""

import argparse
import asyncio
import http.client
import json
import os
import pathlib
import re
import socket
import tempfile
import threading
import time

from figures import figure

from programs import PROGRAMS, Program, free_port, wait_until

HISTORY = 900
EVENT = re.compile(rb"id: (\d+)\ndata: (\{[^\n]*\})\n\n")


def rates(second, number):
    """(in, out) in bit/s of the second that begins at `second`."""
    return 8 * (second % 10_000 + number), 8 * (second % 7_000 + number)


class Fleet:
    """A collector's folder, written anew every second."""

    def __init__(self, root, count):
        self.folder, self.count = root / "edge-1", count
        (self.folder / "live").mkdir(parents=True)
        self.started = int(time.time())
        for number in range(count):
            folder = self.folder / "devices" / self.name(number)
            folder.mkdir(parents=True)
            interfaces = {key: {"name": key, "type": "ether", "running": True, "role": role, "names": []} for key, role in (("ether1", "wan"), ("ether2", "lan"))}
            (folder / "device.json").write_text(json.dumps({
                "format": 1, "device": self.name(number), "address": "10.0.0.1", "labels": {}, "interfaces": interfaces}))
        for second in range(self.started - HISTORY, self.started + 1):
            self.line(second, range(1) if second < self.started - 3 else range(count))
        self.beat()

    @staticmethod
    def name(number):
        return f"gw-{number:03}"

    def line(self, second, numbers):
        """The sample at `second` ends the second that began one earlier."""
        devices = {}
        for number in numbers:
            into, out = rates(second - 1, number)
            values = [into, out, into // 8, out // 8, second * 1000, second * 1000]
            devices[self.name(number)] = {"t": second, "i": {"ether1": values, "ether2": values}}
        stamp = time.strftime("%Y%m%d%H%M", time.gmtime(second))
        with (self.folder / "live" / f"{stamp}.jsonl").open("a") as file:
            file.write(json.dumps({"t": second + 0.1, "d": devices}, separators=(",", ":")) + "\n")

    def beat(self):
        now = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
        state = {"state": "up", "reason": None, "since": now, "address": "10.0.0.1", "interfaces": 2}
        beside = self.folder / "heartbeat.new"
        beside.write_text(json.dumps({
            "format": 1, "collector": "edge-1", "host": "bench", "pid": 1, "version": "1", "started": now, "written": now,
            "sequence": int(time.time()), "interval": 1, "devices": {self.name(number): state for number in range(self.count)}}))
        beside.rename(self.folder / "heartbeat.json")

    def live(self, stopped):
        second = self.started + 1
        while not stopped.is_set():
            stopped.wait(max(0, second + 0.1 - time.time()))
            self.line(second, range(self.count))
            if second % 5 == 0:
                self.beat()
            second += 1


class Client:
    """One that reads."""

    def __init__(self, port, kind, devices):
        self.port, self.kind = port, kind
        self.lanes = [list(range(devices)), [0], [1 % devices, 0]][kind]
        self.query = "" if kind == 0 else "?s=" + ",".join(f"{Fleet.name(number)}/ether1" for number in self.lanes)
        self.ids, self.bytes, self.wrong, self.delays = [], 0, [], []

    async def follow(self, stopped):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(f"GET /api/v1/stream{self.query} HTTP/1.1\r\nHost: bench\r\n\r\n".encode())
        text = b""
        try:
            while not stopped.is_set():
                piece = await asyncio.wait_for(reader.read(65536), 30)
                if not piece:
                    self.wrong.append("the node closed the stream")
                    return
                self.bytes += len(piece)
                text += piece
                place = 0
                for event in EVENT.finditer(text):
                    self.take(int(event[1]), event[2])
                    place = event.end()
                text = text[place:]
        finally:
            writer.close()

    def take(self, second, data):
        if self.ids and second != self.ids[-1] + 1:
            self.wrong.append(f"{second} after {self.ids[-1]}")
        self.ids.append(second)
        self.delays.append(time.time() - second - 1)
        # All values of few lanes; of many now and then, since judging takes time too.
        if self.kind or second % 10 == 0:
            values = json.loads(data)["v"]
            if values != [list(rates(second, number)) for number in self.lanes]:
                self.wrong.append(f"values of {second}: {data[:100]}")


def silent(port):
    """A client that asks for much and reads nothing."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.connect(("127.0.0.1", port))
    lanes = ",".join([Fleet.name(0) + "/ether1"] * 500)
    sock.sendall(f"GET /api/v1/stream?s={lanes} HTTP/1.1\r\nHost: bench\r\nLast-Event-ID: {int(time.time()) - 899}\r\n\r\n".encode())
    return sock


def get(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path)
        return connection.getresponse().read()
    finally:
        connection.close()


def streams(port):
    return int(re.search(rb"^tikwatch_web_streams (\d+)", get(port, "/metrics"), re.M)[1])


def ready(port, devices):
    try:
        return len(json.loads(get(port, "/api/v1/devices"))["devices"]) == devices
    except (OSError, ValueError, KeyError):
        return False


def memory(process):
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024


def cpu(process):
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measured(process, seconds):
    """Processor seconds per second."""
    before = cpu(process)
    time.sleep(seconds)
    return (cpu(process) - before) / seconds


async def follow_all(clients, stopped, errors):
    # Browsers do not come all at once.
    async def begin(index, client):
        await asyncio.sleep(index * 0.004)
        try:
            await client.follow(stopped)
        except (OSError, asyncio.TimeoutError) as error:
            errors.append(repr(error))

    await asyncio.gather(*(begin(index, client) for index, client in enumerate(clients)))


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--devices", type=int, default=50)
    options.add_argument("--clients", type=int, default=500)
    options.add_argument("--silent", type=int, default=10)
    options = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        (folder / "root").mkdir()
        fleet, port = Fleet(folder / "root", options.devices), free_port()
        (folder / "web.conf").write_text(f"[web]\nlisten = 127.0.0.1:{port}\nstorage = {folder / 'root'}\n")
        stopped, writing, errors = threading.Event(), threading.Event(), []
        writer = threading.Thread(target=fleet.live, args=[writing])
        writer.start()
        web = Program([PROGRAMS / "tikwatch-web", "run", "--config", folder / "web.conf"], folder, "web")
        clients = [Client(port, index % 3, options.devices) for index in range(options.clients)]
        follower = threading.Thread(target=lambda: asyncio.run(follow_all(clients, stopped, errors)))
        sockets = []
        try:
            web.wait_ready(lambda: ready(port, options.devices), "the devices")
            time.sleep(3)
            print(f"{options.devices} devices, {options.clients} clients, {options.silent} silent; {PROGRAMS / 'tikwatch-web'}")
            idle, before = measured(web.process, options.seconds / 4), memory(web.process)
            follower.start()
            wait_until(lambda: streams(port) == options.clients, "clients")
            sockets = [silent(port) for _ in range(options.silent)]
            began = time.monotonic()
            wait_until(lambda: streams(port) > options.clients, "silent clients")
            busy = measured(web.process, options.seconds / 2)
            during = memory(web.process)
            wait_until(lambda: streams(port) == options.clients, "end of the silent clients", 90)
            dropped = time.monotonic() - began
            alone = measured(web.process, options.seconds / 4)
            later = memory(web.process)
            stopped.set()
            follower.join(40)
            wait_until(lambda: streams(port) == 0, "end of the streams")
            after = memory(web.process)
            web.stop()
        finally:
            stopped.set()
            writing.set()
            writer.join()
            web.kill()
            for sock in sockets:
                sock.close()
        wrong = [text for client in clients for text in client.wrong] + errors
        delays = sorted(delay for client in clients for delay in client.delays[5:])
        print(f"processor, cores: {idle:.3f} without clients, {busy:.3f} with all, {alone:.3f} once the silent ones were dropped:"
              f" {(alone - idle) / options.clients * 1e6:.0f} µs per client and second")
        print(f"resident, MB: {before:.0f} before, {during:.0f} with all, {later:.0f} later, {after:.0f} after:"
              f" {(later - before) / options.clients * 1024:.0f} KB per client")
        print(f"silent clients: all dropped after {dropped:.0f} s")
        for kind, name in enumerate(("all devices", "one interface", "two interfaces")):
            own = [client for client in clients if client.kind == kind]
            if own:
                print(f"{name}: {len(own)} clients, {min(len(client.ids) for client in own)} to {max(len(client.ids) for client in own)} seconds"
                      f" each once, {sum(client.bytes for client in own) / max(1, sum(len(client.ids) for client in own)):.0f} bytes a second")
        print(f"delay after the end of a second: half {delays[len(delays) // 2]:.2f} s, 99 % {delays[len(delays) * 99 // 100]:.2f} s")
        count = len(clients)
        figure("stream", f"processor time per client and second, {count} clients", (alone - idle) / count * 1e6, "µs")
        figure("stream", f"memory per client, {count} clients", (later - before) / count * 1024, "KB")
        figure("stream", "seconds lost, doubled or wrong", len(wrong), f"of {sum(len(client.ids) for client in clients)}", bar="0", holds=not wrong)
        assert not wrong, f"{len(wrong)} wrong: {wrong[:5]}"
        assert all(len(client.ids) > options.seconds / 2 for client in clients), "some client got too little"


if __name__ == "__main__":
    main()
