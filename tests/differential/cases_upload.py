"""What an upload must be: root, targets and delegations, snapshot, timestamp key, versions."""
import copy

from session import case
from tufmaker import canonical, key_id, key_object, role, when


def refused(s, label, files):
    """Sees the answer, and that nothing of a refused upload stays."""
    answer = s.see(label, s.upload(files))
    if answer.status != 200:
        s.see(label + ": root", s.get("root.json"))
    return answer


def with_snapshot(repo, files, version=1, base=None):
    return {**files, "snapshot": repo.snapshot_file({**(base or {}), **files}, version)}


@case("no root, neither stored nor sent")
def no_root(s):
    repo = s.repo()
    refused(s, "targets alone", {"targets": repo.targets_file()})
    refused(s, "snapshot alone", {"snapshot": repo.snapshot_file({})})


@case("the version of a first root")
def first_root_version(s):
    for version in (0, 2, 5, 3, -1):
        repo = s.repo(gun=f"{s.gun}-{version}")
        files = with_snapshot(repo, {"root": repo.root_file(version=version), "targets": repo.targets_file()})
        s.see(f"version {version}", s.upload(files, repo.gun))


@case("the version of the next root")
def next_root_version(s):
    repo = s.made(server_snapshot=True)
    for version in (3, 1, 2, 2, 3, 2):
        s.see(f"version {version}", s.upload({"root": repo.root_file(version=version)}))
        s.note(f"stored after {version}", s.get("root.json").json()["signed"]["version"])


@case("the structure of a root")
def root_structure(s):
    repo = s.repo()

    def edited(change):
        root = copy.deepcopy(repo.root)
        change(root)
        return with_snapshot(repo, {"root": repo.sign(root, repo.signers["root"]), "targets": repo.targets_file()})

    refused(s, "type", edited(lambda r: r.update(_type="root")))
    for name in ("root", "targets", "snapshot", "timestamp"):
        refused(s, "no " + name, edited(lambda r, n=name: r["roles"].pop(n)))
    refused(s, "threshold 0", edited(lambda r: r["roles"]["targets"].update(threshold=0)))
    refused(s, "threshold 2 of 1", edited(lambda r: r["roles"]["targets"].update(threshold=2)))
    refused(s, "unknown key id", edited(lambda r: r["roles"]["targets"].update(keyids=["0" * 64])))
    refused(s, "key missing", edited(lambda r: r["keys"].pop(r["roles"]["targets"]["keyids"][0])))
    refused(s, "expired", edited(lambda r: r.update(expires=when(-1))))


@case("the certificate of a root")
def root_certificate(s):
    for label, cn, options in (("other name", "other.example/x", {}), ("wildcard", None, {}),
                               ("wildcard elsewhere", "other.example/*", {}), ("expired", "=", {"start": -20, "end": -10}),
                               ("not yet", "=", {"start": 10, "end": 20}), ("begins today", "=", {"start": 0.5, "end": 20}),
                               ("near its end", "=", {"start": -10, "end": 10}), ("rsa 2048", "=", {"rsa": 2048})):
        gun = s.gun + "/" + label.replace(" ", "-")
        repo = s.repo(gun=gun)
        name = gun if cn == "=" else cn or s.gun + "/*"
        pem = s.maker.certificate("root", name, **options)
        key = key_object("rsa-x509" if "rsa" in options else "ecdsa-x509", pem)
        repo.root["keys"][key_id(key)] = key
        repo.root["roles"]["root"] = role([key])
        if "rsa" in options:
            files = {"root": rsa_signed(s, repo, key), "targets": repo.targets_file()}
        else:
            repo.signers["root"] = [("root", key)]
            files = {"root": repo.root_file(), "targets": repo.targets_file()}
        s.see(label, s.upload(with_snapshot(repo, files), gun))


def rsa_signed(s, repo, key):
    import base64
    import os
    from tufmaker import openssl
    message = canonical(repo.root)
    sig = openssl("dgst", "-sha256", "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32", "-sign",
                  os.path.join(s.maker.folder, "rsa2048.key"), data=message)
    signature = {"keyid": key_id(key), "method": "rsapss", "sig": base64.b64encode(sig).decode()}
    return b'{"signed":' + message + b',"signatures":' + canonical([signature]) + b"}"


@case("a root key without a certificate")
def bare_root_key(s):
    repo = s.repo()
    key = s.maker.keys["root"].public
    repo.root["keys"][key_id(key)] = key
    repo.root["roles"]["root"] = role([key])
    repo.signers["root"] = [("root", None)]
    refused(s, "bare", with_snapshot(repo, {"root": repo.root_file(), "targets": repo.targets_file()}))


