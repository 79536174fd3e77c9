// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "tests/generator/mail.h"
#include "tests/generator/rng.h"

namespace dmarcq::generator {

/// A mail in a report mailbox that is no aggregate report.
struct JunkMail {
  std::string kind;  ///< failure_report, tls_report, bounce, other: as `dmarcq ingest` counts (a
                     ///< bounce is an `other`)
  std::string note;
  Mail mail;
};

/// Two dozen of them at most, spread over these days: people, bounces, holidays, failure and TLS
/// reports.
std::vector<JunkMail> junk_mails(const std::string& domain, const std::string& rua, Day first_day,
                                 int days, Rng&);

/// `inner` as somebody forwards it "as attachment".
Mail forwarded_as_attachment(const Mail& inner, const std::string& from, const std::string& rua,
                             Seconds sent, Rng&);

}  // namespace dmarcq::generator
