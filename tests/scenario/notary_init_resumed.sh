#!/usr/bin/env bash
# needs: notary boltseal
# servers: boltseald notary
# notary init without publish leaves root and targets, signed, and a snapshot key on this machine. boltseal init
# goes on with it, and both clients with the result.
. "$(dirname "$0")/../support/common.sh"

start_server
start_proxy px "$SERVER_URL"
client_home a
G=registry.example/team/half
LEFT=$TRUST/tuf/$G/metadata
b() { "$BOLTSEAL" "$@" --ca-file "$CA_FILE" --gun "$G"; }
sign() { # TAG NUMBER
  printf 'sha256:%064d' "$2" >"$D/iidfile"
  ok b sign "$1" --digest-file "$D/iidfile" --size "$2"
}

step "notary init, never published"
ok notary init "$G"
root=$(sha256_of "$LEFT/root.json")
expect_fail 4 b list

step "boltseal init goes on with it"
ok b init --format json
assert_equal "true true $root" "$(jq -r '"\(.resumed) \(.local_snapshot) \(.root_sha256)"' "$OUT")" result
assert_equal "$root" "$(curl -ksSf "$SERVER_URL/v2/$G/_trust/tuf/1.root.json" | sha256sum | cut -d' ' -f1)" root
expect_fail 9 b init
assert_contains "already"

step "both sign and read"
sign v1 1
ok notary addhash -p "$G" v2 2 --sha256 "$(printf %064d 2)"
for tag in v1 v2; do
  ok b verify $tag --trust-only
  ok notary lookup "$G" $tag
done
ok notary -d "$D/stranger" list "$G"
assert_equal 2 "$(grep -c ' targets$' "$OUT")" "tags that a stranger sees"

step "the snapshot goes to the server"
ok notary key rotate "$G" snapshot -r
sign v3 3
ok notary lookup "$G" v3

step "the same after a publish that the server never got"
H=registry.example/team/lost
fault px '[{"path": "/_trust/tuf/$", "method": "POST", "status": 503}]'
jq --arg u "$PX_URL" '.remote_server.url = $u' "$HOME/.notary/config.json" >"$D/px.json"
expect_fail any notary -c "$D/px.json" init -p "$H"
ok "$BOLTSEAL" init --gun "$H" --ca-file "$CA_FILE" --format json
assert_equal "true true" "$(jq -r '"\(.resumed) \(.local_snapshot)"' "$OUT")" result
ok notary list "$H"
