#!/usr/bin/python3
"""The textual rules of the house, checked over the sources of the repository.

Prints one line per problem ("FILE:LINE: rule: what") and exits 1 when there is any. The rooms and
who may include whom come from the boltseal_room() lines of CMakeLists.txt; nothing is listed twice.
"""
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ALLOWED_SIZES = "scripts/lint_sizes.txt"

# Third-party headers and the rooms whose files may name them.
FOREIGN = [
    (r"openssl/(ssl|tls1)\.h", {"http/server"}),
    (r"openssl/", {"crypto", "http/server"}),
    (r"sodium", {"crypto"}),
    (r"curl/", {"http/client"}),
    (r"(boost|nghttp2|prometheus)/", {"http/server"}),
    (r"sqlite3", {"db"}),
    (r"libpq|mysql\.h", {"db"}),
    (r"simdjson", {"json"}),
    (r"spdlog/", {"base"}),
    (r"tl/expected", {"base"}),
    (r"p11-kit/", {"keys"}),
    (r"(proto|google/protobuf)/", {"keys/remote", "signer"}),
    (r"crypt\.h$", {"server"}),
]
TESTS_ONLY = r"(gtest|gmock)/"

# name -> (pattern on code without comments and strings, rooms it does not hold for, reason)
BANNED = {
    "banned-call": (
        r"(?<![\w.>:~])(?:std::|::)?(?:rand|srand|system|strcpy|strcat|sprintf|vsprintf|gets|popen|"
        r"tmpnam|mktemp|alloca|strtok|atoi|atol|atoll|atof)\s*\(", set(), "unsafe or unbounded"),
    "regex": (r"\bstd::(?:basic_)?regex|#\s*include\s*<regex>", set(), "recursion on input"),
    "coroutine": (r"\bco_(?:await|yield|return)\b|#\s*include\s*<coroutine>", set(),
                  "miscompiled by g++ 12"),
    "throw": (r"\bthrow\b(?!\s*\()", set(), "errors are values"),
    "evp": (r"\bEVP_\w+", {"crypto"}, "crypto is the only room that knows EVP"),
    "clock": (r"\bsystem_clock::now\b|(?<![\w.>])(?:std::)?time\s*\(\s*(?:nullptr|NULL|0)\s*\)|"
              r"\bgettimeofday\s*\(", {"base"}, "time is a parameter: base/clock.h"),
}
CLIENT_BANNED = (r"\bwait_(?:for|until)\s*\(", "timed wait in a room that boltseal links")
HEADER_BANNED = [(r"#\s*include\s*<iostream>", "iostream in a header"),
                 (r"^\s*using\s+namespace\b", "using namespace in a header")]
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")

# What the client may be linked to; libcurl and p11-kit are opened when they are needed.
CLIENT_LIBRARIES = {
    "linux-vdso", "ld-linux-x86-64", "ld-linux-aarch64", "libc", "libm", "libgcc_s", "libstdc++",
    "libdl", "libpthread", "libcrypto", "libsodium", "libfmt", "libspdlog", "libsimdjson",
}

problems = []


def problem(path, line, rule, what):
    problems.append(f"{path}:{line}: {rule}: {what}")


def excused(path, line, rule):
    """A line may say "lint: allow RULE (why)" in a comment."""
    text = read(path).splitlines()[line - 1]
    return re.search(rf"lint: allow {rule} \(.+\)", text) is not None


def tracked(*globs):
    out = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--",
                          *globs], cwd=ROOT, check=True, capture_output=True).stdout
    names = sorted(set(out.decode().split("\0")) - {""})
    return [n for n in names if os.path.isfile(os.path.join(ROOT, n))]


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8", errors="replace") as f:
        return f.read()


def is_test(path):
    return path.endswith("_test.cc") or os.path.basename(path).startswith("test_") or \
        not path.startswith(("src/", "apps/"))


