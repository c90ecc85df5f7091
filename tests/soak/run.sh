#!/usr/bin/env bash
# Soaks boltseald on each storage named, all at the same time.
#   run.sh MINUTES SEED STORAGE...     STORAGE: postgres, mariadb, sqlite
. "$(dirname "$0")/../support/common.sh"

minutes=$1 seed=$2
shift 2
export NOTARY_SIGNER_PEERS=peers-passphrase

# Deadlines short enough that a hanging database is noticed within a fault's time.
database() { # STORAGE: starts it and its proxy; sets KIND, ADDRESS (of the proxy), PORT
  peers "$1" "$D" --durable
  refresh
  local address=${1^^}_ADDR
  PORT=${!address##*:}
  start_proxy "db-$1" "tcp://${!address}"
  address=DB_${1^^}_ADDR
  ADDRESS=${!address}
}

place() { # "storage" or "keys.database" of boltseald's configuration: STORAGE NAME
  if [ "$1" = postgres ]; then
    jq -cn --arg u "postgres://peers@$ADDRESS/$2?sslmode=disable" '{kind: "postgres", conninfo: $u}'
  else
    jq -cn --arg u "peers@tcp($ADDRESS)/$2?parseTime=True" '{kind: "mysql", dsn: $u}'
  fi | jq -c '. + {connect_timeout: "2s", statement_timeout: "5s"}'
}

start() { # STORAGE: boltseald with its proxies, and the configuration of soak.py
  local s=$1 n=soak-$1 set u database=null
  if [ "$s" = sqlite ]; then
    set=$(jq -cn '{limits: {cache_bytes: 8388608}}')
    start_boltseald "$n" --set "$set"
  elif [ "$s" = postgres ]; then
    # As taken over: the keys stay in notary-signer's table.
    database "$s"
    set=$(jq -cn --argjson s "$(place "$s" notaryserver)" \
      '{storage: $s, keys: {place: "signer"}, limits: {cache_bytes: 8388608}}')
    start_boltseald "$n" --set "$set" --signer-role "$(jq -cn --argjson k "$(place "$s" notarysigner)" \
      '{keys: {place: "notary_database", database: ($k + {default_alias: "peers"})}}')"
  else
    database "$s"
    set=$(jq -cn --argjson s "$(place "$s" notaryserver)" '{storage: $s, limits: {cache_bytes: 8388608}}')
    start_boltseald "$n" --set "$set"
  fi
  u=SOAK_${s^^}_URL
  start_proxy "clients-$s" "tcp://${!u#https://}"
  printf 'https://%s\n' "$(cat "$D/env/CLIENTS_${s^^}_ADDR")" >"$D/env/CLIENTS_${s^^}_URL"
  peers client "$D" "$s" --server "clients-$s"
  refresh
  [ "$s" = sqlite ] || database=$(jq -cn --arg n "$s" --argjson p "$PORT" --arg x "$D/db-$s.sock" \
    '{name: $n, port: $p, socket: $x}')
  # Looking at the whole store takes longer than any request may.
  jq '(.. | objects | select(has("statement_timeout"))).statement_timeout = "60s"' "$D/$n/config.json" >"$D/$n/verify.json"
  local p=SOAK_${s^^}_PID x=CLIENTS_${s^^}_URL
  jq -n --arg n "$s" --arg u "${!u}" --arg x "${!x}" --arg k "$D/clients-$s.sock" --argjson p "${!p}" \
    --arg h "$D/home-$s" --arg d "$D" --arg e "$SUPPORT/peers" --argjson m "$minutes" --argjson db "$database" \
    --argjson seed "$seed" --arg l "$D/log/$n" --arg r "$D/$n" --arg b "$BOLTSEALD" '{name: $n, url: $u, proxy_url: $x,
    proxy_socket: $k, pid: $p, home: $h, folder: $d, peers: $e, minutes: $m, database: $db, seed: $seed, log: $l,
    verify_store: [$b, "verify-store", "--config", "\($r)/verify.json", "--state-dir", "\($r)/state",
                   "--keys-dir", "\($r)/keys"]}' >"$D/$n.json"
}

pids=() status=0
for s in "$@"; do
  start "$s"
done
for s in "$@"; do
  /usr/bin/python3 -B "$ROOT/tests/soak/soak.py" "$D/soak-$s.json" >"$D/$s.out" 2>&1 &
  pids+=($!)
done
for pid in "${pids[@]}"; do
  wait "$pid" || status=1
done
for s in "$@"; do cat "$D/$s.out"; done
[ "$status" -eq 0 ] || fail "the soak found violations (above)"
