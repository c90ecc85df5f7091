#!/usr/bin/python3
"""Uses one boltseald for some minutes while faults are injected; prints a summary, exits 1 on a violation.

  soak.py CONFIG     CONFIG: JSON written by run.sh: addresses, sockets of the proxies, the server's process, minutes
"""
import collections
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time

import faults
import stock
from ledger import Ledger
from monitor import SHORTEST, Monitor
from repository import ROLES, SETTLE, Repository
from workers import Owner, Publisher, Reader, look
from wire import Wire
from quick_keys import QuickMaker

REPOSITORIES = 8
READERS = 4
SLACK = (24, 8)    # descriptors and threads that pools may still open after the begin
DEFECTS = ("handler_threw", "response_header_refused")  # events of the log that tell of one


class Run:
    def __init__(self, config, folder):
        self.config, self.urls = config, {"direct": config["url"], "proxy": config["proxy_url"]}
        self.ledger, self.stop = Ledger(), threading.Event()
        maker = QuickMaker(folder)
        self.repositories = [Repository(f"example.com/soak/app{i}", maker) for i in range(REPOSITORIES)]
        self.monitor, self.threads = Monitor(self, config["pid"]), []
        self.stock = stock.Stock(self, "proxy", 1, stock.environment(config["home"]), os.path.join(folder, "stock"))
        self.owner = Owner(self, "direct", 2)

    def spawn(self, target):
        thread = threading.Thread(target=target, daemon=True)
        thread.start()
        self.threads.append(thread)

    def begin(self):
        """Everything that must be there before the first fault."""
        self.stock.begin()
        for r in self.repositories:
            self.owner.begin(r)
            if not r.exists:
                raise SystemExit(f"soak: {r.gun} could not be begun: {self.ledger.violations}")
        self.owner.client.close()
        time.sleep(1)
        return self.monitor.sample()

    def work(self, seconds):
        via = ("direct", "proxy")
        for i, r in enumerate(self.repositories):
            for j, role in enumerate(ROLES):
                self.spawn(Publisher(self, via[(i + j) % 2], i * 10 + j, r, role).run)
        for i in range(READERS):
            self.spawn(Reader(self, via[i % 2], 100 + i).run)
        self.spawn(self.owner.run)
        self.spawn(Owner(self, "proxy", 3).run)
        self.spawn(self.stock.run)
        self.spawn(self.monitor.run)
        c = self.config
        self.spawn(faults.Injector(self, c["peers"], c["folder"], c.get("database"), c["proxy_socket"], c["seed"]).run)
        time.sleep(seconds)
        self.stop.set()
        for thread in self.threads:
            thread.join(90)
            if thread.is_alive():
                self.ledger.violation("a worker does not end: a request hangs")

    def settle(self):
        """After the last fault: all doubt is cleared, and everything acknowledged is read once more."""
        self.stop.clear()  # waits of the owner count again
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline and any(r.unsure_since and not r.given_up for r in self.repositories):
            time.sleep(1)
            for r in self.repositories:
                if r.settled() and self.ledger.quiet():
                    self.owner.resolve(r)
        while not self.ledger.quiet():
            time.sleep(1)
        client = Wire(self.urls["direct"], "direct", self.ledger)
        for r in self.repositories:
            if r.unsure_since and not r.given_up:
                self.ledger.violation(f"{r.gun}: what lost requests did could not be found out")
            elif r.exists and not r.given_up:
                look(client, r, exact=ROLES, held=True)
        client.close()
        self.owner.client.close()
        self.stock.lookup()
        time.sleep(3)

    def verify_store(self):
        """boltseald's own check of every signature and hash, where this boltseald has it."""
        command = self.config.get("verify_store")
        if not command:
            return "boltseald verify-store was not run: this storage is gone with the process"
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
        if done.returncode == 2 and "verify-store" in done.stderr:
            return "boltseald verify-store was not run: this boltseald does not have it"
        if done.returncode:
            self.ledger.violation(f"boltseald verify-store: {done.stdout[-1500:]} {done.stderr[-500:]}")
        return f"boltseald verify-store ended with {done.returncode}"

    def read_log(self):
        with open(self.config["log"], encoding="utf-8", errors="replace") as f:
            for line in f:
                if any(f'"{event}"' in line for event in DEFECTS):
                    self.ledger.violation(f"the server's log: {line.strip()[:300]}")


