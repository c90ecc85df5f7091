#!/usr/bin/env bash
# The real notary-signer and our vault on one database, in turn: real_signer.sh PROGRAM postgres|mariadb
. "$(dirname "$0")/../support/common.sh"
. "$SUPPORT/grpc.sh"

program=$1 storage=$2
export NOTARY_SIGNER_PEERS=peers-passphrase NOTARY_SIGNER_NEW=new-passphrase
start_signer() {
  peers signer "$D" --storage "$storage"
  refresh
}
start_signer
if [ "$storage" = postgres ]; then address=$POSTGRES_SIGNER_URL; else address=$MARIADB_SIGNER_URL; fi
ours() { # COMMAND ARGUMENTS
  "$program" "$1" "$storage" "$address" "${@:2}"
}

for algorithm in ecdsa ed25519; do
  step "$algorithm: a key of notary-signer is signed with by us, and by it again"
  theirs=$(signer_create reg.example/theirs timestamp "$algorithm")
  ours check
  ours sign "$theirs" 1
  ours message 2 >"$D/message"
  signer_sign "$theirs" "$D/message" "$D/signature"
  ours verify "$theirs" "$D/message" "$D/signature"
  ours sign "$theirs" 3


  step "$algorithm: a key of ours is given out and used by notary-signer"
  made=$(ours create reg.example/ours "$algorithm")
  assert_equal "$made" "$(signer_create reg.example/ours timestamp "$algorithm")" "the unused key"
  signer_sign "$made" "$D/message" "$D/signature"
  ours verify "$made" "$D/message" "$D/signature"
  [ "$made" != "$(ours create reg.example/ours "$algorithm")" ] || fail "a key that has signed was given out as new"

  step "$algorithm: what notary-signer deletes we sign with no more"
  signer_delete "$theirs"
  ours refuse "$theirs" key_missing
done

step "keys encrypted anew go on in both"
count=$(ours rewrap new)
[ "$count" -ge 4 ] || fail "only $count keys were encrypted anew"
assert_equal 0 "$(ours rewrap new)" "keys left"
ours sign "$made" 7
peers stop "$D" signer
start_signer
signer_sign "$made" "$D/message" "$D/signature"
ours verify "$made" "$D/message" "$D/signature"
