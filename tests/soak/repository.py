"""A repository of the soak: what its owner signed and the server acknowledged, and how a reader verifies it."""
import base64
import collections
import contextlib
import copy
import hashlib
import json
import threading
import time

import wire  # noqa: F401  (makes the folders of the next imports known)
from quick_keys import verify
from tufmaker import Repo, canonical, key_id, key_object, role

ROLES = ("targets", "targets/releases", "targets/ci")
SETTLE = 12.0  # seconds after which no request that was lost can still be at work in the server
TAGS = 12      # a role has so many tags at most

File = collections.namedtuple("File", "version sha256")


def sha256(data):
    return hashlib.sha256(data).hexdigest()


class Wrong(Exception):
    """What a client would refuse."""


class Gone(Exception):
    """404 for a file of the repository."""


class Shared:
    """A lock that many hold at once, or one alone."""

    def __init__(self):
        self.condition, self.readers, self.alone = threading.Condition(), 0, False

    @contextlib.contextmanager
    def shared(self):
        with self.condition:
            self.condition.wait_for(lambda: not self.alone)
            self.readers += 1
        try:
            yield
        finally:
            with self.condition:
                self.readers -= 1
                self.condition.notify_all()

    @contextlib.contextmanager
    def exclusive(self):
        with self.condition:
            self.condition.wait_for(lambda: not self.alone)
            self.alone = True
            self.condition.wait_for(lambda: not self.readers)
        try:
            yield
        finally:
            with self.condition:
                self.alone = False
                self.condition.notify_all()


class Repository:
    """`lock` guards the structure (keys, existence), `role_locks` one role each; fields are changed under them."""

    def __init__(self, gun, maker):
        self.gun, self.maker = gun, maker
        self.path = f"/v2/{gun}/_trust/tuf/"
        self.lock, self.role_locks = Shared(), {r: threading.Lock() for r in ROLES}
        self.root_name, self.targets_name = "root", "targets"  # names of keys that sign now
        self.life = 0             # rises with each beginning
        self.changes = 0          # odd while the structure is being changed
        self.exists = False
        self.signed = None        # the Repo whose root was acknowledged
        self.root = None          # File of it
        self.files = {}           # role: File acknowledged last
        self.floor = {"snapshot": 0, "timestamp": 0}
        self.unsure_since = None  # a request was lost: what it did is not known yet
        self.attempts = collections.defaultdict(dict)  # role: {sha256: (File, what to call when it is found there)}
        self.may_be_gone = self.may_be_there = self.given_up = False

    @contextlib.contextmanager
    def changing(self):
        with self.lock.exclusive():
            self.changes += 1
            try:
                yield
            finally:
                self.changes += 1

    def steady(self, changes):
        """Has the structure stayed as it was when `changes` was read, and is nothing in doubt?"""
        doubt = self.may_be_gone or self.may_be_there or self.attempts.get("root")
        return changes == self.changes and changes % 2 == 0 and not doubt

    # -- signing --

    def body(self, name, version, repo):
        """The next targets role of that name: a few tags, one of them new."""
        tags = {f"v{v % TAGS}": self.tag(name, v) for v in range(max(1, version - TAGS + 1), version + 1)}
        base = repo.targets if name == "targets" else Repo.targets_body()
        return {**base, "targets": tags, "version": version}

    def tag(self, name, version):
        digest = hashlib.sha256(f"{self.gun} {self.life} {name} {version}".encode()).digest()
        return {"hashes": {"sha256": base64.b64encode(digest).decode()}, "length": version}

    def sign_role(self, name, version, repo=None, signer=None):
        repo = repo or self.signed
        signer = signer or (self.targets_name if name == "targets" else "delegate")
        return repo.sign(self.body(name, version, repo), [(signer, None)])

    def begin(self, timestamp_key, snapshot_key):
        """(Repo, files) of a first publish, signed by the root key of the life before."""
        repo = Repo(self.maker, self.gun, timestamp_key, snapshot_key)
        for name in ROLES[1:]:
            repo.delegate(name)
        self.replace(repo.root, "root", self.root_key(self.root_name))
        self.replace(repo.root, "targets", self.maker.keys[self.targets_name].public)
        repo.signers["root"] = [(self.root_name, self.root_key(self.root_name))]
        return repo, {"root": repo.root_file(), **{name: self.sign_role(name, 1, repo) for name in ROLES}}

    def root_key(self, name):
        return key_object("ecdsa-x509", self.maker.certificate(name, self.gun))

    @staticmethod
    def replace(root, name, key):
        """Another key for a role of a root body."""
        for old in root["roles"][name]["keyids"]:
            root["keys"].pop(old, None)
        root["keys"][key_id(key)] = key
        root["roles"][name] = role([key])

    def next_root(self):
        """A Repo with the next root, to be edited and signed; `signed` stays as it is until that is acknowledged."""
        repo = copy.copy(self.signed)
        repo.signers = {**repo.signers, "root": [(self.root_name, self.root_key(self.root_name))]}
        return repo.next_root()

    # -- what is known --

    def acknowledge(self, files, adopt=None):
        """files: {role: bytes} that were published; adopt() makes the new keys those that sign."""
        for name, data in files.items():
            self.keep(name, File(json.loads(data)["signed"]["version"], sha256(data)))
        if adopt:
            adopt()

    def keep(self, name, file):
        if name == "root":
            self.root = file
        else:
            self.files[name] = file

    def unsure(self, files=None, adopt=None):
        """A request got no answer, perhaps a publish of files: {role: bytes}; adopt as for acknowledge()."""
        self.unsure_since = time.monotonic()
        for name, data in (files or {}).items():
            file = File(json.loads(data)["signed"]["version"], sha256(data))
            self.attempts[name][file.sha256] = (file, adopt if name == "root" else None)

    def settled(self):
        since = self.unsure_since
        return since is not None and time.monotonic() - since > SETTLE

    def sure(self):
        self.unsure_since, self.may_be_gone, self.may_be_there = None, False, False
        self.attempts.clear()

    def take(self, name, file):
        """Is file, read from the server, what was acknowledged, or what a lost request put there? Then it is kept."""
        if file == (self.root if name == "root" else self.files.get(name)):
            return True
        found = self.attempts[name].get(file.sha256)
        if not found:
            return False
        self.keep(name, file)
        if found[1]:
            found[1]()
        return True


