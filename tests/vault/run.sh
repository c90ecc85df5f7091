#!/usr/bin/env bash
# Runs the tests of this folder on databases and tokens of their own: run.sh PROGRAM [GTEST OPTIONS]
. "$(dirname "$0")/../support/common.sh"

program=$1
shift
peers postgres "$D"
peers mariadb "$D"
peers softhsm "$D"
refresh
export LSAN_OPTIONS=suppressions=$ROOT/tests/vault/lsan.supp # of the softhsm module
"$program" "$@"
