// SPDX-License-Identifier: MIT
#include "report/analysis/readiness/readiness_question.h"

#include <algorithm>
#include <array>

namespace dmarcq {
namespace {

using L = ReadinessLimits;
using G = GateId;

constexpr std::array<ReadinessKey, 21> keys{{
    {"observe_days", G::observation, "days of reports before quarantine", &L::observe_days},
    {"business_cycle_days", G::observation,
     "your full business cycle, if longer than that; 0: none declared", &L::business_cycle_days},
    {"quarantine_days", G::observation, "days at p=quarantine in full effect before reject",
     &L::quarantine_days},
    {"fresh_days", G::freshness, "the last report may be so many days old", &L::fresh_days},
    {"reporters", G::freshness, "reporting organisations in the window", &L::reporters},
    {"messages", G::volume, "messages of your own senders in the window", &L::messages},
    {"own_rate_quarantine", G::pass_rate, "pass rate of all your own mail, for quarantine",
     &L::own_rate_quarantine},
    {"own_rate_reject", G::pass_rate, "the same, for reject", &L::own_rate_reject},
    {"sender_rate_quarantine", G::pass_rate, "pass rate of each own sender, for quarantine",
     &L::sender_rate_quarantine},
    {"sender_rate_reject", G::pass_rate, "the same, for reject", &L::sender_rate_reject},
    {"spf_only_share", G::routes, "for reject: share of a sender's mail that may pass by SPF only",
     &L::spf_only_share},
    {"unknown_share_quarantine", G::unknown_sources,
     "share of your mail that one unidentified source may have, for quarantine",
     &L::unknown_share_quarantine},
    {"unknown_share_reject", G::unknown_sources, "the same, for reject", &L::unknown_share_reject},
    {"steady_days", G::unknown_sources, "an unidentified source seen on so many days is steady",
     &L::steady_days},
    {"new_days_quarantine", G::new_senders,
     "no sender of yours is newer than so many days, for quarantine", &L::new_days_quarantine},
    {"new_days_reject", G::new_senders, "the same, for reject", &L::new_days_reject},
    {"stability_drop", G::stability,
     "a sender's pass rate may fall by so much against the window before", &L::stability_drop},
    {"indirect_share", G::indirect_loss,
     "share of your mail that you accept to lose at forwarders and lists", &L::indirect_share},
    {"silence_days", G::missing_senders,
     "a sender is missed after so many silent days, and twice its longest silence",
     &L::silence_days},
    {"spf_lookups", G::dns, "DNS look-ups that the SPF record may cost (RFC 7208 section 4.6.4)",
     &L::spf_lookups},
    {"expected", G::missing_senders, "senders that must be seen, by any part of their name",
     &L::expected},
}};

}  // namespace

std::span<const ReadinessKey> readiness_keys() { return keys; }

Day days_needed(const ReadinessQuestion& question) {
  const ReadinessLimits& l = question.limits;
  // Twice the window, to compare; three months, to know who is new and who is missing; thirty days
  // to learn names from.
  const unsigned days = std::max({90u, 2 * question.window_days, l.observe_days + 30,
                                  l.business_cycle_days + 30, l.quarantine_days + 30}) +
                        30;
  return static_cast<Day>(days);
}

}  // namespace dmarcq
