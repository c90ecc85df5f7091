#!/usr/bin/env bash
# needs: notary boltseald
# storages: postgres mariadb
# seconds: 300
# A passphrase of the signer's database that is wrong or missing ends the start, which names it and changes nothing.
. "$(dirname "$0")/../support/common.sh"
. "$SUPPORT/life.sh"

peers "${STORAGE:=postgres}" "$D"
peers signer "$D" --storage "$STORAGE"
peers notary "$D" server --storage "$STORAGE"
refresh
client_home a
for i in 0 1; do "life_${LIFE[i]}" a; done
life_give_snapshot a
stop_service server
stop_service signer

rows() { # DATABASE: of every table; not every machine has mariadb-dump
  local table
  for table in $(mariadb --no-defaults -u root -S "$MARIADB_SOCKET" -N -e "SHOW TABLES" "$1"); do
    mariadb --no-defaults -u root -S "$MARIADB_SOCKET" -N --binary-as-hex "$1" -e "SELECT '$table', t.* FROM $table t"
  done
}
content() { # both databases, in one order
  if [ "$STORAGE" = postgres ]; then
    pg_dump --inserts "$POSTGRES_SERVER_URL"
    pg_dump --inserts "$POSTGRES_SIGNER_URL"
  else
    local table
    for table in notaryserver.tuf_files notaryserver.changefeed notarysigner.private_keys; do
      mariadb --no-defaults -u root -S "$MARIADB_SOCKET" -N -e "select * from $table"
    done
  fi | grep -av '^\\' | sort
}
start() { # VARIABLES...: as a service would be started, the signer in the same process
  timeout 60 env -u NOTARY_SIGNER_PEERS "$@" "$BOLTSEALD" "${WORDS[@]}" --state-dir "$D/state" --keys-dir "$D/keys"
}
refuses() { # VARIABLES...
  start "$@" >"$OUT" 2>"$ERR" && fail "it started"
  assert_contains "peers"
  assert_contains "NOTARY_SIGNER_PEERS"
  assert_lacks "hidden-phrase"
  content | diff "$D/content" - || fail "the databases have changed"
}

# A first start with the right one makes the tables of ours, so that nothing more may change.
peers boltseald "$D" server --config "$D/server/config.json" --signer-config "$D/signer/config.json"
read_life a
stop_service server
content >"$D/content"
for words in "server signer --config $D/server/config.json --signer-config $D/signer/config.json" \
  "signer --config $D/signer/config.json"; do
  read -r -a WORDS <<<"$words"
  step "${WORDS[0]}: wrong, empty or missing"
  refuses NOTARY_SIGNER_PEERS=hidden-phrase
  refuses NOTARY_SIGNER_PEERS=
  refuses NOTARY_SIGNER_OTHER=hidden-phrase
done

step "the right one goes on"
peers boltseald "$D" server --config "$D/server/config.json" --signer-config "$D/signer/config.json"
life_publish a
read_life a

step "and the real pair after it"
stop_service server
peers signer "$D" --storage "$STORAGE" --config "$D/signer/config.json"
peers notary "$D" server --storage "$STORAGE" --config "$D/server/config.json"
life_rotate_timestamp a
read_life a
