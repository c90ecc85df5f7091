"""Times of client commands: notary beside boltseal, each at its own server, each with its own home."""
import base64
import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile

MANY = 10000
DIGEST = "aa" * 32


def environment(side):
    """The variables of a client home, as its env file sets them."""
    out = subprocess.run(["bash", "-c", f". {shlex.quote(side['home'])}/env && env -0"], check=True, capture_output=True)
    return dict(x.split("=", 1) for x in out.stdout.decode().split("\0") if "=" in x)


def run(side, *command):
    done = subprocess.run(command, env=side["env"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"commands: {' '.join(command)}: {done.stdout} {done.stderr}")
    return done.stdout


def stage(side, gun, count):
    """Staged changes are files; writing them directly spares so many runs of the client."""
    folder = os.path.join(side["home"], ".docker/trust/tuf", gun, "changelist")
    os.makedirs(folder, exist_ok=True)
    for i in range(count):
        digest = base64.b64encode(hashlib.sha256(str(i).encode()).digest()).decode()
        data = json.dumps({"length": 1000 + i, "hashes": {"sha256": digest}})
        change = {"action": "create", "role": "targets", "type": "target", "path": f"v{i}",
                  "data": base64.b64encode(data.encode()).decode()}
        with open(f"{folder}/{10**16 + i:020d}_{i:08d}.change", "w", encoding="ascii") as f:
            json.dump(change, f)


def hyperfine(side, command, runs):
    """Wall times in ms."""
    with tempfile.NamedTemporaryFile(suffix=".json") as f:
        done = subprocess.run(["hyperfine", "-N", "-w", "2", "-r", str(runs), "--export-json", f.name, command],
                              env=side["env"], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"commands: {command}: {done.stdout[-500:]}{done.stderr[-500:]}")
        return [t * 1000 for t in json.load(f)["results"][0]["times"]]


def requests_of(side, command):
    """How many requests the trust server gets from one warm run (through the counting proxy)."""
    def proxy(method):
        return subprocess.run(["curl", "-fsS", "--unix-socket", side["proxy_socket"], *method], check=True,
                              capture_output=True, text=True).stdout
    words = [w.replace("@SERVER@", side["proxy_url"]) for w in shlex.split(command)]
    with tempfile.TemporaryDirectory() as home:
        # A home of its own, in which the proxy is the server from the first run on: boltseal takes no other later.
        shutil.copytree(os.path.join(side["home"], ".docker"), os.path.join(home, ".docker"),
                        ignore=shutil.ignore_patterns("boltseal"))
        if os.path.isdir(os.path.join(side["home"], ".notary")):
            shutil.copytree(os.path.join(side["home"], ".notary"), os.path.join(home, ".notary"))
        env = {k: v.replace(side["home"], home) for k, v in side["env"].items()}
        env["DOCKER_CONTENT_TRUST_SERVER"] = side["proxy_url"]
        subprocess.run(words, env=env, check=True, capture_output=True)
        proxy(["-X", "POST", "http://proxy/reset"])
        subprocess.run(words, env=env, check=True, capture_output=True)
        return json.loads(proxy(["http://proxy/stats"]))["requests"]


def repositories(side, small, many):
    """One repository with one tag, one with 10,000, both made by the stock client."""
    run(side, "notary", "init", "-p", small)
    run(side, "notary", "addhash", "-p", small, "v1", "100", "--sha256", DIGEST)
    run(side, "notary", "init", "-p", many)
    run(side, "notary", "key", "rotate", many, "snapshot", "-r")
    stage(side, many, MANY)
    run(side, "notary", "publish", many)
    run(side, "notary", "lookup", many, "v0")


def commands_of(side, config, small, many):
    """{measurement: command}; `{n}` in a command is a number that grows."""
    if side["name"] == "theirs":
        return {"lookup": f"notary lookup {small} v1", "many": f"notary lookup {many} v77",
                "publish": f"notary addhash -p {many} x 100 --sha256 {DIGEST}",
                "count": f"notary -s @SERVER@ lookup {small} v1"}
    b = f"{config['boltseal']} --ca-file {config['ca']}"
    return {"lookup": f"{b} resolve {small}:v1", "many": f"{b} resolve {many}:v77",
            "publish": f"{b} sign {many}:x@sha256:{config['digest']}", "count": f"{b} resolve {small}:v1"}


def publish_times(side, command, runs):
    """Each run must publish something new: the tag is another one every time."""
    import time
    times = []
    for i in range(runs):
        words = [w.replace(":x@", f":x{i}@") if side["name"] == "ours" else f"x{i}" if w == "x" else w
                 for w in shlex.split(command)]
        began = time.monotonic()
        run(side, *words)
        times.append((time.monotonic() - began) * 1000)
    return times[1:]


def measure(sides, config):
    out = {}
    small, many = f"{config['registry']}/bench/small", f"{config['registry']}/bench/many"
    for side in sides:
        side["env"] = environment(side)
        repositories(side, small, many)
        if side["name"] == "ours" and not os.access(config["boltseal"], os.X_OK):
            continue
        c = commands_of(side, config, small, many)
        name = side["name"]
        out.setdefault("lookup, warm cache", {})[name] = hyperfine(side, c["lookup"], 30)
        out.setdefault("requests of a warm lookup", {})[name] = [requests_of(side, c["count"])]
        out.setdefault("lookup among 10,000 targets", {})[name] = hyperfine(side, c["many"], 15)
        out.setdefault("publish of one more to 10,000 targets", {})[name] = publish_times(side, c["publish"], 6)
    return out