def open_files(pid):
    """What the process's descriptors are: "socket 4, /path 2, ..."."""
    kinds = collections.Counter()
    for fd in os.listdir(f"/proc/{pid}/fd"):
        with contextlib.suppress(OSError):
            kinds[os.readlink(f"/proc/{pid}/fd/{fd}").split(":[")[0]] += 1
    return ", ".join(f"{kind} {n}" for kind, n in sorted(kinds.items()))


def judge(run, before, after):
    """Violations that only the whole run can show."""
    ledger = run.ledger
    for what in ("requests", "publishes acknowledged", "repositories verified", "keys rotated", "runs of notary"):
        if not ledger.counts[what]:
            ledger.violation(f"there were no {what}: nothing was tested")
    if not ledger.faults:
        ledger.violation("no fault was injected: nothing was tested")
    if after[2] > before[2] + SLACK[0]:
        ledger.violation(f"file descriptors: {before[2]} before, {after[2]} after all clients had gone: "
                         + open_files(run.config["pid"]))
    if after[3] > before[3] + SLACK[1]:
        ledger.violation(f"threads: {before[3]} before, {after[3]} after all clients had gone")
    rate, growth, limit = run.monitor.slope()
    if run.monitor.samples[-1][0] - run.monitor.samples[0][0] >= SHORTEST and growth > limit:
        ledger.violation(f"memory grew by {growth:.1f} MiB after the warm-up (allowed: {limit:.1f}); "
                         f"{rate:.1f} MiB an hour")


def summary(run, before, after, notes):
    ledger, samples = run.ledger, run.monitor.samples
    rate, growth, limit = run.monitor.slope()
    short = samples[-1][0] - samples[0][0] < SHORTEST
    inside = sum(ledger.excused.values())
    print(f"\n== {run.config['name']}: {samples[-1][0] / 60:.1f} minutes")
    print("did: " + ", ".join(f"{n} {what}" for what, n in sorted(ledger.counts.items())))
    print(f"faults: {sum(ledger.faults.values())}: " + ", ".join(f"{k} {n}" for k, n in sorted(ledger.faults.items())))
    print(f"errors while faults were at work: {inside}")
    for what, n in sorted(ledger.excused.items()):
        print(f"  {n} {what}")
    print(f"memory: {before[1]:.1f} MiB at the begin, {samples[-1][1]:.1f} under load at the end, at most "
          f"{max(s[1] for s in samples):.1f}; slope after the warm-up {rate:+.1f} MiB an hour ({growth:+.2f} MiB, allowed "
          f"{limit:.1f}{'; not judged: the run is too short' if short else ''})")
    print(f"file descriptors: {before[2]} before, at most {max(s[2] for s in samples)}, {after[2]} after; "
          f"threads: {before[3]}, {max(s[3] for s in samples)}, {after[3]}; CPU {samples[-1][4]:.0f} s")
    for note in notes:
        print(note)
    print(f"violations (errors that nothing injected explains, lost or wrong data, growth): {len(ledger.violations)}")
    for text in ledger.violations[:30]:
        print(f"  {text}")
    print(f"{run.config['name']}: {'FAILED' if ledger.violations else 'passed'}", flush=True)


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        config = json.load(f)
    with tempfile.TemporaryDirectory() as folder:
        run = Run(config, folder)
        before = run.begin()
        run.work(config["minutes"] * 60)
        time.sleep(SETTLE)
        run.settle()
        notes = [run.verify_store()]
        run.read_log()
        after = run.monitor.sample()
        judge(run, before, after)
        summary(run, before, after, notes)
        sys.exit(1 if run.ledger.violations else 0)


if __name__ == "__main__":
    main()
