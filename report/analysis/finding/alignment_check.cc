// SPDX-License-Identifier: MIT
#include "report/analysis/finding/alignment_check.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "report/analysis/sender/identifier.h"

namespace dmarcq {
namespace {

constexpr std::array<std::string_view, 7> words{
    "missing-evaluation", "missing-result", "helo-counted",   "strict-applied",
    "strict-ignored",     "tree-walk",      "reporter-defect"};
constexpr std::array<std::string_view, 7> explanations{
    "the report does not say in a word that can be read: the raw results decide",
    "the report says pass, but lists no result that could",
    "the reporter counted SPF for the HELO name, which never counts",
    "the reporter judged strictly, though the record as reported says relaxed",
    "the reporter judged relaxed, though the record as reported says strict",
    "the reporter may have found another organisational domain by walking the DNS tree; here it is computed from the public suffix list",
    "nothing in the report explains the result",
};

struct Name {
  const std::string* domain;
  bool pass, helo;
};

std::vector<Name> names_of(const Identity& identity, bool dkim) {
  std::vector<Name> names;
  if (dkim)
    for (const auto& r : identity.dkim)
      names.push_back({&r.domain, r.result.is(DkimResult::pass), false});
  else
    for (const auto& r : identity.spf)
      names.push_back({&r.domain, r.result.is(SpfResult::pass), r.scope.is(SpfScope::helo)});
  return names;
}

bool shares_two_labels(std::string_view a, std::string_view b) {
  const auto last_two = [](std::string_view name) {
    const auto dot = name.rfind('.');
    if (dot == std::string_view::npos || dot == 0) return name;
    const auto before = name.rfind('.', dot - 1);
    return before == std::string_view::npos ? name : name.substr(before + 1);
  };
  return last_two(a) == last_two(b);
}

}  // namespace

std::string_view to_text(DisagreementReason reason) noexcept {
  return words[static_cast<std::size_t>(reason)];
}
std::string_view explanation(DisagreementReason reason) noexcept {
  return explanations[static_cast<std::size_t>(reason)];
}

std::string_view reported_word(const Disagreement& d) noexcept {
  return d.reported == DmarcResult::unknown_pass ? "unknown" : to_text(d.reported);
}

std::optional<DisagreementReason> disagreement(const Identity& identity,
                                               const PolicyEvaluated& evaluation,
                                               const PolicyPublished& policy, bool dkim) {
  const auto ours = recompute(identity.header_from, identity.dkim, identity.spf, policy);
  if (!ours) return std::nullopt;
  const auto& theirs = dkim ? evaluation.dkim : evaluation.spf;
  const bool pass = theirs.is(DmarcResult::pass), we_pass = dkim ? ours->dkim : ours->spf;
  if (PolicyEvaluated::is_unknown(theirs))
    return we_pass ? std::optional(DisagreementReason::missing_evaluation) : std::nullopt;
  if (pass == we_pass) return std::nullopt;
  const auto mode = (dkim ? policy.adkim : policy.aspf).known.value_or(Alignment::relaxed);
  const auto names = names_of(identity, dkim);
  const auto any = [&](auto&& test) { return std::any_of(names.begin(), names.end(), test); };
  const auto& from = identity.header_from;
  if (!pass) {
    if (mode == Alignment::strict)
      return DisagreementReason::reporter_defect;  // equal names that passed
    if (any([&](const Name& n) {
          return n.pass && !n.helo && aligned(*n.domain, from, Alignment::strict);
        }))
      return DisagreementReason::reporter_defect;
    // Aligned by the organisational domain only: strict there, or a tree walk that stopped at a
    // record below it.
    return policy.discovery_method.is(DiscoveryMethod::treewalk)
               ? DisagreementReason::tree_walk
               : DisagreementReason::strict_applied;
  }
  if (names.empty() || !any([](const Name& n) { return !n.domain->empty(); }))
    return DisagreementReason::missing_result;
  if (any([&](const Name& n) { return n.pass && n.helo && aligned(*n.domain, from, mode); }))
    return DisagreementReason::helo_counted;
  if (mode == Alignment::strict && any([&](const Name& n) {
        return n.pass && !n.helo && aligned(*n.domain, from, Alignment::relaxed);
      }))
    return DisagreementReason::strict_ignored;
  if (any([&](const Name& n) { return n.pass && !n.helo && shares_two_labels(*n.domain, from); }))
    return DisagreementReason::tree_walk;
  return DisagreementReason::reporter_defect;
}

std::vector<Disagreement> alignment_check(std::span<const SourceRow> rows, const RowLookup& lookup,
                                          const std::function<bool(std::size_t)>& may_differ) {
  using Key = std::tuple<std::string, std::uint32_t, bool, DmarcResult, DisagreementReason>;
  std::map<Key, Disagreement> found;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (may_differ && !may_differ(i)) continue;
    const auto& row = rows[i];
    const auto* const policy = lookup.policy ? lookup.policy(row.domain) : nullptr;
    if (policy == nullptr) continue;
    const auto& identity = lookup.identity(row.identity);
    const auto& evaluation = lookup.evaluation(row.evaluation);
    for (const bool dkim : {false, true}) {
      const auto why = disagreement(identity, evaluation, *policy, dkim);
      if (!why) continue;
      const auto reason = *why;
      // A record that was loosened or tightened meanwhile: the reporter judged by the one of its
      // day.
      if (lookup.asked_for &&
          ((reason == DisagreementReason::strict_applied &&
            lookup.asked_for(row.domain, Alignment::strict, row.first_day, row.last_day, dkim)) ||
           (reason == DisagreementReason::strict_ignored &&
            lookup.asked_for(row.domain, Alignment::relaxed, row.first_day, row.last_day, dkim))))
        continue;
      const auto& word = dkim ? evaluation.dkim : evaluation.spf;
      const auto reported = PolicyEvaluated::is_unknown(word)
                                ? DmarcResult::unknown_pass
                                : word.known.value_or(DmarcResult::fail);
      for (const auto reporter : row.reporters) {
        auto& d = found[Key{lookup.domain(row.domain), reporter, dkim, reported, reason}];
        if (d.rows == 0) {
          d.domain = lookup.domain(row.domain);
          d.reporter = reporter;
          d.dkim = dkim;
          d.reported = reported;
          d.recomputed_pass = reported != DmarcResult::pass;
          d.reason = reason;
          std::string names;
          for (const auto& name : names_of(identity, dkim))
            names += (names.empty() ? "" : ", ") +
                     (name.domain->empty() ? std::string("no domain") : *name.domain) +
                     (name.pass ? " pass" : " no pass");
          d.example = (dkim ? "DKIM " : "SPF ") +
                      (names.empty() ? std::string("no result") : names) + "; From " +
                      identity.header_from;
        }
        d.rows += row.rows;
        d.messages += row.messages;
      }
    }
  }
  std::vector<Disagreement> list;
  for (auto& [key, d] : found) list.push_back(std::move(d));
  std::stable_sort(list.begin(), list.end(), [](const auto& a, const auto& b) {
    return a.domain != b.domain ? a.domain < b.domain : a.messages > b.messages;
  });
  return list;
}

}  // namespace dmarcq
