#!/bin/sh
# SPDX-License-Identifier: MIT
# What can be found without running anything; nothing must be found. cppcheck takes a quarter of a minute, clang-tidy (.clang-tidy says which
# checks) seven.
set -eu
cd "$(dirname "$0")/../.."
sh tests/support/install.sh static
git ls-files '*.h' '*.cc' | xargs clang-format-19 --dry-run --Werror
echo "clang-format: nothing found"
cppcheck --enable=warning,performance,portability --quiet --language=c++ --std=c++20 -I . -j "$(nproc)" --error-exitcode=1 \
  --suppressions-list=tests/support/cppcheck.suppressions ingest parser store report
echo "cppcheck: nothing found"
cmake -S . -B build/tidy -G Ninja -DCMAKE_CXX_COMPILER=clang++-19 -DDMARCQ_BENCH=OFF >/dev/null
run-clang-tidy-19 -quiet -p build/tidy -j "$(nproc)" "^$PWD/(ingest|parser|store|report)/.*\.cc\$" >build/tidy/found 2>/dev/null || { cat build/tidy/found; exit 1; }
echo "clang-tidy: nothing found"
