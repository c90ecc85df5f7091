"""Starts the sides of the measurement on PostgreSQL; all of them on one cluster."""
import json
import os
import subprocess


class Services:
    """folder: that of `peers`, in which PostgreSQL runs already."""

    def __init__(self, peers, folder):
        self.peers, self.folder = peers, folder
        self.postmaster = int(self.env("POSTGRES_PID"))

    def env(self, name):
        with open(os.path.join(self.folder, "env", name), encoding="utf-8") as f:
            return f.read().strip()

    def run(self, command, *words, **more):
        return subprocess.run([self.peers, command, self.folder, *words], check=False, capture_output=True, text=True,
                              env=dict(os.environ, NOTARY_SIGNER_PEERS="peers-passphrase"), **more)

    def conninfo(self, database):
        return f"postgres://peers@{self.env('POSTGRES_ADDR')}/{database}?sslmode=disable"

    def psql(self, database, statements, data=None):
        """Runs statements (as arguments of psql -c each) with data on stdin; what it printed."""
        port = self.env("POSTGRES_ADDR").rpartition(":")[2]
        words = [x for s in statements for x in ("-c", s)]
        done = subprocess.run(["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-h", f"{self.folder}/postgres", "-p", port,
                               "-U", "peers", "-d", database, *words], input=data, capture_output=True, text=True,
                              check=False)
        if done.returncode:
            raise SystemExit(f"bench: psql: {done.stderr.strip()}")
        return done.stdout

    def side(self, name, pids):
        upper = name.upper().replace("-", "_")
        return {"name": name, "url": self.env(upper + "_URL"), "pids": [int(self.env(p)) for p in pids],
                "database": self.postmaster}

    def notary(self, name, signer, database="notaryserver"):
        """notary-server and its signer. Raises RuntimeError with the log's end where it does not start."""
        upper = name.upper().replace("-", "_")
        self.must(self.run("notary", name, "--storage", "postgres", "--signer", signer, "--database", database), name)
        return self.side(name, [upper + "_PID", signer.upper().replace("-", "_") + "_PID"])

    def boltseald(self, name, database="notaryserver", consistency="notify"):
        """boltseald with both roles in one process, on the same databases, keys in notary-signer's table."""
        server = {"storage": {"kind": "postgres", "conninfo": self.conninfo(database), "consistency": consistency},
                  "keys": {"place": "signer"}}
        signer = {"keys": {"place": "notary_database", "database": {
            "kind": "postgres", "conninfo": self.conninfo("notarysigner"), "default_alias": "peers"}}}
        self.must(self.run("boltseald", name, "--storage", "postgres", "--set", json.dumps(server), "--signer-role",
                           json.dumps(signer)), name)
        return self.side(name, [name.upper().replace("-", "_") + "_PID"])

    def must(self, done, name):
        if done.returncode:
            raise RuntimeError(f"{name} does not start: {' '.join(done.stderr.split())[-400:]}")
