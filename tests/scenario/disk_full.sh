#!/usr/bin/env bash
# needs: boltseal boltseald
# A full disk and a read-only one: a clear error, nothing half-written, and all works when there is room.
. "$(dirname "$0")/../support/common.sh"

[ "$(id -u)" -eq 0 ] || skip "a file system of a few kilobytes needs root"
start_boltseald server
client_home a
mkdir "$D/small"
mount -t tmpfs -o size=256k tmpfs "$D/small" 2>"$ERR" || skip "this machine mounts no tmpfs"
G=example.com/full/app
b() { "$BOLTSEAL" "$@" --ca-file "$CA_FILE" --trust-dir "$D/small/trust" --gun $G; }
printf 'sha256:%s\n' "$(printf %064d 5)" >"$D/digest"

ok b init
ok b sign v1 --digest-file "$D/digest" --size 100
find "$D/small/trust" -type f -exec sha256sum {} + | sort >"$D/before"

step "full"
dd if=/dev/zero of="$D/small/fill" bs=4k 2>"$ERR" || :
expect_fail 10 b sign v2 --digest-file "$D/digest" --size 100
assert_contains "No space left on device"
rm "$D/small/fill"
ok b resolve v1
ok b sign v3 --digest-file "$D/digest" --size 100
ok b resolve v3

step "read-only"
mount -o remount,ro "$D/small"
ok b resolve v1
expect_fail 10 "$BOLTSEAL" init --gun $G-two --ca-file "$CA_FILE" --trust-dir "$D/small/trust"
mount -o remount,rw "$D/small"
ok b sign v4 --digest-file "$D/digest" --size 100
ok b resolve v4
