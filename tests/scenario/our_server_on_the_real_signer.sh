#!/usr/bin/env bash
# needs: notary boltseald
# storages: postgres mariadb
# seconds: 600
# Ours and a real notary-server take turns on one database; both sign with one real notary-signer, by mutual TLS.
. "$(dirname "$0")/../support/common.sh"
. "$SUPPORT/life.sh"

# shellcheck disable=SC2034 # of life.sh
LIFE=(begin give_snapshot publish rotate_timestamp rotate_root delegate delegate_publishes delete begin give_snapshot)
peers "${STORAGE:=postgres}" "$D"
peers signer "$D" --storage "$STORAGE"
peers notary "$D" server --storage "$STORAGE"
refresh
client_home a

take_over() { # WHO: the server
  WHO=$1
  stop_service server
  if [ "$WHO" = real ]; then
    peers notary "$D" server --storage "$STORAGE" --config "$D/server/config.json"
  else
    peers boltseald "$D" server --config "$D/server/config.json"
  fi
}
OURS=ours
[ -z "${ALL_REAL:-}" ] || OURS=real # proves the script

for ((i = 0; i < ${#LIFE[@]} + 1; i++)); do
  served "$SERVER_URL" a b >"$D/before"
  if [ $((i % 2)) -eq 0 ]; then take_over $OURS; else take_over real; fi
  served "$SERVER_URL" a b | diff "$D/before" - || fail "$WHO serves something else"
  read_life a
  live a "$i"
  live b $((i - 1))
done

step "the signer is gone for a while: what is there is served, a publish fails with an error, and then goes on"
take_over $OURS
stop_service signer
read_life b
expect_fail any notary -d "$D/own-b" addhash "$(gun b)" lost 100 --sha256 "$(printf %064d 7)" -p
peers signer "$D" --storage "$STORAGE" --config "$D/signer/config.json"
for _ in $(seq 60); do
  if notary -d "$D/own-b" publish "$(gun b)" >"$OUT" 2>"$ERR"; then break; fi
  sleep 0.5
done
printf 'lost targets\n' >>"$D/want-b"
read_life b
