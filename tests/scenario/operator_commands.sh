#!/usr/bin/env bash
# needs: notary boltseald
# What an operator asks of a store: lists, expiry, a check that finds what was broken, a backup beside the running
# server, and a restore from which clients go on.
. "$(dirname "$0")/../support/common.sh"

PORT=$(peers port)
start_boltseald server --storage sqlite --port "$PORT"
client_home a
G=example.com/operated/app
ok notary init -p $G
ok notary key rotate $G snapshot -r
ok notary addhash -p $G v1 1 --sha256 "$(printf %064d 1)"
at() { # DIR COMMAND...: boltseald's command on the store of DIR
  local dir=$1
  shift
  "$BOLTSEALD" "$@" --config "$dir/config.json" --state-dir "$dir/state" --keys-dir "$dir/keys"
}

step "lists, beside the running server"
ok at "$D/server" gun list
grep -q "^$G " "$OUT" || fail "gun list does not name the repository"
ok at "$D/server" gun list --json
assert_equal "$G false" "$(jq -r '"\(.gun) \(.needs_recovery)"' "$OUT")" "gun list --json"
ok at "$D/server" gun show $G --json
assert_equal true "$(jq '.roles[] | select(.role == "snapshot") | .server_signs' "$OUT")" "who signs the snapshot"
ok at "$D/server" gun show $G
grep -q '^timestamp .*this server' "$OUT" || fail "gun show does not say who signs"
ok at "$D/server" gun expiry --within 30d
assert_equal timestamp "$(awk 'NR > 1 { print $(NF-1) }' "$OUT")" "what expires within 30 days"
expect_fail 5 at "$D/server" gun show example.com/none

step "nothing is wrong"
ok at "$D/server" verify-store
grep -q 'nothing is wrong' "$OUT" || fail "verify-store found something"

step "a backup beside the running server"
ok at "$D/server" backup "$D/store.backup"
assert_equal 600 "$(stat -c %a "$D/store.backup")" "mode of the backup"
expect_fail any at "$D/server" backup "$D/store.backup"
if grep -q "$(head -c 64 "$D/server/keys/sealing.key")" "$D/store.backup"; then fail "the sealing key is in the backup"; fi

step "a change in the database is found"
stop_service server
sqlite3 "$D/server/state/server.db" "UPDATE tuf_files SET data=replace(CAST(data AS TEXT),'\"v1\"','\"w1\"') WHERE role='targets' AND version=(SELECT max(version) FROM tuf_files WHERE role='targets')"
expect_fail 10 at "$D/server" verify-store
grep -q 'targets version .*(wrong_hash)' "$OUT" || fail "verify-store did not find the changed file"
expect_fail 10 at "$D/server" verify-store --json
assert_equal true "$(jq -s 'map(select(.kind == "not_signed")) | length > 0' "$OUT")" "finding not_signed"

step "restore: not over something; then clients go on"
expect_fail any at "$D/server" restore "$D/store.backup"
mkdir "$D/aside"
mv "$D/server/state" "$D/aside/"
head -c 3000 "$D/store.backup" >"$D/cut.backup"
expect_fail any at "$D/server" restore "$D/cut.backup"
ok at "$D/server" restore "$D/store.backup"
ok at "$D/server" verify-store
start_boltseald server --storage sqlite --port "$PORT"
ok notary -d "$D/reader" list $G
grep -q '^v1 ' "$OUT" || fail "the restored repository does not list v1"
ok notary addhash -p $G v2 2 --sha256 "$(printf %064d 2)"
ok curl -ksSf "$SERVER_URL/readyz"
ok curl -ksSf "$SERVER_URL/metrics"
grep -q '^boltseal_publishes_total{outcome="accepted",code=""} 1' "$OUT" || fail "the publish was not counted"
