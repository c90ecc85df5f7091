#!/usr/bin/env bash
# needs: notary boltseald
# seconds: 240
# The commands of docs/guide/platform.md, as they stand.
. "$(dirname "$0")/../support/common.sh"

ADDRESS=127.0.0.1:$(peers port)
URL=https://$ADDRESS STATE=$D/state KEYS=$D/keys GUN=example.com/guide/app
export ADDRESS URL STATE KEYS GUN
NOTARY() { notary -s "$URL" --tlscacert "$CA" "$@"; }
end_of() { # FILE with the pid of a program that a block left running
  kill "$(cat "$D/$1")"
  tail --pid="$(cat "$D/$1")" -f /dev/null
}
peers client "$D" a --server none
refresh
use_home a

step "from nothing"
guide platform "From nothing" 1
guide platform "From nothing" 2
end_of boltseald.pid

step "who may ask"
perl -e 'print "alice:", crypt("alice-pw", "\$2y\$05\$abcdefghijklmnopqrstuu"), "\n"' >"$D/users"
guide platform "Who may ask"
(cd "$D" && exec "$BOLTSEALD" --config boltseald.json --state-dir "$STATE" --keys-dir "$KEYS") &
echo $! >"$D/users.pid"
CA=$STATE/ca.crt
until curl -sf --cacert "$CA" "$URL/readyz" >/dev/null; do sleep 0.1; done
assert_equal 401 "$(curl -s --cacert "$CA" -o /dev/null -w '%{http_code}' -X DELETE "$URL/v2/$GUN/_trust/tuf/")" "delete without a password"
assert_equal 404 "$(curl -s --cacert "$CA" -o /dev/null -w '%{http_code}' "$URL/v2/$GUN/_trust/tuf/root.json")" "read without one"
NOTARY_AUTH=$(printf alice:alice-pw | base64) ok NOTARY init -p $GUN
jq -e 'select(.operation == "UpdateTUF")' "$D/access.log" >/dev/null || fail "the publish is not in access.log"
end_of users.pid

step "on PostgreSQL"
peers postgres "$D"
refresh
DATABASE=$POSTGRES_SERVER_URL
export DATABASE
guide platform "On PostgreSQL, with replicas"
CA=$STATE-pg/ca.crt
until curl -sf --cacert "$CA" "$URL/readyz" >/dev/null 2>&1; do sleep 0.1; done
rm -rf "$TRUST/tuf"
ok NOTARY init -p $GUN
ok NOTARY addhash -p $GUN v1 1 --sha256 "$(printf %064d 1)"

step "what is there, and copies of it"
for n in 1 2; do guide platform "What is there" "$n"; done
for n in 1 2; do guide platform "Back up and restore" "$n"; done
end_of boltseald.pid
