#!/usr/bin/env bash
# run.sh SERVER BINARY [GTEST OPTIONS]: starts the database server (postgres, mariadb) in a folder of its own and runs
# the tests of BINARY that are for it: those with SERVER as the name of their parameter, and the suites that
# begin with its name.
set -euo pipefail
# shellcheck source=tests/support/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../support/common.sh"

[ $# -ge 2 ] || fail "usage: run.sh SERVER BINARY [GTEST OPTIONS]"
server=$1 binary=$2
shift 2

step "start $server"
peers "$server" "$D"
refresh

step "run the tests"
"$binary" --gtest_brief=1 --gtest_filter="*/$server*:${server^}*-*TakeOver*" "$@" | tee "$OUT"
grep -q 'PASSED  \] [1-9]' "$OUT" || fail "no test is for $server"
