"""Sixteen publishers at once, each with a repository, a kept TLS connection and bodies that are ready."""
import http.client
import os
import socket
import ssl
import struct
import time
from urllib.parse import urlsplit

from exchange import BOUNDARY

import posts
import probe

PUBLISHERS = 16
RESULT = struct.Struct("dddII")  # first request, last answer, own CPU seconds, acknowledged, errors


class Crowd:
    """Repositories of one side, and the rounds over them. The repositories' files name no server and no repository,
    so that all sides get the same bytes."""

    def __init__(self, side, maker):
        self.side = side
        for i in range(PUBLISHERS):
            posts.Publisher(side["url"], gun(side["name"], i), maker)

    def round(self, bodies):
        """bodies: a list for each publisher. Rate and CPU of one round, errors counted."""
        used = probe.cpu_us(self.side["pids"])
        stored = probe.tree_us(self.side["database"])
        results = self.publish(bodies)
        used = probe.cpu_us(self.side["pids"]) - used
        stored = probe.tree_us(self.side["database"]) - stored
        done, errors = sum(r[3] for r in results), sum(r[4] for r in results)
        seconds = max(r[1] for r in results) - min(r[0] for r in results)
        n = max(done, 1)
        return {"rate": done / seconds, "cpu": used / n, "database": stored / n,
                "publisher": sum(r[2] for r in results) * 1e6 / n, "errors": errors}

    def publish(self, bodies):
        """A process for each publisher; all begin when all are connected."""
        gate_r, gate_w = os.pipe()
        ready_r, ready_w = os.pipe()
        result_r, result_w = os.pipe()
        pids = []
        for i in range(PUBLISHERS):
            pid = os.fork()
            if pid == 0:
                os.close(gate_w)
                os._exit(child(self.side, i, bodies[i], gate_r, ready_w, result_w))
            pids.append(pid)
        for fd in (gate_r, ready_w, result_w):
            os.close(fd)
        wait_all(ready_r, PUBLISHERS)
        os.close(gate_w)
        raw = wait_all(result_r, PUBLISHERS * RESULT.size)
        for pid in pids:
            os.waitpid(pid, 0)
        for fd in (ready_r, result_r):
            os.close(fd)
        return list(RESULT.iter_unpack(raw))


def gun(side, number):
    return f"example.com/bench/{side}/app{number}"


def wait_all(fd, size):
    data = b""
    while len(data) < size:
        more = os.read(fd, size - len(data))
        if not more:
            raise SystemExit("bench: a publisher has ended before its time")
        data += more
    return data


def child(side, number, bodies, gate, ready, result):
    """One publisher. A refused or failed publish is sent once more, as a client would."""
    at = urlsplit(side["url"])
    context = ssl._create_unverified_context()  # a test peer on loopback
    head = (f"POST /v2/{gun(side['name'], number)}/_trust/tuf/ HTTP/1.1\r\nHost: {at.netloc}\r\n"
            f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: ")
    requests = [head.encode() + b"%d\r\n\r\n" % len(body) + body for body in bodies]
    try:
        wire = connect(at, context)
        os.write(ready, b"x")
        os.read(gate, 1)
        began, used, done, errors = time.monotonic(), time.process_time(), 0, 0
        for request in requests:
            for _ in range(2):
                try:
                    good = exchange(wire, request)
                except (OSError, http.client.HTTPException):
                    good, wire = False, connect(at, context)
                if good:
                    done += 1
                    break
                errors += 1
        os.write(result, RESULT.pack(began, time.monotonic(), time.process_time() - used, done, errors))
        return 0
    except OSError as e:
        print(f"bench: publisher {number}: {e}", flush=True)
        return 1


def connect(at, context):
    wire = socket.create_connection((at.hostname, at.port), timeout=60)
    wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return context.wrap_socket(wire, server_hostname="localhost")


def exchange(wire, request):
    wire.sendall(request)
    answer = http.client.HTTPResponse(wire, method="POST")
    try:
        answer.begin()
        answer.read()
        return answer.status == 200
    finally:
        answer.close()
