#!/usr/bin/env bash
# needs: notary boltseald
# What notary-server and notary-signer refuse in a configuration boltseald refuses in their own words.
. "$(dirname "$0")/../support/common.sh"

COUNT=0
for config in "$GOLDEN"/config/refused_*.json; do
  name=$(basename "$config" .json)
  case $name in
    # The first is not supported; the second notary reads either way; the third it opens before it looks.
    refused_rethinkdb | refused_twice | refused_signer_tls) continue ;;
    refused_signer_*) program=notary-signer ;;
    *) program=notary-server ;;
  esac
  step "$name"
  # The signer loads its TLS files before it looks at the rest.
  sed "s,\"tls_cert_file\": \"c\",\"tls_cert_file\": \"$D/ca/server.crt\",; s,\"tls_key_file\": \"k\",\"tls_key_file\": \"$D/ca/server.key\"," \
    "$config" >"$D/$name.json"
  expect_fail 1 timeout 20 "$program" -config "$D/$name.json"
  words=$(cat "$OUT" "$ERR" | jq -Rr 'fromjson? | select(.level == "fatal") | .msg')
  [ -n "$words" ] || fail "$program did not say why"
  expect_fail 2 "$BOLTSEALD" config print --config "$D/$name.json"
  grep -qF -- "$words" "$ERR" || fail "$program says: $words"
  COUNT=$((COUNT + 1))
done
[ "$COUNT" -ge 14 ] || fail "only $COUNT configurations were compared"
