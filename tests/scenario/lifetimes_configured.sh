#!/usr/bin/env bash
# needs: notary boltseald
# Timestamps and snapshots of the server live as long as the configuration says, and are signed again while clients look
# on: a lifetime of seconds is enough for stock clients.
. "$(dirname "$0")/../support/common.sh"

PORT=$(peers port)
start_boltseald server --port "$PORT" --set '{"lifetimes": {"timestamp": "6s", "snapshot": "20s"}, "renewal": {"at_percent": 50}}'
client_home a
G=example.com/short/app
T=$SERVER_URL/v2/$G/_trust/tuf
ok notary -d "$D/own" init $G -p
ok notary -d "$D/own" key rotate $G snapshot -r
ok notary -d "$D/own" addhash $G v1 100 --sha256 "$(printf %064d 1)" -p
expires_in() { # ROLE: seconds from the moment of the answer
  curl -ksSf -D "$D/head" -o "$D/file" "$T/$1.json"
  echo $(($(date -d "$(jq -r .signed.expires "$D/file")" +%s) - $(date -d "$(sed -n 's/^[Dd]ate: //p' "$D/head")" +%s)))
}
step "nothing lives longer than was said"
[ "$(expires_in timestamp)" -le 6 ] || fail "a timestamp lives longer than 6 s"
[ "$(expires_in snapshot)" -le 20 ] || fail "a snapshot lives longer than 20 s"

step "it is signed again before it expires, and clients find it good"
first=$(jq .signed.version "$D/file")
for _ in $(seq 300); do
  expires_in snapshot >/dev/null
  [ "$(jq .signed.version "$D/file")" -le "$first" ] || break
  sleep 0.1
done
[ "$(jq .signed.version "$D/file")" -gt "$first" ] || fail "the snapshot was not signed again"
ok notary -d "$D/reader" lookup $G v1
for _ in $(seq 70); do
  [ "$(expires_in timestamp)" -ge 0 ] || fail "an expired timestamp is served"
  sleep 0.1
done
ok notary -d "$D/reader" lookup $G v1

step "without a member the lifetimes are those of notary-server"
stop_service server
start_boltseald server --port "$PORT"
ok notary -d "$D/own" init example.com/long/app -p
T=$SERVER_URL/v2/example.com/long/app/_trust/tuf
assert_equal 14 $((($(expires_in timestamp) + 3600) / 86400)) "days of a timestamp"
