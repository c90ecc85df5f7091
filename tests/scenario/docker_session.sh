#!/usr/bin/env bash
# needs: engine
# servers: boltseald notary
# dockers: 20 28
# A session whose every output, and every exchange with the trust server, is the one on record.
. "$(dirname "$0")/../support/common.sh"

find_docker
start_engine
start_server
start_registry
start_proxy px "$SERVER_URL"
client_home a --server px
R=$REGISTRY_ADDR/team
cd "$D"
certificate alice 365
openssl x509 -in alice.crt -noout -pubkey >alice.pub
chmod 600 alice.key
for tag in v1 v2; do docker tag boltseal-test:$tag "$R/app:$tag"; done
docker tag boltseal-test:v1 "$R/signed:v1"
d() { mark "$*"; shown "$DOCKER" "$@"; }
t() { mark "$*"; DOCKER_CONTENT_TRUST=1 shown "$DOCKER" "$@"; }
mark() { printf '{"command": "%s"}\n' "$*" >>"$PX_EXCHANGES"; }

t push "$R/app:v1"
t push "$R/app:v1"
t push "$R/app:v2"
d trust inspect "$R/app"
d rmi -f "$R/app:v1" "$R/app:v2"
t pull "$R/app:v1"
t pull "$R/app:v2"
t pull "$R/app:nope"
t run --rm --net=none "$R/app:v1"
t run --rm --net=none "$R/none:v1"
d trust key load --name alice alice.key
d trust signer add --key alice.pub alice "$R/signed"
d trust sign "$R/signed:v1"
d trust sign "$R/signed:v1"
d trust inspect --pretty "$R/signed"
t pull "$R/signed:v1"
d trust revoke "$R/signed:v1"
d trust revoke "$R/signed:v1"
t pull "$R/signed:v1"
d trust revoke "$R/app:v1"
t push "$R/app:v1"
rm -rf "$HOME/.docker/trust/tuf"
t pull "$R/app:v1"

assert_golden "docker$DOCKER_VERSION/session.txt" "$TRANSCRIPT"
/usr/bin/python3 "$SUPPORT/exchanges" "$PX_EXCHANGES" >"$D/exchanges"
assert_golden "docker$DOCKER_VERSION/exchanges.txt" "$D/exchanges"
