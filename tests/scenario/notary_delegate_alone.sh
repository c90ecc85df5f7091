#!/usr/bin/env bash
# needs: notary
# servers: boltseald notary
# A delegate signs on a machine that holds the delegation key alone; the server holds the snapshot key.
. "$(dirname "$0")/../support/common.sh"

start_server
client_home a
G=registry.example:5000/team/app
certificate alice 365
certificate bob 365
owner() { notary -d "$D/owner" "$@"; }
alice() { notary -d "$D/alice" "$@"; }

step "the owner gives the snapshot to the server and delegates"
ok owner init $G -p
ok owner key rotate $G snapshot -r
ok owner delegation add $G targets/releases "$D/alice.crt" --all-paths -p
ok owner delegation add $G targets/bob "$D/bob.crt" --paths bob/ -p

step "alice signs with her key alone"
ok alice key import "$D/alice.key" --role targets/releases
ok alice addhash $G v1 100 --sha256 "$(printf %064d 7)" -r targets/releases -p
ok owner list $G
assert_contains "targets/releases"
assert_contains "$(printf %064d 7)"

step "a key that is not delegated to is refused, and nothing changes"
before=$(curl -ksSf "$SERVER_URL/v2/$G/_trust/tuf/timestamp.json" | sha256sum)
expect_fail 1 alice addhash $G bob/v1 100 --sha256 "$(printf %064d 8)" -r targets/bob -p
assert_contains "could not find necessary signing keys"
assert_equal "$before" "$(curl -ksSf "$SERVER_URL/v2/$G/_trust/tuf/timestamp.json" | sha256sum)" timestamp

step "the removed delegation no longer counts"
ok owner delegation remove $G targets/releases -y -p
ok notary -d "$D/reader" list $G
assert_lacks "targets/releases"

step "without any delegation the list of them is null, as Go writes an empty one"
ok owner delegation remove $G targets/bob -y -p
assert_equal null "$(curl -ksSf "$SERVER_URL/v2/$G/_trust/tuf/targets.json" | jq -c .signed.delegations.roles)" "the list"
ok notary -d "$D/reader" list $G
ok owner delegation add $G targets/again "$D/bob.crt" --all-paths -p
