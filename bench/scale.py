"""What many repositories and many tags change in the cost of a request."""
import random

import posts
import probe

FEW, MANY, TAGS = 1000, 100_000, 10_000
SEED = "example.com/bench/seed"  # the repository whose rows are copied
COLUMNS = "created_at, updated_at, gun, role, version, data, sha256"


def path(gun, name="timestamp.json"):
    return f"/v2/{gun}/_trust/tuf/{name}"


def copy(number):
    return f"example.com/bench/copies/app{number}"


def seed(services, database):
    """Brings the rows of the seed into another database."""
    rows = services.psql("notaryserver", [f"COPY (SELECT {COLUMNS} FROM tuf_files WHERE gun = '{SEED}') TO STDOUT"])
    services.psql(database, [f"COPY tuf_files ({COLUMNS}) FROM STDIN"], rows)
    rows = services.psql("notaryserver", [f"COPY (SELECT created_at, gun, version, sha256, category FROM changefeed "
                                          f"WHERE gun = '{SEED}') TO STDOUT"])
    services.psql(database, ["COPY changefeed (created_at, gun, version, sha256, category) FROM STDIN"], rows)


def fill(services, database, count):
    """count copies of the seed under other names, as rows; nothing is left to be done behind the measurement."""
    services.psql(database, [
        f"INSERT INTO tuf_files ({COLUMNS}) SELECT created_at, updated_at, 'example.com/bench/copies/app' || i, role, "
        f"version, data, sha256 FROM tuf_files, generate_series(1, {count}) i WHERE gun = '{SEED}'",
        "INSERT INTO changefeed (created_at, gun, version, sha256, category) SELECT created_at, "
        f"'example.com/bench/copies/app' || i, version, sha256, category FROM changefeed, generate_series(1, {count}) i "
        f"WHERE gun = '{SEED}'", "VACUUM ANALYZE", "CHECKPOINT"])


class Fresh:
    """Repositories of a side that nobody has read yet, in random order."""

    def __init__(self, side, count):
        self.side, self.guns = side, random.Random(4).sample(range(1, count + 1), FEW)

    def read(self, how_many):
        """CPU us of the server per first read, over one kept connection."""
        names, self.guns = self.guns[:how_many], self.guns[how_many:]
        wire = posts.Kept(self.side["url"])
        before = probe.cpu_us(self.side["pids"])
        for number in names:
            wire.request("GET", path(copy(number)))
        return (probe.cpu_us(self.side["pids"]) - before) / len(names)


def changes(few, many):
    """Ratios of two lists of rounds that alternated."""
    return [b / a for a, b in zip(few, many)]


def repositories(report, pairs, rounds, seconds):
    """pairs: {side: (server on few repositories, on many)}."""
    sides = {(name, i): side for name, both in pairs.items() for i, side in enumerate(both)}
    fresh = {key: Fresh(side, (FEW, MANY)[key[1]]) for key, side in sides.items()}
    each = FEW // (rounds + 1)
    for one in fresh.values():
        one.read(each)  # connections to the database are made here
    first = probe.alternate(fresh, rounds, lambda one: one.read(each))
    add_change(report, "first GET timestamp.json of a repository", f"{MANY:,} repositories / {FEW:,}", first)
    report.add(f"first GET timestamp.json of a repository, {MANY:,} repositories: server CPU", "us",
               first.get(("theirs", 1)), first.get(("ours", 1)))

    def hot(side, duration=seconds):
        return probe.wrk(side["url"], [path(copy(FEW // 2))], 64, duration, side["pids"])["cpu"]
    for side in sides.values():
        hot(side, 1)
    add_change(report, "GET timestamp.json again and again", f"{MANY:,} repositories / {FEW:,}",
               probe.alternate(sides, rounds, hot))


def tags(report, sides, rounds, seconds, small, big):
    """small, big: {side: GUN with one tag, with TAGS}."""
    for name in ("timestamp.json", "root.json"):
        def load(at, duration=seconds):
            side, gun = at
            return probe.wrk(side["url"], [path(gun, name)], 64, duration, side["pids"])["cpu"]
        both = {(n, i): (side, guns[n]) for n, side in sides.items() for i, guns in enumerate((small, big))}
        for at in both.values():
            load(at, 1)
        add_change(report, f"GET {name}", f"{TAGS:,} tags / 1", probe.alternate(both, rounds, load))


def add_change(report, what, states, seen):
    values = {n: changes(seen[n, 0], seen[n, 1]) for n in ("theirs", "ours") if (n, 0) in seen}
    report.add(f"{what}, {states}: server CPU", "", values.get("theirs"), values.get("ours"), ("<=", 1.1), change=True)
