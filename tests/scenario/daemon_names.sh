#!/usr/bin/env bash
# needs: boltseald
# Called as notary-server, boltseald takes that program's flags, file and variables, and keeps their secrets to itself.
. "$(dirname "$0")/../support/common.sh"

ln -s "$BOLTSEALD" "$D/notary-server"
PORT=$(peers port)
cat >"$D/server.json" <<JSON
{"server": {"http_addr": "127.0.0.1:1"}, "trust_service": {"type": "local"}, "storage": {"backend": "memory"},
 "logging": {"level": "warning"}, "unheard": 1}
JSON

step "flags in Go's words and with its exit statuses"
expect_fail 2 "$D/notary-server" -mode x
grep -q '^flag provided but not defined: -mode$' "$ERR" || fail "the unknown flag is not explained"
expect_fail 1 "$D/notary-server" -config "$D/none.json"
expect_fail 1 "$D/notary-server" -config "$D/server.json" -bootstrap
grep -q 'store does not support bootstrapping' "$ERR" || fail "-bootstrap is not refused"
ok "$D/notary-server" --version
grep -q '^notary-server Version: boltseald ' "$OUT" || fail "no version"

step "the environment beats the file, and its secrets are gone from the process"
NOTARY_SERVER_SERVER_HTTP_ADDR=127.0.0.1:$PORT NOTARY_SIGNER_OLD_ALIAS=very-hidden \
  "$D/notary-server" -config "$D/server.json" -logf logfmt >"$D/log/names.out" 2>"$D/log/names.err" &
PID=$!
for _ in $(seq 100); do
  grep -q '^listening on http://' "$D/log/names.out" && break
  sleep 0.1
done
assert_equal '{}' "$(curl -sSf "http://127.0.0.1:$PORT/v2/")" ping
curl -sSf "http://127.0.0.1:$PORT/v2/_trust/changefeed?records=1" >"$OUT" || fail "the feed of a taken-over server is closed"
if tr '\0' '\n' <"/proc/$PID/environ" | grep -q very-hidden; then fail "a passphrase stays in the environment"; fi
for said in 'unheard has no effect' '-logf logfmt has no effect' 'HTTP without TLS' 'everybody may read and publish'; do
  grep -q -- "$said" "$D/log/names.err" || fail "no warning: $said"
done

step "only roles that the configuration has"
expect_fail 2 "$BOLTSEALD" signer --config "$D/server.json"
grep -q 'the configuration has no signer' "$ERR" || fail "the missing role is not named"
printf 'a: 1\n' >"$D/server.yaml"
expect_fail 2 "$BOLTSEALD" config check --config "$D/server.yaml"
grep -q 'convert it once' "$ERR" || fail "YAML is refused without the way out"

step "SIGUSR1 logs more, SIGUSR2 less"
kill -USR1 $PID
for _ in $(seq 100); do
  grep -q '"event":"log_level","level":"info"\|"log_level".*"info"' "$D/log/names.err" && break
  sleep 0.1
done
grep -q '"log_level"' "$D/log/names.err" || fail "the level did not change"
kill -TERM $PID
wait $PID || fail "boltseald did not end well"
