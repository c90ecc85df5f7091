#!/usr/bin/env bash
# Captures the files of this folder from notary-signer 0.7.0: capture.sh OUT HOST:PORT CA_DIR DATABASE
# The signer runs with its keys in the PostgreSQL database of that URL, under the passphrase peers-passphrase;
# CA_DIR holds ca.crt and a client certificate for it, client.crt and client.key (as `tests/support/peers signer
# DIR --storage postgres` leaves them).
set -euo pipefail
out=$1 signer=$2 ca=$3 database=$4

field() { # NUMBER TEXT: a protobuf field of a short text
  printf "\\x$(printf %02x $(($1 * 8 + 2)))\\x$(printf %02x ${#2})%s" "$2"
}
create() { # ALGORITHM
  local message
  message=$(mktemp)
  { field 1 "$1"; field 2 example.com/vectors/signer; field 3 timestamp; } >"$message"
  { printf '\0\0\0\0%b' "\\x$(printf %02x "$(stat -c %s "$message")")"; cat "$message"; } |
    curl -fsS --http2 --cacert "$ca/ca.crt" --cert "$ca/client.crt" --key "$ca/client.key" -o "$message" \
      -H 'content-type: application/grpc' -H 'te: trailers' --data-binary @- \
      "https://$signer/proto.KeyManagement/CreateKey"
  rm -f "$message"
}
column() { # ALGORITHM EXPRESSION
  psql -qAtX -v ON_ERROR_STOP=1 -d "$database" \
    -c "SELECT $2 FROM private_keys WHERE algorithm='$1' AND gun='example.com/vectors/signer'"
}
for algorithm in ecdsa ed25519; do
  create "$algorithm"
  printf %s "$(column "$algorithm" "convert_from(private, 'UTF8')")" >"$out/$algorithm.jwe"
  printf %s "$(column "$algorithm" "encode(public, 'hex')")" >"$out/$algorithm.public"
  printf %s "$(column "$algorithm" key_id)" >"$out/$algorithm.id"
done
