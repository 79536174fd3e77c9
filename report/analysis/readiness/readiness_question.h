// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ingest/dns/resolver.h"
#include "ingest/dns/zone.h"
#include "report/analysis/readiness/gates/gate.h"
#include "report/analysis/readiness/policy_record.h"
#include "report/analysis/stream/streams.h"

namespace dmarcq {

/// The numbers that gates ask for. All are opinions (no standard gives one but the month of RFC
/// 9989 section 7.4), so the owner may change each: section [readiness] of the configuration.
struct ReadinessLimits {
  unsigned observe_days = 30;
  unsigned business_cycle_days = 0;
  unsigned quarantine_days = 30;
  unsigned fresh_days = 3;
  unsigned reporters = 3;
  unsigned messages = 1000;
  double own_rate_quarantine = 0.98, own_rate_reject = 0.995;
  double sender_rate_quarantine = 0.95, sender_rate_reject = 0.99;
  double spf_only_share = 0.05;
  double unknown_share_quarantine = 0.01, unknown_share_reject = 0.002;
  unsigned steady_days = 5;
  unsigned new_days_quarantine = 14, new_days_reject = 30;
  double stability_drop = 0.02;
  double indirect_share = 0.02;
  unsigned silence_days = 7;
  unsigned spf_lookups = 10;
  std::vector<std::string> expected;  ///< senders that must be seen, by any part of their name
};

/// One of them, for the configuration and `--explain`.
struct ReadinessKey {
  std::string_view name;
  GateId gate;
  std::string_view meaning;
  std::variant<unsigned ReadinessLimits::*, double ReadinessLimits::*,
               std::vector<std::string> ReadinessLimits::*>
      member;
};
std::span<const ReadinessKey> readiness_keys();

/// Mail of the owner's that receivers refused by the domain's own policy, as his delivery logs and
/// the reports of the same days say together.
struct RefusedOwnMail {
  std::uint64_t mails = 0;
  std::set<std::string> receivers;
  Day first_day = 0, last_day = 0;
};

struct ReadinessQuestion {
  std::string domain;
  std::string target;  ///< "" : the next step above the current policy
  Day today = 0;
  unsigned window_days = 30;
  ReadinessLimits limits;
  Scenario scenario;
  const PolicyRecord* record = nullptr;
  const Zone* zone = nullptr;  ///< the owner's; names that it holds and no report shows exist, too
  Resolver* dns = nullptr;     ///< DNS, or the zone in its place; null: G12 is not checked
  std::optional<RefusedOwnMail> refused;
};

/// How many days before `today` a timeline must reach for the question.
Day days_needed(const ReadinessQuestion&);

}  // namespace dmarcq
