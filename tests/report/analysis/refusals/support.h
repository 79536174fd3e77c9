// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "report/analysis/refusals/mail_outcome.h"

namespace dmarcq::test {

inline constexpr Day day = 20'000;
inline constexpr const char* our_bounce = "mmh2xurvokdh.a-hu5amac.na63.bnc.salesforce.com";
inline constexpr const char* our_org = "00DA0000000Hu5aMAC";

/// An event of a log, in words; its texts live as long as the program.
struct LogLine {
  std::string mail = "m1", recipient = "ann@shop.example";
  DeliveryState state = DeliveryState::refused;
  double hour = 9;  ///< since the day began
  std::string text = "", stage = "", sender = std::string("s=example.com__1a@") + our_bounce;
  DeliverySource source = DeliverySource::email_log;
  std::string header_from = "", remote_host = "", more = "", service_id = "";
};

inline void add(MailLedger& ledger, const LogLine& line) {
  const std::size_t at = line.recipient.rfind('@');
  StoredDelivery stored{.recipient_domain = std::string_view(line.recipient).substr(at + 1)};
  stored.event = {.source = line.source,
                  .state = line.state,
                  .time = EpochSeconds{day} * 86'400 + static_cast<EpochSeconds>(line.hour * 3600),
                  .recipient = at == 0 ? std::string_view() : std::string_view(line.recipient),
                  .envelope_sender = line.sender,
                  .header_from = line.header_from,
                  .message_id = line.mail,
                  .queue_id = line.service_id,
                  .remote_host = line.remote_host,
                  .stage = line.stage,
                  .text = line.text,
                  .more = line.more};
  ledger.add(stored);
}

/// What became of some mails. Keeps their texts.
struct Outcomes {
  explicit Outcomes(const std::vector<LogLine>& lines, Day today = last_possible_day) {
    for (const LogLine& line : lines) add(ledger, line);
    all = ledger.finish(today);
  }
  MailLedger ledger;
  std::vector<MailOutcome> all;
};

}  // namespace dmarcq::test
