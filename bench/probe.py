"""The instruments of the measurements: CPU time and memory of processes, and load on a server."""
import glob
import json
import os
import subprocess
import sys
import tempfile
import time

CPU_CLOCK = 2  # CPUCLOCK_SCHED of the kernel's process clocks
LUA = """
local paths, n = {}, 0
function init(args)
  for line in io.lines(os.getenv("WRK_PATHS")) do paths[#paths + 1] = wrk.format("GET", line) end
end
function request() n = n + 1; return paths[n % #paths + 1] end
function done(s, latency, r)
  io.write(string.format('\\nJSON{"requests":%d,"bad":%d,"socket":%d}\\n', s.requests, s.errors.status,
    s.errors.connect + s.errors.read + s.errors.write + s.errors.timeout))
end
"""


def cpu_us(pids):
    """CPU time of processes with all their threads, ended ones too, in microseconds: the scheduler's own clock."""
    try:
        return sum(time.clock_gettime((~pid << 3) | CPU_CLOCK) for pid in pids) * 1e6
    except OSError:
        sys.exit(f"bench: one of the processes {pids} has ended")


def stat_fields(pid):
    """Fields of /proc/PID/stat from the third on: [1] is the parent, [13] and [14] are the times of waited children."""
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as f:
        return f.read().rpartition(")")[2].split()


def children(parent):
    out = []
    for path in glob.glob("/proc/[0-9]*"):
        try:
            pid = int(path[6:])
            if int(stat_fields(pid)[1]) == parent:
                out.append(pid)
        except OSError:
            continue
    return out


def tree_us(parent):
    """CPU time of a database: its first process, its backends, and those that have ended (to 10 ms)."""
    fields = stat_fields(parent)
    total = cpu_us([parent]) + (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK") * 1e6
    for pid in children(parent):
        try:
            total += time.clock_gettime((~pid << 3) | CPU_CLOCK) * 1e6
        except OSError:
            continue
    return total


def rss_mib(pids):
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/status", encoding="ascii") as f:
            total += next(int(line.split()[1]) for line in f if line.startswith("VmRSS"))
    return total / 1024


def wrk(url, paths, connections, seconds, pids, close=False, database=None):
    """One round of GETs: {"cpu": us of pids per request, "database": us of that tree per request, "requests": n}."""
    command = ["wrk", "-t", "1", "-c", str(connections), "-d", f"{seconds}s", "--timeout", "10s"]
    command += ["-H", "Connection: close"] if close else []
    with tempfile.TemporaryDirectory() as folder:
        names = [os.path.join(folder, x) for x in ("load.lua", "paths")]
        for name, text in zip(names, (LUA, "\n".join(paths) + "\n")):
            with open(name, "w", encoding="ascii") as f:
                f.write(text)
        stored = tree_us(database) if database else 0
        before = cpu_us(pids)
        run = subprocess.run(command + ["-s", names[0], url], env=dict(os.environ, WRK_PATHS=names[1]),
                             capture_output=True, text=True, check=True)
        used = cpu_us(pids) - before
        stored = tree_us(database) - stored if database else 0
    result = json.loads(next(x[4:] for x in run.stdout.splitlines() if x.startswith("JSON{")))
    if not any(result.values()) and seconds < 60:  # a loaded machine: not even the handshakes were done
        return wrk(url, paths, connections, 4 * seconds, pids, close, database)
    if result["bad"] or result["socket"] or not result["requests"]:
        sys.exit(f"bench: {url}{paths[0]} was answered with errors: {result}")
    n = result["requests"]
    return {"cpu": used / n, "database": stored / n, "requests": n}


def alternate(sides, rounds, measure):
    """{side: [measure(side) of each round]}: A B, B A, A B ..., so that a noisy neighbour harms both."""
    seen = {name: [] for name in sides}
    for i in range(rounds):
        for name in list(sides)[::1 if i % 2 == 0 else -1]:
            seen[name].append(measure(sides[name]))
    return seen
