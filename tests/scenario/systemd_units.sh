#!/usr/bin/env bash
# The systemd units are well formed and keep what hardens them.
. "$(dirname "$0")/../support/common.sh"

UNITS=$ROOT/packaging/systemd
SERVICE=$UNITS/boltseald.service

step "directives that a careless edit must not lose"
while IFS= read -r line; do
  grep -qxF "$line" "$SERVICE" || fail "boltseald.service has no line \"$line\""
done <<'LINES'
Type=notify
User=boltseald
UMask=0077
StateDirectory=boltseald boltseald-keys
StateDirectoryMode=0700
LimitCORE=0
LimitMEMLOCK=64M
MemorySwapMax=0
MemoryDenyWriteExecute=yes
NoNewPrivileges=yes
CapabilityBoundingSet=
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
SystemCallArchitectures=native
SystemCallFilter=@system-service
LINES
grep -q '^FileDescriptorName=' "$UNITS/boltseald.socket" || fail "the socket has no name"
if grep -q '^ReadWritePaths=' "$SERVICE"; then fail "only the state directories may be written"; fi

if ! command -v systemd-analyze >/dev/null; then exit 0; fi
step "systemd reads them without complaint and rates them well"
mkdir "$D/units"
cp "$UNITS"/boltseald.s* "$D/units/"
sed -i "s#/usr/bin/boltseald#$BOLTSEALD#" "$D/units/boltseald.service"
systemd-analyze verify "$D/units/boltseald.service" "$D/units/boltseald.socket" >"$OUT" 2>&1 || :
# Of the machine's other units much may be said; of ours nothing.
if grep -E "boltseald\.(service|socket)" "$OUT"; then fail "systemd-analyze verify complains"; fi
systemd-analyze security --offline=true --threshold=20 "$D/units/boltseald.service" >"$OUT" 2>&1 ||
  fail "systemd-analyze rates the exposure above 2.0: $(tail -1 "$OUT")"