@case("the signatures of a root")
def root_signatures(s):
    repo = s.repo()
    targets = repo.targets_file()
    for label, signers in (("none", []), ("stranger", [("stranger", None)]),
                           ("right id, wrong key", [("stranger", repo.root_key)])):
        refused(s, label, with_snapshot(repo, {"root": repo.sign(repo.root, signers), "targets": targets}))


@case("a new root key")
def new_root_key(s):
    repo = s.made(server_snapshot=True)
    new = key_object("ecdsa-x509", s.maker.certificate("root2", s.gun))
    repo.next_root()
    repo.root["keys"][key_id(new)] = new
    repo.root["roles"]["root"] = role([new])
    refused(s, "signed by the new one alone", {"root": repo.sign(repo.root, [("root2", new)])})
    refused(s, "signed by the old one alone", {"root": repo.sign(repo.root, [("root", repo.root_key)])})
    both = [("root2", new), ("root", repo.root_key)]
    refused(s, "signed by both", {"root": repo.sign(repo.root, both)})
    s.see("1.root", s.get("1.root.json"))
    s.see("2.root", s.get("2.root.json"))


@case("a first upload without targets or without a snapshot")
def first_upload_incomplete(s):
    repo = s.repo(server_snapshot=True)
    refused(s, "root alone, snapshot key at the server", {"root": repo.root_file()})
    repo = s.repo()
    refused(s, "root alone", {"root": repo.root_file()})
    refused(s, "no snapshot", {"root": repo.root_file(), "targets": repo.targets_file()})


@case("a first snapshot of targets that do not exist")
def snapshot_of_nothing(s):
    repo = s.repo()
    files = {"root": repo.root_file()}
    files["snapshot"] = repo.snapshot_file({**files, "targets": b"never uploaded"})
    refused(s, "upload", files)


@case("targets")
def targets(s):
    repo = s.made(server_snapshot=True)
    for label, edits in (("type", {"_type": "targets"}), ("version 0", {"version": 0}), ("expired", {"expires": when(-1)}),
                         ("same version", {}), ("jump to 9", {"version": 9}), ("back to 5", {"version": 5})):
        s.see(label, s.upload({"targets": repo.targets_file(**edits)}))
        s.note(label + ": stored", s.get("targets.json").json()["signed"]["version"])
    s.see("stranger", s.upload({"targets": repo.targets_file([("stranger", None)], version=10)}))
    s.see("no signature", s.upload({"targets": repo.sign({**repo.targets, "version": 10}, [])}))
    s.see("right id, wrong key", s.upload({"targets": repo.sign(
        {**repo.targets, "version": 10}, [("stranger", s.maker.keys["targets"].public)])}))
    s.see("one key twice", s.upload({"targets": repo.sign({**repo.targets, "version": 10}, [("targets", None)] * 2)}))


@case("delegations")
def delegations(s):
    repo = s.made(server_snapshot=True)
    body = repo.targets_body(v1=b"x")
    one = repo.sign(body, [("delegate", None)])
    s.see("not delegated", s.upload({"targets/releases": one}))
    repo.delegate()
    s.see("delegated and sent at once", s.upload({"targets/releases": one, "targets": repo.targets_file(version=2)}))
    s.see("read", s.get("targets/releases.json"))
    s.see("wrong key", s.upload({"targets/releases": repo.sign({**body, "version": 2}, [("stranger", None)])}))
    s.see("version 2 alone", s.upload({"targets/releases": repo.sign({**body, "version": 2}, [("delegate", None)])}))
    s.see("version 2 again", s.upload({"targets/releases": repo.sign({**body, "version": 2}, [("delegate", None)])}))
    s.see("a grandchild", s.upload({"targets/releases/x": one}))
    s.see("snapshot", s.get("snapshot.json"))
    s.see("type", s.upload({"targets/releases": repo.sign({**body, "_type": "targets/releases", "version": 3},
                                                          [("delegate", None)])}))


@case("a delegation that is no direct child")
def delegation_not_child(s):
    repo = s.made(server_snapshot=True)
    repo.delegate("targets/a/b")
    s.see("grandchild", s.upload({"targets": repo.targets_file(version=2)}))
    repo.targets["delegations"]["roles"][0]["name"] = "other/a"
    s.see("elsewhere", s.upload({"targets": repo.targets_file(version=2)}))


