#!/usr/bin/env bash
# takeover.sh SERVER BINARY: notary-server 0.7.0 on the database server (postgres, mariadb) fills a database; our storage
# reads it and writes the same into another one, with which a second notary-server goes on.
set -euo pipefail
# shellcheck source=tests/support/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../support/common.sh"

[ $# -eq 2 ] || fail "usage: takeover.sh SERVER BINARY"
server=$1 binary=$2
export TAKEOVER_GUN=example.com/taken/over TAKEOVER_SERVED=$D/served
G=$TAKEOVER_GUN

address() { # DATABASE
  case $server in
    postgres) printf 'postgres://peers@%s/%s?sslmode=disable\n' "$POSTGRES_ADDR" "$1" ;;
    mariadb) printf 'peers@tcp(%s)/%s?parseTime=True\n' "$MARIADB_ADDR" "$1" ;;
    *) fail "no database server $server" ;;
  esac
}
ours() { # TEST
  TAKEOVER_FROM=$(address notaryserver) TAKEOVER_TO=$(address copied) \
    ok "$binary" --gtest_brief=1 --gtest_filter="*/TakeOver.$1/$server"
  assert_contains "[  PASSED  ] 1 test."
}
# listen, heard: what psql is told on the channel of changes between the two.
listen() {
  mkfifo "$D/ask"
  psql -qAtX "$(address copied)" <"$D/ask" >"$D/heard" &
  LISTENER=$!
  exec 9>"$D/ask"
  printf 'LISTEN boltseal_changes; SELECT $$listening$$;\n' >&9
  until grep -q listening "$D/heard"; do kill -0 "$LISTENER"; done
}
heard() { # TEXT
  printf 'SELECT $$end$$;\n' >&9
  exec 9>&-
  wait "$LISTENER"
  grep -qF "$1" "$D/heard" || fail "no \"$1\" was heard"
}
fetch() { curl -ksSf "$1/v2/$G/_trust/tuf/$2.json"; }

step "a real notary-server fills a database"
peers "$server" "$D"
start_notary_server server --storage "$server"
client_home a
ok notary -d "$D/t" init $G -p
ok notary -d "$D/t" addhash $G v1 100 --sha256 "$(printf %064d 1)" -p
mkdir "$D/served"
for role in root targets snapshot timestamp; do fetch "$SERVER_URL" $role >"$D/served/$role.json"; done

step "our storage reads it"
ours ReadsWhatNotaryServerWrote

step "our storage fills another database, with which a notary-server starts"
peers notary "$D" second --storage "$server" --database copied
refresh
ours WritesWhatNotaryServerGoesOnWith
for role in root targets snapshot timestamp; do
  fetch "$SECOND_URL" $role | cmp - "$D/served/$role.json" || fail "$role.json differs"
done

step "it serves a new reader and takes the next publish"
client_home b --server second
ok notary -d "$D/reader" lookup $G v1
cp -r "$D/t" "$D/t2"
ok notary -d "$D/t2" addhash $G v2 100 --sha256 "$(printf %064d 2)" -p
ok notary -d "$D/reader" lookup $G v2
ours SeesWhatNotaryServerAddedAfterwards

step "what our storage removes is gone for it"
[ "$server" != postgres ] || listen
ours Removes
[ "$server" != postgres ] || heard "\"boltseal_changes\" with payload \" $G\""
assert_equal 404 "$(curl -ksS -o /dev/null -w '%{http_code}' "$SECOND_URL/v2/$G/_trust/tuf/targets.json")" "targets.json"
