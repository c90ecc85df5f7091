#!/usr/bin/env bash
# Debian's notary-server and boltseald with token authentication, one token server for both: auth.sh [CASE...]
. "$(dirname "$0")/../support/common.sh"

start_notary_server theirs --auth token
start_boltseald ours --auth token
/usr/bin/python3 -B "$ROOT/tests/differential/differential.py" --auth "$THEIRS_URL" "$OURS_URL" "$@"