def rooms():
    """{room: rooms it may include}, transitively closed, itself included."""
    text = re.sub(r"#.*", "", read("CMakeLists.txt"))
    direct = {}
    for args in re.findall(r"boltseal_room\(([^)]*)\)", text):
        words = args.split()
        depends = words[words.index("DEPENDS") + 1:] if "DEPENDS" in words else []
        stop = next((i for i, w in enumerate(depends) if w.isupper()), len(depends))  # the next keyword
        direct[words[0]] = set(depends[:stop])
    for room, needs in direct.items():
        for other in needs - set(direct):
            problem("CMakeLists.txt", 1, "rooms", f"{room} depends on {other}, which is no room")
    closed = {}

    def close(room, trail=()):
        if room in trail:
            problem("CMakeLists.txt", 1, "rooms", "circle: " + " -> ".join(trail + (room,)))
            return set()
        if room not in closed:
            closed[room] = {room}.union(*(close(r, trail + (room,)) for r in direct.get(room, ())))
        return closed[room]

    for room in direct:
        close(room)
    return closed


def room_of(path, known):
    """The room that a path below src/ lies in: the longest name that fits."""
    fits = [r for r in known if path.startswith(r + "/")]
    return max(fits, key=len) if fits else None


STRIP = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![\w])\'(?:\\.|[^\'\\\n])+\'', re.S)


def bare(text):
    """The text without comments and literals; line numbers stay, and so do #include "..." names."""
    def blank(m):
        start = text.rfind("\n", 0, m.start()) + 1
        if m.group().startswith('"') and text[start:m.start()].lstrip().startswith("#"):
            return m.group()
        return "\n" * m.group().count("\n")
    return STRIP.sub(blank, text)


def at(text, pos):
    return text.count("\n", 0, pos) + 1


INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)


def check_quoted(path, line, name, room, closed, may):
    if name.startswith(".") or "/../" in name:
        return problem(path, line, "include", f'"{name}" is not rooted')
    test = is_test(path)
    if name.startswith("tests/") and test:
        return None
    if not os.path.isfile(os.path.join(ROOT, "src", name)):
        if test and os.path.isfile(os.path.join(ROOT, name)):
            return None
        return problem(path, line, "include", f'"{name}" is not below src/')
    other = room_of(name, closed)
    if other is None:
        return problem(path, line, "include", f'"{name}" lies in no room')
    if may is not None and other not in may:
        return problem(path, line, "direction", f"{room} may not include {other}/")
    for family in ("cli", "enforce"):  # the doors never include each other
        here, there = path.split("/"), name.split("/")
        if here[:2] == ["src", family] and there[0] == family and len(here) > 3 and len(there) > 2:
            if here[2] != there[1]:
                return problem(path, line, "direction", f"{family}/{here[2]} may not include {family}/{there[1]}")
    return None


def check_foreign(path, line, name, room):
    """Whether the include is a third-party header (and so taints a header that has it)."""
    if re.match(TESTS_ONLY, name) and not is_test(path):
        problem(path, line, "foreign", f"<{name}> outside the tests")
    for pattern, where in FOREIGN:
        if re.match(pattern, name):
            if path.startswith("src/") and room not in where:
                problem(path, line, "foreign", f"<{name}> belongs to {' and '.join(sorted(where))}")
            return "tl/" not in name
    return False


def check_includes(closed, texts):
    includes, tainted = {}, {}
    app = {"apps/boltseal.cc": "cli", "apps/boltseald.cc": "daemon"}
    for path, text in texts.items():
        room = room_of(path[4:], closed) if path.startswith("src/") else app.get(path)
        if path.startswith("src/") and room is None:
            problem(path, 1, "rooms", "lies in no room of CMakeLists.txt")
            continue
        may = closed.get(room) if room else None
        for m in INCLUDE.finditer(text):
            line = at(text, m.start(2))
            if m.group(1) == '"':
                includes.setdefault(path, []).append((line, "src/" + m.group(2)))
                check_quoted(path, line, m.group(2), room, closed, may)
            elif check_foreign(path, line, m.group(2), room) and path.startswith("src/") and path.endswith(".h"):
                tainted[path] = m.group(2)
    grown = True
    while grown:  # a header that includes a tainted one is tainted
        grown = False
        for path, names in includes.items():
            for _, name in names:
                if path.endswith(".h") and name in tainted and path not in tainted:
                    tainted[path], grown = tainted[name], True
    for path, names in includes.items():
        for line, name in names:
            if name in tainted and path.startswith("src/") and \
                    room_of(path[4:], closed) != room_of(name[4:], closed):
                problem(path, line, "foreign", f"{name[4:]} brings <{tainted[name]}> into another room")