@case("paths of a delegation are the client's to check")
def delegation_paths(s):
    repo = s.made(server_snapshot=True)
    repo.delegate()
    repo.targets["delegations"]["roles"][0]["paths"] = ["only/"]
    s.see("upload", s.upload({"targets": repo.targets_file(version=2),
                              "targets/releases": repo.sign(repo.targets_body(v1=b"x"), [("delegate", None)])}))


@case("a delegation removed")
def delegation_removed(s):
    repo = s.made(server_snapshot=True)
    repo.delegate()
    s.upload({"targets": repo.targets_file(version=2), "targets/releases": repo.sign(repo.targets_body(), [("delegate", None)])})
    repo.targets["delegations"] = {"keys": {}, "roles": []}
    s.see("removed", s.upload({"targets": repo.targets_file(version=3)}))
    s.note("still in the snapshot", "targets/releases" in s.get("snapshot.json").json()["signed"]["meta"])
    s.see("read", s.get("targets/releases.json"))


@case("a snapshot of the client's")
def snapshot(s):
    repo = s.made()
    root, old = repo.files["root"], repo.files["targets"]
    new = repo.targets_file(version=2)
    s.see("none sent", s.upload({"targets": new}))
    s.see("of the old targets", s.upload({"targets": new, "snapshot": repo.snapshot_file({"root": root, "targets": old}, 2)}))
    s.see("no targets in it", s.upload({"targets": new, "snapshot": repo.snapshot_file({"root": root}, 2)}))
    s.see("no root in it", s.upload({"targets": new, "snapshot": repo.snapshot_file({"targets": new}, 2)}))
    s.see("another root in it", s.upload({"targets": new, "snapshot": repo.snapshot_file({"root": b"x", "targets": new}, 2)}))
    files = {"root": root, "targets": new}
    s.see("stranger", s.upload({"targets": new, "snapshot": repo.snapshot_file(files, 2, [("stranger", None)])}))
    s.see("expired", s.upload({"targets": new, "snapshot": repo.snapshot_file(files, 2, expires=when(-1))}))
    s.see("type", s.upload({"targets": new, "snapshot": repo.snapshot_file(files, 2, _type="snapshot")}))
    s.see("version 0", s.upload({"targets": new, "snapshot": repo.snapshot_file(files, 0)}))
    s.see("version 1 again", s.upload({"targets": new, "snapshot": repo.snapshot_file(files, 1)}))
    s.see("right", s.upload({"targets": new, "snapshot": repo.snapshot_file(files, 7)}))
    s.see("timestamp", s.get("timestamp.json"))


@case("a snapshot sent although the key is the server's")
def snapshot_not_ours(s):
    repo = s.made(server_snapshot=True)
    new = repo.targets_file(version=2)
    s.see("stranger", s.upload({"targets": new, "snapshot": repo.snapshot_file({"root": repo.files["root"], "targets": new}, 2)}))


@case("a timestamp key that the server does not hold")
def foreign_timestamp_key(s):
    repo = s.repo()
    key = s.maker.keys["stranger"].public
    repo.root["keys"][key_id(key)] = key
    repo.root["roles"]["timestamp"] = role([key])
    refused(s, "first upload", with_snapshot(repo, {"root": repo.root_file(), "targets": repo.targets_file()}))


@case("a snapshot key that the server does not hold")
def foreign_snapshot_key(s):
    repo = s.repo()
    refused(s, "no snapshot sent", {"root": repo.root_file(), "targets": repo.targets_file()})


@case("an update of targets alone, with the snapshot at the server")
def targets_alone(s):
    repo = s.made(server_snapshot=True)
    s.see("upload", s.upload({"targets": repo.targets_file(version=2)}))
    s.see("snapshot", s.get("snapshot.json"))
    s.see("timestamp", s.get("timestamp.json"))


@case("metadata in another spelling than Go's")
def other_spelling(s):
    import json
    repo = s.repo(server_snapshot=True)
    files = repo.first()
    files["targets"] = json.dumps(json.loads(files["targets"]), indent=1).encode()
    s.see("upload", s.upload(files))
    s.note("stored as sent", s.get("targets.json").body == files["targets"])


@case("unknown members of signed")
def unknown_members(s):
    repo = s.repo()
    repo.targets["x-more"] = {"a": [1, True, None]}
    files = with_snapshot(repo, {"root": repo.root_file(), "targets": repo.targets_file()})
    s.see("upload", s.upload(files))
    s.note("stored as sent", s.get("targets.json").body == files["targets"])
