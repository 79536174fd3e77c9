// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "tests/generator/scenario.h"

namespace dmarcq::generator {

/// One mail of the sample mailbox and what a correct reader makes of it.
struct SampleMail {
  /// report, two_reports, forwarded_report, duplicate, damaged, failure_report, tls_report, bounce,
  /// other
  std::string kind;
  std::string note;
  std::uint64_t reports = 0, records = 0, messages = 0;  ///< new ones; none for a duplicate or a
                                                         ///< damaged report
  Mail mail;
};

struct Sample {
  std::vector<SampleMail> mails;  ///< in order of delivery
  std::string truth;              ///< the accepted reports: truth_header() and truth_lines()
  std::string items() const;  ///< the table of `mails`: n, kind, reports, records, messages, note
};

/// The quickstart's company: 90 days until 2026-10-31, p=none, then p=quarantine for the last three
/// weeks.
Scenario sample_scenario();
/// Its report mailbox, with what else lies in such a mailbox.
Sample sample_mailbox();

}  // namespace dmarcq::generator
