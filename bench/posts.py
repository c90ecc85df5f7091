"""Publishes of one more target over one kept TLS connection: what the server spends on each."""
import base64
import hashlib
import http.client
import json
import os
import ssl
import sys
import tempfile
from urllib.parse import urlsplit

import probe

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "support"))
from quick_keys import QuickMaker  # noqa: E402  (makes tests/differential known, too)
from exchange import BOUNDARY, multipart  # noqa: E402
from tufmaker import Repo  # noqa: E402

GUN = "example.com/bench/app"
COUNT = 100  # publishes of one round
TAGS = 20    # targets that a repository has at most, so that its role stays small


def target(name):
    return {"hashes": {"sha256": base64.b64encode(hashlib.sha256(name.encode()).digest()).decode()}, "length": 100}


class Kept:
    """One kept connection to a server; any answer but 200 ends the measurement."""

    def __init__(self, url):
        at = urlsplit(url)
        context = ssl._create_unverified_context()  # a test peer on loopback
        self.connection = http.client.HTTPSConnection(at.hostname, at.port, context=context)

    def request(self, method, path, body=None, headers=None):
        self.connection.request(method, path, body, headers or {})
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            sys.exit(f"bench: {method} {path}: {answer.status} {text[:300]!r}")
        return text


class Publisher:
    """A repository at one server, with its snapshot key there, and the connection to it."""

    def __init__(self, url, gun, maker=None):
        self.wire = Kept(url)
        self.path = f"/v2/{gun}/_trust/tuf/"
        if maker is None:
            self.folder = tempfile.TemporaryDirectory()
            maker = QuickMaker(self.folder.name)
        self.version = 1
        self.repo = Repo(maker, gun, self.get("timestamp.key"), self.get("snapshot.key"))
        self.post(multipart(list(self.repo.first().items())))

    def get(self, name):
        return json.loads(self.wire.request("GET", self.path + name))

    def post(self, body):
        self.wire.request("POST", self.path, body, {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"})

    def bodies(self, count):
        """Signed beforehand, so that the rounds hold nothing but requests."""
        out = []
        for _ in range(count):
            self.version += 1
            self.repo.targets["targets"][f"v{self.version % TAGS}"] = target(f"{self.path} {self.version}")
            out.append(multipart([("targets", self.repo.targets_file(version=self.version))]))
        return out

    def post_targets(self, names):
        """One publish that makes all of these targets known."""
        self.version += 1
        self.repo.targets["targets"].update({name: target(name) for name in names})
        self.post(multipart([("targets", self.repo.targets_file(version=self.version))]))


def prepare(side):
    return Publisher(side["url"], GUN)


def measure(sides, rounds):
    """{side: CPU us per publish of each round}"""
    def one(side, count=COUNT):
        bodies = side["repo"].bodies(count)
        before = probe.cpu_us(side["server_pids"])
        for body in bodies:
            side["repo"].post(body)
        return (probe.cpu_us(side["server_pids"]) - before) / count
    for side in sides.values():
        one(side, 10)
    return probe.alternate(sides, rounds, one)
