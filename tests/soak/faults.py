"""Injects faults, one after the other, with quiet between them in which nothing may fail."""
import json
import random
import socket
import subprocess
import time

from ledger import GRACE

QUIET = (GRACE + 10, GRACE + 22)
NOW = {"now": True}


def control(path, request, body=b""):
    """One request to a proxy's control socket."""
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(10)
        s.connect(path)
        s.sendall(f"POST {request} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        answer = b""
        while more := s.recv(65536):
            answer += more
    if not answer.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"the proxy refuses {request}: {answer[:200]!r}")


class Injector:
    """database: {"name", "port", "socket"} of the database service and its proxy, or None; clients: the socket of
    the proxy in front of the server."""

    def __init__(self, run, peers, folder, database, clients, seed):
        self.run_, self.ledger, self.peers, self.folder = run, run.ledger, peers, folder
        self.database, self.clients, self.random = database, clients, random.Random(seed)

    def run(self):
        """Until the run is over. Every fault comes once before any comes again."""
        turn = []
        while not self.run_.stop.wait(self.random.uniform(*QUIET)):
            if not turn:
                turn = [*self.of_clients(), *(self.of_database() if self.database else [])]
                self.random.shuffle(turn)
            where, kind, work = turn.pop()
            window = self.ledger.open_window(where, kind)
            try:
                work()
            except Exception as e:  # noqa: BLE001  a fault that could not be injected is no success
                self.ledger.violation(f"injecting {where} {kind} failed: {type(e).__name__}: {e}")
            finally:
                self.ledger.close_window(window)

    def rules(self, proxy, seconds, *rules, cut=False):
        """These rules for so long; cut: connections that are open are reset, so that new ones meet the rules."""
        control(proxy, "/rules", json.dumps(rules).encode())
        try:
            if cut:
                control(proxy, "/cut")
            self.run_.stop.wait(seconds)
        finally:
            control(proxy, "/rules", b"[]")

    def of_clients(self):
        at, pick = self.clients, self.random
        return [
            ("clients", "latency", lambda: self.rules(at, pick.uniform(3, 8), {**NOW, "delay_ms": 20, "jitter_ms": 200})),
            ("clients", "reset", lambda: self.rules(at, 0, cut=True)),
            ("clients", "refused", lambda: self.rules(at, pick.uniform(1, 4), {"refuse": True}, cut=True)),
            ("clients", "answers cut off", lambda: self.after(at, {"truncate": pick.randrange(1, 8000)})),
            ("clients", "answers reset", lambda: self.after(at, {"reset": pick.randrange(1, 8000)})),
            ("clients", "uploads cut off", lambda: self.after(at, {"up": True, "truncate": pick.randrange(1, 8000)})),
            ("clients", "uploads reset", lambda: self.after(at, {"up": True, "reset": pick.randrange(1, 8000)})),
            ("clients", "bytes changed", lambda: self.after(at, {"up": True, "flip": [pick.randrange(600, 4000)]})),
        ]

    def of_database(self):
        at, pick = self.database["socket"], self.random
        return [
            ("database", "latency", lambda: self.rules(at, pick.uniform(3, 8), {**NOW, "delay_ms": 5, "jitter_ms": 60})),
            ("database", "reset", lambda: self.rules(at, 0, cut=True)),
            ("database", "refused", lambda: self.rules(at, pick.uniform(1, 5), {"refuse": True}, cut=True)),
            ("database", "hangs", lambda: self.rules(at, pick.uniform(7, 11), {**NOW, "hang": True})),
            ("database", "answers cut off", lambda: self.after(at, {"truncate": pick.randrange(1, 4000)})),
            ("database", "answers reset", lambda: self.after(at, {"reset": pick.randrange(1, 4000)})),
            ("database", "queries cut off", lambda: self.after(at, {"up": True, "truncate": pick.randrange(1, 4000)})),
            ("database", "restarted", lambda: self.restart("stop")),
            ("database", "killed", lambda: self.restart("kill")),
        ]

    def after(self, proxy, rule):
        """New connections end after so many bytes. What was opened under the rule is cut with it."""
        self.rules(proxy, self.random.uniform(2, 5), rule, cut=True)
        control(proxy, "/cut")

    def restart(self, how):
        """The database ends, orderly or by SIGKILL, and comes back on the same port with the same data."""
        name = self.database["name"]
        self.command(how, name)
        time.sleep(self.random.uniform(0, 2))
        # What a killed server leaves behind (its processes, its shared memory) may take a moment to go.
        for left in range(10, 0, -1):
            try:
                return self.command(name, "--durable", "--port", str(self.database["port"]))
            except RuntimeError:
                if left == 1:
                    raise
                time.sleep(1)

    def command(self, command, *words):
        done = subprocess.run([self.peers, command, self.folder, *words], capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"peers {command}: {done.stderr.strip()[-300:]}")