def check_calls(closed, texts):
    client = closed.get("cli", set())
    for path, text in texts.items():
        if not path.startswith(("src/", "apps/")):
            continue
        room = room_of(path[4:], closed) if path.startswith("src/") else None
        test = is_test(path)
        for rule, (pattern, free, why) in BANNED.items():
            if room in free or (test and rule in ("banned-call", "throw", "clock", "evp")):
                continue
            for m in re.finditer(pattern, text):
                if not excused(path, at(text, m.start()), rule):
                    problem(path, at(text, m.start()), rule, f"{m.group().strip()} ({why})")
        if (room in client or path == "apps/boltseal.cc") and not test:
            for m in re.finditer(CLIENT_BANNED[0], text):
                problem(path, at(text, m.start()), "timed-wait", CLIENT_BANNED[1])
        if path.endswith(".h"):
            for pattern, what in HEADER_BANNED:
                for m in re.finditer(pattern, text, re.M):
                    problem(path, at(text, m.start()), "header", what)


def check_sizes(paths):
    allowed = {}
    if os.path.exists(os.path.join(ROOT, ALLOWED_SIZES)):
        for n, line in enumerate(read(ALLOWED_SIZES).splitlines(), 1):
            if line.strip() and not line.startswith("#"):
                name, _, reason = line.partition(" ")
                allowed[name] = (n, reason.strip())
    for path in paths:
        lines = read(path).count("\n")
        limit = 150 if re.match(r"src/.*\.h$|apps/", path) else 500
        if lines > 800:
            problem(path, lines, "size", "over 800 lines")
        elif lines > limit and not allowed.get(path, (0, ""))[1]:
            problem(path, lines, "size", f"over {limit} lines without a reason in {ALLOWED_SIZES}")
        elif lines <= limit and path in allowed:
            problem(ALLOWED_SIZES, allowed[path][0], "size", f"{path} needs no allowance any more")
    for path, (n, _) in allowed.items():
        if path not in paths:
            problem(ALLOWED_SIZES, n, "size", f"{path} does not exist")


def check_words():
    for path in tracked("src", "apps", "scripts", "tests", "fuzz", "bench", "docs", "cmake", ".ci",
                        "README.md", "CMakeLists.txt"):
        if "/corpus/" in path or "/golden/" in path or "/vectors/" in path:
            continue
        for n, line in enumerate(read(path).splitlines(), 1):
            m = UNFINISHED.search(line)
            if m and "mktemp" not in line:
                problem(path, n, "unfinished", m.group())


def check_links():
    program = os.path.join(ROOT, "build/release/boltseal")
    if not os.path.exists(program):
        return
    out = subprocess.run(["ldd", program], capture_output=True, text=True, check=False).stdout
    for line in out.splitlines():
        name = os.path.basename(line.split()[0]).split(".so")[0] if line.strip() else ""
        if name and name not in CLIENT_LIBRARIES:
            problem("build/release/boltseal", 0, "links", f"{name} is not on the client's list")


def main():
    paths = tracked("src/*.cc", "src/*.h", "apps/*.cc", "tests/*.cc", "tests/*.h", "fuzz/*.cc",
                    "fuzz/*.h", "bench/*.cc")
    closed = rooms()
    texts = {p: bare(read(p)) for p in paths}
    check_includes(closed, texts)
    check_calls(closed, texts)
    check_sizes(paths + tracked("tests/*.sh", "tests/*.py", "scripts", "tests/support/*"))
    check_words()
    check_links()
    for line in sorted(set(problems)):
        print(line)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
