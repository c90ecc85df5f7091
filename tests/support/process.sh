# Services in one throw-away directory D: started, waited for, recorded, stopped. Sourced by `peers`.
# shellcheck shell=bash
#
# Functions set PORT for their caller.
# shellcheck disable=SC2034
#
# D/run/NAME holds "PID START_TIME SIGNAL ORDER" of a service; the kernel's start time tells a reused
# pid from ours, so nothing that we did not start is ever signalled. D/env/NAME holds one variable.

die() { printf 'peers: %s\n' "$*" >&2; exit 1; }
say() { printf 'peers: %s\n' "$*" >&2; }
upper() { printf '%s' "$1" | tr 'a-z.-' 'A-Z__'; }

open_dir() {
  [ -n "${1:-}" ] || die "no DIR given (see: peers help)"
  mkdir -p "$1/run" "$1/env" "$1/log"
  D=$(cd "$1" && pwd -P)
  # A Unix socket's path has at most 107 bytes, and dockerd appends the longest tail.
  [ "${#D}" -le 60 ] || die "the path $D is longer than 60 bytes: use a shorter one"
  : >"$D/.peers"
}

put_env() { printf '%s\n' "$2" >"$D/env/$1"; }
get_env() { if [ -f "$D/env/$1" ]; then cat "$D/env/$1"; fi; }

# A free port below the ephemeral range, so that no outgoing connection takes it between the choice
# and the bind.
free_port() {
  local p i
  for i in $(seq 200); do
    p=$((20000 + (RANDOM * 32768 + RANDOM + i) % 12000))
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$p") 2>/dev/null; then
      printf '%s\n' "$p"
      return 0
    fi
  done
  die "found no free port"
}

stat_field() { sed 's/^.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f"$2"; }
start_time() { stat_field "$1" 20; }

alive() {
  local pid when
  [ -f "$D/run/$1" ] || return 1
  read -r pid when _ <"$D/run/$1" || return 1
  [ -n "$pid" ] && [ "$(start_time "$pid")" = "$when" ] && [ "$(stat_field "$pid" 1)" != Z ]
}

# spawn NAME SIGNAL COMMAND...: a service whose log is D/log/NAME.
spawn() {
  local name=$1 signal=$2 pid
  shift 2
  setsid "$@" >>"$D/log/$name" 2>&1 </dev/null &
  pid=$!
  disown "$pid"
  record "$name" "$signal" "$pid"
}

record() { # NAME SIGNAL PID
  printf '%s %s %s %s\n' "$3" "$(start_time "$3")" "$2" "$(date +%s%N)" >"$D/run/$1"
  put_env "$(upper "$1")_PID" "$3"
}

# wait_for NAME SECONDS COMMAND...: until COMMAND succeeds; fails at once when NAME has died.
wait_for() {
  local name=$1 tries=$(($2 * 20))
  shift 2
  until "$@" >/dev/null 2>&1; do
    alive "$name" || return 1
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || return 1
    sleep 0.05
  done
}

# serve NAME PORT START READY: calls START PORT until READY PORT succeeds, and sets PORT. With 0 a
# port is chosen, and another one when somebody was faster.
serve() {
  local name=$1 want=$2 start=$3 ready=$4 port attempt
  if alive "$name"; then die "$name already runs in $D"; fi
  for attempt in 1 2 3 4 5; do
    port=$want
    [ "$port" -ne 0 ] || port=$(free_port)
    : >"$D/log/$name"
    "$start" "$port"
    if wait_for "$name" 60 "$ready" "$port"; then
      PORT=$port
      return 0
    fi
    stop_one "$name"
    if [ "$want" -ne 0 ] || ! grep -qi 'in use' "$D/log/$name"; then break; fi
    say "port $port was taken (attempt $attempt)"
  done
  tail -n 20 "$D/log/$name" >&2
  die "$name did not start (its log is above)"
}

stop_one() { # NAME [SIGNAL]
  local name=$1 pid signal i
  [ -f "$D/run/$name" ] || return 0
  if alive "$name"; then
    read -r pid _ signal _ <"$D/run/$name"
    kill -s "${2:-$signal}" "$pid" 2>/dev/null || :
    for i in $(seq 200); do
      alive "$name" || break
      sleep 0.05
    done
    if alive "$name"; then
      say "$name (pid $pid) still runs after $((i / 20)) s: SIGKILL"
      kill -s KILL "$pid" 2>/dev/null || :
    fi
  fi
  rm -f "$D/run/$name" "$D/env/$(upper "$name")_PID"
}

http_up() { curl -ksS -o /dev/null --max-time 5 "$1"; }
tcp_up() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
