#!/usr/bin/env bash
# needs: notary boltseald
# storages: postgres mariadb
# seconds: 900
# Two repositories live their whole lives while the real pair and ours take each other's place before every step, on
# the same files, database and port. The second is one step behind, so that each step is done at both.
. "$(dirname "$0")/../support/common.sh"
. "$SUPPORT/life.sh"

TURNS=(real joined real named)
[ -z "${ALL_REAL:-}" ] || TURNS=(real) # proves the script
peers "${STORAGE:=postgres}" "$D"
peers signer "$D" --storage "$STORAGE"
peers notary "$D" server --storage "$STORAGE"
refresh
client_home a
mkdir "$D/bin"
ln -s "$BOLTSEALD" "$D/bin/notary-server"
ln -s "$BOLTSEALD" "$D/bin/notary-signer"
SERVER_FILE=$D/server/config.json SIGNER_FILE=$D/signer/config.json
sha256sum "$SERVER_FILE" "$SIGNER_FILE" >"$D/files"

take_over() { # WHO: the real pair, ours in one process, or ours in two by the names of the real ones
  WHO=$1
  stop_service server
  stop_service signer
  case $WHO in
    real)
      peers signer "$D" --storage "$STORAGE" --config "$SIGNER_FILE"
      peers notary "$D" server --storage "$STORAGE" --config "$SERVER_FILE"
      ;;
    joined) peers boltseald "$D" server --config "$SERVER_FILE" --signer-config "$SIGNER_FILE" ;;
    named)
      peers boltseald "$D" signer --program "$D/bin/notary-signer" --role signer --config "$SIGNER_FILE"
      peers boltseald "$D" server --program "$D/bin/notary-server" --config "$SERVER_FILE"
      ;;
  esac
}

for ((i = 0; i <= ${#LIFE[@]}; i++)); do
  served "$SERVER_URL" a b >"$D/before"
  take_over "${TURNS[i % ${#TURNS[@]}]}"
  step "$WHO serves what was served"
  served "$SERVER_URL" a b | diff "$D/before" - || fail "$WHO serves something else"
  read_life a
  read_life b
  live a "$i"
  live b $((i - 1))
done

step "the files are as they were"
ok sha256sum --check "$D/files"
