#!/usr/bin/env bash
# Measures boltseald beside notary-server with its signer, on one PostgreSQL that syncs as in service.
#   postgres.sh [JSON]
. "$(dirname "$0")/../tests/support/common.sh"

peers postgres "$D" --durable
/usr/bin/python3 -B "$ROOT/bench/postgres.py" "$SUPPORT/peers" "$D" ${1:+"$1"}
