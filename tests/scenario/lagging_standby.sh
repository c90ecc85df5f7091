#!/usr/bin/env bash
# needs: notary boltseald
# seconds: 300
# A standby that was promoted without the last publishes is noticed: these repositories are read-only until they are
# published again, nothing at or below what was acknowledged is signed, and the others go on.
. "$(dirname "$0")/../support/common.sh"

peers postgres "$D" --durable
peers standby "$D"
refresh
sql() { psql -qAtX "postgres://peers@$1/postgres" -c "$2"; } # ADDRESS STATEMENT
PORT=$(peers port)
start_server_again() {
  start_boltseald server --port "$PORT" --set "$(jq -cn --arg a "$POSTGRES_ADDR,$STANDBY_ADDR" '{storage: {
    kind: "postgres", conninfo: "postgres://peers@\($a)/notaryserver?sslmode=disable&target_session_attrs=read-write"}}')"
}
start_server_again
client_home a
tuf() { printf '%s/v2/example.com/lag/%s/_trust/tuf/%s' "$SERVER_URL" "$1" "$2"; }
version() { curl -ksSf "$(tuf "$1" "$2")" | jq .signed.version; }
tag() { notary -d "$D/own" addhash "example.com/lag/$1" "$2" 100 --sha256 "$(printf %064d 1)" -p; }
publish() { # GUN FILE: the targets role as it is
  curl -ksS -o "$D/answer" -w '%{http_code}' -F "files=@$2;filename=targets" "$(tuf "$1" "")"
}
for name in behind other; do
  ok notary -d "$D/own" init example.com/lag/$name -p
  ok notary -d "$D/own" key rotate example.com/lag/$name snapshot -r
  ok tag $name v1
done
ok notary -d "$D/reader" lookup example.com/lag/behind v1
same=$(sql "$POSTGRES_ADDR" 'SELECT pg_current_wal_lsn()')
until [ "$(sql "$STANDBY_ADDR" "SELECT pg_last_wal_replay_lsn() >= '$same'")" = t ]; do sleep 0.1; done

step "publishes that never reach the standby, which then takes over"
stop_service standby
ok tag behind v2
ok tag behind v3
ok notary -d "$D/reader" lookup example.com/lag/behind v3
curl -ksSf "$(tuf behind targets.json)" >"$D/newest"
timestamp=$(version behind timestamp.json)
kill_service postgres
peers standby "$D" --port "${STANDBY_ADDR##*:}"
sql "$STANDBY_ADDR" "SELECT pg_promote()" >"$OUT"
for _ in $(seq 100); do
  [ "$(curl -ksS -o /dev/null -w '%{http_code}' "$(tuf other root.json)")" != 200 ] || break
  sleep 0.1
done

step "the running server signs nothing at or below what it has acknowledged"
curl -ksSf "$(tuf behind targets.json)" >"$D/old" || :
[ ! -s "$D/old" ] || [ "$(publish behind "$D/old")" != 200 ] || fail "an old version was published again"
stop_service server
start_server_again
assert_contains store_is_older_than_the_record "$D/log/server"
assert_equal 400 "$(publish behind "$D/old")" "the answer to an old version"
ok tag other v2
ok notary -d "$D/new" lookup example.com/lag/other v2

step "a new publish on what the standby has is refused; the newest published again is taken"
cp -r "$D/own" "$D/without-cache"
rm -rf "$D/without-cache/tuf"
expect_fail any notary -d "$D/without-cache" addhash example.com/lag/behind v9 100 --sha256 "$(printf %064d 1)" -p
assert_equal 200 "$(publish behind "$D/newest")" "the answer to the newest version"
[ "$(version behind timestamp.json)" -gt "$timestamp" ] || fail "the timestamp is not above the last one"
ok notary -d "$D/reader" lookup example.com/lag/behind v3
ok tag behind v4
ok notary -d "$D/reader" lookup example.com/lag/behind v4
