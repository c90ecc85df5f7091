"""Routes, downloads, framing of uploads, keys, deletion, changefeed, health: everything but validation."""
import hashlib

from exchange import multipart
from session import case


@case("ping and what looks like it")
def ping(s):
    s.see("GET /v2/", s.raw("GET", "/v2/"))
    s.see("GET /v2", s.raw("GET", "/v2"))
    s.see("POST /v2/", s.raw("POST", "/v2/", b""))
    s.see("GET /", s.raw("GET", "/"))
    s.see("GET /v2/_catalog", s.raw("GET", "/v2/_catalog"))


@case("methods that a route does not have")
def methods(s):
    s.made()
    for method in ("PUT", "PATCH", "OPTIONS", "TRACE", "FOO"):
        s.see(method + " root.json", s.raw(method, s.path("root.json")))
        s.see(method + " tuf/", s.raw(method, s.path()))
    s.see("POST root.json", s.raw("POST", s.path("root.json"), b""))
    s.see("DELETE root.json", s.raw("DELETE", s.path("root.json")))
    s.see("GET tuf/", s.raw("GET", s.path()))
    s.see("POST tuf", s.raw("POST", s.path()[:-1], b""))
    s.see("DELETE tuf", s.raw("DELETE", s.path()[:-1]))
    s.see("DELETE timestamp.key", s.raw("DELETE", s.path("timestamp.key")))


@case("HEAD")
def head(s):
    s.made()
    s.see("HEAD root.json", s.raw("HEAD", s.path("root.json")))
    s.see("HEAD timestamp.json", s.raw("HEAD", s.path("timestamp.json")))
    s.see("HEAD nothing", s.raw("HEAD", s.path("bogus.json")))
    s.see("HEAD /v2/", s.raw("HEAD", "/v2/"))
    s.see("HEAD health", s.raw("HEAD", "/_notary_server/health"))


@case("names that are no role")
def bogus_names(s):
    s.made()
    for name in ("bogus.json", "Root.json", "root", "root.txt", "targets.key", "root.key", "targets/.json",
                 "1.bogus.json", "x.root.json", "-1.root.json", "root.json/"):
        s.see(name, s.get(name))


@case("delegations that are not there")
def no_delegation(s):
    s.made()
    for name in ("targets/releases.json", "targets/a/b.json", "1.targets/releases.json"):
        s.see(name, s.get(name))


@case("paths that are not clean")
def unclean(s):
    s.made()
    s.see("doubled slash", s.raw("GET", "//v2/"))
    s.see("doubled slash inside", s.raw("GET", s.path("/root.json")))
    s.see("doubled slash in the GUN", s.raw("GET", s.path("root.json").replace("diff.example/", "diff.example//")))
    s.see("dot", s.raw("GET", s.path("./root.json")))
    s.see("dot dot", s.raw("GET", s.path("x/../root.json")))
    s.see("POST doubled slash", s.raw("POST", s.path("/"), b""))


@case("a GUN with an escaped slash")
def escaped_slash(s):
    s.made()
    s.see("%2F", s.raw("GET", s.path("root.json").replace("diff.example/", "diff.example%2F")))
    s.see("other", s.raw("GET", s.path("root.json").replace("diff.example/", "diff.example%2Fno")))
    s.see("%2f twice", s.raw("GET", s.path("root.json").replace("diff.example/", "diff.example%252F")))


@case("GUNs of all shapes that are unknown")
def unknown_guns(s):
    for gun in ("a", "a/b/c/d/e/f/g", "127.0.0.1:5000/x", "[::1]:5000/x", "a.b/c_d", "localhost/x"):
        s.see(gun, s.get("root.json", gun))


@case("a GUN outside the grammar")
def strange_guns(s):
    for gun in ("a*b", "Upper/Case/Name", "a%20b/c", "a/_trust/b", "a/%C3%A9"):
        s.see("GET " + gun, s.get("root.json", gun))
        s.see("key " + gun, s.get("timestamp.key", gun))
        s.see("POST " + gun, s.upload({"root": b"{}"}, gun))


@case("unknown repository")
def unknown(s):
    for name in ("root.json", "targets.json", "snapshot.json", "timestamp.json", "1.root.json", "targets/a.json",
                 "root." + "0" * 64 + ".json"):
        s.see(name, s.get(name))


