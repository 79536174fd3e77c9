#!/bin/sh
# Installs what is missing of the packages named, on Debian 12. Quiet and quick when nothing is; works as root and with sudo.
#   sh install.sh build|test|fuzz|coverage|static
set -eu
build="g++ cmake ninja-build pkg-config libpugixml-dev libarchive-dev libsqlite3-dev libmimetic-dev libfmt-dev libcli11-dev nlohmann-json3-dev
  libpsl-dev publicsuffix libidn2-dev libtomlplusplus-dev zlib1g-dev libssl-dev libcurl4-openssl-dev libc-ares-dev libmaxminddb-dev libpq-dev doctest-dev"
test="postgresql-15 pgbouncer python3 python3-dkim python3-nacl python3-prometheus-client nsd sqlite3 dovecot-imapd openssl chromium tidy mandoc zsh fish dpkg-dev file lintian"
# Node.js is often there from elsewhere, with an npm of its own that Debian's package would not go along with.
command -v npm >/dev/null || test="$test nodejs npm"
fuzz="clang-19 libclang-rt-19-dev"
coverage="$fuzz llvm-19"
static="cppcheck clang-19 libclang-rt-19-dev clang-format-19 clang-tidy-19"
case "${1:-build}" in
  build) wanted=$build ;;
  test) wanted="$build $test" ;;
  fuzz) wanted="$build $fuzz" ;;
  coverage) wanted="$build $coverage" ;;
  static) wanted="$build $static" ;;
  *) echo "usage: install.sh build|test|fuzz|coverage|static" >&2; exit 2 ;;
esac

missing=""
for package in $wanted; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -z "$missing" ] && exit 0

as_root=""
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null || { echo "these packages are missing, and there is no sudo to install them:$missing" >&2; exit 1; }
  as_root=sudo
fi
echo "installing:$missing" >&2
# Tests start servers of their own: no cluster of this machine's is made for them.
case "$missing" in
  *postgresql-15*) [ -e /etc/postgresql-common/createcluster.conf ] || { $as_root mkdir -p /etc/postgresql-common &&
    echo "create_main_cluster = false" | $as_root tee /etc/postgresql-common/createcluster.conf >/dev/null; } ;;
esac
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -qq
# shellcheck disable=SC2086  # a list of words
$as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
