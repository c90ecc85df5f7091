#!/usr/bin/env bash
# needs: notary
# servers: boltseald notary
# A deleted repository is gone for every way of asking; its neighbours stay; it can be made anew.
. "$(dirname "$0")/../support/common.sh"

start_server
client_home a
G=example.com/del/app
T=$SERVER_URL/v2/$G/_trust/tuf
code() { curl -ksS -o /dev/null -w '%{http_code}' "$1"; }

ok notary -d "$D/t" init $G -p
ok notary -d "$D/t" addhash $G v1 100 --sha256 "$(printf %064d 1)" -p
ok notary -d "$D/t" init example.com/del/other -p
ok notary -d "$D/reader" list $G
hash=$(curl -ksSf "$T/targets.json" | sha256sum | cut -d' ' -f1)
assert_equal 200 "$(code "$T/targets.$hash.json")" "by hash before"

step "delete"
ok notary -d "$D/t" delete $G --remote
for name in root timestamp snapshot targets "targets.$hash" 1.root; do
  assert_equal 404 "$(code "$T/$name.json")" "$name.json after"
done
assert_equal 200 "$(code "$SERVER_URL/v2/example.com/del/other/_trust/tuf/root.json")" "the neighbour"

step "the same root key makes it again"
ok notary -d "$D/t" init $G -p
ok notary -d "$D/t" addhash $G v2 100 --sha256 "$(printf %064d 2)" -p
ok notary -d "$D/new" lookup $G v2

step "a reader that trusts the old root refuses the new one"
expect_fail 1 notary -d "$D/reader" list $G
assert_contains "could not rotate trust to a new trusted root"
