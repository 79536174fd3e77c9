// SPDX-License-Identifier: MIT
// make_sample_mailbox OUT.mbox [TRUTH.tsv [ITEMS.tsv]]: the quickstart's mailbox, what its reports
// hold, and its mails.
#include <cstdio>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <string>

#include "tests/generator/mbox.h"
#include "tests/generator/sample.h"

using namespace dmarcq::generator;

namespace {

std::ofstream create(const char* path) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  if (!file) throw std::runtime_error(std::string("cannot write ") + path);
  return file;
}

void finish(std::ofstream& file, const char* path) {
  file.close();
  if (!file) throw std::runtime_error(std::string("cannot write ") + path);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argc > 4) {
    std::fputs("usage: make_sample_mailbox OUT.mbox [TRUTH.tsv [ITEMS.tsv]]\n", stderr);
    return 2;
  }
  try {
    const Sample sample = sample_mailbox();
    std::ofstream mbox = create(argv[1]);
    MboxWriter writer(mbox);
    for (const SampleMail& item : sample.mails) writer.add(item.mail);
    finish(mbox, argv[1]);
    if (argc > 2) {
      std::ofstream truth = create(argv[2]);
      truth << sample.truth;
      finish(truth, argv[2]);
    }
    if (argc > 3) {
      std::ofstream items = create(argv[3]);
      items << sample.items();
      finish(items, argv[3]);
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "make_sample_mailbox: %s\n", error.what());
    return 1;
  }
}
