"""Those who use a server during a soak. Each worker is a thread with a connection of its own."""
import contextlib
import json
import random
import socket
import ssl
import time

from repository import ROLES, Gone, Wrong, read_chain, signed_by
from wire import Lost, Wire


def look(client, repository, exact=(), held=False):
    """Reads and verifies a repository; what was acknowledged before must be there. exact: roles that nobody else
    publishes meanwhile; held: the caller alone may change the repository. True when all was read, False when an (already reported) error came between."""
    ledger, changes = client.ledger, repository.changes
    known, root, floor = dict(repository.files), repository.root, dict(repository.floor)
    try:
        got = read_chain(client, repository)
        if not got:
            return False
        files = got[0]
        for name, file in known.items():
            if files[name].version < file.version or (files[name].version == file.version and files[name] != file):
                raise Wrong(f"{name} is {files[name]}, acknowledged was {file}")
        for name in exact:
            if files[name] != known[name]:
                raise Wrong(f"{name} is {files[name]}, acknowledged was {known[name]}")
        if files["root"].version < root.version:
            raise Wrong(f"root is {files['root']}, acknowledged was {root}")
        for name, version in floor.items():
            if files[name].version < version:
                raise Wrong(f"{name} is {files[name].version} after {version} had been served")
    except (Wrong, Gone, KeyError, ValueError, StopIteration, TypeError) as e:
        if held or repository.steady(changes):
            repository.given_up = True  # told once, not by everybody who reads it
            ledger.violation(f"{repository.gun}: {type(e).__name__}: {e}")
            return True
        return False
    for name in floor:
        repository.floor[name] = max(repository.floor[name], files[name].version)
    ledger.count("repositories verified")
    return True


class Worker:
    """run() until the run is over; an exception of its own is a violation, not a silent end."""

    def __init__(self, run, via, seed):
        self.run_, self.client = run, Wire(run.urls[via], via, run.ledger)
        self.ledger, self.random = run.ledger, random.Random(seed)

    def run(self):
        while not self.run_.stop.wait(self.random.uniform(*self.pause)):
            try:
                self.step()
            except Exception as e:  # noqa: BLE001  the soak must tell, whatever it is
                self.ledger.violation(f"{type(self).__name__} failed: {type(e).__name__}: {e}")
        self.client.close()


class Publisher(Worker):
    """Publishes its role of one repository, now and then all roles in one request, and reads after each answer."""
    pause = (0.5, 2.5)

    def __init__(self, run, via, seed, repository, role):
        super().__init__(run, via, seed)
        self.repository, self.role = repository, role

    def step(self):
        r = self.repository
        with r.lock.shared(), contextlib.ExitStack() as held:
            roles = ROLES if self.role == "targets" and self.random.random() < 0.2 else (self.role,)
            for name in roles:
                held.enter_context(r.role_locks[name])
            if not r.exists or r.unsure_since or r.given_up:
                return
            files = {name: r.sign_role(name, r.files[name].version + 1) for name in roles}
            if self.client.post(r.path, files) is None:
                r.unsure(files)
                return
            r.acknowledge(files)
            self.ledger.count("publishes acknowledged")
            look(self.client, r, exact=roles)


class Reader(Worker):
    """Reads in every way that a client may."""
    pause = (0.01, 0.05)

    def step(self):
        r = self.random.choice(self.run_.repositories)
        turn = self.random.random()
        if turn < 0.5:
            if r.exists and not r.given_up:
                look(self.client, r)
        elif turn < 0.7:
            self.conditional(r)
        elif turn < 0.8:
            self.client.expect((404,), "GET", f"/v2/example.com/soak/none{self.random.randrange(1000)}/_trust/tuf/root.json")
        elif turn < 0.9:
            self.client.expect((200,), "GET", f"/v2/{r.gun}/_trust/changefeed?records=5")
        elif turn < 0.98:
            self.client.expect((200,), "GET", "/_notary_server/health")
        else:
            self.torn_upload(r)

    def conditional(self, r):
        """The same file twice, the second time only if it has changed; HEAD like GET."""
        changes, path = r.changes, r.path + self.random.choice(("root.json", "timestamp.json", "targets.json"))
        try:
            status, headers, _ = self.client.request("GET", path)
            if status == 200 and headers["ETag"]:
                status, _, data = self.client.request(self.random.choice(("GET", "HEAD")), path,
                                                      headers={"If-None-Match": headers["ETag"]})
                if status == 304 and data:
                    self.ledger.violation(f"304 with a body: {path}")
        except Lost as e:
            self.client.lost(e)
            return
        if status not in (200, 304) and not (status == 404 and not (r.exists and r.steady(changes))):
            self.client.wrong("GET", path, status)

    def torn_upload(self, r):
        """A client that goes away in the middle of its upload."""
        with contextlib.suppress(OSError):
            raw = socket.create_connection((self.client.at.hostname, self.client.at.port), timeout=5)
            with self.client.context.wrap_socket(raw, server_hostname="localhost") as wire:
                wire.sendall(f"POST {r.path} HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\nContent-Type: multipart/"
                             "form-data; boundary=x\r\n\r\n--x\r\nContent-Disposition: form-data; name=\"files\"".encode())
                time.sleep(self.random.uniform(0, 0.2))
        self.ledger.count("uploads torn")


