"""What happened during a soak: faults that were injected, errors that they excuse, and everything else."""
import collections
import threading
import time

# The program must be well again this long after a fault has ended: its connections have 2 s.
GRACE = 6.0


class Ledger:
    """Safe for threads."""

    def __init__(self):
        self.lock = threading.Lock()
        self.counts = collections.Counter()
        self.faults = collections.Counter()
        self.excused = collections.Counter()
        self.violations = []
        self.windows = []  # [begin, end or None, where, kind]
        self.began = time.monotonic()

    def count(self, what, how_many=1):
        with self.lock:
            self.counts[what] += how_many

    def open_window(self, where, kind):
        """where: "database" or "clients". A latency below all deadlines is no window: it excuses nothing."""
        window = [time.monotonic(), None, where, kind]
        with self.lock:
            self.faults[f"{where}: {kind}"] += 1
            if kind != "latency":
                self.windows.append(window)
        return window

    @staticmethod
    def close_window(window):
        window[1] = time.monotonic()

    def inside(self, begin, end, via, lost):
        """The kind of fault that excuses an error of a request that ran from begin to end; None: nothing does.

        Faults between clients and server excuse a lost connection of a client that came that way, never an answer.
        """
        with self.lock:
            for start, stop, where, kind in reversed(self.windows):
                if start <= end and (stop is None or begin <= stop + GRACE):
                    if where == "database" or (lost and via == "proxy"):
                        return f"{where} {kind}"
        return None

    def error(self, what, begin, end, via="direct", lost=False):
        """An error of a request; True where a fault excuses it."""
        reason = self.inside(begin, end, via, lost)
        with self.lock:
            if reason:
                self.excused[f"{what} (during {reason})"] += 1
                return True
        self.violation(what, begin)
        return False

    def violation(self, what, at=None):
        """What no fault excuses: lost or wrong data, an error outside of all windows."""
        at = time.monotonic() if at is None else at
        with self.lock:
            last = next((w for w in reversed(self.windows) if w[0] <= at), None)
            after = "" if not last else f", {at - last[0]:.1f} s after the begin of {last[2]} {last[3]}"
            self.violations.append(f"at {at - self.began:.1f} s{after}: {what}")

    def quiet(self):
        """Is no window open, and the last one over for good?"""
        now = time.monotonic()
        return self.inside(now, now, "proxy", True) is None
