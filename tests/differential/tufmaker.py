"""Makes Notary v1 trust data, right and wrong, with Python's standard library and the openssl command.

Keys are P-256. A Repo holds the bodies of one repository for one server and signs what a case wants;
every field may be changed before it is signed, so that a case is a few lines.
"""
import base64
import copy
import hashlib
import json
import os
import subprocess
import threading
from datetime import datetime, timedelta, timezone


def openssl(*args, data=b""):
    return subprocess.run(["openssl", *args], input=data, check=True, capture_output=True).stdout


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def when(days):
    """Whole seconds: Go writes fractions without trailing zeros, and notary-server stores what it wrote."""
    return (datetime.now(timezone.utc) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def key_object(kind, public):
    return {"keytype": kind, "keyval": {"private": None, "public": base64.b64encode(public).decode()}}


def key_id(key):
    return hashlib.sha256(canonical(key)).hexdigest()


def raw_signature(der):
    """ASN.1 SEQUENCE{r,s} of P-256 to r||s."""
    r_len = der[3]
    parts = (der[4:4 + r_len], der[6 + r_len:6 + r_len + der[5 + r_len]])
    return b"".join(int.from_bytes(x, "big").to_bytes(32, "big") for x in parts)


class Key:
    """A private key in a file, with its public form as Notary writes it."""

    def __init__(self, folder, name):
        self.path = os.path.join(folder, name + ".key")
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", self.path)
        self.public = key_object("ecdsa", openssl("ec", "-in", self.path, "-pubout", "-outform", "DER"))

    def sign(self, message):
        return base64.b64encode(raw_signature(openssl("dgst", "-sha256", "-sign", self.path, data=message))).decode()


class Maker:
    """The keys and certificates of one run, shared by all cases."""

    def __init__(self, folder):
        self.folder = folder
        self.keys = {n: Key(folder, n) for n in ("root", "root2", "targets", "snapshot", "delegate", "stranger")}
        self.certificates, self.lock = {}, threading.Lock()

    def certificate(self, name, cn, start=-1, end=3650, digest="sha256", rsa=None):
        """PEM of a self-signed certificate; days from now."""
        at = (name, cn, start, end, digest, rsa)
        with self.lock:  # the two servers are asked side by side
            if at not in self.certificates:
                self.certificates[at] = self.issue(*at)
            return self.certificates[at]

    def issue(self, name, cn, start, end, digest, rsa):
        folder = os.path.join(self.folder, "ca")
        os.makedirs(folder, exist_ok=True)
        config = os.path.join(folder, "config")
        with open(config, "w", encoding="ascii") as f:
            f.write(f"[ca]\ndefault_ca=x\n[x]\nnew_certs_dir={folder}\ndatabase={folder}/index\nrand_serial=yes\n"
                    "policy=p\nunique_subject=no\nx509_extensions=e\n[p]\ncommonName=supplied\n"
                    "[e]\nbasicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n"
                    "extendedKeyUsage=codeSigning\n[req]\ndistinguished_name=d\nstring_mask=utf8only\n[d]\n")
        with open(folder + "/index", "w", encoding="ascii"):
            pass
        path = self.keys[name].path if rsa is None else os.path.join(self.folder, f"rsa{rsa}.key")
        if rsa is not None and not os.path.exists(path):
            openssl("genrsa", "-out", path, str(rsa))
        subject = "/CN=" + cn.replace("\\", "\\\\").replace("/", "\\/")
        request = openssl("req", "-new", "-config", config, "-key", path, "-subj", subject)
        request_file = os.path.join(folder, "request")
        with open(request_file, "wb") as f:
            f.write(request)

        def stamp(days):
            return (datetime.now(timezone.utc) + timedelta(days=days)).strftime("%Y%m%d%H%M%SZ")

        return openssl("ca", "-config", config, "-selfsign", "-batch", "-notext", "-md", digest, "-keyfile", path,
                       "-in", request_file, "-startdate", stamp(start), "-enddate", stamp(end))


def role(keys, threshold=1):
    return {"keyids": [key_id(k) for k in keys], "threshold": threshold}


class Repo:
    """The next metadata of one GUN: bodies that a case edits, and files() that signs them."""

    def __init__(self, maker, gun, timestamp_key, snapshot_key=None, cn=None):
        """timestamp_key and snapshot_key: key objects of the server; without the latter it is ours."""
        self.maker, self.gun = maker, gun
        keys = maker.keys
        self.root_key = key_object("ecdsa-x509", maker.certificate("root", cn or gun))
        self.ours = snapshot_key is None
        snapshot = snapshot_key or keys["snapshot"].public
        trusted = [self.root_key, keys["targets"].public, snapshot, timestamp_key]
        self.root = {"_type": "Root", "consistent_snapshot": False, "expires": when(3650), "version": 1,
                     "keys": {key_id(k): k for k in trusted},
                     "roles": {"root": role([self.root_key]), "targets": role([keys["targets"].public]),
                               "snapshot": role([snapshot]), "timestamp": role([timestamp_key])}}
        self.targets = self.targets_body()
        self.signers = {"root": [("root", self.root_key)], "targets": [("targets", None)],
                        "snapshot": [("snapshot", None)]}

    @staticmethod
    def targets_body(**names):
        return {"_type": "Targets", "delegations": {"keys": {}, "roles": []}, "expires": when(1000),
                "targets": {n: {"hashes": {"sha256": base64.b64encode(hashlib.sha256(v).digest()).decode()},
                                "length": len(v)} for n, v in names.items()}, "version": 1}

    def delegate(self, name="targets/releases", key="delegate"):
        public = self.maker.keys[key].public
        self.targets["delegations"]["keys"][key_id(public)] = public
        self.targets["delegations"]["roles"].append(
            {"keyids": [key_id(public)], "name": name, "paths": [""], "threshold": 1})

    def sign(self, body, signers):
        """File bytes: body signed by [(key name, key object or None for the bare key)]."""
        message = canonical(body)
        signatures = []
        for name, public in signers:
            key = self.maker.keys[name]
            signatures.append({"keyid": key_id(public or key.public), "method": "ecdsa", "sig": key.sign(message)})
        return b'{"signed":' + message + b',"signatures":' + canonical(signatures) + b"}"

    def root_file(self, **edits):
        return self.sign({**self.root, **edits}, self.signers["root"])

    def targets_file(self, signers=None, **edits):
        return self.sign({**self.targets, **edits}, signers or self.signers["targets"])

    def snapshot_file(self, files, version=1, signers=None, **edits):
        """A snapshot over {role: file bytes}."""
        meta = {name: {"hashes": {"sha256": base64.b64encode(hashlib.sha256(data).digest()).decode(),
                                  "sha512": base64.b64encode(hashlib.sha512(data).digest()).decode()},
                       "length": len(data)} for name, data in files.items()}
        body = {"_type": "Snapshot", "expires": when(1000), "meta": meta, "version": version, **edits}
        return self.sign(body, signers or self.signers["snapshot"])

    def first(self):
        """The parts of a first upload."""
        files = {"root": self.root_file(), "targets": self.targets_file()}
        if self.ours:
            files["snapshot"] = self.snapshot_file(files)
        return files

    def next_root(self):
        self.root = copy.deepcopy(self.root)
        self.root["version"] += 1
        return self
