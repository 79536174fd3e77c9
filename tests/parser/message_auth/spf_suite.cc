// SPDX-License-Identifier: MIT
// Answers the questions of an SPF test suite (tests/support/run_spf_suite.py).
//   spf_suite SNAPSHOT < "ADDRESS\tHELO\tMAIL FROM\n"… > "result\texplanation\n"…
// A name that the snapshot does not have does not exist.
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "ingest/dns/dns_snapshot.h"
#include "parser/message_auth/spf_check.h"

using namespace dmarcq;

namespace {

class Closed : public Resolver {
 public:
  explicit Closed(DnsSnapshot snapshot) : snapshot_(std::move(snapshot)) {}
  DnsAnswer ask(const DnsQuestion& question) override {
    DnsAnswer answer = snapshot_.ask(question);
    if (answer.why == "not in the snapshot") answer.status = DnsAnswer::Status::no_name;
    return answer;
  }

 private:
  DnsSnapshot snapshot_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  std::ifstream file(argv[1], std::ios::binary);
  auto snapshot = DnsSnapshot::parse(std::string(std::istreambuf_iterator<char>(file), {}));
  if (!snapshot) {
    std::cerr << argv[1] << ": " << snapshot.error() << '\n';
    return 2;
  }
  Closed resolver(std::move(*snapshot));
  for (std::string line; std::getline(std::cin, line);) {
    const std::size_t first = line.find('\t'), second = line.find('\t', first + 1);
    const auto ip = IpAddress::parse(line.substr(0, first));
    if (second == line.npos || !ip) return 2;
    const SpfCheck check = check_spf({.ip = *ip,
                                      .mail_from = line.substr(second + 1),
                                      .helo = line.substr(first + 1, second - first - 1),
                                      .receiver = "mx.example.org",
                                      .now = 0},
                                     resolver);
    std::cout << to_text(check.result) << '\t' << check.explanation << '\t' << check.reason << '\t'
              << check.lookups << '\t' << check.void_lookups << '\n';
  }
}
