#!/usr/bin/python3
"""Measures Boltseal beside the real peers in one run and prints a Markdown table.

  measure.py CONFIG      CONFIG: JSON written by bench/run.sh (addresses, process ids, homes)

Figures of CPU are those of the server processes per request, from the scheduler's own nanoseconds;
they suffer least from neighbours. Rounds alternate between the two sides, medians are printed.
Times of commands are medians of hyperfine. A missing side is left out of the table.
"""
import glob
import json
import os
import statistics
import subprocess
import sys
import tempfile

import commands
import posts

LUA = """
function done(s, latency, r)
  io.write(string.format('\\nJSON{"requests":%d,"bad":%d,"socket":%d}\\n', s.requests, s.errors.status,
    s.errors.connect + s.errors.read + s.errors.write + s.errors.timeout))
end
"""
GOALS = {  # measurement: (unit, goal as ours / theirs)
    "GET timestamp.json, kept TLS connection: server CPU": ("us", 1 / 10),
    "GET timestamp.json, new TLS connection: server CPU": ("us", 0.8),
    "memory under 64 connections": ("MiB", 1 / 2),
    "POST of a publish, kept connection: server CPU": ("us", 1 / 5),
    "lookup, warm cache": ("ms", 1.0),
    "requests of a warm lookup": ("", 1 / 2),
    "lookup among 10,000 targets": ("ms", 1 / 12),
    "publish of one more to 10,000 targets": ("ms", 1 / 8),
}


def cpu_us(pids):
    """CPU time of processes with all their living threads, in microseconds."""
    total = 0
    for pid in pids:
        for path in glob.glob(f"/proc/{pid}/task/*/schedstat"):
            try:
                with open(path, encoding="ascii") as f:
                    total += int(f.read().split()[0])
            except (OSError, IndexError):
                continue
    return total / 1000


def rss_mib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("VmRSS")) / 1024


def wrk(side, path, connections, seconds, lua, close=False):
    """One round: (CPU us per request, resident MiB at its end)."""
    command = ["wrk", "-t", "1", "-c", str(connections), "-d", f"{seconds}s", "--timeout", "10s", "-s", lua]
    command += ["-H", "Connection: close"] if close else []
    before = cpu_us([side["pid"]])
    run = subprocess.run(command + [side["url"] + path], capture_output=True, text=True, check=True)
    used = cpu_us([side["pid"]]) - before
    result = json.loads(next(x[4:] for x in run.stdout.splitlines() if x.startswith("JSON{")))
    if result["bad"] or result["socket"] or not result["requests"]:
        sys.exit(f"measure: {side['name']} answered with errors: {result}")
    return used / result["requests"], rss_mib(side["pid"])


def reads(sides, rounds, seconds):
    out = {}
    path = f"/v2/{posts.GUN}/_trust/tuf/timestamp.json"
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as f:
        f.write(LUA)
        f.flush()
        for label, connections, close in (("GET timestamp.json, kept TLS connection: server CPU", 64, False),
                                          ("GET timestamp.json, new TLS connection: server CPU", 8, True)):
            seen = {s["name"]: [] for s in sides}
            for side in sides:
                wrk(side, path, connections, 1, f.name, close)
            for i in range(rounds):
                for side in sides[::1 if i % 2 == 0 else -1]:
                    seen[side["name"]].append(wrk(side, path, connections, seconds, f.name, close))
            out[label] = {n: [c for c, _ in v] for n, v in seen.items()}
            if not close:
                out["memory under 64 connections"] = {n: [m for _, m in v] for n, v in seen.items()}
    return out


def figure(values, unit):
    middle = statistics.median(values)
    text = f"{middle:.1f}" if middle < 100 else f"{middle:.0f}"
    if len(values) > 1 and unit:
        text += f" ({min(values):.1f}..{max(values):.1f})"
    return f"{text} {unit}".strip()


def table(out):
    print("| measurement | notary 0.7.0 | boltseal | ours / theirs | goal | met |")
    print("|---|---|---|---|---|---|")
    missed = 0
    for label, (unit, goal) in GOALS.items():
        sides = out.get(label, {})
        theirs, ours = sides.get("theirs"), sides.get("ours")
        ratio, met = "", ""
        if theirs and ours:
            value = statistics.median(ours) / statistics.median(theirs)
            ratio, met = f"{value:.3f}", "yes" if value <= goal else "no"
            missed += value > goal
        print(f"| {label} | {figure(theirs, unit) if theirs else '-'} | {figure(ours, unit) if ours else '-'} | "
              f"{ratio} | <= {goal:.3g} | {met} |")
    return missed


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        config = json.load(f)
    sides = config["sides"]
    rounds, seconds = int(os.environ.get("ROUNDS", "5")), int(os.environ.get("SECONDS_EACH", "2"))
    for side in sides:
        side["repo"] = posts.prepare(side)
    out = reads(sides, rounds, seconds)
    out["POST of a publish, kept connection: server CPU"] = posts.measure(sides, cpu_us, rounds)
    for label, values in commands.measure(sides, config).items():
        out[label] = values
    load = os.getloadavg()[0]
    print(f"Medians, range in brackets; load average {load:.1f} on {os.cpu_count()} cores.\n")
    missed = table(out)
    print(f"\n{missed} goals missed" if missed else "\nall goals that could be measured are met")


if __name__ == "__main__":
    main()
