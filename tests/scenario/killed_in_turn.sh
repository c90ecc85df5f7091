#!/usr/bin/env bash
# needs: notary boltseald
# storages: postgres mariadb
# seconds: 900
# kill -9 of database, replica and signer in turn under publishers to both replicas: nothing acknowledged is lost, and
# everything goes on after each. KILLS=100 for all of them; ALL_REAL=1 proves the script with the real programs.
. "$(dirname "$0")/../support/common.sh"
. "$SUPPORT/load.sh"

: "${STORAGE:=postgres}" "${KILLS:=30}"
peers "$STORAGE" "$D" --durable
peers signer "$D" --storage "$STORAGE"
peers notary "$D" one --storage "$STORAGE" # makes the files that ours goes on with
refresh
stop_service one
stop_service signer
mkdir "$D/two"
jq --arg a "127.0.0.1:$(peers port)" '.server.http_addr = $a' "$D/one/config.json" >"$D/two/config.json"
address=$(jq -r '.server.http_addr' "$D/two/config.json")
DATABASE_PORT=$(cat "$D/env/${STORAGE^^}_ADDR")
DATABASE_PORT=${DATABASE_PORT##*:}

start() { # NAME; a database has to wait for what a killed one left running
  case ${ALL_REAL:+real-}$1 in
    real-signer) peers signer "$D" --storage "$STORAGE" --config "$D/signer/config.json" ;;
    real-one | real-two) peers notary "$D" "$1" --storage "$STORAGE" --config "$D/$1/config.json" ;;
    signer) peers boltseald "$D" signer --role signer --config "$D/signer/config.json" ;;
    one | two) peers boltseald "$D" "$1" --config "$D/$1/config.json" ;;
    *) until peers "$1" "$D" --durable --port "$DATABASE_PORT" 2>>"$D/log/again"; do sleep 0.1; done ;;
  esac
}
for name in signer one two; do start $name; done
refresh
assert_equal "https://$address" "$TWO_URL"
start_load 4 "$ONE_URL" "$TWO_URL"
await_load 2

for ((i = 0; i < KILLS; i++)); do
  case $((i % 4)) in 0) name=$STORAGE ;; 1) name=one ;; 2) name=signer ;; 3) name=two ;; esac
  step "kill $((i + 1)): $name; $(acknowledged) publishes acknowledged"
  sleep "0.$(printf %03d $((RANDOM % 300)))"
  kill_service "$name"
  start "$name"
done

step "all goes on"
await_load 5
stop_load
for url in "$ONE_URL" "$TWO_URL"; do check_load "$url"; done
client_home a --server two
for i in 0 1 2 3; do ok notary -d "$D/reader" lookup example.com/load/g$i v2; done
