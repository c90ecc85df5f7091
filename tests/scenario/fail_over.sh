#!/usr/bin/env bash
# needs: boltseald
# seconds: 300
# The primary is killed under publishers and its synchronous standby takes over: no acknowledged publish is lost,
# errors are seen during the switch alone, and all goes on.
. "$(dirname "$0")/../support/common.sh"
. "$SUPPORT/load.sh"

peers postgres "$D" --durable
peers standby "$D"
refresh
sql() { psql -qAtX "postgres://peers@$1/postgres" -c "$2"; } # ADDRESS STATEMENT
sql "$POSTGRES_ADDR" "ALTER SYSTEM SET synchronous_standby_names = 'standby'"
sql "$POSTGRES_ADDR" "SELECT pg_reload_conf()" >"$OUT"
until [ "$(sql "$POSTGRES_ADDR" 'SELECT sync_state FROM pg_stat_replication')" = sync ]; do sleep 0.1; done

start_boltseald server --set "$(jq -cn --arg a "$POSTGRES_ADDR,$STANDBY_ADDR" '{storage: {kind: "postgres",
  conninfo: "postgres://peers@\($a)/notaryserver?sslmode=disable&target_session_attrs=read-write"}}')"
assert_lacks synchronous_standby_names "$D/log/server"

step "publishers, the primary is killed, the standby promoted"
start_load 4 "$SERVER_URL"
await_load 10
assert_equal 0 "$(errors)" "errors before"
kill_service postgres
sql "$STANDBY_ADDR" "SELECT pg_promote()" >"$OUT"
step "it goes on by itself"
await_load 3
during=$(errors)
await_load 20
assert_equal "$during" "$(errors)" "errors after the switch ($during during it)"
stop_load
check_load "$SERVER_URL"

step "readers with a cache and without see all of it"
client_home a
ok notary -d "$D/reader" lookup example.com/load/g0 v2

step "so does the next start, which now warns that no standby is waited for"
stop_service server
peers boltseald "$D" server --config "$D/server/config.json"
assert_contains synchronous_standby_names "$D/log/server"
check_load "$SERVER_URL"
assert_lacks store_is_older "$D/log/server"
