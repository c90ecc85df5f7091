#!/usr/bin/env bash
# needs: boltseald
# Under a service manager: the socket that it holds is served, it hears of readiness, reload and end, and while the
# server drains /readyz says no and all else is answered.
. "$(dirname "$0")/../support/common.sh"

cat >"$D/config.json" <<'JSON'
{"server": {"listen": [{"address": "192.0.2.1:1", "plain": true}], "storage": {"kind": "memory"},
            "shutdown": {"drain": "60s", "grace": "5s"}}}
JSON
# The manager: listens, tells the server, and writes down what it hears.
cat >"$D/manager.py" <<'PY'
import os, socket, sys
folder, program = sys.argv[1], sys.argv[2:]
listening = socket.socket()
listening.bind(("127.0.0.1", 0))
listening.listen()
with open(folder + "/address.new", "w") as out:
    out.write("127.0.0.1:%d" % listening.getsockname()[1])
os.rename(folder + "/address.new", folder + "/address")
heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
heard.bind(folder + "/notify")
child = os.fork()
if child == 0:
    os.dup2(listening.fileno(), 3)
    os.set_inheritable(3, True)  # also where it was 3 already
    os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1", LISTEN_FDNAMES="trust",
                      NOTIFY_SOCKET=folder + "/notify", WATCHDOG_USEC="400000")
    os.execv(program[0], program)
with open(folder + "/pid.new", "w") as out:
    out.write(str(child))
os.rename(folder + "/pid.new", folder + "/pid")
heard.settimeout(0.2)
with open(folder + "/heard", "w", buffering=1) as out:
    while True:
        try:
            out.write(heard.recv(4096).decode().replace("\n", " ") + "\n")
        except socket.timeout:
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                out.write("EXIT=%d\n" % os.waitstatus_to_exitcode(status))
                break
PY
python3 "$D/manager.py" "$D" "$BOLTSEALD" server --config "$D/config.json" >"$D/manager.out" 2>"$D/manager.err" &

# heard TEXT: waits until the manager has heard it.
heard() {
  local tries=0
  until grep -q "$1" "$D/heard" 2>/dev/null; do
    tries=$((tries + 1))
    [ "$tries" -lt 300 ] || fail "the manager has not heard $1: $(cat "$D/heard" "$D/manager.err")"
    sleep 0.1
  done
}

step "readiness and watchdog"
heard 'READY=1'
heard 'WATCHDOG=1'
ADDRESS=$(cat "$D/address")
PID=$(cat "$D/pid")
grep -q "listening on http://$ADDRESS" "$D/manager.out" || fail "it does not serve the socket that it was given"
assert_equal ready "$(curl -sf "http://$ADDRESS/readyz")" readyz
assert_equal alive "$(curl -sf "http://$ADDRESS/livez")" livez

step "reload"
kill -HUP "$PID"
heard 'RELOADING=1 MONOTONIC_USEC='

step "drain: not ready, but serving; a second signal ends it"
kill -TERM "$PID"
heard 'STOPPING=1 EXTEND_TIMEOUT_USEC=70000000'
tries=0
until [ "$(curl -s -o /dev/null -w '%{http_code}' "http://$ADDRESS/readyz")" = 503 ]; do
  tries=$((tries + 1))
  [ "$tries" -lt 100 ] || fail "still ready"
  sleep 0.1
done
assert_equal '{}' "$(curl -sf "http://$ADDRESS/v2/")" "an answer while draining"
assert_equal alive "$(curl -sf "http://$ADDRESS/livez")" livez
kill -TERM "$PID"
heard 'EXIT=0'
