"""What was measured, as a table beside the goals and as JSON."""
import json
import os
import statistics
import time


class Row:
    """One measurement of both sides.

    theirs, ours: a value a round. goal: (">=" or "<=", number) on ours / theirs; with `change` the values are ratios
    already (of the same side in two states) and the goal is on ours. paired: the rounds alternated, so the ratio is
    the median of the rounds' own ratios; else that of the medians.
    """

    def __init__(self, label, unit, theirs, ours, goal=None, paired=True, change=False):
        self.label, self.unit, self.theirs, self.ours = label, unit, theirs or [], ours or []
        self.goal, self.change = goal, change
        if change or not (self.theirs and self.ours):
            self.ratios = []
        elif paired and len(self.theirs) == len(self.ours):
            self.ratios = [b / a for a, b in zip(self.theirs, self.ours) if a]
        else:
            self.ratios = [statistics.median(self.ours) / statistics.median(self.theirs)]

    def met(self):
        """True, False, or None when there is no goal or nothing to hold against it."""
        judged = self.ours if self.change else self.ratios
        if self.goal is None or not judged:
            return None
        value = statistics.median(judged)
        return value >= self.goal[1] if self.goal[0] == ">=" else value <= self.goal[1]

    def cells(self):
        kind = "" if self.change else self.unit
        goal = f"{self.goal[0]} {self.goal[1]:.3g}" + (" (boltseald)" if self.change else "") if self.goal else ""
        return [self.label, figure(self.theirs, kind, self.change), figure(self.ours, kind, self.change),
                figure(self.ratios, "", True), goal, {True: "yes", False: "MISSED", None: ""}[self.met()]]

    def as_json(self):
        return {"measurement": self.label, "unit": self.unit, "theirs": self.theirs, "ours": self.ours,
                "ratios": self.ratios, "goal": self.goal and {"must_be": self.goal[0], "value": self.goal[1],
                                                              "of": "ours" if self.change else "ours / theirs"},
                "met": self.met()}


def figure(values, unit, ratio=False):
    if not values:
        return "-"
    def text(v):
        return f"{v:.3f}" if ratio and v < 10 else f"{v:.1f}" if v < 100 else f"{v:.0f}"
    out = text(statistics.median(values))
    if len(values) > 1 and min(values) != max(values):
        out += f" ({text(min(values))}..{text(max(values))})"
    return f"{out} {unit}".strip()


class Report:
    def __init__(self, ours="boltseald"):
        self.rows, self.skipped, self.notes, self.ours = [], [], [], ours

    def add(self, *args, **more):
        self.rows.append(Row(*args, **more))

    def skip(self, why):
        """Something that could not be measured here; it is said, never passed over."""
        self.skipped.append(why)

    def print(self):
        print(f"Medians, range in brackets; load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, "
              f"{time.strftime('%Y-%m-%d', time.gmtime())}.\n")
        print(f"| measurement | notary 0.7.0 | {self.ours} | ours / theirs | goal | met |")
        print("|---|---|---|---|---|---|")
        for row in self.rows:
            print("| " + " | ".join(row.cells()) + " |")
        print()
        for line in self.notes:
            print(line)
        for why in self.skipped:
            print(f"SKIPPED: {why}")
        missed, open_ = (sum(r.met() is m and r.goal is not None for r in self.rows) for m in (False, None))
        verdict = f"{missed} goals missed" if missed else "all goals that were measured are met"
        print(f"{verdict}; {open_} goals not measured" if open_ else verdict, flush=True)

    def save(self, path):
        with open(path, "w", encoding="utf-8") as f:
            json.dump({"date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "cores": os.cpu_count(),
                       "load_average": os.getloadavg()[0], "ours": self.ours, "rows": [r.as_json() for r in self.rows],
                       "notes": self.notes, "skipped": self.skipped}, f, indent=1)
            f.write("\n")
