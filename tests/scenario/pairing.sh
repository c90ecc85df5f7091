#!/usr/bin/env bash
# needs: notary boltseal
# servers: boltseald notary
# notary and boltseal take turns on one trust directory: what one makes, the other reads and continues.
. "$(dirname "$0")/../support/common.sh"

start_server
start_registry
client_home a
A=$REGISTRY_ADDR/team/by-notary
B=$REGISTRY_ADDR/team/by-boltseal
for repository in "$A" "$B"; do
  for image in v1 v2; do peers push "$D" $image "$repository:$image"; done
done
b() { "$BOLTSEAL" "$@" --ca-file "$CA_FILE"; }
manifest() { skopeo inspect --raw --tls-verify=false "docker://$1"; }
digest() { manifest "$1" | sha256sum | cut -d' ' -f1; }

step "each makes a repository"
ok notary init -p "$A"
ok b init "$B"
for repository in "$A" "$B"; do
  step "$repository: each signs one tag"
  ok notary addhash -p "$repository" v1 "$(manifest "$repository:v1" | wc -c)" --sha256 "$(digest "$repository:v1")"
  ok b sign "$repository:v2@sha256:$(digest "$repository:v2")"

  step "$repository: each reads both"
  for tag in v1 v2; do
    ok b verify "$repository:$tag"
    ok b resolve "$repository:$tag"
    assert_equal "$repository@sha256:$(digest "$repository:$tag")" "$(cat "$OUT")" "resolve $tag"
    ok notary lookup "$repository" $tag
    assert_contains "sha256:$(digest "$repository:$tag")"
  done
  ok b list "$repository"
  assert_contains v1
  assert_contains v2
  ok b inspect "$repository" --format json
  assert_equal "v1 v2" "$(jq -r '[.tags[].tag] | sort | join(" ")' "$OUT")" tags
  ok notary list "$repository"
  assert_equal 2 "$(grep -c ' targets$' "$OUT")" "tags in notary's list"

  step "$repository: each revokes what the other signed"
  ok b revoke "$repository:v1"
  ok notary remove -p "$repository" v2
  expect_fail 1 notary lookup "$repository" v1
  assert_contains "No valid trust data for v1"
  expect_fail 5 b verify "$repository:v2"
  ok b list "$repository"
  assert_contains "no signed tags"
done

step "keys of one are keys of the other"
ok notary key list
assert_equal 1 "$(grep -c '^root' "$OUT")" "root keys"
ok b key list --format json
ok b sign "$A:v1@sha256:$(digest "$A:v1")"
ok notary key rotate "$A" snapshot -r
INPUT=$'yes\n' ok notary key rotate "$B" root
ok notary key rotate "$B" targets
ok b sign "$B:v2@sha256:$(digest "$B:v2")"
ok b verify "$B:v2"
ok notary lookup "$B" v2
