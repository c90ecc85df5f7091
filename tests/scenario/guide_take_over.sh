#!/usr/bin/env bash
# needs: notary boltseald
# seconds: 240
# The commands of docs/guide/leaving-notary.md for those who run Notary themselves, as they stand.
. "$(dirname "$0")/../support/common.sh"

peers notary "$D" server --storage postgres
refresh
client_home a
GUN=example.com/taken/app URL=$SERVER_URL OLD=$SERVER_URL CA=$CA_FILE ALIAS=newer
SERVER=$D/server/config.json SIGNER=$D/signer/config.json SHADOW=$D/shadow.json STATE=$D/state KEYS=$D/keys
NOTARY_SIGNER_PEERS=peers-passphrase NOTARY_SIGNER_NEWER=newer-passphrase
export GUN URL OLD CA ALIAS SERVER SIGNER SHADOW STATE KEYS NOTARY_SIGNER_PEERS NOTARY_SIGNER_NEWER
ok notary init -p $GUN
ok notary key rotate $GUN snapshot -r
ok notary addhash -p $GUN v1 1 --sha256 "$(printf %064d 1)"
end_of() {
  kill "$(cat "$D/$1")"
  tail --pid="$(cat "$D/$1")" -f /dev/null
}

step "look first"
guide leaving-notary "Look first" >"$OUT"
assert_lacks peers-passphrase "$OUT"

step "beside the old one"
PORT=$(peers port)
jq --arg a "127.0.0.1:$PORT" '.server.http_addr = $a' "$SERVER" >"$SHADOW"
guide leaving-notary "Try it beside the old one"
until curl -ksf "https://127.0.0.1:$PORT/v2/$GUN/_trust/tuf/timestamp.json" -o /dev/null; do sleep 0.1; done
for file in timestamp.json root.json targets.json none.json; do
  curl -ks "https://127.0.0.1:$PORT/v2/$GUN/_trust/tuf/$file" -o /dev/null
done
sleep 1
end_of shadow.pid
[ ! -s "$D/differences.json" ] || fail "the shadow differs: $(head -n 3 "$D/differences.json")"

step "the switch"
stop_service server
stop_service signer
guide leaving-notary Switch 1
until curl -ksf "$URL/v2/" >/dev/null; do sleep 0.1; done
guide leaving-notary Switch 2
ok notary addhash -p $GUN v2 2 --sha256 "$(printf %064d 2)"

step "another passphrase, and back to the old programs"
guide leaving-notary "Give the keys another passphrase"
end_of boltseald.pid
unset NOTARY_SIGNER_PEERS
peers signer "$D" --storage postgres
peers notary "$D" server --config "$SERVER"
refresh
ok notary -d "$D/reader" list $GUN
assert_equal 2 "$(grep -c '^v' "$OUT")" tags
