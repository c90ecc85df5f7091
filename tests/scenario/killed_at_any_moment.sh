#!/usr/bin/env bash
# needs: boltseal boltseald
# seconds: 600
# kill -9 of server and client at random moments of 200 publishes: what was acknowledged is there after
# the restart, nothing is half-written, and the next command works.
. "$(dirname "$0")/../support/common.sh"

WANT=${PUBLISHES:-200}
PORT=$(peers port)
start_boltseald server --storage sqlite --port "$PORT"
client_home a
G=example.com/killed/app
b() { "$BOLTSEAL" "$@" --ca-file "$CA_FILE" --gun $G; }
printf 'sha256:%s\n' "$(printf %064d 5)" >"$D/digest"
ok b init
: >"$D/acknowledged"
acknowledged() { wc -l <"$D/acknowledged"; }

publisher() { # signs one tag after the other until enough are in; one that is killed is not acknowledged
  local i=0 code
  while [ "$(acknowledged)" -lt "$WANT" ] && [ "$i" -lt $((WANT * 20)) ]; do
    i=$((i + 1))
    code=0
    "$BOLTSEAL" sign "t$i" --digest-file "$D/digest" --size 100 --gun $G --ca-file "$CA_FILE" \
      >>"$D/log/publisher" 2>&1 &
    echo $! >"$D/publisher.pid"
    wait $! 2>/dev/null || code=$?
    if [ "$code" -eq 0 ]; then printf 't%s\n' "$i" >>"$D/acknowledged"; else sleep 0.05; fi
    printf '%s\n' "$code" >>"$D/codes"
  done
}

# The server and the client are killed in turn, 20 to 420 ms after the last kill.
publisher &
running=$!
kills=0
while [ -d "/proc/$running" ]; do
  sleep "0.$(printf %03d $((20 + RANDOM % 400)))"
  kills=$((kills + 1))
  if [ $((kills % 3)) -eq 0 ]; then
    kill -KILL "$(cat "$D/publisher.pid")" 2>/dev/null || :
  elif [ $((kills % 3)) -eq 1 ]; then
    before=$(tail -n 1 "$D/acknowledged")
    kill_service server
    start_boltseald server --storage sqlite --port "$PORT"
    # Whole and consistent from the first answer on: each file is the one that its parent names.
    curl -ksSf "$SERVER_URL/v2/$G/_trust/tuf/targets.json" >"$D/targets"
    if [ -n "$before" ]; then
      jq -e --arg t "$before" '.signed.targets[$t]' "$D/targets" >/dev/null || fail "$before was acknowledged and is lost"
    fi
  fi
done
wait "$running" || :

step "$kills kills, $(acknowledged) publishes acknowledged, exit statuses: $(sort "$D/codes" | uniq -c | tr -s ' \n' ' ')"
[ "$(acknowledged)" -ge "$WANT" ] || fail "only $(acknowledged) publishes"
ok b sign last --digest-file "$D/digest" --size 100
ok b list --format json
jq -r '.tags[].tag' "$OUT" | sort >"$D/there"
sort "$D/acknowledged" | comm -23 - "$D/there" >"$D/lost"
assert_equal "" "$(cat "$D/lost")" "lost tags"

step "a reader with nothing cached verifies the whole"
ok notary -d "$D/reader" lookup $G last
assert_equal "" "$(find "$TRUST" "$D/server/state" "$D/server/keys" -name '*.tmp*' -o -name '.#*' | head)" "left-overs"
ok sqlite3 "$(find "$D/server/state" -name '*.db' -o -name '*.sqlite*' | grep -v -e -wal -e -shm | head -n 1)" 'pragma integrity_check'
assert_equal ok "$(cat "$OUT")" "integrity of the database"
