// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "report/analysis/refusals/mail_outcome.h"
#include "store/snapshot.h"

namespace dmarcq {

/// What became of the mails of some days, as delivery logs and bounces tell. Reading 500,000 events
/// takes seconds, so who asks about many domains reads them once.
class MailHistory {
 public:
  enum class Told {
    by_logs,  ///< the owner's own files alone: a bounce is a mail that anyone can send, and may
              ///< name a mail that the log knows
    by_all,
  };
  /// Days are both included; without them all. A mail's events of two days before and after are
  /// read too. `today`: see MailLedger::finish.
  MailHistory(Snapshot&, std::optional<Day> since, std::optional<Day> until, Told = Told::by_all,
              Day today = last_possible_day);

  bool any_logs() const { return any_logs_; }  ///< there are events of these days
  /// Mails whose From domain is one of these or below, by time; all where there are none.
  std::vector<MailOutcome> of(const std::vector<std::string>& domains) const;

 private:
  MailLedger ledger_;  ///< keeps the texts
  bool any_logs_ = false;
  std::vector<MailOutcome> outcomes_;  ///< by time
  std::unordered_map<InternedString, std::vector<std::size_t>> by_from_;
};

}  // namespace dmarcq
