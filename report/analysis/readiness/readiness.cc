// SPDX-License-Identifier: MIT
#include "report/analysis/readiness/readiness.h"

#include <algorithm>

#include "parser/alignment.h"
#include "report/analysis/readiness/gates/gates.h"
#include "report/analysis/sender/salesforce.h"

namespace dmarcq {
namespace {

constexpr std::array<std::string_view, 3> verdict_words{"ready", "not_ready", "too_little_data"};
constexpr std::array<std::string_view, 4> status_words{"passed", "failed", "shown", "not_checked"};

/// So many messages in so many last days of enforcement show that it hits own mail; fewer may be
/// one odd message.
constexpr std::uint64_t hit_messages = 5;
constexpr Day hit_days = 7;

std::vector<Gate> all_gates(const WindowFacts& facts) {
  return {gate_observation(facts),     gate_freshness(facts),       gate_volume(facts),
          gate_pass_rate(facts),       gate_raw_pass_rate(facts),   gate_routes(facts),
          gate_unknown_sources(facts), gate_new_senders(facts),     gate_stability(facts),
          gate_indirect_loss(facts),   gate_missing_senders(facts), gate_dns(facts)};
}

const Gate& gate_of(const std::vector<Gate>& gates, GateId id) {
  return gates[static_cast<std::size_t>(id)];
}

/// The figures of the gate of this kind.
template <class Figures>
const Figures& figures_of(const std::vector<Gate>& gates, GateId id) {
  return std::get<Figures>(gate_of(gates, id).figures);
}

/// Ready also needs mail to judge by, unless the owner said that there is none.
Verdict verdict_of(const WindowFacts& facts, const std::vector<Gate>& gates) {
  const auto failed = [&](bool about_data) {
    return std::ranges::any_of(
        gates, [&](const Gate& g) { return g.failed() && g.about_data() == about_data; });
  };
  if (failed(false)) return Verdict::not_ready;
  if (failed(true)) return Verdict::too_little_data;
  return facts.sum(Standing::own).messages() > 0 || facts.declared_silent
             ? Verdict::ready
             : Verdict::too_little_data;
}

/// Nothing is missing but days of quarantine in full effect.
bool is_only_time_missing(const WindowFacts& facts, const std::vector<Gate>& gates) {
  const auto& observation = figures_of<ObservationFigures>(gates, GateId::observation);
  return facts.to_reject() && observation.observed >= observation.observed_needed &&
         std::ranges::all_of(
             gates, [](const Gate& g) { return !g.failed() || g.id == GateId::observation; });
}

/// The verdict without each reporter's word, where it differs.
std::vector<WithoutReporter> without_each_reporter(const WindowFacts& facts,
                                                   const std::vector<Gate>& gates,
                                                   Verdict verdict) {
  using GateWithout = Gate (*)(const WindowFacts&, const LeftOut&);
  constexpr std::array<GateWithout, 4> asked{gate_pass_rate, gate_routes, gate_unknown_sources,
                                             gate_stability};
  std::vector<WithoutReporter> differing;
  if (facts.reporters_by_volume.size() < 2) return differing;
  for (const std::uint32_t reporter : facts.reporters_by_volume) {
    std::vector<Gate> others = gates;
    WithoutReporter without{.reporter = reporter, .verdict = {}, .gates = {}};
    for (const GateWithout gate : asked) {
      Gate other = gate(facts, reporter);
      Gate& place = others[static_cast<std::size_t>(other.id)];
      if (other.failed() != place.failed()) without.gates.push_back(other.id);
      place = std::move(other);
    }
    without.verdict = verdict_of(facts, others);
    if (without.verdict != verdict) differing.push_back(std::move(without));
  }
  return differing;
}

/// Which own mail is hit by the policy that is published, in the last days of the window.
void note_harm(const WindowFacts& facts, Readiness& readiness) {
  for (const SenderFacts& sender : facts.senders) {
    const Stream& stream = facts.stream(sender);
    // Steady mail of nobody known may be the owner's too, and nothing proves that its name exists.
    const bool may_be_ours = stream.is_ours() || (stream.standing == Standing::unidentified &&
                                                  stream.persistence.steady());
    if (may_be_ours && stream.from != readiness.domain && sender.line.total.fail > 0)
      readiness.np_safe = false;

    if (stream.standing != Standing::own || !readiness.current) continue;
    const SeenPolicy& policy = *readiness.current;
    const bool below = stream.from != readiness.domain && !policy.subdomain;
    // What receivers hold back though the record asks for nothing is their own policy.
    if (std::max(strength(below ? policy.sp : policy.p), below ? strength(policy.np) : 0) == 0)
      continue;
    const StreamCount late = stream.total(readiness.last - hit_days + 1, readiness.last);
    const auto hit = late.hits();
    if (hit < hit_messages || hit * 100 < late.messages()) continue;
    if (!below)
      readiness.hurts_own_mail = true;
    else if (std::ranges::find(readiness.hurt_below, stream.from) == readiness.hurt_below.end())
      readiness.hurt_below.push_back(stream.from);
  }
}

// ---- notes

void note_overruled(const WindowFacts& facts, const RowLookup& lookup,
                    const std::vector<OverruledReporter>& overruled, bool spf_only,
                    std::vector<ReadinessNote>& notes) {
  for (const OverruledReporter& one : overruled)
    notes.push_back(ReporterOverruled{std::string(lookup.reporter(one.reporter)),
                                      facts.streams.list[one.stream].label(), spf_only,
                                      one.hid_failures});
}

void note_dns(const WindowFacts& facts, const DnsFigures& dns, std::vector<ReadinessNote>& notes) {
  if (const PolicyRecord* record = facts.question.record) {
    const auto& seen = facts.policy.current;
    if (seen && record->p() != seen->p)
      notes.push_back(RecordDiffers{record->p(), seen->p, seen->day});
    const std::string& domain = facts.policy.domain;
    for (RecordRemark& remark : record->remarks(organizational_domain(domain) != domain))
      if (remark.kind != RecordRemark::Kind::not_a_policy &&
          remark.kind != RecordRemark::Kind::no_rua &&
          remark.kind != RecordRemark::Kind::rua_without_address)  // blockers: gate_dns()
        notes.push_back(std::move(remark));
  }
  if (dns.zone && dns.zone->spf.lookups <= dns.lookups_allowed && dns.zone->spf.records > 0 &&
      !dns.zone->spf.unseen.empty())
    notes.push_back(SpfCostsMore{dns.zone->spf});
  if (dns.zone && dns.zone->spf.broken &&
      std::ranges::none_of(dns.faults, [](const DnsFault& fault) {
        return fault.kind == DnsFault::Kind::spf_broken;
      }))
    notes.push_back(SpfIsBroken{facts.question.domain});
  if (dns.zone && dns.zone->spf.hard_fail && facts.sum(Standing::own).messages() > 0)
    notes.push_back(HardFailHidesMail{facts.question.domain});
}

/// Salesforce rotates between two selectors: one alone may hide that the other's record is missing.
void note_single_selectors(const WindowFacts& facts, std::vector<ReadinessNote>& notes) {
  for (const SenderFacts& sender : facts.senders) {
    const Stream& stream = facts.stream(sender);
    if (stream.standing == Standing::own && stream.service == salesforce_service &&
        stream.route == salesforce_route::core && stream.selectors.size() == 1)
      notes.push_back(SingleSelector{stream.label(), *stream.selectors.begin()});
  }
}

std::vector<ReadinessNote> notes_of(const WindowFacts& facts, const std::vector<Gate>& gates,
                                    const RowLookup& lookup) {
  std::vector<ReadinessNote> notes;
  note_overruled(facts, lookup, figures_of<PassRateFigures>(gates, GateId::pass_rate).overruled,
                 false, notes);
  if (const auto temporary = facts.sum(Standing::own).temporary; temporary > 0)
    notes.push_back(TemporaryErrors{temporary});
  note_overruled(facts, lookup, figures_of<RouteFigures>(gates, GateId::routes).overruled, true,
                 notes);
  if (const auto left = figures_of<UnknownSourceFigures>(gates, GateId::unknown_sources).left_open;
      left > 0)
    notes.push_back(LeftOpen{left});
  if (const auto lists = facts.sum(Standing::mailing_list).messages();
      facts.to_reject() && lists > 0)
    notes.push_back(MailingListUse{lists});
  note_dns(facts, figures_of<DnsFigures>(gates, GateId::dns), notes);
  note_single_selectors(facts, notes);
  if (facts.streams.replay) notes.push_back(*facts.streams.replay);
  return notes;
}

}  // namespace

std::string_view to_text(Verdict verdict) noexcept {
  return verdict_words[static_cast<std::size_t>(verdict)];
}
std::string_view to_text(Gate::Status status) noexcept {
  return status_words[static_cast<std::size_t>(status)];
}

Day last_judged_day(const Timeline& timeline, const std::string& domain, Day today) {
  return last_complete_day(timeline, policy_domain_of(timeline, domain), today - 1);
}

Streams readiness_streams(const Timeline& timeline, const RowLookup& lookup, const Owner& owner,
                          const ReadinessQuestion& question) {
  const Day complete = last_judged_day(timeline, question.domain, question.today);
  const Day last = complete == 0 ? question.today - 1 : complete;
  return find_streams(timeline, lookup, owner,
                      {.first = question.today - days_needed(question),
                       .last = last,
                       .window_first = last - static_cast<Day>(question.window_days) + 1,
                       .domain = question.domain,
                       .scenario = question.scenario});
}

Readiness assess(const Timeline& timeline, const RowLookup& lookup, const Owner& owner,
                 const ReadinessQuestion& question, const Streams& streams) {
  const WindowFacts facts = window_facts(timeline, owner, question, streams);
  Readiness readiness{.domain = question.domain,
                      .target = facts.target,
                      .first = facts.first,
                      .last = facts.last,
                      .current = facts.policy.current,
                      .current_since = facts.policy.current_since,
                      .inherited_from = facts.policy.inherited_from,
                      .gates = all_gates(facts),
                      .blockers = {},
                      .senders = {},
                      .by_standing = facts.by_standing,
                      .without = {},
                      .notes = {},
                      .hurt_below = {}};
  readiness.verdict = verdict_of(facts, readiness.gates);
  readiness.only_time_missing = readiness.verdict == Verdict::too_little_data &&
                                is_only_time_missing(facts, readiness.gates);
  for (const Gate& gate : readiness.gates)
    for (Blocker& blocker : blockers_of(facts, gate))
      readiness.blockers.push_back(std::move(blocker));
  order_blockers(readiness.blockers);
  for (const SenderFacts& sender : facts.senders) readiness.senders.push_back(sender.line);
  readiness.without = without_each_reporter(facts, readiness.gates, readiness.verdict);
  readiness.notes = notes_of(facts, readiness.gates, lookup);
  note_harm(facts, readiness);
  return readiness;
}

}  // namespace dmarcq
