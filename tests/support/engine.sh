# The docker engine and the test images of `peers`; sourced by it.
# shellcheck shell=bash

cmd_dockerd() {
  local sock=$D/docker.sock pid=
  [ "$(id -u)" -eq 0 ] || die "dockerd needs root"
  if alive dockerd; then die "dockerd already runs in $D"; fi
  cmd_ca
  # Go reads its system roots from SSL_CERT_FILE: our CA is trusted without a file below /etc/docker.
  cat /etc/ssl/certs/ca-certificates.crt "$D/ca/ca.crt" >"$D/ca/bundle.crt" 2>/dev/null ||
    cp "$D/ca/ca.crt" "$D/ca/bundle.crt"
  printf '{}\n' >"$D/daemon.json"
  spawn dockerd TERM env -u DOCKER_HOST HOME="$D/docker-home" SSL_CERT_FILE="$D/ca/bundle.crt" \
    DOCKER_TMPDIR="$D/docker-tmp" dockerd --config-file "$D/daemon.json" \
    --data-root "$D/docker" --exec-root "$D/exec" -H "unix://$sock" -p "$D/docker.pid" \
    --storage-driver vfs --iptables=false --ip6tables=false --bridge=none \
    --userland-proxy=false --log-level warn
  wait_for dockerd 60 curl -fsS --unix-socket "$sock" http://d/_ping || {
    tail -n 20 "$D/log/dockerd" >&2
    stop_one dockerd
    die "dockerd did not start (its log is above)"
  }
  # The engine's own containerd outlives an engine that is killed.
  if [ -s "$D/exec/containerd/containerd.pid" ]; then
    pid=$(cat "$D/exec/containerd/containerd.pid")
    record containerd TERM "$pid"
  fi
  put_env DOCKER_HOST "unix://$sock"
  if [ -d "$D/oci" ]; then load_images; fi
}

# The engine ends its containers and its containerd itself when it gets SIGTERM. For one that was
# killed: containerd recorded the first pid of each container, whose parent is the shim; both are
# ours if the shim names our folder.
stop_engine() {
  local task shim init
  stop_one dockerd
  stop_one containerd
  for task in "$D"/exec/containerd/daemon/io.containerd.runtime.v2.task/moby/*; do
    [ -s "$task/init.pid" ] || continue
    init=$(cat "$task/init.pid")
    shim=$(stat_field "$init" 2)
    if tr '\0' ' ' 2>/dev/null <"/proc/${shim:-none}/cmdline" | grep -qF -- "$D/exec/"; then
      kill -s KILL "$init" "$shim" 2>/dev/null || :
    fi
  done
}

unmount_all() {
  local m
  while read -r m; do umount -l "$m" 2>/dev/null || :; done < <(
    awk -v d="$D/" 'index($5, d) == 1 { print $5 }' /proc/self/mountinfo | sort -r
  )
}

image() { # TAG FOLDER: one image in the layout; fixed times make it reproducible
  local l=$D/oci
  find "$2" -exec touch -h -d @1600000000 {} +
  umoci new --image "$l:$1" 2>/dev/null
  umoci insert --image "$l:$1" --no-history "$2" / 2>/dev/null
  umoci config --image "$l:$1" --no-history --created 2020-09-13T12:26:40Z \
    --architecture "$(dpkg --print-architecture)" --os linux \
    --config.env PATH=/bin --config.cmd /bin/cat --config.cmd /version \
    --config.label "boltseal.test=$1" 2>/dev/null
}

load_images() {
  local tag
  for tag in v1 v2 tampered; do
    skopeo copy -q --dest-daemon-host "unix://$D/docker.sock" \
      "oci:$D/oci:$tag" "docker-daemon:boltseal-test:$tag"
  done
}

cmd_images() {
  local w=$D/image-build tag
  if [ ! -d "$D/oci" ]; then
    umoci init --layout "$D/oci" 2>/dev/null
    for tag in v1 v2 tampered; do
      rm -rf "$w"
      mkdir -p "$w/bin"
      cp "$(command -v busybox)" "$w/bin/busybox"
      ln -s busybox "$w/bin/sh"
      ln -s busybox "$w/bin/cat"
      printf 'boltseal-test %s\n' "$tag" >"$w/version"
      # What an attacker would put behind v1: it says v1 but is not v1.
      [ "$tag" != tampered ] || printf 'boltseal-test v1\nowned\n' >"$w/version"
      image "$tag" "$w"
    done
    rm -rf "$w"
    umoci gc --layout "$D/oci" 2>/dev/null
  fi
  put_env OCI_LAYOUT "$D/oci"
  if alive dockerd; then load_images; fi
}

cmd_push() {
  local creds=()
  [ "${#ARGS[@]}" -eq 2 ] || die "push needs IMAGE (v1, v2, tampered) and REF (host:port/name:tag)"
  [ -d "$D/oci" ] || cmd_images
  [ -z "${OPT_user:-}" ] || creds=(--dest-creds "$OPT_user:$OPT_user-pw")
  skopeo copy -q --dest-tls-verify=false "${creds[@]}" "oci:$D/oci:${ARGS[0]}" "docker://${ARGS[1]}"
}
