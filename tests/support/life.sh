# The life of a repository with stock notary clients, one step at a time. Sourced by scenarios after common.sh.
# shellcheck shell=bash
#
# Each step is a function life_STEP NAME on the repository example.com/life/NAME. Its owner's folder is D/own-NAME,
# that of the delegate alice D/alice-NAME, and D/want-NAME holds what a reader must see: lines of "TAG ROLE".

LIFE=(begin publish give_snapshot delegate delegate_publishes rotate_root publish rotate_targets rotate_timestamp
  witness remove_tag remove_delegation take_snapshot publish delete begin)

gun() { printf 'example.com/life/%s\n' "$1"; }
owner() { # NAME COMMAND ARGUMENTS
  ok notary -d "$D/own-$1" "$2" ${3:+"$3"} "$(gun "$1")" "${@:4}"
}
tag() { # NAME TAG ROLE FOLDER: one more, signed by whom FOLDER belongs to
  ok notary -d "$D/$4-$1" addhash "$(gun "$1")" "$2" 100 --sha256 "$(printf %064d 7)" -r "$3" -p
  printf '%s %s\n' "$2" "$3" >>"$D/want-$1"
}
forget() { # NAME TEXT: lines with it are no longer wanted
  sed -i "\#$2#d" "$D/want-$1"
}

life_begin() {
  local count
  count=$(find "$D" -maxdepth 1 -name "begun-$1-*" | wc -l)
  : >"$D/want-$1"
  : >"$D/begun-$1-$count"
  rm -rf "$D/old-$1"
  owner "$1" init "" -p
  tag "$1" "first$count" targets own
}
life_publish() { tag "$1" "v$(wc -l <"$D/want-$1")" targets own; }
life_give_snapshot() { owner "$1" key rotate snapshot -r; }
life_take_snapshot() { owner "$1" key rotate snapshot; }
life_rotate_root() { INPUT=$'yes\n' owner "$1" key rotate root; }
life_rotate_targets() { owner "$1" key rotate targets; }
life_rotate_timestamp() { owner "$1" key rotate timestamp -r; }
life_delegate() {
  [ -f "$D/alice.crt" ] || certificate alice 365
  owner "$1" delegation add targets/releases "$D/alice.crt" --all-paths -p
}
life_delegate_publishes() {
  ok notary -d "$D/alice-$1" key import "$D/alice.key" --role targets/releases
  tag "$1" released targets/releases alice
}
life_witness() {
  ok notary -d "$D/own-$1" key import "$D/alice.key" --role targets/releases
  owner "$1" witness "" targets/releases targets -p
}
life_remove_tag() {
  owner "$1" remove "" v1 -p
  forget "$1" '^v1 '
}
life_remove_delegation() {
  owner "$1" delegation remove targets/releases -y -p
  forget "$1" ' targets/releases$'
}
life_delete() {
  owner "$1" delete "" --remote
  rm "$D/want-$1"
}

seen_by() { # FOLDER NAME: what a reader with this cache sees
  ok notary -d "$1" list "$(gun "$2")"
  awk 'NF == 4 && $3 == 100 { print $1, $4 }' "$OUT" | sort
}
# read_life NAME: a client with an old cache and one with none see what is wanted.
read_life() {
  if [ -f "$D/want-$1" ]; then
    assert_equal "$(sort "$D/want-$1")" "$(seen_by "$D/old-$1" "$1")" "what an old cache makes of $1"
    rm -rf "$D/new"
    assert_equal "$(sort "$D/want-$1")" "$(seen_by "$D/new" "$1")" "what a new client sees of $1"
  elif [ -d "$D/own-$1" ]; then
    rm -rf "$D/new"
    expect_fail 1 notary -d "$D/new" list "$(gun "$1")"
    assert_contains "does not have trust data for $(gun "$1")"
  fi
}

# served URL NAMES: every file of the repositories as it is served, and the feed.
served() {
  local name file tuf
  for name in "${@:2}"; do
    tuf=$1/v2/$(gun "$name")/_trust/tuf
    # The real server answers 500 for a delegation that is not there.
    if grep -qs ' targets/releases$' "$D/want-$name"; then curl -ksSf "$tuf/targets/releases.json"; fi
    for file in root.json 1.root.json targets.json snapshot.json timestamp.json; do
      curl -ksS -o "$D/x" -w "$name $file %{http_code}" "$tuf/$file"
      printf ' %s\n' "$(sed 's/"detail":.*//' "$D/x" | sha256sum)"
    done
    [ ! -f "$D/want-$name" ] || curl -ksSf "$tuf/timestamp.key" | jq -S .
  done
  # On PostgreSQL the real server pads the hash that a deletion does not have.
  curl -ksSf "$1/v2/_trust/changefeed?records=1000" | jq . | sed 's/"SHA256": " *"/"SHA256": ""/'
}

# live NAME STEP: a step, and what readers make of it.
live() {
  [ "$2" -ge 0 ] && [ "$2" -lt "${#LIFE[@]}" ] || return 0
  step "$1 at ${WHO:-the server}: ${LIFE[$2]}"
  "life_${LIFE[$2]}" "$1"
  read_life "$1"
}
