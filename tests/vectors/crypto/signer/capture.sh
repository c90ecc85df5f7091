#!/usr/bin/env bash
# Captures the files of this folder from notary-signer 0.7.0: capture.sh OUT DIR
# DIR is one of `tests/support/peers signer DIR --storage postgres`; its passphrase is peers-passphrase.
set -euo pipefail
out=$1 D=$2
here=$(cd "$(dirname "$0")" && pwd -P)
. "$here/../../../support/grpc.sh"
eval "$("$here/../../../support/peers" env "$D")"
gun=example.com/vectors/signer

column() { # ALGORITHM EXPRESSION
  psql -qAtX -v ON_ERROR_STOP=1 -d "$POSTGRES_SIGNER_URL" \
    -c "SELECT $2 FROM private_keys WHERE algorithm='$1' AND gun='$gun'"
}
for algorithm in ecdsa ed25519; do
  signer_create "$gun" timestamp "$algorithm" >"$D/id"
  printf %s "$(cat "$D/id")" >"$out/$algorithm.id"
  printf %s "$(column "$algorithm" "convert_from(private, 'UTF8')")" >"$out/$algorithm.jwe"
  printf %s "$(column "$algorithm" "encode(public, 'hex')")" >"$out/$algorithm.public"
done
