# Database servers in D, with the databases of notary-server and notary-signer. Sourced by `peers`.
# shellcheck shell=bash

# Databases refuse to run as root: the prefix that makes a command run as somebody else (the pid stays).
LOWLY=(env)
if [ "$(id -u)" -eq 0 ]; then LOWLY=(setpriv --reuid=nobody --regid=nogroup --clear-groups --); fi

give_dir() { # FOLDER below D: made, and given to that user
  mkdir -p "$1"
  chmod 700 "$1"
  [ "$(id -u)" -eq 0 ] || return 0
  chmod o+x "$D"
  chown nobody:nogroup "$1"
  "${LOWLY[@]}" test -w "$1" || die "user nobody cannot reach $1: choose a DIR in a folder open to all"
}

give_file() { # SOURCE TARGET: a copy that only that user reads
  install -m 600 "$1" "$2"
  if [ "$(id -u)" -eq 0 ]; then chown nobody:nogroup "$2"; fi
}

# ---- PostgreSQL ------------------------------------------------------------

# PG names the server, and its folder in D: postgres, or standby.
PG=postgres
postgres_start() {
  local sync=()
  [ -n "${OPT_durable:-}" ] || sync=(-c fsync=off -c synchronous_commit=off -c full_page_writes=off)
  spawn "$PG" INT "${LOWLY[@]}" "$PGBIN/postgres" -D "$D/$PG/data" -c port="$1" \
    -c listen_addresses=127.0.0.1 -c unix_socket_directories="$D/$PG" -c max_connections=200 \
    -c log_min_messages=fatal -c ssl=on -c ssl_cert_file="$D/$PG/server.crt" \
    -c ssl_key_file="$D/$PG/server.key" "${sync[@]}"
}
postgres_query() { # PORT DATABASE [PSQL OPTIONS]
  psql -qAtX -v ON_ERROR_STOP=1 -h "$D/$PG" -p "$1" -U peers -d "$2" "${@:3}"
}
postgres_up() { postgres_query "$1" postgres -c 'SELECT 1'; }

postgres_folder() {
  PGBIN=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
  [ -x "$PGBIN/postgres" ] || die "no PostgreSQL server is installed"
  cmd_ca
  give_dir "$D/$PG"
  give_file "$D/ca/server.crt" "$D/$PG/server.crt"
  give_file "$D/ca/server.key" "$D/$PG/server.key"
}

postgres_make() {
  local data=$D/postgres/data
  [ ! -f "$data/PG_VERSION" ] || return 0
  "${LOWLY[@]}" "$PGBIN/initdb" -D "$data" -U peers --auth=trust -E UTF8 --locale=C.UTF-8 --no-sync \
    >"$D/log/initdb" 2>&1 || die "initdb failed: $(tail -n 3 "$D/log/initdb")"
  # "locked" is the user of tests that need a password; all others come in without.
  {
    printf 'local all all trust\n'
    printf 'host all locked 127.0.0.1/32 scram-sha-256\n'
    printf 'host all all 127.0.0.1/32 trust\n'
    printf 'host replication all 127.0.0.1/32 trust\n'
  } >"$data/pg_hba.conf"
}

postgres_database() { # PORT NAME KIND: made from sql/KIND.postgres.sql where it is missing; KIND - for none
  [ -z "$(postgres_query "$1" postgres -c "SELECT 1 FROM pg_database WHERE datname='$2'")" ] || return 0
  postgres_query "$1" postgres -c "CREATE DATABASE $2"
  [ "$3" = - ] || postgres_query "$1" "$2" -f "$HERE/sql/$3.postgres.sql"
}