@case("current files")
def current(s):
    repo = s.made()
    for name in ("root", "targets", "snapshot", "timestamp"):
        s.see(name, s.get(name + ".json"))
    for name in ("root", "targets", "snapshot"):
        s.note(name + " is what was uploaded", s.get(name + ".json").body == repo.files[name])


@case("files by version")
def by_version(s):
    repo = s.made()
    for name in ("1.root", "01.root", "001.root", "0.root", "2.root", "1.targets", "1.snapshot", "1.timestamp",
                 "99999999999999999999.root", "2147483648.root"):
        s.see(name, s.get(name + ".json"))
    s.upload({"targets": repo.targets_file(version=2), "snapshot": repo.snapshot_file(
        {"root": repo.files["root"], "targets": repo.targets_file(version=2)}, 2)})
    s.see("1.targets after an update", s.get("1.targets.json"))


@case("files by checksum")
def by_checksum(s):
    repo = s.made()
    for name, data in repo.files.items():
        digest = hashlib.sha256(data).hexdigest()
        s.see(name, s.get(f"{name}.{digest}.json"))
        s.see(name + " upper case", s.get(f"{name}.{digest.upper()}.json"))
    digest = hashlib.sha256(repo.files["root"]).hexdigest()
    s.see("sha384", s.get("root." + hashlib.sha384(repo.files["root"]).hexdigest() + ".json"))
    s.see("sha512", s.get("root." + hashlib.sha512(repo.files["root"]).hexdigest() + ".json"))
    s.see("63 digits", s.get(f"root.{digest[1:]}.json"))
    s.see("nobody's", s.get("root." + "0" * 64 + ".json"))


@case("a file by checksum under another role or GUN")
def checksum_elsewhere(s):
    repo = s.made()
    digest = hashlib.sha256(repo.files["root"]).hexdigest()
    s.get(f"root.{digest}.json")
    s.see("other role", s.get(f"targets.{digest}.json"))
    s.see("other GUN", s.get(f"root.{digest}.json", s.gun + "-other"))


@case("an old file by checksum")
def old_checksum(s):
    repo = s.made()
    files = {"targets": repo.targets_file(version=2)}
    files["snapshot"] = repo.snapshot_file({"root": repo.files["root"], **files}, 2)
    s.upload(files)
    s.see("old targets", s.get(f"targets.{hashlib.sha256(repo.files['targets']).hexdigest()}.json"))
    s.see("new targets", s.get("targets.json"))


@case("conditional and ranged downloads")
def conditional(s):
    s.made()
    first = s.get("root.json")
    s.see("Range", s.get("root.json", headers=["Range: bytes=0-9"]))
    s.see("If-None-Match other", s.get("root.json", headers=['If-None-Match: "other"']))
    s.see("Accept-Encoding", s.get("root.json", headers=["Accept-Encoding: gzip"]))
    s.see("If-None-Match same", s.get("root.json", headers=[f"If-None-Match: {first.headers.get('etag', '*')}"]))


@case("not multipart")
def not_multipart(s):
    for kind in (None, "application/json", "text/plain", "multipart/form-data", "application/x-www-form-urlencoded",
                 "multipart/form-data; boundary="):
        s.see(str(kind), s.post(b"{}", kind=kind))


@case("multipart that is no form")
def multipart_mixed(s):
    s.see("mixed", s.post(multipart([("root", b"{}")]), kind="multipart/mixed; boundary=0123456789abcdef0123456789abcdef"))


@case("broken multipart")
def broken_multipart(s):
    s.see("no closing boundary", s.post(multipart([("root", b"{}")], end=False)))
    s.see("garbage", s.post(b"garbage"))
    s.see("empty", s.post(b""))
    s.see("other boundary", s.post(multipart([("root", b"{}")], boundary="another")))


@case("parts without a role")
def part_without_role(s):
    s.made()
    s.see("no filename", s.post(multipart([(None, b"{}")])))
    s.see("empty filename", s.post(multipart([("", b"{}")])))
    s.see("state", s.get("timestamp.json"))


@case("parts with a wrong role")
def part_with_wrong_role(s):
    for role in ("Root", "foo", "targets/", "targets//a", "targets/../a", "targets/A", "targets/a b", "snapshot/x",
                 "targets/" + "a" * 260, "root.json.json", "../root", "targets/é"):
        s.see(role[:40], s.post(multipart([(role, b"{}")])))


