#!/usr/bin/env bash
# needs: boltseald
# storages: postgres mariadb sqlite
# seconds: 300
# 72 publishes at one moment to 6 repositories of 12 roles: all succeed where they do not overlap, no server error
# where they do. (SERVER=notary only tells what the real pair answers: version errors and 500.)
. "$(dirname "$0")/../support/common.sh"

: "${STORAGE:=postgres}"
[ "$STORAGE" = sqlite ] || peers "$STORAGE" "$D"
start_server --storage "$STORAGE"
report=()
[ "$SERVER" = boltseald ] || report=(--report)
ok "$SUPPORT/publishers" at-once "$SERVER_URL" "${report[@]}"
cat "$OUT"
