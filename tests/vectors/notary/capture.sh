#!/usr/bin/env bash
# Captures the files of this folder from notary 0.7.0: capture.sh OUT SERVER CA
# HOME has a notary config (.notary/config.json) and passphrases for the server, an empty trust folder; SERVER is
# its URL and CA the file that its certificate chains to.
set -euo pipefail
out=$1 server=$2 ca=$3
gun=example.com/vectors/app
trust=$(mktemp -d)
n() { notary -d "$trust" "$@"; }
fetch() { # NAME FILE: a file as the server serves it
  curl -fsS --cacert "$ca" -o "$out/$1" "$server/v2/$gun/_trust/tuf/$2"
}
save() { # STEP ROLE...: files as the client cached them
  local step=$1 role
  shift
  for role in "$@"; do cp "$trust/tuf/$gun/metadata/$role.json" "$out/$step.${role//\//_}.json"; done
}
work=$(mktemp -d)
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/rsa.key" -out "$work/rsa.crt" -days 3650 -subj /CN=bob 2>/dev/null
openssl ecparam -name prime256v1 -genkey -noout -out "$work/ec.key"
openssl ec -in "$work/ec.key" -pubout -out "$work/ec.pub" 2>/dev/null
openssl req -x509 -new -key "$work/ec.key" -out "$work/ec.crt" -days 3650 -subj /CN=alice 2>/dev/null
printf 'hello' >"$work/blob"
printf '{"a":1,"b":{"c":[true,null,"x"]}}' >"$work/custom"

# 1: a repository as `notary init` leaves it, the snapshot key at the client.
n init -p "$gun"
n list "$gun"
save 1 root targets snapshot timestamp
# 2: targets with odd names, custom data, two hashes.
n add "$gun" v1 "$work/blob"
n add "$gun" 'a<b>&c' "$work/blob"
n add "$gun" 'été-标签' "$work/blob"
n add "$gun" v2 "$work/blob" --custom "$work/custom"
n addhash "$gun" sha256only 100 --sha256 "$(printf a | sha256sum | cut -d' ' -f1)"
n publish "$gun"
n list "$gun"
save 2 root targets snapshot timestamp
# 3: delegations by certificate (RSA) and by plain key, one below another, with paths and without.
n delegation add -p "$gun" targets/releases "$work/rsa.crt" --all-paths
n delegation add -p "$gun" targets/alice "$work/ec.pub" --paths x/ --paths 'y<'
n delegation add -p "$gun" targets/nopaths "$work/ec.crt"
notary -d "$trust" key import "$work/rsa.key" --role bob
notary -d "$trust" key import "$work/ec.key" --role alice
n addhash "$gun" r1 7 --sha256 "$(printf b | sha256sum | cut -d' ' -f1)" -r targets/releases
n addhash "$gun" x/one 8 --sha256 "$(printf c | sha256sum | cut -d' ' -f1)" -r targets/alice
n delegation add "$gun" targets/alice/sub "$work/rsa.crt" --paths x/sub
n publish "$gun"
n list "$gun"
save 3 root targets snapshot timestamp targets/releases targets/alice
# 4: the snapshot key moves to the server, the root key rotates, a key is purged.
n key rotate "$gun" snapshot -r
echo yes | notary -d "$trust" key rotate "$gun" root
n key rotate "$gun" timestamp -r
id=$(notary -d "$trust" delegation list "$gun" | awk '$1 == "targets/nopaths" { print $(NF-1) }')
n delegation purge -p "$gun" --key "$id"
n list "$gun"
save 4 root targets snapshot timestamp targets/alice
for v in 1 2 3 4; do fetch "4.root.$v.json" "$v.root.json"; done
fetch 4.timestamp.key timestamp.key
fetch 4.snapshot.key snapshot.key
rm -rf "$work" "$trust"
