#!/usr/bin/python3
"""Replays the same raw requests at two trust servers and compares what they answer.

  differential.py [--prefixed | --auth] THEIR_URL OUR_URL [CASE...]

With --prefixed both servers accept GUNs below diff.example/allowed/ alone, with --auth they ask for tokens of
one token server; then other cases are run.

Every difference must stand in intended.json with its reason, and every line of intended.json must
occur: the list can neither hide a new difference nor keep one that is gone. An entry is
  {"case": NAME, "label": LABEL or "*", "aspect": NAME, "theirs": VALUE, "ours": VALUE, "why": TEXT}
"case", "label" and the two values may end in "*" (anything that begins so). "case": "*" does not stand for the cases
with authentication, whose names begin with auth.
"""
import json
import os
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

if "--prefixed" in sys.argv:
    import cases_prefixed  # registers its cases  # noqa: F401
elif "--auth" in sys.argv:
    import cases_auth  # registers its cases  # noqa: F401
else:
    import cases_http  # registers its cases  # noqa: F401
    import cases_upload  # registers its cases  # noqa: F401
from exchange import Server
from session import CASES, Session
from tufmaker import Maker

HERE = os.path.dirname(os.path.abspath(__file__))


def fits(pattern, value):
    value = value if isinstance(value, str) else json.dumps(value)
    pattern = pattern if isinstance(pattern, str) else json.dumps(pattern)
    return value.startswith(pattern[:-1]) if pattern.endswith("*") else value == pattern


def differences(name, theirs, ours):
    """(case, label, aspect, theirs, ours) of one case; the first missing observation ends it."""
    for i in range(max(len(theirs), len(ours))):
        if i >= len(theirs) or i >= len(ours):
            yield name, "number of observations", "value", len(theirs), len(ours)
            return
        (label, a), (_, b) = theirs[i], ours[i]
        for aspect in sorted(set(a) | set(b)):
            x, y = a.get(aspect, "absent"), b.get(aspect, "absent")
            if x != y:
                yield name, label, aspect, x, y


def observe(server, maker, name, function):
    session = Session(server, maker, name.replace("_", "-"))
    try:
        function(session)
    except Exception as e:  # a server that answers nonsense must not end the run
        session.note("the case ended early", f"{type(e).__name__}: {e}"[:200])
    return session.seen


def main():
    words = [w for w in sys.argv[1:] if w not in ("--prefixed", "--auth")]
    theirs, ours, wanted = Server("theirs", words[0]), Server("ours", words[1]), words[2:]
    names = {function.__name__ for _, function in CASES}
    with open(os.path.join(HERE, "intended.json"), encoding="utf-8") as f:
        intended = [e for e in json.load(f) if any(fits(e["case"], name) for name in names) and ("--auth" in sys.argv) == e["case"].startswith("auth")]
    used, unexpected, seen = [0] * len(intended), [], 0
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        maker = Maker(folder)
        for title, function in CASES:
            name = function.__name__
            if wanted and name not in wanted:
                continue
            a, b = pool.map(lambda server: observe(server, maker, name, function), (theirs, ours))
            seen += len(a)
            for d in differences(name, a, b):
                keys = ("case", "label", "aspect", "theirs", "ours")
                hit = next((i for i, e in enumerate(intended)
                            if all(fits(e[k], v) for k, v in zip(keys, d))), None)
                if hit is None:
                    unexpected.append((title, d))
                else:
                    used[hit] += 1
    for title, (name, label, aspect, x, y) in unexpected:
        print(f"{name} ({title})\n  {label}: {aspect}\n    theirs: {x}\n    ours:   {y}")
    idle = [e for e, n in zip(intended, used) if n == 0 and not wanted]
    for e in idle:
        print(f"no longer differs, remove it from intended.json: {json.dumps(e)}")
    print(f"{len(CASES)} cases, {seen} observations, {sum(used)} intended differences by {len(intended)} rules, "
          f"{len(unexpected)} unexpected")
    return 1 if unexpected or idle or seen == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
