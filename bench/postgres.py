#!/usr/bin/python3
"""Measures boltseald beside notary-server and notary-signer, all on one PostgreSQL; prints a Markdown table.

  postgres.py PEERS FOLDER [JSON]     FOLDER: that of `peers`, with PostgreSQL running in it
                                      JSON: where the figures are written, too

Both sides use the same databases, those of notary-server and notary-signer; boltseald has both roles in one process.
BENCH_OURS=notary puts a second original in boltseald's place: how far the ratios are from 1 is the noise.
"""
import os
import sys
import tempfile

import posts
import probe
import publishers
import scale
from report import Report
from services import Services

from quick_keys import QuickMaker

PUBLISHES = 25  # of each publisher in one round
TAGGED = "example.com/bench/tags"


def start(services, report, name, **more):
    """A side in our place, or None, which the report then tells."""
    try:
        if os.environ.get("BENCH_OURS") == "notary":
            return services.notary(name, "ours-signer", **{k: v for k, v in more.items() if k == "database"})
        return services.boltseald(name, **more)
    except RuntimeError as e:
        report.skip(str(e))
        return None


def reads(report, sides, rounds, seconds):
    for name in ("timestamp.json", "root.json"):
        def load(side, duration=seconds):
            return probe.wrk(side["url"], [scale.path(posts.GUN, name)], 64, duration, side["pids"],
                             database=side["database"])
        for side in sides.values():
            load(side, 1)
        seen = probe.alternate(sides, rounds, load)
        for ours, label, goal in (("ours", "", 1 / 20), ("strict", ", strict", 1 / 6)):
            for kind in ("cpu", "database"):
                theirs_values, ours_values = ([x[kind] for x in seen.get(n, [])] for n in ("theirs", ours))
                what = "server CPU" if kind == "cpu" else "database CPU"
                report.add(f"GET {name}{label}: {what}", "us", theirs_values, ours_values,
                           ("<=", goal) if kind == "cpu" else None)


def bodies(repo, count):
    """For each publisher the uploads of the next count versions."""
    repo.bench_version = getattr(repo, "bench_version", 1)
    first = repo.bench_version + 1
    repo.bench_version += count
    out = []
    for number in range(publishers.PUBLISHERS):
        mine = []
        for version in range(first, first + count):
            tags = {f"v{v % posts.TAGS}": posts.target(f"{number} {v}")
                    for v in range(max(1, version - posts.TAGS + 1), version + 1)}
            body = {**repo.targets, "targets": tags, "version": version}
            mine.append(posts.multipart([("targets", repo.sign(body, [("targets", None)]))]))
        out.append(mine)
    return out


def publishing(report, sides, maker, repo, rounds):
    crowds = {name: publishers.Crowd(side, maker) for name, side in sides.items()}
    warm, plan = bodies(repo, 2), [bodies(repo, PUBLISHES) for _ in range(rounds)]
    for crowd in crowds.values():
        crowd.round(warm)
    turn = dict.fromkeys(crowds, 0)

    def one(crowd):
        name = crowd.side["name"]
        turn[name] += 1
        return crowd.round(plan[turn[name] - 1])
    seen = probe.alternate(crowds, rounds, one)
    what = f"{publishers.PUBLISHERS} publishers to {publishers.PUBLISHERS} repositories"
    for kind, label, unit, goal in (("rate", f"publishes acknowledged, {what}", "/s", (">=", 5)),
                                    ("cpu", "CPU of server + signer per publish", "us", None),
                                    ("database", "CPU of the database per publish", "us", None),
                                    ("publisher", "CPU of the publisher per publish", "us", None)):
        report.add(label, unit, *([x[kind] for x in seen.get(n, [])] for n in ("theirs", "ours")), goal)
    for name, rounds_seen in seen.items():
        errors = sum(x["errors"] for x in rounds_seen)
        if errors:
            report.notes.append(f"{name}: {errors} publishes were answered with an error and sent again.")


def memory(report, sides, label, goal=None):
    seen = {n: [probe.rss_mib(s["pids"])] for n, s in sides.items()}
    report.add(label, "MiB", seen.get("theirs"), seen.get("ours"), goal)


def many(report, services, sides, maker, rounds, seconds):
    scale.fill(services, "notaryserver", scale.FEW)
    pairs = {"theirs": (sides["theirs"], services.notary("theirs-many", "theirs-signer", database="many"))}
    scale.seed(services, "many")
    scale.fill(services, "many", scale.MANY)
    if "ours" in sides:
        ours = start(services, report, "ours-many", database="many")
        if ours:
            pairs["ours"] = (sides["ours"], ours)
    scale.repositories(report, pairs, rounds, seconds)
    memory(report, {n: both[1] for n, both in pairs.items()}, f"memory after reads among {scale.MANY:,} repositories")
    posts.Publisher(sides["theirs"]["url"], TAGGED, maker).post_targets([f"v{i}" for i in range(scale.TAGS)])
    guns = [dict.fromkeys(("theirs", "ours"), gun) for gun in (posts.GUN, TAGGED)]
    scale.tags(report, sides, rounds, seconds, *guns)


def measure(report, services, everything, maker, rounds, seconds):
    sides = {n: s for n, s in everything.items() if n != "strict"}
    repo = posts.Publisher(sides["theirs"]["url"], posts.GUN, maker).repo
    posts.Publisher(sides["theirs"]["url"], scale.SEED, maker)
    reads(report, everything, rounds, seconds)
    publishing(report, sides, maker, repo, rounds)
    memory(report, sides, "memory of server + signer after reads and publishes", ("<=", 1 / 2))
    many(report, services, sides, maker, rounds, seconds)


def main():
    rounds, seconds = int(os.environ.get("ROUNDS", "5")), int(os.environ.get("SECONDS_EACH", "2"))
    report = Report("notary again" if os.environ.get("BENCH_OURS") == "notary" else "boltseald")
    services = Services(sys.argv[1], sys.argv[2])
    sides = {"theirs": services.notary("theirs", "theirs-signer"), "ours": start(services, report, "ours")}
    sides = {n: s for n, s in sides.items() if s}
    strict = start(services, report, "strict", consistency="strict") if "ours" in sides else None
    everything = {**sides, **({"strict": strict} if strict else {})}
    try:
        with tempfile.TemporaryDirectory() as folder:
            measure(report, services, everything, QuickMaker(folder), rounds, seconds)
    except BaseException as e:
        report.skip(f"everything after the last row: {type(e).__name__}: {e}")
        raise
    finally:
        report.print()
        if len(sys.argv) > 3:
            report.save(sys.argv[3])


if __name__ == "__main__":
    main()
