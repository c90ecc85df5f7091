#!/usr/bin/env bash
# needs: engine
# servers: boltseald notary
# dockers: 20 28
# Removal of a signer by the stock docker client (28 announces it and removes only the last one).
. "$(dirname "$0")/../support/common.sh"

find_docker
start_engine
start_server
start_registry
client_home a
R=$REGISTRY_ADDR/team/signers
cd "$D"

for who in alice bob; do ok docker trust key generate $who --dir "$D"; done
ok docker trust signer add --key alice.pub alice "$R"
ok docker trust signer add --key bob.pub bob "$R"
ok docker tag boltseal-test:v1 "$R:v1"
ok docker trust sign "$R:v1"

signers() { docker trust inspect "$R" | jq -r '[.[0].Signers[].Name] | sort | join(",")'; }
assert_equal "alice,bob" "$(signers)" "before"

if [ "$DOCKER_VERSION" = 20 ]; then
  step "20.10 removes the signer"
  ok docker trust signer remove -f bob "$R"
  assert_contains "Successfully removed bob"
  assert_equal "alice" "$(signers)" "after"
  ok docker tag boltseal-test:v2 "$R:v2"
  ok docker trust sign "$R:v2"
  ok docker trust inspect "$R:v2"
  assert_equal "alice" "$(jq -r '.[0].SignedTags[0].Signers | join(",")' "$OUT")" "signers of v2"
else
  step "28 says so and removes nothing; notary does it"
  ok docker trust signer remove -f bob "$R"
  assert_contains 'Removing signer "bob"'
  assert_equal "alice,bob" "$(signers)" "after"
  ok notary delegation remove "$R" targets/bob -y -p
  assert_equal "alice" "$(signers)" "after notary"
fi
