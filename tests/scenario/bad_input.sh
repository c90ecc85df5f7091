#!/usr/bin/env bash
# needs: boltseal boltseald
# Bad input gets its class of error and the next step, and loses nothing: afterwards all still works.
. "$(dirname "$0")/../support/common.sh"

start_boltseald server
start_registry
start_proxy px "$SERVER_URL"
client_home a --server px
R=$REGISTRY_ADDR/team/app
peers push "$D" v1 "$R:v1"
digest=sha256:$(skopeo inspect --raw --tls-verify=false "docker://$R:v1" | sha256sum | cut -d' ' -f1)
b() { "$BOLTSEAL" "$@" --ca-file "$CA_FILE"; }
# says CODE NAME COMMAND...: the exit status, a hint for a person, the error's name for a program.
says() {
  local code=$1 name=$2
  shift 2
  expect_fail "$code" "$@"
  assert_contains "hint: " "$ERR"
  assert_equal "" "$(cat "$OUT")" "standard output"
  [ "$name" = usage ] || { expect_fail "$code" "$@" --format json && assert_equal "$name" "$(jq -r .error.code "$OUT")" error; }
}
still_works() {
  ok b verify "$R:v1"
  assert_contains allow
}
ok b init "$R"
ok b sign "$R:v1@$digest"
still_works

step "arguments"
says 2 usage b frobnicate
says 2 usage b verify
says 2 usage b verify "$R:v1" --no-such-option
says 2 bad_name b verify "Not A Name"
says 2 usage b sign "$R:v1"

step "names that are not there"
says 5 target_not_found b resolve "$R:nope"
says 5 no_trust_data b resolve "$REGISTRY_ADDR/team/none:v1"
says 5 image_not_found b sign "$R:v9@sha256:$(printf %064d 9)"

step "a wrong passphrase"
says 8 bad_passphrase env DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE=wrong NOTARY_TARGETS_PASSPHRASE=wrong \
  "$BOLTSEAL" sign "$R:v2@$digest" --ca-file "$CA_FILE"

step "a machine without the keys"
says 11 first_use b sign "$R:v2@$digest" --trust-dir "$D/empty"
mkdir -p "$D/keyless"
cp -r "$TRUST/tuf" "$D/keyless/"
says 8 key_missing b sign "$R:v2@$digest" --trust-dir "$D/keyless"

step "a policy file that is no JSON"
mkdir -p "$XDG_CONFIG_HOME/boltseal"
printf '{"format": 1,' >"$XDG_CONFIG_HOME/boltseal/policy.json"
says 2 bad_config b verify "$R:v1"
assert_contains policy.json
rm "$XDG_CONFIG_HOME/boltseal/policy.json"
still_works

step "a CA that did not sign the server's certificate"
cp -r "$DOCKER_CONFIG" "$D/no-ca"
rm -rf "$D/no-ca/tls"
says 7 tls_failed env -u SSL_CERT_FILE DOCKER_CONFIG="$D/no-ca" "$BOLTSEAL" resolve "$R:v2" --trust-dir "$D/fresh"

step "nothing answers"
says 7 unreachable b resolve "$R:v1" --server https://127.0.0.1:1 --trust-dir "$D/fresh"

step "a server that answers nonsense, too much, too little, or breaks off"
rm -rf "$D/kept"
cp -r "$TRUST" "$D/kept"
fresh() { b resolve "$R:v1" --trust-dir "$D/fresh"; }
for rule in '"status": 500, "body": "<html>"' '"body": "<html>"' '"truncate": 100, "wrong_length": true' '"reset": 50' \
  '"endless": true' '"refuse": true' '"body": "{\"signed\":{},\"signatures\":[]}"' '"status": 301, "headers": {"Location": "https://127.0.0.1:1/"}'; do
  fault px "[{\"path\": \"root\\\\.json\", $rule}]"
  printf "   %s\n" "$rule"
  run timeout 100 "$BOLTSEAL" resolve "$R:v1" --trust-dir "$D/fresh" --ca-file "$CA_FILE"
  case $STATUS in
    3 | 5 | 7) ;;
    *) fail "$rule: exit status $STATUS" ;;
  esac
  assert_equal "" "$(cat "$OUT")" "standard output"
  [ -s "$ERR" ] || fail "$rule: no message"
done
fault px '[]'
still_works
diff -r "$D/kept" "$TRUST" || fail "the trust directory changed"

step "the trust server is down: what was verified is used, and said to be from the cache"
fault px '[{"path": "", "refuse": true}]'
ok b resolve "$R:v1"
assert_contains "$digest"
expect_fail 7 b sign "$R:v2@$digest"
fault px '[]'

step "three weeks later"
fault px '[{"path": "", "status": 503}]'
says 4 expired faketime -f +21d "$BOLTSEAL" resolve "$R:v1" --ca-file "$CA_FILE"
fault px '[]'
still_works
