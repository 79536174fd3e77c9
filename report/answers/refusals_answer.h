// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "report/analysis/readiness/readiness_question.h"
#include "report/analysis/refusals/refusal_causes.h"
#include "report/analysis/refusals/route_advice.h"
#include "report/answers/base/mail_history.h"
#include "store/snapshot.h"

namespace dmarcq {

struct RefusalsQuestion {
  std::vector<std::string> domains;            ///< From domain is one of these or below; none: all
  std::vector<std::string> recipient_domains;  ///< likewise
  std::vector<RefusalClass> classes;           ///< none: all
  std::optional<Day> since, until;             ///< both included
  Day today = last_possible_day;
  std::vector<DeliverySource> sources;  ///< none: all
  enum class By { why, recipient_domain, day, org, source } by = By::why;
};

/// Which reports count as evidence (Filter).
struct ReportTrust {
  Trust least = Trust::contradictory;
  bool or_file = false;
};

/// Refused mail of one line.
struct RefusalGroup {
  std::string label;
  std::uint64_t mails = 0, recipients = 0;  ///< recipients: addresses that are still known
  std::array<std::uint64_t, refusal_class_count> classes{};
  std::array<std::uint64_t, refusal_evidence_count> evidence{};
  Sureness sureness = Sureness::low;  ///< of most mails
  std::string receiver;               ///< of most mails
  std::string example;  ///< the latest words of that class, if possible such as name it
  Day first_day = 0, last_day = 0;

  RefusalClass main_class() const;  ///< of most mails
};

struct RefusalsAnswer {
  bool any_logs = false;     ///< the database has events of these days, or next to them
  Day since = 0, until = 0;  ///< of the events that were looked at
  std::array<std::uint64_t, final_state_count> states{};  ///< mails by what became of them
  std::uint64_t mails = 0, failed = 0;
  std::vector<RefusalGroup> groups;  ///< most mails first; by day: in their order
  std::vector<RefusalCause> causes;  ///< by kind
  RefusalSplit split;
  RouteAdvice route;
  std::vector<MailOutcome> outcomes;           ///< that the question is about, by time
  std::vector<WeighedRefusal> refusals;        ///< of these; points into `outcomes`
  std::shared_ptr<const MailHistory> history;  ///< keeps their texts

  RefusalsAnswer() = default;
  RefusalsAnswer(RefusalsAnswer&&) = default;
  RefusalsAnswer& operator=(RefusalsAnswer&&) = default;
  const RefusalCause* cause(RefusalCause::Kind) const;
};

/// Reads the logs of the window and the reports of the same days.
RefusalsAnswer refusals_answer(Snapshot&, const RefusalsQuestion&);

/// What stands between Salesforce's mail of the domain and below and its receivers, as Salesforce's
/// own logs say: causes that the sender can repair, and that are not repaired.
std::vector<RefusalCause> open_salesforce_causes(Snapshot&, const MailHistory&,
                                                 const std::string& domain,
                                                 std::optional<Day> since,
                                                 std::optional<Day> until);

/// Mail of the domain and below that its own policy refuses, as logs say and reports prove; nothing
/// where there is none, or it is repaired. The history is told by logs: bounces count for nothing
/// here, either way.
std::optional<RefusedOwnMail> refused_own_mail(Snapshot&, const MailHistory&,
                                               const std::string& domain, Day since, Day until,
                                               const ReportTrust&);

}  // namespace dmarcq
