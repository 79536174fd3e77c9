#!/bin/sh
# SPDX-License-Identifier: MIT
# Which lines of ingest/ and parser/ the fuzz targets reach, over the fixtures, the seeds and what long.sh has collected so far.
#   sh tests/fuzz/coverage.sh [FOLDER]      with FOLDER, what was reached and what was not is written there, a file for each source
set -eu
cd "$(dirname "$0")/../.."
sh tests/support/install.sh coverage
cmake -S . -B build/coverage -G Ninja -DCMAKE_CXX_COMPILER=clang++-19 -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_CXX_FLAGS_RELWITHDEBINFO="-O1 -g1" -DDMARCQ_BENCH=OFF \
  -DCMAKE_CXX_FLAGS="-fprofile-instr-generate -fcoverage-mapping" -DDMARCQ_LIBFUZZER=ON >/dev/null
# Those of report/ reach nothing here.
targets="mbox mailbox files message header transfer_encoding gzip archive charset parse_report mail_sender dkim failure_report item imap ip_address zone"
# shellcheck disable=SC2046  # a list of words
cmake --build build/coverage --target $(printf '%s_fuzz ' $targets) >/dev/null
objects=""
rm -f build/coverage/*.profraw
for target in $targets; do
  seeds=build/coverage/seeds/$target
  mkdir -p "$seeds" "build/fuzz/corpus/$target/new"
  DMARCQ_FUZZ_SEEDS=$seeds LLVM_PROFILE_FILE=build/coverage/$target.profraw build/coverage/${target}_fuzz -runs=0 -rss_limit_mb=0 "$seeds" "build/fuzz/corpus/$target/new" \
    fixtures/messages fixtures/failure_reports fixtures/attachments fixtures/xml fixtures/hostile fixtures/mailboxes fixtures/dkim >"build/coverage/$target.log" 2>&1 || echo "$target: FAILS, see build/coverage/$target.log" >&2
  objects="$objects ${objects:+-object }build/coverage/${target}_fuzz"
done
llvm-profdata-19 merge -o build/coverage/all.profdata build/coverage/*.profraw
# shellcheck disable=SC2086  # a list of words
[ $# -eq 0 ] || llvm-cov-19 show $objects -instr-profile build/coverage/all.profdata -output-dir "$1" ingest parser
for folder in ingest parser; do
  # shellcheck disable=SC2086  # a list of words
  llvm-cov-19 report $objects -instr-profile build/coverage/all.profdata $folder | awk -v folder=$folder '/^Filename|\.(cc|h) / { printf "%-50s %8s %8s\n", $1, $8, $10 } /^TOTAL/ { print folder ": " $8 " lines, " $9 " not reached, " $10 }'
done
