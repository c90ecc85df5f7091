#!/usr/bin/python3
"""Plays recorded exchanges of a stock client (tests/golden/docker*/exchanges.txt) at a trust server.

  replay.py URL EXCHANGES

Every request is sent with the recorded method, path and headers; uploads carry freshly signed files of
the recorded roles, since the recorded ones name another server's keys. Status and headers of each
answer must be the recorded ones. So a server is checked against a client that is not installed.
"""
import hashlib
import re
import sys
import tempfile

from exchange import BOUNDARY, Server, multipart
from tufmaker import Maker, Repo

LINE = re.compile(r"^(\w+) (\S+)(?: \[(.*)\])? -> (\d+) \(>(\d+) <(\d+)\)$")
ANSWERED = ("content-type", "cache-control", "pragma", "www-authenticate", "location")


def read(path):
    """([(command, method, path, parts, status, sent, answered)], {number: header set})"""
    lines, sets, command = [], {}, ""
    with open(path, encoding="utf-8") as f:
        for line in f:
            line = line.rstrip("\n").replace("<ADDR1>", "registry.example:5000")
            if line.startswith("#"):
                command = line[2:]
            elif match := LINE.match(line):
                method, where, parts, status, sent, answered = match.groups()
                lines.append((command, method, where, parts, int(status), sent, answered))
            elif match := re.match(r"^(\d+) [<>] ?(.*)$", line):
                sets[match.group(1)] = match.group(2)
            else:
                sys.exit(f"replay: what is {line!r}?")
    return lines, sets


class Player:
    def __init__(self, server, maker, lines):
        self.server, self.maker, self.repos, self.files = server, maker, {}, {}
        self.delegations = {}
        for _, _, where, parts, *_ in lines:
            gun = self.gun(where)
            for name in (parts or "").split(", "):
                if name.startswith("targets/"):
                    self.delegations.setdefault(gun, set()).add(name)

    @staticmethod
    def gun(where):
        match = re.match(r"^/v2/(.+)/_trust/", where)
        return match.group(1) if match else None

    def key(self, gun, role):
        return self.server.request("GET", f"/v2/{gun}/_trust/tuf/{role}.key").json()

    def upload(self, gun, parts):
        """The next signed files of the named roles."""
        repo = self.repos.get(gun)
        if repo is None:
            repo = self.repos[gun] = Repo(self.maker, gun, self.key(gun, "timestamp"), self.key(gun, "snapshot"))
            repo.versions = {}
            for name in sorted(self.delegations.get(gun, ())):
                repo.delegate(name)
        out = {}
        for role in filter(None, parts.split(", ")):
            version = repo.versions[role] = repo.versions.get(role, 0) + 1
            if role == "root":
                out[role] = repo.root_file(version=version)
            elif role == "targets":
                out[role] = repo.targets_file(version=version)
            else:
                out[role] = repo.sign({**repo.targets_body(v1=b"x"), "version": version}, [("delegate", None)])
        return multipart(list(out.items()))

    def current(self, gun, role):
        """The checksum under which a client that just read the parent asks for a role."""
        data = self.server.request("GET", f"/v2/{gun}/_trust/tuf/{role}.json").body
        return hashlib.sha256(data).hexdigest()

    def play(self, method, where, parts, headers):
        gun = self.gun(where)
        if "<SHA256>" in where:
            role = re.search(r"/_trust/tuf/(.*)\.<SHA256>", where).group(1)
            where = where.replace("<SHA256>", self.current(gun, role))
        body = self.upload(gun, parts or "") if method == "POST" else None
        sent = [h.replace("<BOUNDARY>", BOUNDARY) for h in re.split(r"; (?=[A-Z][-\w]*: )", headers)]
        return self.server.request(method, where, body, [h for h in sent if not h.startswith("Connection")])


def main():
    server = Server("ours", sys.argv[1])
    lines, sets = read(sys.argv[2])
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        player = Player(server, Maker(folder), lines)
        for command, method, where, parts, status, sent, answered in lines:
            answer = player.play(method, where, parts, sets[sent])
            got = "; ".join(f"{n}: {v}" for n, v in answer.headers.items() if n in ANSWERED)
            want = "; ".join(sorted(x.lower() for x in re.split(r"; (?=[A-Z][-\w]*: )", sets[answered]) if x))
            got = "; ".join(sorted(x.lower() for x in re.split(r"; (?=[a-z][-\w]*: )", got) if x))
            if (answer.status, got) != (status, want):
                wrong += 1
                print(f"{command}\n  {method} {where} [{parts}]\n    recorded: {status} {want}\n"
                      f"    answered: {answer.status} {got} {answer.body[:200]!r}")
    print(f"{len(lines)} exchanges, {wrong} answered otherwise")
    return 1 if wrong or not lines else 0


if __name__ == "__main__":
    sys.exit(main())
