// SPDX-License-Identifier: MIT
#include "report/analysis/stream/default_identity.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>

#include "parser/alignment.h"

namespace dmarcq {
namespace {

/// Days on which mail of one (policy domain, From, service, route) was seen.
struct SeenDays {
  std::set<Day> unsigned_days, signed_days;
};
using IdentityKey = std::tuple<std::int64_t, InternedString, InternedString, InternedString>;
using IdentityDays = std::map<IdentityKey, SeenDays>;
/// Organizational domain, service and route that is authenticated for it.
using ProvenRoutes = std::set<std::tuple<std::string, InternedString, InternedString>>;

IdentityKey key_of(const Placement& p) { return {p.domain, p.from, p.service, p.route}; }

bool is_open(const Placement& p) { return p.open == OpenStanding::identity; }

IdentityDays days_of_identities(std::span<const Placement> placements, const Judgement& judged,
                                const RowCounts& counts, Day first, Day last) {
  IdentityDays days;
  for (const Placement& p : placements)
    if (is_open(p)) days.try_emplace(key_of(p));
  if (days.empty()) return days;
  counts.each(first, last, [&](std::uint32_t row, const Timeline::Count& count) {
    const Placement& p = placements[row];
    if (!is_open(p) && (p.standing != Standing::own || !judged.rows[row].passes())) return;
    const auto found = days.find(key_of(p));
    if (found != days.end())
      (is_open(p) ? found->second.unsigned_days : found->second.signed_days).insert(count.day);
  });
  return days;
}

ProvenRoutes proven_routes(std::span<const Placement> placements, const Judgement& judged) {
  // By From first: there are far fewer of them than rows, and each costs a search of the public
  // suffix list.
  std::set<std::tuple<InternedString, InternedString, InternedString>> of_from;
  for (std::size_t i = 0; i < placements.size(); ++i) {
    const Placement& p = placements[i];
    if (p.standing == Standing::own && judged.rows[i].passes() &&
        judged.senders[judged.rows[i].sender].place == Place::home)
      of_from.emplace(p.from, p.service, p.route);
  }
  ProvenRoutes proven;
  for (const auto& [from, service, route] : of_from)
    proven.emplace(organizational_domain(*from), service, route);
  return proven;
}

/// The signed and the unsigned mail take turns, without a long time between them.
bool is_one_account(const SeenDays& days) {
  constexpr std::size_t overlap_days = 3;  // caches and report windows show both states
  constexpr Day gap_days = 14;
  if (days.unsigned_days.empty() || days.signed_days.empty()) return false;
  const auto both = std::ranges::count_if(days.unsigned_days,
                                          [&](Day day) { return days.signed_days.contains(day); });
  const Day gap = std::max(*days.signed_days.begin() - *days.unsigned_days.rbegin(),
                           *days.unsigned_days.begin() - *days.signed_days.rbegin());
  return static_cast<std::size_t>(both) <= overlap_days && gap <= gap_days;
}

}  // namespace

std::vector<Placement> decide_identities(std::vector<Placement> placements, const Judgement& judged,
                                         const RowCounts& counts, Day first, Day last,
                                         Words& words) {
  const IdentityDays days = days_of_identities(placements, judged, counts, first, last);
  if (days.empty()) return placements;
  const ProvenRoutes proven = proven_routes(placements, judged);
  for (std::size_t i = 0; i < placements.size(); ++i) {
    Placement& p = placements[i];
    if (!is_open(p)) continue;
    const SeenDays& seen = days.at(key_of(p));
    const bool other_from = seen.signed_days.empty() &&
                            proven.contains({organizational_domain(*p.from), p.service, p.route});
    if (!other_from && !is_one_account(seen)) continue;
    p.standing = Standing::own;
    p.why.reason = other_from ? StandingReason::route_authenticated : StandingReason::one_account;
    p.sender = words[service_label(judged.senders[judged.rows[i].sender])];
    p.answer = AnswerKind::none;
  }
  return placements;
}

}  // namespace dmarcq
