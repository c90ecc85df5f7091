#!/usr/bin/env bash
# Debian's notary-server and boltseald, side by side, are asked the same: run.sh [CASE...]
. "$(dirname "$0")/../support/common.sh"

start_notary_server theirs
start_boltseald ours --storage sqlite
/usr/bin/python3 -B "$ROOT/tests/differential/differential.py" "$THEIRS_URL" "$OURS_URL" "$@"
