#!/usr/bin/env bash
# needs: notary boltseald
# storages: postgres mariadb
# seconds: 600
# A real notary-server signs with notary-signer and with ours in turn, on one signer database, by mutual TLS.
. "$(dirname "$0")/../support/common.sh"
. "$SUPPORT/life.sh"

# shellcheck disable=SC2034 # of life.sh
LIFE=(begin give_snapshot publish rotate_timestamp rotate_root delegate delegate_publishes delete begin give_snapshot)
peers "${STORAGE:=postgres}" "$D"
peers signer "$D" --storage "$STORAGE"
peers notary "$D" server --storage "$STORAGE"
refresh
client_home a

take_over() { # WHO: the signer; the server starts anew too, for it takes long to find a signer again
  WHO=$1
  stop_service server
  stop_service signer
  if [ "$WHO" = real ]; then
    peers signer "$D" --storage "$STORAGE" --config "$D/signer/config.json"
  else
    peers boltseald "$D" signer --role signer --config "$D/signer/config.json"
  fi
  peers notary "$D" server --storage "$STORAGE" --config "$D/server/config.json"
}

for ((i = 0; i < ${#LIFE[@]} + 1; i++)); do
  if [ $((i % 2)) -eq 0 ] && [ -z "${ALL_REAL:-}" ]; then take_over ours; else take_over real; fi
  read_life a
  live a "$i"
  live b $((i - 1))
done

step "nobody signs without a certificate of the signer's authority"
[ -n "${ALL_REAL:-}" ] || take_over ours
certificate stranger 1
expect_fail any curl -sS --http2 --cacert "$CA_FILE" "https://$SIGNER_ADDR/"
expect_fail any curl -sS --http2 --cacert "$CA_FILE" --cert "$D/stranger.crt" --key "$D/stranger.key" "https://$SIGNER_ADDR/"
