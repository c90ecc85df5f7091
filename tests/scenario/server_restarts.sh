#!/usr/bin/env bash
# needs: notary boltseald
# What boltseald acknowledged is there after a restart; it goes on with the same keys.
. "$(dirname "$0")/../support/common.sh"

PORT=$(peers port)
start_boltseald server --storage sqlite --port "$PORT"
client_home a
G=example.com/restart/app
ok notary init -p $G
ok notary key rotate $G snapshot -r
for i in 1 2 3; do
  ok notary addhash -p $G "v$i" "$i" --sha256 "$(printf %064d "$i")"
  before=$(curl -ksSf "$SERVER_URL/v2/$G/_trust/tuf/timestamp.json" | sha256sum)
  if [ "$i" = 2 ]; then kill_service server; else stop_service server; fi
  start_boltseald server --storage sqlite --port "$PORT"
  assert_equal "$before" "$(curl -ksSf "$SERVER_URL/v2/$G/_trust/tuf/timestamp.json" | sha256sum)" timestamp
done
ok notary addhash -p $G v4 4 --sha256 "$(printf %064d 4)"
ok notary -d "$D/reader" list $G
assert_equal 4 "$(grep -c '^v' "$OUT")" tags

step "another sealing key is noticed at the start, not hidden behind new keys"
stop_service server
mkdir "$D/aside"
mv "$D/server/keys"/* "$D/aside/"
expect_fail any timeout 20 "$BOLTSEALD" server --config "$D/server/config.json" --state-dir "$D/server/state" \
  --keys-dir "$D/server/keys"
[ "$STATUS" -ne 124 ] || fail "boltseald started with a new sealing key over old data"
