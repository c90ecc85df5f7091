"""The stock notary client, now and then, beside the raw requests."""
import os
import subprocess
import tempfile
import time

from workers import Worker

DIGEST = "ab" * 32
OWN = "example.com/soak/stock"


class Stock(Worker):
    """Lists a repository without any cache; publishes to one that only it uses."""
    pause = (8.0, 20.0)

    def __init__(self, run, via, seed, environment, folder):
        super().__init__(run, via, seed)
        self.environment, self.folder, self.number, self.acknowledged = environment, folder, 0, None

    def notary(self, trust, *words):
        """(exit status, output, begin, end) of notary with that trust folder."""
        begin = time.monotonic()
        try:
            done = subprocess.run(["notary", "-s", self.run_.urls[self.client.via], "-d", trust, *words],
                                  env=self.environment, capture_output=True, text=True, check=False, timeout=60)
            status, text = done.returncode, done.stdout + done.stderr
        except subprocess.TimeoutExpired:
            status, text = -1, "no end after 60 s"
        return status, text, begin, time.monotonic()

    def failed(self, what, result):
        text = " ".join(result[1].split())[-250:]
        # The client's own words do not tell a lost connection from a 5xx.
        self.ledger.error(f"notary {what}: {text}" if not self.ledger.inside(
            *result[2:], self.client.via, True) else f"notary {what}", *result[2:], self.client.via, True)

    def begin(self):
        """Before any fault."""
        result = self.notary(self.folder, "init", "-p", OWN)
        if not result[0]:
            result = self.notary(self.folder, "key", "rotate", OWN, "snapshot", "-r")
        if result[0]:
            raise SystemExit(f"soak: notary init: {result[1]}")

    def step(self):
        if self.random.random() < 0.5:
            self.list()
        else:
            self.publish()

    def list(self):
        r = self.random.choice(self.run_.repositories)
        with r.lock.shared(), tempfile.TemporaryDirectory() as trust:
            if not r.exists or r.unsure_since or r.given_up:
                return
            result = self.notary(trust, "list", r.gun)
            if result[0]:
                self.failed("list", result)
            elif "targets" not in result[1]:
                self.ledger.violation(f"notary list {r.gun} shows nothing: {result[1][-200:]}")
            else:
                self.ledger.count("runs of notary")

    def publish(self):
        self.number += 1
        result = self.notary(self.folder, "addhash", "-p", OWN, f"v{self.number}", "100", "--sha256", DIGEST)
        if result[0]:
            self.failed("addhash", result)
            self.notary(self.folder, "reset", OWN, "--all")
            return
        self.acknowledged = f"v{self.number}"
        self.ledger.count("runs of notary")
        self.lookup()

    def lookup(self):
        """What was published last is there for somebody without a cache."""
        if not self.acknowledged:
            return
        with tempfile.TemporaryDirectory() as trust:
            result = self.notary(trust, "lookup", OWN, self.acknowledged)
        if not result[0]:
            self.ledger.count("runs of notary")
        elif "No trust data" in result[1] or "does not have trust data" in result[1]:
            self.ledger.violation(f"notary lookup {OWN} {self.acknowledged}: {result[1][-200:]}")
        else:
            self.failed("lookup", result)


def environment(home):
    """The variables of a client home, as its env file sets them."""
    done = subprocess.run(["env", "-i", f"PATH={os.environ['PATH']}", "bash", "-c", f". '{home}/env' && env -0"],
                          check=True, capture_output=True)
    return dict(x.split("=", 1) for x in done.stdout.decode().split("\0") if "=" in x)
