#!/usr/bin/env bash
# needs: notary
# servers: boltseald notary
# The life of a repository with the stock notary client prints, word for word, what it always did.
. "$(dirname "$0")/../support/common.sh"

start_server
client_home a
cd "$D"
printf 'hello\n' >f1
printf 'world2\n' >f2
printf 'tampered\n' >f3
certificate alice 365
certificate bob 100 rsa
DIR=$D/t
n() { shown notary -d "$DIR" "$@"; }
G=demo/app

n list $G
n init $G
n key list
n status $G
n add $G v1 f1
n addhash $G v2 11 --sha256 "$(sha256_of f1)"
n status $G
n publish $G
n list $G
n lookup $G v1
n lookup $G v9
n verify $G v1 -i f1
n verify -q $G v1 -i f3
n delegation add $G targets/releases alice.crt --all-paths
n delegation add $G targets/team bob.crt --paths x/,y/ -p
n delegation list $G
n key import alice.key --role targets/releases
n key import bob.key
n add $G rel f2 -r targets/releases -p
n add $G x/1 f1 -r targets/team -p
n add $G z f1 -r targets/team -p
n reset $G --all
n list $G
n list $G -r targets/team
n witness $G targets/releases targets -p
n remove $G v2 -p
n key rotate $G snapshot -r
n key rotate $G timestamp -r
n key rotate $G targets
INPUT=$'yes\n' n key rotate $G root
n list $G
n key list
n key export -o g.pem
DIR=$D/u n key import g.pem
n delegation remove $G targets/team -y -p
n delegation purge $G --key "$(notary -d "$DIR" key list | awk '/targets\/releases/ { print $2 }')" -p
n delegation list $G
DIR=$D/v n list $G
n delete $G --remote
n list $G
BOLTSEAL_KNOWN="SHA-F1=$(sha256_of f1) SHA-F2=$(sha256_of f2)" assert_golden notary/transcript.txt "$TRANSCRIPT"
