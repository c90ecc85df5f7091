#!/usr/bin/env bash
# needs: notary
# servers: boltseald notary
# Publishers that race get success or a version error, never a server error; what was acknowledged stays.
. "$(dirname "$0")/../support/common.sh"

start_server
client_home a
start_proxy px "$SERVER_URL"
G=example.com/race/app
ok notary -d "$D/t0" init $G -p
ok notary -d "$D/t0" key rotate $G snapshot -r
for i in 1 2 3 4; do cp -r "$D/t0" "$D/t$i"; done

publisher() { # NUMBER: five tags, each tried until it is in
  local i try
  for i in 1 2 3 4 5; do
    for try in $(seq 40); do
      if notary -s "$PX_URL" -d "$D/t$1" addhash $G "p$1-$i" 100 --sha256 "$(printf %064d "$i")" -p >>"$D/log/p$1" 2>&1; then
        printf 'p%s-%s after %s\n' "$1" "$i" "$try" >>"$D/acknowledged"
        break
      fi
      notary -d "$D/t$1" reset $G --all >/dev/null
    done
  done
}
pids=()
for i in 1 2 3 4; do
  publisher "$i" &
  pids+=($!)
done
wait "${pids[@]}"

step "every answer to a publish was 200 or 400"
cut -d' ' -f1,3 "$D/log/px.requests" | sort | uniq -c
assert_equal 0 "$(grep '^POST' "$D/log/px.requests" | grep -cvE ' (200|400) [0-9]+ [0-9]+ ' || :)" "other answers"

step "what was acknowledged is there or was replaced by a later version of the whole role"
assert_equal 20 "$(wc -l <"$D/acknowledged")" "acknowledged publishes"
ok notary -d "$D/reader" list $G
assert_equal 20 "$(grep -c "p[1-4]-[1-5] " "$OUT")" "tags"
