# What every scenario begins with; sourced from tests/scenario/*.sh.
# shellcheck shell=bash
#
# Gives a throw-away folder D with services of its own on free ports, stopped and deleted at the end,
# and these variables:
#   BOLTSEAL, BOLTSEALD   the programs under test (BOLTSEAL_BUILD, default build/release)
#   SERVER                trust server of start_server: boltseald (default) or notary (the real one)
#   DOCKER                the stock docker client of the version in DOCKER_VERSION (20 or 28)
# Scenarios say on their first comment lines what they need; see CMakeLists.txt beside them.
set -euo pipefail

SUPPORT=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
ROOT=$(cd "$SUPPORT/../.." && pwd -P)
BUILD=${BOLTSEAL_BUILD:-$ROOT/build/release}
BOLTSEAL=$BUILD/boltseal
BOLTSEALD=$BUILD/boltseald
SERVER=${SERVER:-boltseald}
GOLDEN=$ROOT/tests/golden
export SUPPORT ROOT BUILD BOLTSEAL BOLTSEALD SERVER GOLDEN
export TZ=UTC LC_ALL=C.UTF-8 NO_COLOR=1

# Nothing of the user's may leak in: neither proxies nor a Docker set-up.
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY all_proxy no_proxy NO_PROXY DOCKER_HOST \
  DOCKER_CONFIG DOCKER_CONTEXT DOCKER_CONTENT_TRUST DOCKER_CONTENT_TRUST_SERVER NOTARY_AUTH

peers() { "$SUPPORT/peers" "$@"; }

D=$(mktemp -d /tmp/bsXXXXXX)
peers ca "$D"
OUT=$D/out ERR=$D/err # of the last `run` or `expect`
: >"$OUT"
: >"$ERR"

