// SPDX-License-Identifier: MIT
// make_portfolio OUT.mbox OUT.zone PLANTED.tsv [SEED]: eleven weeks of reports on 200 domains, the
// records that they publish, and what a check on the day after must say (portfolio.h).
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <stdexcept>

#include "tests/generator/portfolio.h"

using namespace dmarcq::generator;

int main(int argc, char** argv) {
  if (argc < 4 || argc > 5) {
    std::fputs("usage: make_portfolio OUT.mbox OUT.zone PLANTED.tsv [SEED]\n", stderr);
    return 2;
  }
  try {
    const Portfolio all = portfolio(argc > 4 ? std::strtoull(argv[4], nullptr, 10) : 1);
    std::ofstream mbox(argv[1], std::ios::binary | std::ios::trunc),
        zone(argv[2], std::ios::binary | std::ios::trunc),
        planted(argv[3], std::ios::binary | std::ios::trunc);
    write_portfolio(all, mbox);
    write_zone(all, zone);
    write_planted(all, planted);
    mbox.close();
    zone.close();
    planted.close();
    if (!mbox || !zone || !planted) throw std::runtime_error("cannot write the output files");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "make_portfolio: %s\n", error.what());
    return 1;
  }
}
