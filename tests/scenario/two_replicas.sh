#!/usr/bin/env bash
# needs: notary boltseald
# seconds: 300
# Two boltseald on one PostgreSQL: what one acknowledges the other serves a second later at the latest, also while it
# hears nothing of changes, or else it serves an error; with consistency "strict" it serves it at once.
. "$(dirname "$0")/../support/common.sh"

G=example.com/replicas/app
BOUND=1.1 # a second after a publish nothing older may be served
peers postgres "$D"
refresh
start_proxy db "tcp://$POSTGRES_ADDR"
start_boltseald one --storage postgres
install -d -m 700 "$D/two" "$D/two/keys"
install -m 600 "$D/one/keys/sealing.key" "$D/two/keys/"
second() { # CONSISTENCY
  start_boltseald two --set "$(jq -cn --arg c "$1" --arg a "$DB_ADDR" '{storage: {kind: "postgres", consistency: $c,
    conninfo: "postgres://peers@\($a)/notaryserver?sslmode=disable&application_name=two"}}')"
}
get() { curl -ksS --max-time 20 -o "$D/got" -w '%{http_code}' "$1/v2/$G/_trust/tuf/targets.json" || :; }
tags() { jq '.signed.targets | length' "$D/got"; }
COUNT=0
publish() { # URL: one tag more
  COUNT=$((COUNT + 1))
  ok notary -s "$1" -d "$D/own" addhash $G "v$COUNT" 100 --sha256 "$(printf %064d 1)" -p
}
two_is_current() {
  assert_equal 200 "$(get "$TWO_URL")" "the answer of two"
  assert_equal "$COUNT" "$(tags)" "the tags that two serves"
}
listener() { # the backend that the second's LISTEN connection talks to: the one that is always asked for a sign of life
  postgres_sql "SELECT pid FROM pg_stat_activity WHERE application_name = 'two' AND query IN ('SELECT 1',
    'LISTEN boltseal_changes') ORDER BY query_start DESC LIMIT 1"
}
postgres_sql() { psql -qAtX "$POSTGRES_SERVER_URL" -c "$1"; }

second notify
client_home a --server one
ok notary -d "$D/own" init $G -p
ok notary -d "$D/own" key rotate $G snapshot -r

step "each publish is seen at the other, whichever took it"
for _ in 1 2 3; do
  publish "$ONE_URL"
  sleep $BOUND
  two_is_current
  publish "$TWO_URL"
  sleep $BOUND
  assert_equal 200 "$(get "$ONE_URL")" "the answer of one"
  assert_equal "$COUNT" "$(tags)" "the tags that one serves"
done

step "the LISTEN connection ends, again and again"
for _ in 1 2 3; do
  two_is_current
  postgres_sql "SELECT pg_terminate_backend($(listener))" >/dev/null
  publish "$ONE_URL"
  postgres_sql "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'two'" >/dev/null
  sleep $BOUND
  two_is_current
done

step "the LISTEN connection falls silent"
two_is_current
silent=$(listener)
kill -STOP "$silent"
publish "$ONE_URL"
sleep $BOUND
two_is_current
publish "$ONE_URL"
sleep $BOUND
two_is_current
kill -CONT "$silent"

step "the whole database falls silent for one of them: an error rather than something old"
kill -STOP "$DB_PID"
publish "$ONE_URL"
sleep $BOUND
code=$(get "$TWO_URL")
kill -CONT "$DB_PID"
case $code in
  503 | 504) ;;
  200) assert_equal "$COUNT" "$(tags)" "the tags that two serves" ;;
  *) fail "two answers $code while it has no database" ;;
esac
for _ in $(seq 100); do
  [ "$(get "$TWO_URL")" != 200 ] || break
  sleep 0.1
done
two_is_current

step "a deletion at one is one at the other"
ok notary -s "$ONE_URL" -d "$D/own" delete $G --remote
sleep $BOUND
assert_equal 404 "$(get "$TWO_URL")" "the answer of two"

step "strict: at once, without a wait"
stop_service two
second strict
ok notary -s "$TWO_URL" -d "$D/own" init $G -p
COUNT=0
for _ in $(seq 8); do
  publish "$ONE_URL"
  two_is_current
done
ok notary -s "$TWO_URL" -d "$D/reader" lookup $G "v$COUNT"
ok notary -s "$ONE_URL" -d "$D/own" delete $G --remote
assert_equal 404 "$(get "$TWO_URL")" "the answer of two"
