// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "store/report_sender.h"
#include "store/sqlite.h"

namespace dmarcq {

/// A ReportSender in the columns of table `reporter`.
inline constexpr const char* sender_columns =
    "trust,mail,from_domain,signed_by,submitter,verdict,receiver,named_receiver";
inline constexpr int sender_column_count = 8;

inline ReportSender sender_from(const Statement& row, int column, std::int64_t reporter) {
  ReportSender sender;
  sender.trust = static_cast<Trust>(row.integer(column, 0, 3, "reporter", reporter));
  sender.mail = row.integer(column + 1) != 0;
  sender.from_domain = row.text(column + 2);
  sender.signed_by = row.text(column + 3);
  sender.submitter = row.text(column + 4);
  sender.verdict =
      static_cast<MailSender::Verdict>(row.integer(column + 5, 0, 3, "reporter", reporter));
  sender.receiver = row.text(column + 6);
  sender.named_receiver = row.integer(column + 7) != 0;
  return sender;
}

}  // namespace dmarcq
