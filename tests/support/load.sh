# Publishers that go on while a scenario harms what they publish to. Sourced after common.sh.
# shellcheck shell=bash

start_load() { # COUNT URL...: a publisher for each of COUNT repositories, in the folder D/load
  mkdir -p "$D/load"
  : >"$D/load/acknowledged"
  : >"$D/load/errors"
  "$SUPPORT/publishers" load "$D/load" "$@" >"$D/log/load" 2>&1 &
  LOAD=$!
  LOAD_COUNT=$1
  until [ -f "$D/load/ready" ]; do
    kill -0 "$LOAD" 2>/dev/null || fail "the publishers did not begin: $(cat "$D/log/load")"
    sleep 0.05
  done
}
acknowledged() { wc -l <"$D/load/acknowledged"; }
errors() { wc -l <"$D/load/errors"; }

# await_load COUNT: until each publisher was acknowledged COUNT times from now on.
await_load() {
  local from last=0 now since=$SECONDS
  from=$(acknowledged)
  until [ "$(tail -n "+$((from + 1))" "$D/load/acknowledged" | cut -d' ' -f1 | sort | uniq -c |
    awk -v n="$1" '$1 >= n' | wc -l)" -ge "$LOAD_COUNT" ]; do
    kill -0 "$LOAD" 2>/dev/null || fail "the publishers ended: $(cat "$D/log/load")"
    now=$(acknowledged)
    [ "$now" = "$last" ] || since=$SECONDS
    last=$now
    [ $((SECONDS - since)) -lt 90 ] || fail "no publish was acknowledged for 90 s; last error: $(tail -n 1 "$D/load/errors")"
    sleep 0.05
  done
}

stop_load() {
  : >"$D/load/stop"
  wait "$LOAD" || fail "the publishers failed"
}
check_load() { # URL: all that was acknowledged is there
  ok "$SUPPORT/publishers" check "$D/load" "$1"
  cat "$OUT"
}
