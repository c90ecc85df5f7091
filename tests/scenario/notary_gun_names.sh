#!/usr/bin/env bash
# needs: notary
# servers: boltseald notary
# Names with ports, IPv6, many parts and dots are kept apart and routed on the last _trust.
. "$(dirname "$0")/../support/common.sh"

start_server
client_home a
i=0
for gun in docker.io/library/alpine 127.0.0.1:5000/team/app "[::1]:5000/team/app" a/b/c/d/e/f example.com/a.b/c-d/e_f \
  localhost/x UPPER.example/x a.example/x a.example:443/x; do
  i=$((i + 1))
  step "$gun"
  ok notary -d "$D/t" init "$gun" -p
  ok notary -d "$D/t" addhash "$gun" tag "$i" --sha256 "$(printf %064d "$i")" -p
done
i=0
for gun in docker.io/library/alpine 127.0.0.1:5000/team/app "[::1]:5000/team/app" a/b/c/d/e/f example.com/a.b/c-d/e_f \
  localhost/x UPPER.example/x a.example/x a.example:443/x; do
  i=$((i + 1))
  ok notary -d "$D/reader" lookup "$gun" tag
  assert_equal "tag sha256:$(printf %064d "$i") $i" "$(cat "$OUT")" "$gun"
done