finish() {
  local status=$? log
  trap - EXIT
  if [ "$status" -ne 0 ]; then
    printf 'FAILED with %s in %s\n' "$status" "${STEP:-the beginning}" >&2
    for log in "$OUT" "$ERR" "$D"/log/*; do
      [ -s "$log" ] || continue
      printf -- '---- %s\n' "${log#"$D"/}" >&2
      tail -n 25 "$log" | cut -c1-300 >&2
    done
  fi
  # Children of this shell that a scenario left running.
  jobs -p | xargs -r kill 2>/dev/null || :
  peers clean "$D" || :
  exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM

step() {
  STEP="step \"$*\""
  printf '== %s\n' "$*"
}
fail() {
  printf 'assertion: %s\n' "$*" >&2
  exit 1
}
skip() {
  printf 'skipped: %s\n' "$*"
  exit 0
}

# ---- services --------------------------------------------------------------

refresh() { eval "$(peers env "$D")"; }

# start_server [OPTIONS]: the trust server that the scenario is run against; sets SERVER_URL, SERVER_PID.
start_server() {
  peers "$SERVER" "$D" server "$@"
  refresh
}
start_boltseald() { # NAME [OPTIONS]
  peers boltseald "$D" "$@"
  refresh
}
start_notary_server() { # NAME [OPTIONS]
  peers notary "$D" "$@"
  refresh
}
start_registry() {
  peers registry "$D" "$@"
  refresh
}
start_proxy() { # NAME UPSTREAM
  peers proxy "$D" "$@"
  refresh
}
stop_service() { peers stop "$D" "$@"; }
kill_service() { peers kill "$D" "$1"; }

# fault NAME JSON: sets the rules of a proxy ('[]' for none).
fault() {
  curl -fsS --unix-socket "$D/$1.sock" -d "$2" http://proxy/rules >/dev/null
}
# requests NAME: the requests that a proxy saw since the last call.
requests() {
  cat "$D/log/$1.requests"
  curl -fsS --unix-socket "$D/$1.sock" -X POST http://proxy/reset >/dev/null
}

# start_engine: the engine that all scenarios of a test run share, else one of this scenario's own.
start_engine() {
  local dir=
  [ "$(id -u)" -eq 0 ] || skip "a docker engine needs root"
  if [ -n "${ENGINE_FILE:-}" ] && [ -s "$ENGINE_FILE" ]; then
    dir=$(cat "$ENGINE_FILE")
    DOCKER_HOST=unix://$dir/docker.sock
  else
    peers images "$D"
    peers dockerd "$D"
    DOCKER_HOST=unix://$D/docker.sock
  fi
  export DOCKER_HOST
  printf '%s\n' "$DOCKER_HOST" >"$D/env/DOCKER_HOST"
}

# client_home NAME [--server SERVICE] [--user USER]: a home of its own, made the current one.
client_home() {
  local name=$1
  shift
  [ $# -gt 0 ] || set -- --server server
  peers client "$D" "$name" "$@"
  use_home "$name"
}
use_home() {
  unset NOTARY_AUTH
  # shellcheck disable=SC1090,SC1091
  . "$D/home-$1/env"
  TRUST=$D/home-$1/.docker/trust
  export TRUST
}

# find_docker: sets DOCKER to the stock client of major version DOCKER_VERSION (20: Debian's).
find_docker() {
  local candidate
  if [ "${DOCKER_VERSION:=20}" = 20 ]; then
    DOCKER=/usr/bin/docker
  else
    for candidate in "${BOLTSEAL_DOCKER28:-}" $(type -aP docker); do
      if [ -x "$candidate" ] && "$candidate" --version 2>/dev/null | grep -q "^Docker version $DOCKER_VERSION\."; then
        DOCKER=$candidate
        break
      fi
    done
  fi
  [ -n "${DOCKER:-}" ] || skip "no docker $DOCKER_VERSION.x in PATH nor in BOLTSEAL_DOCKER28"
  export DOCKER
}
docker() { "$DOCKER" "$@"; }
trusted() { DOCKER_CONTENT_TRUST=1 "$DOCKER" "$@"; }

# ---- assertions ------------------------------------------------------------

# run COMMAND...: keeps stdout in OUT, stderr in ERR and the exit status in STATUS; stdin is INPUT.
run() {
  STATUS=0
  "$@" >"$OUT" 2>"$ERR" < <(printf '%s' "${INPUT:-}") || STATUS=$?
}

# expect CODE COMMAND...: run, and the exit status must be CODE.
expect() {
  local code=$1
  shift
  run "$@"
  [ "$STATUS" -eq "$code" ] || fail "\"$*\" ended with $STATUS, not with $code"
}
ok() { expect 0 "$@"; }

# expect_fail CODE COMMAND...: the same, for the reader's sake; CODE "any" is any failure.
expect_fail() {
  local code=$1
  shift
  run "$@"
  if [ "$code" = any ]; then
    [ "$STATUS" -ne 0 ] || fail "\"$*\" succeeded"
  else
    [ "$STATUS" -eq "$code" ] || fail "\"$*\" ended with $STATUS, not with $code"
  fi
}

# assert_contains TEXT [FILE...]: as a fixed string in what the last command wrote.
assert_contains() {
  local text=$1
  shift
  [ $# -gt 0 ] || set -- "$OUT" "$ERR"
  grep -qF -- "$text" "$@" || fail "no \"$text\" in the output"
}
assert_lacks() {
  local text=$1
  shift
  [ $# -gt 0 ] || set -- "$OUT" "$ERR"
  if grep -qF -- "$text" "$@"; then fail "\"$text\" in the output"; fi
}
assert_equal() { # WANT GOT [WHAT]
  [ "$1" = "$2" ] || fail "${3:-value} is \"$2\", not \"$1\""
}

# certificate NAME DAYS [rsa]: NAME.key (plain PKCS#8) and the self-signed NAME.crt, CN=NAME, in D.
certificate() {
  local kind=(-newkey ec -pkeyopt ec_paramgen_curve:prime256v1)
  [ "${3:-}" != rsa ] || kind=(-newkey rsa:2048)
  openssl req -x509 "${kind[@]}" -nodes -sha256 -days "$2" -subj "/CN=$1" \
    -keyout "$D/$1.key" -out "$D/$1.crt" 2>/dev/null
}
sha256_of() { sha256sum "$1" | cut -d' ' -f1; }

# guide FILE HEADING [N]: runs the commands of the N-th (first) block below a heading of docs/guide/FILE.md in D, as
# they stand, with the programs under test.
guide() {
  local commands
  commands=$(awk -v h="### $2" -v n="${3:-1}" '/^##/ { on = ($0 == h) }
    on && /^```/ { inside = !inside; k += inside; next } inside && k == n' "$ROOT/docs/guide/$1.md")
  [ -n "$commands" ] || fail "$1.md has no such block below \"$2\""
  (cd "$D" && PATH=$BUILD:$PATH bash -euo pipefail -c "$commands")
}

# ---- golden transcripts ----------------------------------------------------

# shown COMMAND...: runs a command and appends it, its output (1| stdout, 2| stderr) and its exit
# status to the transcript.
TRANSCRIPT=$D/transcript
shown() {
  run "$@"
  {
    printf '$ %s\n' "${*/#"${DOCKER:-docker}"/docker}"
    sed 's/^/1| /' "$OUT"
    sed 's/^/2| /' "$ERR"
    [ "$STATUS" -eq 0 ] || printf 'exit %s\n' "$STATUS"
  } >>"$TRANSCRIPT"
}

# assert_golden NAME FILE: FILE, normalised, is tests/golden/NAME. BOLTSEAL_UPDATE_GOLDEN=1 rewrites it.
assert_golden() {
  local want=$GOLDEN/$1 got=$D/golden
  /usr/bin/python3 "$SUPPORT/normalise" "$2" >"$got"
  if [ -n "${BOLTSEAL_UPDATE_GOLDEN:-}" ]; then
    mkdir -p "$(dirname "$want")"
    cp "$got" "$want"
  fi
  diff -u "$want" "$got" || fail "$2 differs from golden/$1"
}
