# Calls of notary-signer's gRPC interface by curl. Sourced by tests that need it.
# shellcheck shell=bash

# grpc_field NUMBER TEXT: a field of bytes, as a message holds it.
grpc_field() {
  local size=${#2}
  printf "\\x$(printf %02x $(($1 * 8 + 2)))"
  while [ "$size" -ge 128 ]; do
    printf "\\x$(printf %02x $((size % 128 + 128)))"
    size=$((size / 128))
  done
  printf "\\x$(printf %02x "$size")%s" "$2"
}
# grpc_call ADDRESS CA_DIR METHOD OUT: the message of stdin; its answer goes to OUT without frame. Fails where the
# status is another than 0, which stays in OUT.status.
grpc_call() {
  local address=$1 ca=$2 method=$3 out=$4 size frame
  cat >"$out.request"
  size=$(stat -c %s "$out.request")
  frame=$(printf '\\x00\\x%02x\\x%02x\\x%02x\\x%02x' $((size >> 24)) $((size >> 16 & 255)) $((size >> 8 & 255)) $((size & 255)))
  { printf '%b' "$frame"; cat "$out.request"; } |
    curl -fsS --http2 --cacert "$ca/ca.crt" --cert "$ca/client.crt" --key "$ca/client.key" -D "$out.head" -o "$out.frame" \
      -H 'content-type: application/grpc' -H 'te: trailers' --data-binary @- "https://$address/$method"
  tr -d '\r' <"$out.head" | awk -F': ' '$1 == "grpc-status" { print $2 }' | tail -n 1 >"$out.status"
  tail -c +6 "$out.frame" >"$out" 2>/dev/null || :
  [ "$(cat "$out.status")" = 0 ]
}

# For the signer at SIGNER_ADDR, by the certificates of D/ca.
signer_create() { # GUN ROLE ALGORITHM: prints the id of the key
  { grpc_field 1 "$3"; grpc_field 2 "$1"; grpc_field 3 "$2"; } |
    grpc_call "$SIGNER_ADDR" "$D/ca" proto.KeyManagement/CreateKey "$D/answer" || return 1
  grep -aoE '[0-9a-f]{64}' "$D/answer" | head -n 1
}
signer_sign() { # KEY_ID MESSAGE_FILE SIGNATURE_FILE
  { grpc_field 1 "$(grpc_field 1 "$1")"; grpc_field 2 "$(cat "$2")"; } |
    grpc_call "$SIGNER_ADDR" "$D/ca" proto.Signer/Sign "$D/answer" || return 1
  tail -c 64 "$D/answer" >"$3"
}
signer_delete() { # KEY_ID
  grpc_field 1 "$1" | grpc_call "$SIGNER_ADDR" "$D/ca" proto.KeyManagement/DeleteKey "$D/answer"
}
