# Tokens of SoftHSM in D. Sourced by `peers`.
# shellcheck shell=bash

softhsm_module() {
  local file
  for file in /usr/lib/softhsm/libsofthsm2.so /usr/lib/*/softhsm/libsofthsm2.so; do
    [ ! -e "$file" ] || { printf '%s\n' "$file"; return; }
  done
  die "SoftHSM is not installed"
}

cmd_softhsm() { # two tokens, "boltseal" and "second", with the PIN 1234
  local dir=$D/softhsm label
  local module
  module=$(softhsm_module)
  mkdir -p "$dir/tokens"
  if [ ! -e "$dir/conf" ]; then
    printf 'directories.tokendir = %s/tokens\nobjectstore.backend = file\nlog.level = ERROR\n' "$dir" >"$dir/conf"
    (umask 077; printf '1234\n' >"$dir/pin")
    for label in boltseal second; do
      SOFTHSM2_CONF=$dir/conf softhsm2-util --init-token --free --label "$label" --so-pin 12345678 --pin 1234 \
        >>"$D/log/softhsm" 2>&1 || die "no token: $(tail -n 1 "$D/log/softhsm")"
    done
  fi
  put_env SOFTHSM2_CONF "$dir/conf"
  put_env SOFTHSM_DIR "$dir"
  put_env SOFTHSM_MODULE "$module"
  put_env SOFTHSM_URI "pkcs11:token=boltseal?module-path=$module&pin-source=file:$dir/pin"
}
