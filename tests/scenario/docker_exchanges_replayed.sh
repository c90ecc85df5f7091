#!/usr/bin/env bash
# needs: nothing (a client that is not installed is played from its record)
# servers: boltseald notary
# dockers: 20 28
# What the docker client of this version once asked is asked again; the answers are the recorded ones.
. "$(dirname "$0")/../support/common.sh"

start_server
/usr/bin/python3 -B "$ROOT/tests/differential/replay.py" "$SERVER_URL" "$GOLDEN/docker$DOCKER_VERSION/exchanges.txt"
