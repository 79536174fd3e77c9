// SPDX-License-Identifier: MIT
#include "report/analysis/readiness/blockers.h"

#include <algorithm>
#include <set>

#include "report/analysis/finding/copyable.h"
#include "report/analysis/finding/recovery.h"
#include "report/analysis/sender/salesforce.h"

namespace dmarcq {
namespace {

using Blockers = std::vector<Blocker>;

/// The code that most of the stream's failures share, the graver first.
std::optional<FindingCode> main_code(const Stream& stream) {
  std::optional<FindingCode> best;
  std::uint64_t most = 0;
  for (const auto& [code, messages] : stream.failing_codes) {
    const bool graver = best && traits_of(code).severity > traits_of(*best).severity,
               same = best && traits_of(code).severity == traits_of(*best).severity;
    if (best && !graver && !(same && messages > most)) continue;
    best = code;
    most = messages;
  }
  return best;
}

/// What the finding of this code on the stream's route lines names, one about its From domain
/// first.
std::optional<FindingNames> names_of(const Stream& stream, FindingCode code,
                                     const Judgement& judgement) {
  const Finding* found = nullptr;
  for (const Finding& finding : judgement.findings) {
    if (finding.code != code || !stream.route_lines.contains(finding.route_line)) continue;
    const bool here = std::ranges::find(finding.header_from, stream.from) !=
                      finding.header_from.end();
    if (found == nullptr || here) found = &finding;
  }
  return found == nullptr ? std::nullopt : std::optional(found->names);
}

/// Was the failure repaired within the window?
std::optional<Blocker::Repair> repair_of(const Stream& stream, const Blocker& blocker, Day last) {
  if (blocker.failing == 0) return std::nullopt;
  const StreamCount during = stream.total(blocker.first_day, blocker.last_day),
                    since = stream.total(blocker.last_day + 1, last);
  if (!is_over({blocker.first_day, blocker.last_day, last, blocker.failing, during.judged(),
                since.judged()}))
    return std::nullopt;
  return Blocker::Repair{blocker.last_day + 1, since.judged()};
}

/// Does the blocker ask the owner whose mail it is? Not where the steps of core-other-tenant ask
/// the same of an org, and not of a sender that is only new.
std::optional<OwnerQuestion> question_of(const Stream& stream, const Blocker& blocker) {
  if (stream.answer_kind.empty() || blocker.gate == GateId::new_senders) return std::nullopt;
  if (blocker.names && blocker.code == FindingCode::core_other_tenant) return std::nullopt;
  if (!is_sender_value(stream.answer_kind, stream.answer_value))
    return std::nullopt;  // not what it claims to be: nothing to copy
  return OwnerQuestion{stream.answer_kind, stream.answer_value,
                       stream.from.empty() ? stream.domain : stream.from};
}

/// A blocker about a stream. `code`: what is wrong, where the reason says it already.
Blocker stream_blocker(const WindowFacts& facts, GateId gate, std::uint32_t position,
                       BlockerReason reason, std::optional<FindingCode> code = {}) {
  const Stream& stream = facts.streams.list[position];
  const StreamCount count = stream.total(facts.first, facts.last);
  Blocker blocker{.gate = gate,
                  .reason = std::move(reason),
                  .sender = stream.sender,
                  .from = stream.from,
                  .label = stream.label(),
                  .standing = stream.standing,
                  .messages = count.messages(),
                  .failing = count.fail};
  for (const auto& [day, one] : stream.by_day(facts.first, facts.last)) {
    if (one.fail == 0) continue;
    if (blocker.first_day == 0) blocker.first_day = day;
    blocker.last_day = day;
  }
  blocker.repaired = repair_of(stream, blocker, facts.last);
  blocker.code = code ? code : main_code(stream);
  if (blocker.code && !blocker.repaired)
    blocker.names = names_of(stream, *blocker.code, facts.streams.judgement);
  blocker.question = question_of(stream, blocker);
  return blocker;
}

// ---- by the figures of a gate

void add(Blockers& blockers, const WindowFacts& facts, const PassRateFigures& figures) {
  if (const auto& refused = facts.question.refused)
    blockers.push_back({.gate = GateId::pass_rate,
                        .reason = RefusedByPolicy{*refused},
                        .from = facts.question.domain,
                        .messages = refused->mails,
                        .failing = refused->mails,
                        .first_day = refused->first_day,
                        .last_day = refused->last_day});
  for (const auto position : figures.below) {
    const auto judged = facts.streams.list[position].total(facts.first, facts.last).judged();
    blockers.push_back(
        stream_blocker(facts, GateId::pass_rate, position, FailsDmarc{judged, facts.target}));
  }
}

/// One blocker for many orgs that nobody claimed, and one command that answers for all.
Blocker orgs_blocker(const WindowFacts& facts, const StreamPositions& positions) {
  Blocker blocker{.gate = GateId::routes, .reason = {}, .standing = Standing::possible};
  std::set<std::string> orgs;
  for (const auto position : positions) {
    const Stream& stream = facts.streams.list[position];
    orgs.insert(stream.org_id);
    const StreamCount count = stream.total(facts.first, facts.last);
    blocker.messages += count.messages();
    blocker.failing += count.fail;
  }
  blocker.code = FindingCode::core_other_tenant;
  blocker.reason = UnclaimedOrgs{{orgs.begin(), orgs.end()}, facts.question.domain};
  return blocker;
}

void add(Blockers& blockers, const WindowFacts& facts, const RouteFigures& figures) {
  if (!figures.more_orgs.empty()) blockers.push_back(orgs_blocker(facts, figures.more_orgs));
  for (const auto position : figures.unclaimed) {
    const Stream& stream = facts.streams.list[position];
    BlockerReason reason = UnprovenRoute{};
    if (!stream.org_id.empty())
      reason = UnclaimedOrg{stream.org_id, handed_over_from(stream, facts.streams) != nullptr};
    blockers.push_back(stream_blocker(facts, GateId::routes, position, std::move(reason)));
  }
  if (!figures.spf_only) return;
  for (const auto position : *figures.spf_only) {
    const StreamCount count = facts.streams.list[position].total(facts.first, facts.last);
    blockers.push_back(stream_blocker(facts, GateId::routes, position,
                                      PassesBySpfOnly{count.spf_only, count.judged()},
                                      FindingCode::spf_only));
  }
}

void add(Blockers& blockers, const WindowFacts& facts, const UnknownSourceFigures& figures) {
  for (const auto position : figures.open)
    blockers.push_back(stream_blocker(
        facts, GateId::unknown_sources, position,
        UnknownSource{facts.streams.list[position].why, facts.streams.list[position].org_id}));
}

void add(Blockers& blockers, const WindowFacts& facts, const NewSenderFigures& figures) {
  for (const auto position : figures.recent)
    blockers.push_back(stream_blocker(
        facts, GateId::new_senders, position,
        BeganRecently{facts.streams.list[position].counts.front().day, figures.age_needed}));
}

void add(Blockers& blockers, const WindowFacts& facts, const StabilityFigures& figures) {
  for (const auto position : figures.fallen) {
    const Stream& stream = facts.streams.list[position];
    const StreamCount before = total_before(facts, stream),
                      now = stream.total(facts.first, facts.last);
    blockers.push_back(
        stream_blocker(facts, GateId::stability, position,
                       PassRateFell{before.pass(), before.judged(), now.pass(), now.judged()}));
  }
}

void add(Blockers& blockers, const WindowFacts& facts, const IndirectLossFigures& figures) {
  blockers.push_back({.gate = GateId::indirect_loss,
                      .reason = LostIndirectly{},
                      .standing = Standing::forwarded,
                      .messages = figures.messages,
                      .failing = figures.lost,
                      .first_day = facts.first,
                      .last_day = facts.last});
}

void add(Blockers& blockers, const WindowFacts& facts, const MissingSenderFigures& figures) {
  for (const auto& [position, silence] : facts.silent) {
    const Stream& stream = facts.streams.list[position];
    const bool core = stream.service == salesforce_service &&
                      stream.route == salesforce_route::core;
    blockers.push_back(
        stream_blocker(facts, GateId::missing_senders, position, FellSilent{silence},
                       core ? std::optional(FindingCode::core_vanished) : std::nullopt));
  }
  for (const std::string& words : figures.unseen)
    blockers.push_back(
        {.gate = GateId::missing_senders, .reason = ExpectedUnseen{}, .sender = words});
}

void add(Blockers& blockers, const WindowFacts&, const DnsFigures& figures) {
  for (const DnsFault& fault : figures.faults)
    blockers.push_back({.gate = GateId::dns, .reason = fault});
}

/// Too little data is no fault: waiting cures it, and the gate says for how long.
void add(Blockers&, const WindowFacts&, const ObservationFigures&) {}
void add(Blockers&, const WindowFacts&, const FreshnessFigures&) {}
void add(Blockers&, const WindowFacts&, const VolumeFigures&) {}
void add(Blockers&, const WindowFacts&, const RawPassRateFigures&) {}

}  // namespace

std::vector<Blocker> blockers_of(const WindowFacts& facts, const Gate& gate) {
  Blockers blockers;
  if (gate.failed())
    std::visit([&](const auto& figures) { add(blockers, facts, figures); }, gate.figures);
  return blockers;
}

bool asks_the_owner(const Blocker& blocker) {
  return blocker.question || std::holds_alternative<UnclaimedOrg>(blocker.reason) ||
         std::holds_alternative<UnclaimedOrgs>(blocker.reason);
}

bool can_be_acted_on(const Blocker& blocker) {
  if (blocker.repaired || blocker.gate == GateId::new_senders || blocker.gate == GateId::stability)
    return false;
  return asks_the_owner(blocker) || (blocker.code && blocker.names) ||
         std::holds_alternative<RefusedByPolicy>(blocker.reason) ||
         std::holds_alternative<DnsFault>(blocker.reason);
}

void order_blockers(std::vector<Blocker>& blockers) {
  const auto rank = [](const Blocker& blocker) {
    switch (blocker.gate) {
      case GateId::pass_rate: return 0;
      case GateId::routes:
      case GateId::unknown_sources: return 1;
      case GateId::missing_senders:
      case GateId::dns: return 2;
      default: return 3;
    }
  };
  std::ranges::stable_sort(blockers, [&](const Blocker& a, const Blocker& b) {
    return rank(a) != rank(b) ? rank(a) < rank(b) : a.failing > b.failing;
  });
}

}  // namespace dmarcq
