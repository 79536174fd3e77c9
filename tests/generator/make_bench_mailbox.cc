// SPDX-License-Identifier: MIT
// make_bench_mailbox OUT.mbox [--mails N] [--records N] [--domains N] [--addresses N] [--days N]
// [--seed N] [--copy K] writes a large mailbox and prints one JSON line: what a correct ingest must
// arrive at.
#include <array>
#include <charconv>
#include <cstdio>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include "tests/generator/bench_mailbox.h"

using namespace dmarcq::generator;

namespace {

struct Flag {
  std::string_view name;
  std::uint64_t BenchOptions::* value;
};
constexpr std::array<Flag, 7> flags = {{{"--mails", &BenchOptions::mails},
                                        {"--records", &BenchOptions::records},
                                        {"--domains", &BenchOptions::domains},
                                        {"--addresses", &BenchOptions::addresses},
                                        {"--days", &BenchOptions::days},
                                        {"--seed", &BenchOptions::seed},
                                        {"--copy", &BenchOptions::copy}}};

bool set_flag(BenchOptions& options, std::string_view name, std::string_view text) {
  for (const Flag& flag : flags) {
    if (flag.name != name) continue;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), options.*flag.value);
    return error == std::errc{} && end == text.data() + text.size();
  }
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  BenchOptions options;
  bool understood = argc >= 2 && argc % 2 == 0;
  for (int i = 2; understood && i + 1 < argc; i += 2)
    understood = set_flag(options, argv[i], argv[i + 1]);
  if (!understood) {
    std::fputs(
        "usage: make_bench_mailbox OUT.mbox [--mails N] [--records N] [--domains N] [--addresses N]\n"
        "                           [--days N] [--seed N] [--copy K]\n",
        stderr);
    return 2;
  }
  try {
    std::ofstream mbox(argv[1], std::ios::binary | std::ios::trunc);
    const BenchTotals totals = write_bench_mailbox(options, mbox);
    mbox.close();
    if (!mbox) throw std::runtime_error(std::string("cannot write ") + argv[1]);
    std::printf("%s\n", totals.json(options).c_str());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "make_bench_mailbox: %s\n", error.what());
    return 1;
  }
}