@case("parts that are no metadata")
def part_not_json(s):
    good = b'{"signed":{"_type":"Root","expires":"2030-01-01T00:00:00Z","version":1},"signatures":[]}'
    for label, data in (("empty", b""), ("text", b"hello"), ("truncated", good[:-10]), ("list", b"[]"), ("null", b"null"),
                        ("number", b"1"), ("empty object", b"{}"), ("no signatures", good.replace(b',"signatures":[]', b"")),
                        ("version as text", good.replace(b":1}", b':"1"}')), ("version 1.5", good.replace(b":1}", b":1.5}")),
                        ("huge version", good.replace(b":1}", b":99999999999}")), ("no date", good.replace(b"2030-01-01T00:00:00Z", b"soon")),
                        ("signed is a list", b'{"signed":[],"signatures":[]}'), ("trailing text", good + b"x"),
                        ("unsigned", good)):
        s.see(label, s.post(multipart([("root", data)])))


@case("the name of a part is not looked at, .json is cut off")
def part_names(s):
    repo = s.repo()
    files = repo.first()
    s.see("upload", s.post(multipart([("root.json", files["root"], "x"), ("targets", files["targets"], ""),
                                      ("snapshot.json", files["snapshot"], "files")])))
    s.see("root", s.get("root.json"))


@case("the same role twice")
def role_twice(s):
    repo = s.repo(server_snapshot=True)
    files = repo.first()
    other = repo.targets_file(version=2)
    s.see("two versions", s.post(multipart([("root", files["root"]), ("targets", files["targets"]), ("targets", other)])))
    s.see("targets", s.get("targets.json"))
    again = repo.targets_file(version=3)
    s.see("one version twice", s.post(multipart([("targets", again), ("targets", again)])))


@case("a timestamp is ignored, an empty upload signs anew")
def timestamp_ignored(s):
    repo = s.made(server_snapshot=True)
    s.see("timestamp part", s.upload({"timestamp": repo.sign({"_type": "Timestamp", "expires": "2030-01-01T00:00:00Z",
                                                              "meta": {}, "version": 9}, [("stranger", None)])}))
    s.see("timestamp", s.get("timestamp.json"))
    s.see("no parts", s.post(multipart([])))
    s.see("timestamp after", s.get("timestamp.json"))
    s.see("snapshot after", s.get("snapshot.json"))


@case("an empty upload without the line end before its delimiter")
def empty_upload_bare(s):
    s.made(server_snapshot=True)
    s.see("no parts", s.post(b"--0123456789abcdef0123456789abcdef--\r\n"))


@case("an empty upload where the snapshot key is the client's")
def empty_upload_client_snapshot(s):
    s.made()
    s.see("no parts", s.post(multipart([])))
    s.see("unknown repository", s.post(multipart([]), gun=s.gun + "-none"))


@case("white space after the object is kept")
def trailing_space(s):
    repo = s.repo(server_snapshot=True)
    files = repo.first()
    files["targets"] += b"\n \n"
    s.see("upload", s.upload(files))
    s.note("kept", s.get("targets.json").body == files["targets"])
    s.note("its checksum", s.code(f"targets.{hashlib.sha256(files['targets']).hexdigest()}.json"))


@case("an upload in chunks")
def chunked(s):
    files = s.repo().first()
    body = multipart(list(files.items()))
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(body[i:i + 1000]), body[i:i + 1000]) for i in range(0, len(body), 1000))
    s.see("upload", s.post(chunks + b"0\r\n\r\n", headers=["Transfer-Encoding: chunked"]))
    s.see("root", s.get("root.json"))


@case("an upload that asks first")
def expect_continue(s):
    s.see("upload", s.post(multipart(list(s.repo().first().items())), headers=["Expect: 100-continue"]))


@case("keys before there is a root")
def keys_before_root(s):
    first = s.see("timestamp.key", s.get("timestamp.key"))
    s.see("snapshot.key", s.get("snapshot.key"))
    s.note("the same when asked again", s.get("timestamp.key").body == first.body)
    s.see("POST timestamp.key", s.raw("POST", s.path("timestamp.key"), b""))
    s.see("POST snapshot.key", s.raw("POST", s.path("snapshot.key"), b""))
    s.see("POST targets.key", s.raw("POST", s.path("targets.key"), b""))


