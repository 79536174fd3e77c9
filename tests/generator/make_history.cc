// SPDX-License-Identifier: MIT
// make_history NAME OUT.mbox TRUTH.tsv [SEED]: two years of reports with one thing to notice
// (histories.h).
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <stdexcept>

#include "tests/generator/histories.h"

using namespace dmarcq::generator;

int main(int argc, char** argv) {
  if (argc < 4 || argc > 5) {
    std::fputs("usage: make_history NAME OUT.mbox TRUTH.tsv [SEED]\nnames:\n", stderr);
    for (const std::string& name : history_names()) std::fprintf(stderr, "  %s\n", name.c_str());
    return 2;
  }
  try {
    const Scenario scenario = history(argv[1], argc > 4 ? std::strtoull(argv[4], nullptr, 10) : 1);
    std::ofstream mbox(argv[2], std::ios::binary | std::ios::trunc),
        truth(argv[3], std::ios::binary | std::ios::trunc);
    write_mailbox(scenario, mbox, truth);
    mbox.close();
    truth.close();
    if (!mbox || !truth) throw std::runtime_error("cannot write the output files");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "make_history: %s\n", error.what());
    return 1;
  }
}
