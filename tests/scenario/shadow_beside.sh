#!/usr/bin/env bash
# needs: notary boltseald
# A shadow on a copy of the store answers as the old server does, notices when it does not, and changes nothing.
. "$(dirname "$0")/../support/common.sh"

start_boltseald old --storage sqlite
OLD=$OLD_URL
client_home a --server old
G=example.com/shadowed/app
ok notary init -p $G
ok notary addhash -p $G v1 1 --sha256 "$(printf %064d 1)"

mkdir "$D/shadow"
ok "$BOLTSEALD" backup "$D/store.backup" --config "$D/old/config.json" --state-dir "$D/old/state" --keys-dir "$D/old/keys"
PORT=$(peers port)
cat >"$D/shadow/config.json" <<JSON
{"server": {"listen": [{"address": "127.0.0.1:$PORT", "plain": true}]}}
JSON
PLACES=(--config "$D/shadow/config.json" --state-dir "$D/shadow/state" --keys-dir "$D/shadow/keys")
ok "$BOLTSEALD" restore "$D/store.backup" "${PLACES[@]}"
before=$(sqlite3 "$D/shadow/state/server.db" 'SELECT count(*), max(id) FROM tuf_files')

# counted RESULT N: waits until so many answers were counted.
counted() {
  local tries=0
  until curl -sf "http://127.0.0.1:$PORT/metrics" >"$OUT" &&
    [ "$(sed -n "s/^boltseal_shadow_answers_total{result=\"$1\"} //p" "$OUT")" -ge "$2" ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 300 ] || fail "fewer than $2 answers are $1"
    sleep 0.1
  done
}
shadow() { # FILE
  "$BOLTSEALD" shadow --beside "$OLD" --beside-ca "$D/ca/ca.crt" --differences "$1" "${PLACES[@]}" \
    >"$D/log/shadow.out" 2>"$D/log/shadow.err" &
  SHADOW=$!
}

step "equal answers"
shadow "$D/equal.json"
counted compared 5
for name in timestamp.json root.json 1.root.json none.json; do
  curl -s "http://127.0.0.1:$PORT/v2/$G/_trust/tuf/$name" -o /dev/null
done
counted compared 9
assert_equal 405 "$(curl -s -o /dev/null -w '%{http_code}' -X DELETE "http://127.0.0.1:$PORT/v2/$G/_trust/tuf/")" DELETE
assert_equal 405 "$(curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$PORT/v2/$G/_trust/tuf/timestamp.key")" key
kill -TERM "$SHADOW"
wait "$SHADOW"
assert_equal "" "$(cat "$D/equal.json")" differences
grep -q '"event":"shadow_summary","compared":9,"differences":0,"failed":0,"skipped":0' "$D/log/shadow.err" ||
  fail "no summary: $(cat "$D/log/shadow.err")"
assert_equal "$before" "$(sqlite3 "$D/shadow/state/server.db" 'SELECT count(*), max(id) FROM tuf_files')" "rows of the store"

step "the old server has moved on: the copy differs"
ok notary addhash -p $G v2 2 --sha256 "$(printf %064d 2)"
shadow "$D/different.json"
counted different 1
kill -TERM "$SHADOW"
wait "$SHADOW"
assert_equal body "$(jq -r 'select(.path | endswith("/timestamp.json")) | .what' "$D/different.json" | head -1)" "difference"
