#!/usr/bin/env bash
# Runs the tests of this folder on databases of their own: run.sh PROGRAM [GTEST OPTIONS]
. "$(dirname "$0")/../support/common.sh"

program=$1
shift
peers postgres "$D"
peers mariadb "$D"
refresh
"$program" "$@"