class Owner(Worker):
    """Begins repositories, rotates their keys, deletes them, and finds out what lost requests did."""
    pause = (1.0, 4.0)

    def step(self):
        repositories = [r for r in self.run_.repositories if not r.given_up]
        for r in repositories:
            if r.settled() and self.ledger.quiet():
                self.resolve(r)
        if not repositories:
            return None
        r = self.random.choice(repositories)
        with r.changing():
            if r.unsure_since:
                return None
            if not r.exists:
                return self.begin(r)
            work = self.random.choice((self.rotate_server_key, self.rotate_server_key, self.rotate_targets,
                                       self.rotate_root, self.delete))
            return work(r)

    def begin(self, r):
        keys = []
        for role in ("timestamp", "snapshot"):
            got = self.client.expect((200,), "GET", f"{r.path}{role}.key")
            if not got:
                return
            keys.append(json.loads(got[1]))
        r.life += 1
        repo, files = r.begin(*keys)

        def adopt():
            r.signed, r.exists = repo, True
        if self.publish(r, files, adopt):
            self.ledger.count("repositories begun")
        else:
            r.may_be_there = True

    def publish(self, r, files, adopt):
        """One publish with a root in it; True when it was acknowledged."""
        if self.client.post(r.path, files) is None:
            r.unsure(files, adopt)
            return False
        r.acknowledge(files, adopt)
        self.ledger.count("publishes acknowledged")
        return True

    def rotate_server_key(self, r):
        role = self.random.choice(("timestamp", "snapshot"))
        got = self.client.expect((200,), "POST", f"{r.path}{role}.key", b"")
        if not got:
            return
        repo = r.next_root()
        r.replace(repo.root, role, json.loads(got[1]))
        self.rotated(r, repo, {"root": repo.root_file()}, {})

    def rotate_targets(self, r):
        repo, name = r.next_root(), "stranger" if r.targets_name == "targets" else "targets"
        r.replace(repo.root, "targets", r.maker.keys[name].public)
        files = {"root": repo.root_file(),
                 "targets": r.sign_role("targets", r.files["targets"].version + 1, repo, signer=name)}
        self.rotated(r, repo, files, {"targets_name": name})

    def rotate_root(self, r):
        repo, name = r.next_root(), "root2" if r.root_name == "root" else "root"
        r.replace(repo.root, "root", r.root_key(name))
        repo.signers["root"].append((name, r.root_key(name)))
        self.rotated(r, repo, {"root": repo.root_file()}, {"root_name": name})

    def rotated(self, r, repo, files, names):
        def adopt():
            r.signed = repo
            for name, value in names.items():
                setattr(r, name, value)
        if not self.publish(r, files, adopt):
            return
        self.ledger.count("keys rotated")
        look(self.client, r, exact=ROLES, held=True)
        before = self.client.expect((200,), "GET", f"{r.path}{r.root.version - 1}.root.json")
        if before:
            try:
                signed_by(files["root"], json.loads(before[1])["signed"], "root")
            except (Wrong, ValueError, KeyError) as e:
                self.ledger.violation(f"{r.gun}: the chain of roots is broken: {e}")

    def delete(self, r):
        if self.client.expect((200,), "DELETE", r.path) is None:
            r.may_be_gone = True
            r.unsure()
            return
        r.exists, r.files, r.root = False, {}, None
        self.ledger.count("repositories deleted")
        for name in ("timestamp", "root"):
            got = self.client.expect((200, 404), "GET", f"{r.path}{name}.json")
            if got and got[0] == 200:
                self.ledger.violation(f"{r.gun}: {name}.json is still served after the deletion")
        self.begin(r)

    def resolve(self, r):
        """What became of lost requests: the repository must be as it was acknowledged, or as one of them made it."""
        with r.changing():
            if not r.settled():
                return
            got = self.client.expect((200, 404), "GET", f"{r.path}root.json")
            if not got:
                return
            if got[0] == 404:
                if r.exists and not r.may_be_gone:
                    self.give_up(r, "is gone")
                r.exists, r.files, r.root = False, {}, None
                r.sure()
                return
            try:
                chain = read_chain(self.client, r)
            except (Wrong, Gone, KeyError, ValueError, StopIteration, TypeError) as e:
                return self.give_up(r, f"{type(e).__name__}: {e}")
            if not chain:
                return
            for name in ("root", *ROLES):
                if not r.take(name, chain[0][name]):
                    return self.give_up(r, f"{name} is {chain[0][name]}, acknowledged was "
                                           f"{r.root if name == 'root' else r.files.get(name)}")
            r.sure()
            self.ledger.count("lost requests resolved")

    def give_up(self, r, why):
        r.given_up = True
        self.ledger.violation(f"{r.gun} after lost requests: {why}")
