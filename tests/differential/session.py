"""What a case works with: one server, a GUN of its own, and the list of what was seen."""
from exchange import BOUNDARY, multipart
from tufmaker import Repo

CASES = []


def case(title):
    """Registers a case; its GUN is made of the function's name, the same for both servers."""
    def add(function):
        CASES.append((title, function))
        return function
    return add


class Session:
    def __init__(self, server, maker, name):
        self.server, self.maker = server, maker
        self.gun = "diff.example/" + name
        self.seen = []

    # -- what is recorded --

    def see(self, label, answer):
        self.seen.append((label, answer.compared()))
        return answer

    def note(self, label, value):
        self.seen.append((label, {"value": value}))

    # -- requests --

    def path(self, name="", gun=None):
        return f"/v2/{gun or self.gun}/_trust/tuf/{name}"

    def raw(self, method, path, body=None, headers=()):
        return self.server.request(method, path, body, headers)

    def get(self, name, gun=None, headers=()):
        return self.raw("GET", self.path(name, gun), headers=headers)

    def post(self, body, gun=None, kind=f"multipart/form-data; boundary={BOUNDARY}", headers=()):
        kinds = [f"Content-Type: {kind}"] if kind is not None else []
        return self.raw("POST", self.path(gun=gun), body, [*kinds, *headers])

    def upload(self, files, gun=None):
        return self.post(multipart(list(files.items())), gun)

    def code(self, name, gun=None):
        """A status that is compared only through what the case makes of it."""
        return self.get(name, gun).status

    # -- repositories --

    def key(self, role, gun=None):
        return self.get(role + ".key", gun).json()

    def repo(self, server_snapshot=False, gun=None, cn=None):
        """A repository that is not uploaded yet; its timestamp key (and snapshot key) are the server's."""
        return Repo(self.maker, gun or self.gun, self.key("timestamp", gun),
                    self.key("snapshot", gun) if server_snapshot else None, cn)

    def made(self, server_snapshot=False, gun=None):
        """A repository with its first upload accepted."""
        repo = self.repo(server_snapshot, gun)
        repo.files = repo.first()
        answer = self.upload(repo.files, gun)
        if answer.status != 200:
            raise RuntimeError(f"{self.server.name} refused a first upload: {answer.status} {answer.body!r}")
        return repo
