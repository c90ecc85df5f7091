#!/usr/bin/env bash
# Debian's notary-server and boltseald, side by side, are asked the same: run.sh [CASE...]
. "$(dirname "$0")/../support/common.sh"

compare() { /usr/bin/python3 -B "$ROOT/tests/differential/differential.py" "$@"; }

start_notary_server theirs
start_boltseald ours --set '{"changefeed": {"open": true}}'
status=0
compare "$THEIRS_URL" "$OURS_URL" "$@" || status=1
if [ $# -eq 0 ]; then
  start_notary_server theirs-prefixed --prefix diff.example/allowed/
  start_boltseald ours-prefixed --prefix diff.example/allowed/
  compare --prefixed "$THEIRS_PREFIXED_URL" "$OURS_PREFIXED_URL" || status=1
fi
exit "$status"
