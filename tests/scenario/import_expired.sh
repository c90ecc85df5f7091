#!/usr/bin/env bash
# needs: notary boltseald boltseal
# A repository is imported when its last timestamp has expired already: nobody reads it, and nobody but the
# owner can help; one rotation does.
. "$(dirname "$0")/../support/common.sh"

start_boltseald old --set '{"lifetimes": {"timestamp": "8s"}}'
client_home owner --server old
G=registry.example/team/app
b() { "$BOLTSEAL" "$@" --ca-file "$CA_FILE"; }
digest=sha256:$(printf %064d 1)
ok notary init -p "$G"
ok notary key rotate "$G" snapshot -r
ok notary addhash -p "$G" v1 100 --sha256 "${digest#*:}"
client_home reader --server old
ok notary list "$G"
use_home owner
# Only raw: whether it is verified in time would depend on how fast this machine is.
ok b export --raw --gun "$G" -o "$D/saved"
kill_service old
M=$D/saved/$G/metadata
until [ "$(date +%s)" -gt "$(date -d "$(jq -r .signed.expires "$M/timestamp.json")" +%s)" ]; do sleep 1; done

step "import says that readers are refused"
imports() { "$BOLTSEALD" import "$@" --state-dir "$D/new/state" --keys-dir "$D/new/keys"; }
expect_fail 11 imports "$D/saved/$G"
assert_contains "the bundle is raw"
expect_fail 3 imports "$D/saved/$G" --accept-root "$(printf %064d 0)"
ok imports "$D/saved/$G" --accept-root "$(sha256_of "$M/root.json")"
assert_contains "Readers are refused since"
start_boltseald new
use_home reader
expect_fail any notary -s "$NEW_URL" list "$G"
assert_contains expired
use_home owner
expect_fail any notary -s "$NEW_URL" key rotate "$G" timestamp -r

step "the owner's rotation needs the roots alone"
ok b rotate --gun "$G" timestamp snapshot --server "$NEW_URL"
use_home reader
ok notary -s "$NEW_URL" list "$G"
assert_contains "${digest#*:}"
