#!/usr/bin/env bash
# needs: notary
# servers: boltseald notary
# A delegation that lost its only key is invalid until it gets a new key and is witnessed.
. "$(dirname "$0")/../support/common.sh"

start_server
client_home a
G=example.com/witness/app
certificate old 365
certificate new 365
n() { notary -d "$D/t" "$@"; }

ok n init $G -p
ok n delegation add $G targets/releases "$D/old.crt" --all-paths -p
ok n key import "$D/old.key" --role targets/releases
ok n addhash $G v1 100 --sha256 "$(printf %064d 1)" -r targets/releases -p

step "the key changes: the file that the old key signed counts no more"
ok n key import "$D/new.key" --role targets/releases
old=$(n delegation list $G | awk '$1 == "targets/releases" { print $(NF - 1) }')
ok n delegation add $G targets/releases "$D/new.crt" -p
ok n delegation remove $G targets/releases "$old" -p
ok notary -d "$D/reader" list $G
assert_contains "valid signatures did not meet threshold for targets/releases" "$ERR"

step "a witness signs it anew, unchanged"
ok n witness $G targets/releases -p
ok notary -d "$D/reader" lookup $G v1
assert_equal "v1 sha256:$(printf %064d 1) 100" "$(cat "$OUT")"