@case("keys of a repository")
def keys_of_repository(s):
    repo = s.made(server_snapshot=True)
    for role in ("timestamp", "snapshot"):
        key = s.see(role + ".key", s.get(role + ".key")).json()
        s.note(role + " is the root's", key["keyval"]["public"] in str(repo.root["keys"]))
        new = s.see("rotate " + role, s.raw("POST", s.path(role + ".key"), b"")).json()
        s.note(role + " is new", new["keyval"]["public"] != key["keyval"]["public"])
        s.note(role + " until a root says so", s.get(role + ".key").json() == key)


@case("a rotation of the snapshot key, taken up by a new root")
def rotation(s):
    repo = s.made()
    new = s.raw("POST", s.path("snapshot.key"), b"").json()
    from tufmaker import key_id, role
    repo.next_root()
    repo.root["keys"] = {k: v for k, v in repo.root["keys"].items() if k not in repo.root["roles"]["snapshot"]["keyids"]}
    repo.root["keys"][key_id(new)] = new
    repo.root["roles"]["snapshot"] = role([new])
    s.see("root alone", s.upload({"root": repo.root_file()}))
    s.see("snapshot", s.get("snapshot.json"))
    s.see("root", s.get("root.json"))


@case("deletion")
def deletion(s):
    s.see("unknown", s.raw("DELETE", s.path()))
    repo = s.made()
    s.see("delete", s.raw("DELETE", s.path()))
    for name in ("root.json", "timestamp.json", "1.root.json",
                 f"targets.{hashlib.sha256(repo.files['targets']).hexdigest()}.json"):
        s.see(name[:12], s.get(name))
    s.see("again", s.raw("DELETE", s.path()))
    s.see("made anew by the same root key", s.upload(s.repo().first()))


@case("deletion of a GUN that begins like another")
def deletion_prefix(s):
    s.made()
    s.made(gun=s.gun + "er")
    s.see("delete", s.raw("DELETE", s.path()))
    s.see("the longer one", s.get("root.json", s.gun + "er"))


@case("changefeed of a GUN")
def gun_changefeed(s):
    feed = f"/v2/{s.gun}/_trust/changefeed"
    for query in ("", "?records=", "?records=abc", "?records=1.5", "?records=99999999999", "?records=1&change_id=abc",
                  "?records=1&change_id=99999999999"):
        s.see(query, s.raw("GET", feed + query))
    s.see("unknown", s.raw("GET", feed + "?records=10"))
    s.made()

    def rows(label, query):
        answer = s.raw("GET", feed + query)
        rows = answer.json().get("records") or []
        s.note(label, [answer.status, answer.headers.get("content-type"), len(rows),
                       [(sorted(r), r["GUN"], r["Version"], r["Category"], len(r["SHA256"])) for r in rows]])
        return rows

    first = rows("one", "?records=10")
    rows("after it", f"?records=10&change_id={first[0]['ID']}")
    rows("zero is a hundred", "?records=0")
    s.raw("DELETE", s.path())
    rows("after the deletion", "?records=10")
    rows("backwards", "?records=-1&change_id=1000000000")
    s.see("POST", s.raw("POST", feed, b""))


@case("changefeed backwards from the end")
def changefeed_backwards(s):
    s.made()
    answer = s.raw("GET", f"/v2/{s.gun}/_trust/changefeed?records=-1")
    s.note("answer", "closed" if answer.closed else [answer.status, len(answer.json()["records"])])


@case("changefeed of all")
def global_changefeed(s):
    s.see("no records", s.raw("GET", "/v2/_trust/changefeed"))
    answer = s.raw("GET", "/v2/_trust/changefeed?records=1")
    s.note("one", [answer.status, sorted(answer.json())])


@case("health")
def health(s):
    s.see("GET", s.raw("GET", "/_notary_server/health"))
    s.see("POST", s.raw("POST", "/_notary_server/health", b""))


@case("metrics")
def metrics(s):
    s.get("root.json")
    answer = s.raw("GET", "/metrics")
    text = answer.body.decode()
    s.note("status", answer.status)
    s.note("type", answer.headers.get("content-type", "").split(";")[0])
    for family in ("requests_total", "request_duration_microseconds", "request_size_bytes", "response_size_bytes"):
        s.note(family, f"# TYPE notary_server_http_{family} " in text)
    s.note("label", 'operation="GetRole"' in text)
