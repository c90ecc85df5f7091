"""What the server's process holds during a soak, and whether that grows."""
import os
import statistics
import time

EVERY = 2.0
WARM_UP = 0.25          # of the run: caches and pools fill
SHORTEST = 240          # seconds of a run below which a slope says nothing
GROWTH = (4.0, 0.10)    # MiB, and part of the memory after the warm-up, that the slope may come to over the run


class Monitor:
    def __init__(self, run, pid):
        self.run_, self.pid, self.samples = run, pid, []

    def sample(self):
        """(seconds since the begin, MiB, file descriptors, threads, CPU seconds)"""
        with open(f"/proc/{self.pid}/status", encoding="ascii") as f:
            fields = dict(line.split(":", 1) for line in f if ":" in line)
        with open(f"/proc/{self.pid}/stat", encoding="ascii", errors="replace") as f:
            stat = f.read().rpartition(")")[2].split()
        cpu = (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")
        return (time.monotonic() - self.run_.ledger.began, int(fields["VmRSS"].split()[0]) / 1024,
                len(os.listdir(f"/proc/{self.pid}/fd")), int(fields["Threads"]), cpu)

    def run(self):
        while True:
            try:
                self.samples.append(self.sample())
            except (OSError, KeyError):
                self.run_.ledger.violation("the server's process has ended")
                return
            if self.run_.stop.wait(EVERY):
                return

    def slope(self):
        """MiB an hour after the warm-up: the median of the slopes between samples (Theil and Sen), which a few high
        ones do not move. And the growth that it comes to over the time it was taken from, and the limit of that."""
        begin, end = self.samples[0][0], self.samples[-1][0]
        kept = [s for s in self.samples if s[0] >= begin + WARM_UP * (end - begin)]
        kept = kept[::max(1, len(kept) // 300)]
        slopes = [(b[1] - a[1]) / (b[0] - a[0]) for i, a in enumerate(kept) for b in kept[i + 1:]]
        rate = statistics.median(slopes) if slopes else 0.0
        base = statistics.median(s[1] for s in kept[:max(1, len(kept) // 10)]) if kept else 0.0
        return rate * 3600, rate * (end - kept[0][0]) if kept else 0.0, max(GROWTH[0], GROWTH[1] * base)
