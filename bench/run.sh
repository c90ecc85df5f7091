#!/usr/bin/env bash
# Starts notary-server with its signer, and boltseald, both with memory storage, and measures them.
#   run.sh [JSON]
. "$(dirname "$0")/../tests/support/common.sh"

start_notary_server theirs
start_registry
start_proxy theirs-px "$THEIRS_URL"
peers client "$D" theirs --server theirs
if [ -x "$BOLTSEALD" ]; then
  start_boltseald ours --storage memory
  start_proxy ours-px "$OURS_URL"
  peers client "$D" ours --server ours
fi
# What a new tag points to: an image that the registry has.
peers push "$D" v1 "$REGISTRY_ADDR/bench/many:v1"
digest=$(curl -ksSI -H 'Accept: application/vnd.oci.image.manifest.v1+json' \
  "$REGISTRY_URL/v2/bench/many/manifests/v1" | tr -d '\r' | sed -n 's/^[Dd]ocker-[Cc]ontent-[Dd]igest: sha256://p')
refresh

side() { # NAME PIDS...
  local n=$1 u=${1^^}
  shift
  local url=${u}_URL pid=${u}_PID px=${u}_PX_URL
  jq -n --arg n "$n" --arg u "${!url}" --argjson p "${!pid}" --arg h "$D/home-$n" --arg x "${!px}" \
    --arg s "$D/$n-px.sock" '{name: $n, url: $u, pid: $p, home: $h, proxy_url: $x, proxy_socket: $s,
    server_pids: ($ARGS.positional | map(tonumber))}' --args "$@"
}
{
  side theirs "$THEIRS_PID" "$SIGNER_PID"
  [ -z "${OURS_PID:-}" ] || side ours "$OURS_PID"
} | jq -s --arg b "$BOLTSEAL" --arg r "$REGISTRY_ADDR" --arg d "$digest" \
  --arg c "$CA_FILE" '{sides: ., ca: $c, boltseal: $b, registry: $r, digest: $d}' >"$D/bench.json"
/usr/bin/python3 -B "$ROOT/bench/measure.py" "$D/bench.json" ${1:+"$1"}
