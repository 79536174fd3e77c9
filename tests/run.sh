#!/bin/sh
# Installs, builds and runs every test; ends with ctest's summary.
#   sh tests/run.sh          everything that takes minutes
#   sh tests/run.sh --long   also what takes longer (soak, thousands of kills, an hour of fuzzing for each target)
set -eu
cd "$(dirname "$0")/.."
long=""
for argument in "$@"; do
  case "$argument" in
    --long) long=1 ;;
    *) echo "usage: sh tests/run.sh [--long]" >&2; exit 2 ;;
  esac
done

sh tests/support/install.sh test
jobs=$(($(nproc) + 2))  # many tests wait more than they compute
werror=OFF
[ -n "${CI:-}" ] && werror=ON

cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release -DDMARCQ_PCH=ON -DDMARCQ_WERROR=$werror >build.log 2>&1 || { cat build.log >&2; rm -f build.log; exit 1; }
rm -f build.log
cmake --build build
# The same units once more with the sanitizers: every fixture cut at every byte runs under them. (No errors from warnings there:
# instrumented code makes g++ 12 see uses of uninitialized values that are not.)
# -O1 -g1: enough for speed and for line numbers, and half the time to build.
cmake -S . -B build/sanitize -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_CXX_FLAGS_RELWITHDEBINFO="-O1 -g1" -DDMARCQ_BENCH=OFF -DDMARCQ_PCH=ON \
  -DDMARCQ_SANITIZE=address,undefined >/dev/null
cmake --build build/sanitize --target sanitized

[ -n "$long" ] && export DMARCQ_LONG=1
ctest --test-dir build/sanitize --output-on-failure -j "$jobs" -L sanitized
exclude="-LE long"
[ -n "$long" ] && exclude=""
# shellcheck disable=SC2086  # two words or none
ctest --test-dir build --output-on-failure -j "$jobs" $exclude
[ -z "$long" ] || sh tests/fuzz/long.sh
