#!/usr/bin/python3
"""Measures Boltseal beside the real peers, both with memory storage, in one run; prints a Markdown table.

  measure.py CONFIG [JSON]      CONFIG: JSON written by bench/run.sh (addresses, process ids, homes)
                                JSON: where the figures are written, too

Rounds alternate between the two sides. Times of commands are those of hyperfine. A missing side is left out.
"""
import json
import os
import sys

import commands
import posts
import probe
from report import Report

TIMESTAMP = f"/v2/{posts.GUN}/_trust/tuf/timestamp.json"
COMMANDS = {  # measurement: (unit, goal as ours / theirs)
    "lookup, warm cache": ("ms", 1.0),
    "requests of a warm lookup": ("", 1 / 2),
    "lookup among 10,000 targets": ("ms", 1 / 12),
    "publish of one more to 10,000 targets": ("ms", 1 / 8),
}


def reads(report, sides, rounds, seconds):
    for kind, connections, close, goal in (("kept", 64, False, 1 / 10), ("new", 8, True, 0.8)):
        def load(side, duration=seconds):
            out = probe.wrk(side["url"], [TIMESTAMP], connections, duration, [side["pid"]], close)
            return out["cpu"], probe.rss_mib([side["pid"]])
        for side in sides.values():
            load(side, 1)
        seen = probe.alternate(sides, rounds, load)
        cpu, memory = ({n: [x[i] for x in v] for n, v in seen.items()} for i in (0, 1))
        report.add(f"GET timestamp.json, {kind} TLS connection: server CPU", "us", cpu.get("theirs"), cpu.get("ours"),
                   ("<=", goal))
        if not close:
            report.add("memory under 64 connections", "MiB", memory.get("theirs"), memory.get("ours"), ("<=", 1 / 2))


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        config = json.load(f)
    sides = {s["name"]: s for s in config["sides"]}
    rounds, seconds = int(os.environ.get("ROUNDS", "5")), int(os.environ.get("SECONDS_EACH", "2"))
    report = Report()
    for side in sides.values():
        side["repo"] = posts.prepare(side)
    reads(report, sides, rounds, seconds)
    seen = posts.measure(sides, rounds)
    report.add("POST of a publish, kept connection: server CPU", "us", seen.get("theirs"), seen.get("ours"),
               ("<=", 1 / 5))
    seen = commands.measure(list(sides.values()), config)
    for label, (unit, goal) in COMMANDS.items():
        values = seen.get(label, {})
        report.add(label, unit, values.get("theirs"), values.get("ours"), ("<=", goal), paired=False)
    if "ours" not in sides:
        report.skip("boltseald: there is no program in the build folder")
    report.print()
    if len(sys.argv) > 2:
        report.save(sys.argv[2])


if __name__ == "__main__":
    main()
