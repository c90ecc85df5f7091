# Trust servers and signers in D: boltseald, notary-server, notary-signer. Sourced by `peers`.
# shellcheck shell=bash

# ---- boltseald -------------------------------------------------------------

boltseald_program() {
  local p=${OPT_program:-${BOLTSEALD:-$HERE/../../build/release/boltseald}}
  [ -x "$p" ] || die "no boltseald at $p (build it, or set BOLTSEALD)"
  printf '%s\n' "$p"
}

boltseald_auth() { # the member "auth" of the config's "server"
  case ${OPT_auth:-none} in
    none) printf '{}\n' ;;
    token)
      alive token || again token
      jq -cn --arg r "$(get_env TOKEN_REALM)" --arg b "$(get_env TOKEN_CERT_FILE)" '{auth: {kind: "token", token: {
        realm: $r, service: "boltseal-tests", issuer: "boltseal-tests", root_certificates: $b}}}'
      ;;
    htpasswd)
      htpasswd_file "$R/htpasswd"
      jq -cn --arg f "$R/htpasswd" '{auth: {kind: "htpasswd", htpasswd: {file: $f}, admins: ["alice"]}}'
      ;;
    *) die "--auth is none, token or htpasswd" ;;
  esac
}

# Files of notary's as they stand; the port and the scheme are theirs.
configured() {
  local address
  [ -r "$OPT_config" ] || die "no file $OPT_config"
  address=$(jq -r '.server | .http_addr // .grpc_addr // .listen[0].address' "$OPT_config")
  OPT_port=${OPT_port:-${address##*:}}
  [ "$(jq '.server | .tls_cert_file or .listen[0].tls_cert' "$OPT_config")" = true ] || SCHEME=http
}
passphrase() { printf 'NOTARY_SIGNER_PEERS=%s\n' "${NOTARY_SIGNER_PEERS-peers-passphrase}"; }

boltseald_taken() { # by the names notary-server and notary-signer with their flags
  local files=(--config "$OPT_config") role=()
  [ -z "${OPT_signer_config:-}" ] || files+=(--signer-config "$OPT_signer_config")
  [ -z "${OPT_role:-}" ] || role=("$OPT_role")
  case ${PROGRAM##*/} in notary-*) role=() ;; esac
  spawn "$NAME" TERM env "$(passphrase)" "$PROGRAM" "${role[@]}" "${files[@]}" \
    --state-dir "$R/state" --keys-dir "$R/keys"
}

boltseald_start() {
  local more=${OPT_set:-} signer=${OPT_signer_role:-} roles=(server)
  if [ -n "${OPT_config:-}" ]; then
    boltseald_taken
    return
  fi
  [ -n "$more" ] || more='{}'
  more=$(jq -cn --argjson m "$more" --argjson a "$BOLTSEALD_AUTH" '$m + $a')
  [ -z "$signer" ] || roles+=(signer)
  jq -n --arg a "127.0.0.1:$1" --arg c "$D/ca" --arg r "$R" --arg p "${OPT_plain:-}" \
    --argjson s "$STORAGE" --arg x "${OPT_prefix:-}" --argjson more "$more" \
    --argjson signer "${signer:-null}" --arg b "127.0.0.1:$SIGNER_PORT" '{server: (
      {listen: [{address: $a} + (if $p == "" then {tls_cert: "\($c)/server.crt", tls_key: "\($c)/server.key"}
                                 else {plain: true} end)],
       storage: $s} + (if $x == "" then {} else {repositories: {gun_prefixes: [$x]}} end) + $more)}
      + (if $signer == null then {} else {signer: ({listen: [{address: $b, tls_cert: "\($c)/notary-signer.crt",
          tls_key: "\($c)/notary-signer.key", client_ca: "\($c)/ca.crt"}]} + $signer)} end)' >"$R/config.json"
  spawn "$NAME" TERM "$PROGRAM" "${roles[@]}" --config "$R/config.json" \
    --state-dir "$R/state" --keys-dir "$R/keys"
}
boltseald_storage() { # the member "storage" of the config's "server"
  case ${OPT_storage:=sqlite} in
    sqlite | memory) jq -cn --arg k "$OPT_storage" '{kind: $k}' ;;
    *) storage_json server | jq -c '{kind: .backend} + if .backend == "mysql" then {dsn: .db_url} else {conninfo: .db_url} end' ;;
  esac
}
scheme_up() { http_up "$SCHEME://127.0.0.1:$1/v2/"; }

