#!/usr/bin/env bash
# needs: notary boltseal boltseald
# dockers: 20
# seconds: 240
# The real notary-server dies for good. What boltseal export saved goes on at boltseald: the owner rotates
# once, and stock clients with old caches, fresh ones and boltseal follow the same roots. The commands are those
# of docs/guide/leaving-notary.md.
. "$(dirname "$0")/../support/common.sh"
find_docker

start_notary_server old
client_home owner --server old
G=${OLD_ADDR}/team/app # only a name from now on
d() { printf %064d "$1"; }
certificate releases 365
certificate alice 365
ok notary init -p "$G"
ok notary key rotate "$G" snapshot -r
ok notary delegation add "$G" targets/releases "$D/releases.crt" --all-paths -p
ok notary delegation add "$G" targets/alice "$D/alice.crt" --all-paths -p
ok notary key import "$D/releases.key" --role targets/releases
ok notary key import "$D/alice.key" --role targets/alice
ok notary addhash -p "$G" v1 100 --sha256 "$(d 1)"
ok notary addhash -p "$G" v2 100 --sha256 "$(d 2)" -r targets/releases
for role in root targets; do INPUT=$'yes\n' ok notary key rotate "$G" $role; done
ok notary addhash -p "$G" v3 100 --sha256 "$(d 3)" -r targets/alice -r targets/releases

step "clients of several kinds have seen it"
sees() { # HOME URL TAG...: the stock client of that home lists all of them, each with its digest
  local url=$2 tag
  use_home "$1"
  shift 2
  ok notary -s "$url" list "$G"
  for tag; do grep -Eq "^$tag +$(d "${tag#v}") " "$OUT" || fail "no $tag in: $(cat "$OUT")"; done
  for tag; do ok notary -s "$url" lookup "$G" "$tag"; done
}
root_version() { jq .signed.version "$TRUST/tuf/$G/metadata/root.json"; }
for name in reader dockerish watcher; do client_home $name --server old; done
sees reader "$OLD_URL" v1 v2 v3
SEEN=$(root_version)
use_home dockerish
ok docker trust inspect "$G"
assert_equal "$(printf '%s\n' v1 v2 v3)" "$(jq -r '.[].SignedTags[].SignedTag' "$OUT" | sort)" "tags"
use_home watcher
b() { "$BOLTSEAL" "$@" --ca-file "$CA_FILE"; }
ok b pin --gun "$G" --server "$OLD_URL" --root-sha256 "$(sha256_of "$D/home-reader/.docker/trust/tuf/$G/metadata/root.json")"
for tag in v1 v2 v3; do ok b resolve --gun "$G" $tag; done

step "saved in time"
use_home owner
export GUN=$G OLD=$OLD_URL STATE=$D/new/state KEYS=$D/new/keys TAG=v3
ok guide leaving-notary Save
assert_contains "files, verified"
BUNDLE=$D/saved/$G

step "the server dies, its keys and data with it"
kill_service old
kill_service signer
rm -rf "$D/old" "$D/signer"

step "import"
imports() { "$BOLTSEALD" import "$@" --state-dir "$D/new/state" --keys-dir "$D/new/keys"; }
cp -r "$BUNDLE" "$D/tampered"
sed -i 's/"version":1}/"version":7}/' "$D/tampered/metadata/targets/alice.json"
expect_fail 3 imports "$D/tampered"
assert_contains "not the file that was exported"
ok guide leaving-notary Import
assert_contains "Would import"
assert_contains "Imported"
cp "$OUT" "$D/report"
assert_contains "does not hold the keys of: timestamp, snapshot"
ok imports "$BUNDLE"
assert_contains "is here already"
start_boltseald new
export URL=$NEW_URL
for name in owner reader; do # as for Docker: where boltseal finds a server's CA, too
  mkdir -p "$D/home-$name/.docker/tls/$NEW_ADDR"
  cp "$CA_FILE" "$D/home-$name/.docker/tls/$NEW_ADDR/ca.crt"
done
expect_fail 10 imports "$BUNDLE"
assert_contains "another boltseald works"
sees reader "$NEW_URL" v1 v2 v3 # as long as the old timestamp lives

step "one role at a time can't be: the server has neither key"
use_home owner
expect_fail any notary -s "$NEW_URL" key rotate "$G" timestamp -r
expect_fail any notary -s "$NEW_URL" key rotate "$G" snapshot -r
sees reader "$NEW_URL" v1 v2 v3
assert_equal "$SEEN" "$(root_version)" "root version"

step "the owner's one rotation"
use_home owner
ok guide leaving-notary Rotate
assert_contains "root version $((SEEN + 1))"
grep -qF "boltseal rotate --gun $G timestamp snapshot --server URL" "$D/report" || fail "the report names another command"

step "old caches follow the chain, fresh clients see the same"
for name in reader dockerish; do sees $name "$NEW_URL" v1 v2 v3; done
use_home reader
assert_equal $((SEEN + 1)) "$(root_version)" "root version"
use_home dockerish
DOCKER_CONTENT_TRUST_SERVER=$NEW_URL ok docker trust inspect "$G"
assert_equal "$(printf '%s\n' v1 v2 v3)" "$(jq -r '.[].SignedTags[].SignedTag' "$OUT" | sort)" "tags"
use_home owner
ok guide leaving-notary Check
use_home watcher
ok b pin --gun "$G" --server "$NEW_URL"
for tag in v1 v2 v3; do ok b resolve --gun "$G" $tag --no-prompt; done
ok b verify --trust-only --gun "$G" v3
client_home fresh --server new
sees fresh "$NEW_URL" v1 v2 v3

step "life goes on"
use_home owner
ok notary -s "$NEW_URL" addhash -p "$G" v4 100 --sha256 "$(d 4)" -r targets/releases
DOCKER_CONTENT_TRUST_SERVER=$NEW_URL ok b export --gun "$G" -o "$D/again"
for name in reader dockerish fresh; do sees $name "$NEW_URL" v1 v2 v3 v4; done
use_home watcher
ok b resolve --gun "$G" v4
stop_service new
expect_fail 3 imports "$BUNDLE"
assert_contains "older than what this server has"
