#!/usr/bin/env bash
# needs: notary boltseal
# export saves a repository with rotated roots and delegations from the real notary-server, token
# authentication included; it resumes, and what it saved verifies with the server gone.
. "$(dirname "$0")/../support/common.sh"

start_notary_server server --auth token
client_home owner --server server --user alice
G=$SERVER_ADDR/team/app # any name: alice may do everything
certificate releases 365
ok notary init -p "$G"
ok notary key rotate "$G" snapshot -r
ok notary delegation add "$G" targets/releases "$D/releases.crt" --all-paths -p
ok notary key import "$D/releases.key" --role targets/releases
ok notary addhash -p "$G" v1 100 --sha256 "$(printf %064d 1)"
ok notary addhash -p "$G" v2 100 --sha256 "$(printf %064d 2)" -r targets/releases
for role in root targets root; do INPUT=$'yes\n' ok notary key rotate "$G" $role; done
served() { # NAME: what the server has, with alice's token
  local token
  token=$(curl -ksSf -u alice:alice-pw "$TOKEN_REALM?service=boltseal-tests&scope=repository:$G:pull" | jq -r .token)
  curl -ksSf -H "Authorization: Bearer $token" "$SERVER_URL/v2/$G/_trust/tuf/$1.json"
}

step "save"
client_home saver --server server --user alice
b() { "$BOLTSEAL" "$@" --ca-file "$CA_FILE"; }
ok b export --gun "$G" -o "$D/saved"
M=$D/saved/$G/metadata
newest=$(served root | jq .signed.version)
[ "$newest" -ge 4 ] || fail "only $newest roots"
for name in $(seq -f %.0f.root "$newest") root targets snapshot timestamp targets/releases; do
  served "$name" >"$D/served"
  cmp "$D/served" "$M/$name.json"
done

step "again: nothing is asked a second time"
ok b export --gun "$G" -o "$D/saved"
assert_contains "saved before"

step "no login, no data"
client_home stranger --server server
expect_fail 6 b export --gun "$G" -o "$D/other"

step "the server is gone: the saved data verifies against the owner's root"
stop_service server
client_home offline
ok b pin --gun "$G" --root-sha256 "$(sha256_of "$M/root.json")" --server "$M"
ok b resolve --gun "$G" v1 --server "$M"
assert_contains "sha256:$(printf %064d 1)"
ok b resolve --gun "$G" v2 --server "$M"
