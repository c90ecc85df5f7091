#!/usr/bin/env bash
# needs: engine
# servers: boltseald notary
# dockers: 20 28
# Trusted push, pull and run with the stock docker client; unsigned and moved tags.
. "$(dirname "$0")/../support/common.sh"

find_docker
start_engine
start_server
start_registry
client_home a
R=$REGISTRY_ADDR/team/app

step "a trusted push makes the repository and signs"
ok docker tag boltseal-test:v1 "$R:v1"
ok trusted push "$R:v1"
assert_contains "Finished initializing \"$R\""
assert_contains "Successfully signed $R:v1"
digest=$(sed -n 's/^v1: digest: \(sha256:[0-9a-f]*\).*/\1/p' "$OUT")
ok docker tag boltseal-test:v2 "$R:v2"
ok trusted push "$R:v2"
ok trusted push "$R:v2"
assert_contains "Successfully signed $R:v2"

step "another home pulls and runs it"
docker rmi -f "$R:v1" "$R:v2" >/dev/null
client_home b
ok trusted pull "$R:v1"
assert_contains "Pull (1 of 1): $R:v1@$digest"
assert_contains "Tagging $R@$digest as $R:v1"
ok trusted run --rm --net=none "$R:v1"
assert_equal "boltseal-test v1" "$(cat "$OUT")" output
ok trusted pull "$R:v1"

step "a tag that nobody signed is refused"
ok docker tag boltseal-test:tampered "$R:nope"
ok docker push "$R:nope"
expect_fail 1 trusted pull "$R:nope"
assert_contains "No valid trust data for nope"
expect_fail 125 trusted run --rm "$REGISTRY_ADDR/team/none:v1"
assert_contains "does not have trust data for $REGISTRY_ADDR/team/none"

step "the registry's tag is moved to another image: what was signed still runs"
peers push "$D" tampered "$R:v1"
docker rmi -f "$R:v1" >/dev/null
ok trusted run --rm --net=none "$R:v1"
assert_equal "boltseal-test v1" "$(cat "$OUT")" output

step "inspect"
ok docker trust inspect "$R"
assert_equal "v1 v2" "$(jq -r '[.[0].SignedTags[].SignedTag] | sort | join(" ")' "$OUT")" "signed tags"
assert_equal "${digest#sha256:}" "$(jq -r '.[0].SignedTags[] | select(.SignedTag == "v1").Digest' "$OUT")" digest

step "the trust server is gone: what is in the cache still verifies, a new tag does not"
stop_service server
ok trusted run --rm --net=none "$R:v1"
client_home c
expect_fail 1 trusted pull "$R:v1"
assert_contains "connection refused"