cmd_boltseald() {
  NAME=${ARGS[0]:-boltseald}
  R=$D/$NAME
  SCHEME=https
  [ -z "${OPT_plain:-}" ] || SCHEME=http
  PROGRAM=$(boltseald_program)
  cmd_ca
  mkdir -p "$R"
  BOLTSEALD_AUTH=$(boltseald_auth)
  SIGNER_PORT=$(free_port)
  STORAGE=$(boltseald_storage)
  [ -z "${OPT_config:-}" ] || configured
  if [ "${OPT_role:-}" = signer ]; then
    serve "$NAME" "${OPT_port:-0}" boltseald_start tcp_up
    put_env "$(upper "$NAME")_ADDR" "127.0.0.1:$PORT"
    return
  fi
  serve "$NAME" "${OPT_port:-0}" boltseald_start scheme_up
  publish_address
  [ -z "${OPT_signer_role:-}" ] || put_env "$(upper "$NAME")_SIGNER_ADDR" "127.0.0.1:$SIGNER_PORT"
}

# ---- notary ----------------------------------------------------------------

signer_start() {
  [ -n "${OPT_config:-}" ] || jq -n --arg a "127.0.0.1:$1" --arg c "$D/ca" --argjson s "$STORAGE" --arg l "${OPT_level:-error}" '{
    server: {grpc_addr: $a, tls_cert_file: "\($c)/notary-signer.crt",
             tls_key_file: "\($c)/notary-signer.key", client_ca_file: "\($c)/ca.crt"},
    logging: {level: $l}, storage: $s}' >"$R/config.json"
  spawn "$NAME" TERM env "$(passphrase)" notary-signer -config "${OPT_config:-$R/config.json}" -logf logfmt
}

cmd_signer() {
  NAME=${ARGS[0]:-signer}
  R=$D/$NAME
  cmd_ca
  mkdir -p "$R"
  STORAGE=$(storage_json signer)
  [ -z "${OPT_config:-}" ] || configured
  serve "$NAME" "${OPT_port:-0}" signer_start tcp_up
  put_env "$(upper "$NAME")_ADDR" "127.0.0.1:$PORT"
}

notary_start() {
  [ -n "${OPT_config:-}" ] || jq -n --arg a "127.0.0.1:$1" --arg c "$D/ca" --argjson t "$TRUST" --argjson x "$AUTH" \
    --argjson s "$STORAGE" --arg p "${OPT_prefix:-}" --arg l "${OPT_level:-error}" --arg plain "${OPT_plain:-}" '{
    server: ({http_addr: $a} + (if $plain == "" then
      {tls_cert_file: "\($c)/notary-server.crt", tls_key_file: "\($c)/notary-server.key"} else {} end)),
    trust_service: $t, logging: {level: $l}, storage: $s}
    + (if $x == null then {} else {auth: $x} end)
    + (if $p == "" then {} else {repositories: {gun_prefixes: [$p]}} end)' >"$R/config.json"
  spawn "$NAME" TERM notary-server -config "${OPT_config:-$R/config.json}" -logf logfmt
}

remote_trust() { # SIGNER: the trust_service object
  local address
  address=${OPT_signer_address:-}
  if [ -z "$address" ]; then
    alive "$1" || again signer "$1" --storage "${OPT_storage:-memory}"
    address=$(get_env "$(upper "$1")_ADDR")
  fi
  jq -cn --arg c "$D/ca" --arg p "${address#*:}" --arg k "${OPT_algorithm:-ecdsa}" '{
    type: "remote", hostname: "127.0.0.1", port: $p, key_algorithm: $k, tls_ca_file: "\($c)/ca.crt",
    tls_client_cert: "\($c)/notary-server.crt", tls_client_key: "\($c)/notary-server.key"}'
}

cmd_notary() {
  NAME=${ARGS[0]:-notary}
  R=$D/$NAME
  SCHEME=https
  [ -z "${OPT_plain:-}" ] || SCHEME=http
  cmd_ca
  mkdir -p "$R"
  case ${OPT_trust:-remote} in
    local) TRUST='{"type":"local"}' ;;
    remote) TRUST=$(remote_trust "${OPT_signer:-signer}") ;;
    *) die "--trust is remote or local" ;;
  esac
  case ${OPT_auth:-none} in
    none) AUTH=null ;;
    token)
      alive token || again token
      AUTH=$(jq -cn --arg r "$(get_env TOKEN_REALM)" --arg b "$(get_env TOKEN_CERT_FILE)" '{type: "token",
        options: {realm: $r, service: "boltseal-tests", issuer: "boltseal-tests", rootcertbundle: $b}}')
      ;;
    *) die "--auth is none or token" ;;
  esac
  STORAGE=$(storage_json server)
  [ -z "${OPT_config:-}" ] || configured
  serve "$NAME" "${OPT_port:-0}" notary_start scheme_up
  publish_address
}
