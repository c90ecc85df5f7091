#!/usr/bin/env bash
# needs: engine
# servers: boltseald notary
# dockers: 20 28
# docker trust: keys, signers, sign, inspect, revoke.
. "$(dirname "$0")/../support/common.sh"

find_docker
start_engine
start_server
start_registry
client_home a
R=$REGISTRY_ADDR/team/signed
cd "$D"

step "alice's key, loaded; bob's, generated"
certificate alice 365
openssl x509 -in alice.crt -noout -pubkey >alice.pub
chmod 600 alice.key
ok docker trust key load --name alice alice.key
ok docker trust key generate bob --dir "$D"
[ -s bob.pub ] || fail "no bob.pub"

step "the first signer makes the repository"
ok docker tag boltseal-test:v1 "$R:v1"
ok docker trust signer add --key alice.pub alice "$R"
assert_contains "Successfully added signer: alice"
ok docker trust sign "$R:v1"
assert_contains "Successfully signed $R:v1"
ok docker trust inspect "$R:v1"
assert_equal "alice" "$(jq -r '.[0].SignedTags[0].Signers | join(",")' "$OUT")" signers

step "a second signer signs too"
ok docker trust signer add --key bob.pub bob "$R"
ok docker trust sign "$R:v1"
ok docker trust inspect "$R:v1"
assert_equal "alice,bob" "$(jq -r '.[0].SignedTags[0].Signers | sort | join(",")' "$OUT")" signers
ok docker trust inspect --pretty "$R"
assert_contains "alice, bob"

step "another home reads it through targets/releases"
docker rmi -f "$R:v1" >/dev/null
client_home b
ok trusted pull "$R:v1"
ok trusted run --rm --net=none "$R:v1"
assert_equal "boltseal-test v1" "$(cat "$OUT")" output
ok notary list "$R" -r targets/releases
assert_contains "targets/releases"

step "revoke a tag, then the repository"
use_home a
ok docker tag boltseal-test:v2 "$R:v2"
ok docker trust sign "$R:v2"
ok docker trust revoke "$R:v2"
assert_contains "Successfully deleted signature for $R:v2"
expect_fail 1 docker trust revoke "$R:v2"
assert_contains "No valid trust data for v2"
ok docker trust revoke -y "$R"
use_home b
expect_fail 1 trusted pull "$R:v1"
assert_contains "No valid trust data for v1"
