#!/usr/bin/env bash
# needs: notary
# servers: boltseald notary
# Each key is rotated in turn; a client with an old cache, and one with none, follow every time.
. "$(dirname "$0")/../support/common.sh"

start_server
client_home a
G=example.com/team/app
own() { notary -d "$D/own" "$@"; }

step "a repository, read once by the other"
ok own init $G -p
ok own addhash $G v1 100 --sha256 "$(printf %064d 1)" -p
ok notary -d "$D/other" lookup $G v1
i=1
for rotate in "snapshot -r" "timestamp -r" "snapshot" "targets" "timestamp -r" "root" "snapshot -r" "root" "targets"; do
  i=$((i + 1))
  step "rotate $rotate"
  # shellcheck disable=SC2086 # two words
  INPUT=$'yes\n' ok own key rotate $G $rotate
  assert_contains "Successfully rotated ${rotate%% *} key"
  ok own addhash $G "v$i" 100 --sha256 "$(printf %064d "$i")" -p
  for reader in other "new$i" own; do
    ok notary -d "$D/$reader" lookup $G "v$i"
    assert_equal "v$i sha256:$(printf %064d "$i") 100" "$(cat "$OUT")" "lookup by $reader"
  done
done

step "a client that missed two root rotations follows the chain of roots"
curl -ksSf "$SERVER_URL/v2/$G/_trust/tuf/1.root.json" >"$D/root1"
assert_equal 1 "$(jq .signed.version "$D/root1")" "version of 1.root.json"
last=$(curl -ksSf "$SERVER_URL/v2/$G/_trust/tuf/root.json" | jq .signed.version)
assert_equal 0 "$(curl -ksS -o "$D/x" -w '%{http_code}' "$SERVER_URL/v2/$G/_trust/tuf/$((last + 1)).root.json" | grep -c 200 || :)"
mkdir -p "$D/late/tuf/$G/metadata"
cp "$D/root1" "$D/late/tuf/$G/metadata/root.json"
ok notary -d "$D/late" lookup $G v1