# ---- reading as a client does ---------------------------------------------------------------------------------------

def signed_by(data, root, name):
    """The signed body of a file, after a threshold of the role's keys in root (a body) was found to have signed it."""
    whole = json.loads(data)
    return check(whole, {k: v for k, v in root["keys"].items() if k in root["roles"][name]["keyids"]},
                 root["roles"][name]["threshold"], name)


def signed_by_delegation(data, targets, name):
    whole = json.loads(data)
    entry = next(r for r in targets["delegations"]["roles"] if r["name"] == name)
    keys = {k: v for k, v in targets["delegations"]["keys"].items() if k in entry["keyids"]}
    return check(whole, keys, entry["threshold"], name)


def check(whole, keys, threshold, name):
    message, good = canonical(whole["signed"]), set()
    for s in whole["signatures"]:
        key = keys.get(s["keyid"])
        if key and verify(public_key(key), message, base64.b64decode(s["sig"])):
            good.add(s["keyid"])
    if len(good) < threshold:
        raise Wrong(f"{name} {whole['signed'].get('version')} is not signed by its keys")
    return whole["signed"]


def public_key(key):
    raw = base64.b64decode(key["keyval"]["public"])
    if not key["keytype"].endswith("-x509"):
        return raw
    lines = raw.decode().split("-----")[2]  # PEM of the certificate
    return spki(base64.b64decode("".join(lines.split())))


def spki(certificate):
    """The SubjectPublicKeyInfo of a P-256 certificate: it begins with these algorithm identifiers."""
    at = certificate.index(bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107"))
    return certificate[at:at + 91]


def read_chain(client, repository):
    """({role: File}, {role: body}) after everything was verified from the root on; None when a request failed.

    Raises Wrong and Gone. The caller compares versions with what it knows.
    """
    out, bodies = {}, {}

    def get(name):
        got = client.expect((200, 404), "GET", repository.path + name)
        if got and got[0] == 404:
            raise Gone(f"{name} is not there")
        return got and got[1]

    data = get("root.json")
    if data is None:
        return None
    root = bodies["root"] = signed_by(data, json.loads(data)["signed"], "root")
    out["root"] = File(root["version"], sha256(data))
    data = get("timestamp.json")
    if data is None:
        return None
    bodies["timestamp"] = signed_by(data, root, "timestamp")
    out["timestamp"] = File(bodies["timestamp"]["version"], sha256(data))
    for parent, names in (("timestamp", ("snapshot",)), ("snapshot", ROLES)):
        for name in names:
            wanted = base64.b64decode(bodies[parent]["meta"][name]["hashes"]["sha256"]).hex()
            data = get(f"{name}.{wanted}.json")
            if data is None:
                return None
            if sha256(data) != wanted:
                raise Wrong(f"{name} has another hash than {parent} names")
            bodies[name] = (signed_by(data, root, name) if "/" not in name
                            else signed_by_delegation(data, bodies["targets"], name))
            out[name] = File(bodies[name]["version"], wanted)
    return out, bodies
