#!/usr/bin/env bash
# needs: engine boltseal
# servers: boltseald notary
# dockers: 20 28
# Docker's content trust and boltseal take turns on one trust directory.
. "$(dirname "$0")/../support/common.sh"

find_docker
start_engine
peers images "$D"
start_server
start_registry
client_home a
R=$REGISTRY_ADDR/team/pair
b() { "$BOLTSEAL" "$@" --ca-file "$CA_FILE"; }
digest() { skopeo inspect --raw --tls-verify=false "docker://$1" | sha256sum | cut -d' ' -f1; }

step "docker makes the repository and signs; boltseal verifies"
docker tag boltseal-test:v1 "$R:v1"
ok trusted push "$R:v1"
ok b verify "$R:v1"
ok b resolve "$R:v1"
assert_equal "$R@sha256:$(digest "$R:v1")" "$(cat "$OUT")"

step "boltseal signs; docker pulls and runs"
peers push "$D" v2 "$R:v2"
ok b sign "$R:v2@sha256:$(digest "$R:v2")"
ok trusted pull "$R:v2"
ok trusted run --rm --net=none "$R:v2"
assert_equal "boltseal-test v2" "$(cat "$OUT")"

step "both show the same"
ok docker trust inspect "$R"
theirs=$(jq -r '[.[0].SignedTags[] | .SignedTag + " " + .Digest] | sort | join(",")' "$OUT")
ok b list "$R" --format json
assert_equal "$theirs" "$(jq -r '[.tags[] | .tag + " " + (.digest | ltrimstr("sha256:"))] | sort | join(",")' "$OUT")"

step "boltseal begins a repository that docker goes on with"
ok b init "$R-new"
docker tag boltseal-test:v1 "$R-new:v1"
ok trusted push "$R-new:v1"
ok b verify "$R-new:v1"

step "a signer added by docker: boltseal signs by the delegation whose key is here"
ok docker trust key generate alice --dir "$D"
ok docker trust signer add --key "$D/alice.pub" alice "$R-new"
peers push "$D" v2 "$R-new:v2"
ok b sign "$R-new:v2@sha256:$(digest "$R-new:v2")"
ok docker trust inspect "$R-new:v2"
assert_equal "alice" "$(jq -r '.[0].SignedTags[0].Signers | join(",")' "$OUT")" signers
ok trusted pull "$R-new:v2"

step "each revokes what the other signed"
ok docker trust revoke "$R:v2"
ok b revoke "$R:v1"
expect_fail 5 b verify "$R:v2"
expect_fail 1 trusted pull "$R:v1"
assert_contains "No valid trust data for v1"
