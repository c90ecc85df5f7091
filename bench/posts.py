"""Publishes of one more target over one kept TLS connection: what the server spends on each."""
import http.client
import os
import ssl
import sys
import tempfile
from urllib.parse import urlsplit

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "differential"))
from exchange import BOUNDARY, multipart  # noqa: E402
from tufmaker import Maker, Repo  # noqa: E402

GUN = "example.com/bench/app"
COUNT = 100  # publishes of one round


class Publisher:
    """A repository at one server, with its snapshot key there, and the connection to it."""

    def __init__(self, url, gun):
        at = urlsplit(url)
        context = ssl._create_unverified_context()  # a test peer on loopback
        self.connection = http.client.HTTPSConnection(at.hostname, at.port, context=context)
        self.path = f"/v2/{gun}/_trust/tuf/"
        self.folder = tempfile.TemporaryDirectory()
        self.version = 1
        self.repo = Repo(Maker(self.folder.name), gun, self.get("timestamp.key"), self.get("snapshot.key"))
        self.post(multipart(list(self.repo.first().items())))

    def get(self, name):
        import json
        self.connection.request("GET", self.path + name)
        return json.loads(self.connection.getresponse().read())

    def post(self, body):
        self.connection.request("POST", self.path, body, {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"})
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            sys.exit(f"posts: {answer.status} {text[:300]!r}")

    def bodies(self, count):
        """Signed beforehand, so that the rounds hold nothing but requests."""
        out = []
        for _ in range(count):
            self.version += 1
            self.repo.targets["targets"][f"v{self.version % 20}"] = self.repo.targets_body(x=b"%d" % self.version)["targets"]["x"]
            out.append(multipart([("targets", self.repo.targets_file(version=self.version))]))
        return out


def prepare(side):
    return Publisher(side["url"], GUN)


def measure(sides, cpu_us, rounds):
    seen = {s["name"]: [] for s in sides}
    for i in range(rounds + 1):
        for side in sides[::1 if i % 2 == 0 else -1]:
            bodies = side["repo"].bodies(COUNT if i else 10)  # the first round warms up
            before = cpu_us(side["server_pids"])
            for body in bodies:
                side["repo"].post(body)
            if i:
                seen[side["name"]].append((cpu_us(side["server_pids"]) - before) / COUNT)
    return seen
