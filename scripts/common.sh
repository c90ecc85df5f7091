# Shared by the scripts beside it; sourced, never run.
# shellcheck shell=bash

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
export ROOT

if [ -t 2 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then
  BOLD=$'\e[1m' RED=$'\e[31m' GREEN=$'\e[32m' YELLOW=$'\e[33m' DIM=$'\e[2m' PLAIN=$'\e[0m'
else
  BOLD='' RED='' GREEN='' YELLOW='' DIM='' PLAIN=''
fi
export BOLD RED GREEN YELLOW DIM PLAIN

say() { printf '%s%s%s\n' "$BOLD" "$*" "$PLAIN" >&2; }
die() {
  printf '%s%s: %s%s\n' "$RED" "${0##*/}" "$*" "$PLAIN" >&2
  exit 1
}

jobs_count() { nproc 2>/dev/null || echo 2; }
seconds() { date +%s; }

# build PRESET [TARGET...]: configures and builds; quick when nothing changed.
build() {
  local preset=$1 began
  shift
  began=$(seconds)
  say "building the $preset preset"
  # A log is shown only when something fails: a clean build has nothing to say.
  local log=$ROOT/build/$preset.log
  mkdir -p "$ROOT/build"
  if ! (cd "$ROOT" && cmake --preset "$preset") >"$log" 2>&1; then
    cat "$log" >&2
    die "cmake --preset $preset failed"
  fi
  if ! cmake --build "$ROOT/build/$preset" -j "$(jobs_count)" ${1:+--target "$@"} >"$log" 2>&1; then
    grep -vE '^\[[0-9]+/[0-9]+\]' "$log" | tail -n 60 >&2
    die "the $preset build failed (whole log: build/$preset.log)"
  fi
  say "built $preset in $(($(seconds) - began)) s"
}
