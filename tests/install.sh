# What tests/run and tests/peers/run share: installing what a test needs. Sourced, not run.

# fail WORDS: says what is missing and what to do, and ends.
fail() {
  printf '%s: %s\n' "$0" "$1" >&2
  exit 1
}

# install PACKAGE...: by apt-get, as root or through sudo without a password.
install() {
  command -v apt-get >/dev/null || return 1
  local as=()
  if [ "$(id -u)" != 0 ]; then
    sudo -n true 2>/dev/null || return 1
    as=(sudo -n)
  fi
  echo "$0: installing $*" >&2
  "${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2 && return
  "${as[@]}" apt-get update -qq >&2 || return 1
  "${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2
}
