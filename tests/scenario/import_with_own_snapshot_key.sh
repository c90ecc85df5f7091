#!/usr/bin/env bash
# needs: notary boltseald boltseal
# The owner takes the snapshot key home before the real notary-server ends; then stock notary alone carries
# the repository over to boltseald, and can give the key away again. The commands are those of
# docs/guide/leaving-notary.md.
. "$(dirname "$0")/../support/common.sh"

start_notary_server old
client_home owner --server old
G=registry.example/team/app
d() { printf %064d "$1"; }
ok notary init -p "$G"
ok notary key rotate "$G" snapshot -r
ok notary addhash -p "$G" v1 100 --sha256 "$(d 1)"
client_home reader --server old
ok notary list "$G"
root_version() { jq .signed.version "$TRUST/tuf/$G/metadata/root.json"; }
SEEN=$(root_version)

step "before the end: the snapshot key comes home"
use_home owner
export GUN=$G OLD=$OLD_URL
ok guide leaving-notary "With notary alone" 1
ok notary list "$G"
b() { "$BOLTSEAL" "$@" --ca-file "$CA_FILE"; }
ok b export --gun "$G" -o "$D/saved" --server "$OLD_URL"
kill_service old
kill_service signer

step "import"
ok "$BOLTSEALD" import "$D/saved/$G" --state-dir "$D/new/state" --keys-dir "$D/new/keys"
assert_contains "notary -s URL key rotate $G timestamp -r"
start_boltseald new

step "stock notary names the new server's timestamp key, then its snapshot key"
export URL=$NEW_URL
ok guide leaving-notary "With notary alone" 2
ok notary -s "$NEW_URL" addhash -p "$G" v2 100 --sha256 "$(d 2)"
use_home reader
ok notary -s "$NEW_URL" list "$G"
assert_contains "$(d 1)"
assert_contains "$(d 2)"
assert_equal $((SEEN + 3)) "$(root_version)" "root version"

step "boltseal keeps a snapshot key of its own when only timestamp is named"
use_home owner
ok notary -s "$NEW_URL" addhash -p "$G" v3 100 --sha256 "$(d 3)"
ok notary -s "$NEW_URL" key rotate "$G" snapshot
ok notary -s "$NEW_URL" list "$G"
ok b rotate --gun "$G" timestamp --format json --server "$NEW_URL"
assert_equal true "$(jq .signed_snapshot "$OUT")" "signed_snapshot"
export DOCKER_CONTENT_TRUST_SERVER=$NEW_URL
ok b rotate --gun "$G"
assert_equal false "$(b rotate --gun "$G" snapshot --format json | jq .signed_snapshot)" "signed_snapshot"
expect_fail 2 b rotate --gun "$G" targets
for name in reader owner; do
  use_home $name
  ok notary -s "$NEW_URL" list "$G"
  for tag in 1 2 3; do assert_contains "$(d $tag)"; done
done
