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

# python_with_kazoo FOLDER: a virtual environment there with kazoo, made where it is missing.
python_with_kazoo() {
  local venv=$1
  "$venv/bin/python" -c 'import kazoo' 2>/dev/null && return
  command -v python3 >/dev/null || install python3 || fail "Python is missing. Install it: apt-get install python3"
  python3 -c 'import venv, ensurepip' 2>/dev/null || install python3-venv \
    || fail "Python's venv is missing. Install it: apt-get install python3-venv"
  python3 -m venv "$venv" || fail "cannot make the virtual environment $venv"
  "$venv/bin/pip" install -q 'kazoo>=2.10,<3' \
    || fail "kazoo cannot be installed into $venv. Without a network: $venv/bin/pip install PATH/TO/kazoo.whl"
}

# openssl_3: certificates of the tests of TLS are made by it.
openssl_3() {
  case $(openssl version 2>/dev/null) in
    "OpenSSL "[3-9]*) return ;;
  esac
  install openssl || true
  case $(openssl version 2>/dev/null) in
    "OpenSSL "[3-9]*) ;;
    *) fail "OpenSSL 3 is missing. Install it: apt-get install openssl" ;;
  esac
}
