// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <ostream>
#include <string>

namespace dmarcq::generator {

struct BenchOptions {
  std::uint64_t mails = 20'000;
  std::uint64_t records = 1'000'000;
  std::uint64_t domains = 120;
  std::uint64_t addresses = 0;  ///< distinct source addresses; 0: 245 for each thousand records
  std::uint64_t days = 90;
  std::uint64_t seed = 1;
  /// The same mailbox, moved by copy * days and with other report ids: same addresses and
  /// identities, so that several copies give a large archive of one set of senders.
  std::uint64_t copy = 0;
};

/// What a correct ingest of the mailbox must arrive at.
struct BenchTotals {
  std::uint64_t mails = 0, records = 0, messages = 0, xml_bytes = 0, mbox_bytes = 0;
  std::uint64_t domains = 0, addresses = 0, largest_report = 0;
  std::string json(const BenchOptions&) const;  ///< one line
};

/// One report a mail, in order of time, written as it is made: memory does not grow with the number
/// of records. Throws std::invalid_argument when there are fewer records than mails, or none.
BenchTotals write_bench_mailbox(const BenchOptions&, std::ostream& mbox);

}  // namespace dmarcq::generator
