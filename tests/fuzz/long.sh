#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds the fuzz targets with clang's libFuzzer and sanitizers and runs each for an hour, one for each processor at a time.
#   sh tests/fuzz/long.sh [SECONDS [TARGET…]]      "600 mbox gzip": ten minutes of these two
# What was found stays in build/fuzz/corpus/TARGET: inputs in new/, failures as crash-*, timeout-* and oom-*, and the program's words in log.
set -eu
cd "$(dirname "$0")/../.."
seconds=${1:-3600}
[ $# -gt 0 ] && shift
sh tests/support/install.sh fuzz
cmake -S . -B build/fuzz -G Ninja -DCMAKE_CXX_COMPILER=clang++-19 -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_CXX_FLAGS_RELWITHDEBINFO="-O1 -g1" -DDMARCQ_BENCH=OFF \
  -DDMARCQ_SANITIZE=address,undefined -DDMARCQ_LIBFUZZER=ON >/dev/null
targets=${*:-$(sed -n 's/^ *dmarcq_fuzz_target(\([a-z_]*\).*/\1/p' tests/fuzz/CMakeLists.txt)}
# shellcheck disable=SC2086  # a list of words
cmake --build build/fuzz --target $(printf '%s_fuzz ' $targets)
export seconds
# shellcheck disable=SC2016,SC2086  # the inner shell's variables; a list of words
printf '%s\n' $targets | xargs -P "$(nproc)" -I TARGET sh -c '
  folder=build/fuzz/corpus/TARGET
  mkdir -p $folder/new
  export DMARCQ_FUZZ_SEEDS=$folder/seeds
  if build/fuzz/TARGET_fuzz -dict=$folder/seeds.dict -max_total_time=$seconds -max_len=65536 -timeout=60 -rss_limit_mb=3000 -artifact_prefix=$folder/ \
    $folder/new $folder/seeds fixtures/messages fixtures/failure_reports fixtures/attachments fixtures/xml fixtures/hostile >$folder/log 2>&1
  then echo "TARGET: $(tail -1 $folder/log)"
  else echo "TARGET: FAILS" && grep -aE "does not hold|cost|ERROR|runtime error|written to" $folder/log && exit 1
  fi'