cmd_postgres() {
  postgres_folder
  if alive postgres; then
    PORT=$(get_env POSTGRES_ADDR)
    PORT=${PORT##*:}
  else
    postgres_make
    serve postgres "${OPT_port:-0}" postgres_start postgres_up
  fi
  postgres_database "$PORT" notaryserver server
  postgres_database "$PORT" notarysigner signer
  put_env POSTGRES_ADDR "127.0.0.1:$PORT"
  put_env POSTGRES_URL "$(postgres_url postgres)"
  put_env POSTGRES_SERVER_URL "$(postgres_url notaryserver)"
  put_env POSTGRES_SIGNER_URL "$(postgres_url notarysigner)"
}

# A streaming standby, always durable; primary_conninfo names it "standby", for synchronous_standby_names.
cmd_standby() {
  local primary
  primary=$(get_env POSTGRES_ADDR)
  PG=standby OPT_durable=1
  postgres_folder
  if [ ! -f "$D/standby/data/PG_VERSION" ]; then
    "${LOWLY[@]}" "$PGBIN/pg_basebackup" -D "$D/standby/data" -X stream -R -c fast --no-sync \
      -d "host=127.0.0.1 port=${primary##*:} user=peers application_name=standby" >"$D/log/basebackup" 2>&1 ||
      die "pg_basebackup failed: $(tail -n 3 "$D/log/basebackup")"
  fi
  serve standby "${OPT_port:-0}" postgres_start postgres_up
  put_env STANDBY_ADDR "127.0.0.1:$PORT"
}
postgres_url() { printf 'postgres://peers@%s/%s?sslmode=disable\n' "$(get_env POSTGRES_ADDR)" "$1"; }

# ---- MariaDB ---------------------------------------------------------------

mariadb_start() {
  local sync=(--innodb-flush-log-at-trx-commit=1)
  [ -n "${OPT_durable:-}" ] || sync=(--innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=0
    --innodb-flush-method=nosync --skip-sync-frm)
  spawn mariadb TERM "${LOWLY[@]}" mariadbd --no-defaults --datadir="$D/mariadb/data" \
    --socket="$D/mariadb/sock" --pid-file="$D/mariadb/pid" --port="$1" --bind-address=127.0.0.1 \
    --max-connections=200 --max-allowed-packet=256M --skip-name-resolve --skip-log-bin \
    --ssl-cert="$D/mariadb/server.crt" --ssl-key="$D/mariadb/server.key" "${sync[@]}"
}
mariadb_query() { # [DATABASE] [OPTIONS]: as root by the socket; the statements come from stdin or -e
  mariadb --no-defaults -u root -S "$D/mariadb/sock" -N "$@"
}
mariadb_up() { mariadb_query -e 'SELECT 1'; }

mariadb_make() {
  local data=$D/mariadb/data
  give_dir "$D/mariadb"
  give_file "$D/ca/server.crt" "$D/mariadb/server.crt"
  give_file "$D/ca/server.key" "$D/mariadb/server.key"
  [ ! -d "$data/mysql" ] || return 0
  "${LOWLY[@]}" mariadb-install-db --no-defaults --datadir="$data" --skip-test-db \
    --auth-root-authentication-method=normal >"$D/log/mariadb-install-db" 2>&1 ||
    die "mariadb-install-db failed: $(tail -n 3 "$D/log/mariadb-install-db")"
}

mariadb_users() { # "peers" comes in without a password; "locked" is the user of tests that need one
  mariadb_query -e "CREATE USER IF NOT EXISTS peers@'%'; GRANT ALL ON *.* TO peers@'%'
    WITH GRANT OPTION;
    CREATE USER IF NOT EXISTS locked@'%' IDENTIFIED BY 'locked-pw'; GRANT ALL ON *.* TO locked@'%'"
}

mariadb_database() { # NAME KIND: made from sql/KIND.mariadb.sql where it is missing; KIND - for none
  [ -z "$(mariadb_query -e "SHOW DATABASES LIKE '$1'")" ] || return 0
  mariadb_query -e "CREATE DATABASE $1 CHARACTER SET utf8"
  [ "$2" = - ] || mariadb_query "$1" <"$HERE/sql/$2.mariadb.sql"
}

cmd_mariadb() {
  cmd_ca
  if alive mariadb; then
    PORT=$(get_env MARIADB_ADDR)
    PORT=${PORT##*:}
  else
    mariadb_make
    serve mariadb "${OPT_port:-0}" mariadb_start mariadb_up
    mariadb_users
  fi
  mariadb_database notaryserver server
  mariadb_database notarysigner signer
  put_env MARIADB_ADDR "127.0.0.1:$PORT"
  put_env MARIADB_SOCKET "$D/mariadb/sock"
  put_env MARIADB_URL "$(mariadb_url mysql)"
  put_env MARIADB_SERVER_URL "$(mariadb_url notaryserver)"
  put_env MARIADB_SIGNER_URL "$(mariadb_url notarysigner)"
}
mariadb_url() { printf 'peers@tcp(%s)/%s?parseTime=True\n' "$(get_env MARIADB_ADDR)" "$1"; }

# ---- what notary keeps in them ---------------------------------------------

# storage_json KIND: the "storage" object of notary-server's (KIND server) or notary-signer's (signer)
# configuration, after OPT_storage and OPT_database.
storage_json() {
  local kind=$1 storage=${OPT_storage:-memory} name=${OPT_database:-notary$1} url
  case $storage in
    memory)
      printf '{"backend":"memory"}'
      return
      ;;
    postgres)
      again postgres
      url=$(get_env POSTGRES_ADDR)
      postgres_database "${url##*:}" "$name" "$kind" >&2
      url=$(postgres_url "$name")
      ;;
    mariadb)
      again mariadb
      mariadb_database "$name" "$kind" >&2
      url=$(mariadb_url "$name")
      ;;
    *) die "--storage is memory, postgres or mariadb" ;;
  esac
  jq -cn --arg b "${storage/mariadb/mysql}" --arg u "$url" --arg k "$kind" \
    '{backend: $b, db_url: $u} + (if $k == "signer" then {default_alias: "peers"} else {} end)'
}
