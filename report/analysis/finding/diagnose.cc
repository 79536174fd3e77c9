// SPDX-License-Identifier: MIT
// A judgement is made in steps, each a function of the values before it:
//   names and senders of rows → orgs and routes → flows → selectors over time → codes of rows →
//   figures of routes and findings.
#include "report/analysis/finding/diagnose.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <unordered_map>

#include "report/analysis/finding/day_series.h"
#include "report/analysis/finding/findings.h"
#include "report/analysis/finding/selector_health.h"
#include "report/analysis/finding/tally.h"
#include "store/base/by_id.h"
#include "store/base/flat_index.h"
#include "store/base/source_key.h"

namespace dmarcq {
namespace {

using Rows = std::span<const SourceRow>;
using Names = std::vector<const IdentityNames*>;

/// Rows, what their names say, and the judgement as far as it was made.
struct JudgedRows {
  Rows rows;
  Names names;                                    ///< parallel to the rows
  Pages<std::optional<OverrideReasons>> reasons;  ///< by SourceRow::evaluation
  OrgTable orgs;  ///< its verdicts move on to the judgement, and to its rows
  Judgement judgement;
};

Names names_of(Rows rows, Identifier& identifier) {
  Names names;
  names.reserve(rows.size());
  for (const SourceRow& row : rows) names.push_back(&identifier.names(row));
  return names;
}

/// By the key of an evaluation, which many rows share.
Pages<std::optional<OverrideReasons>> reasons_of(Rows rows, const RowLookup& lookup) {
  Pages<std::optional<OverrideReasons>> reasons;
  for (const SourceRow& row : rows)
    if (reasons.find(row.evaluation) == nullptr)
      reasons.place(row.evaluation) = override_reasons(lookup.evaluation(row.evaluation));
  return reasons;
}

/// Fills in senders, and for each row its sender and what the reporter evaluated.
void add_senders(Judgement& j, Rows rows, Identifier& identifier) {
  // The Identifier may know more senders than these rows have.
  std::unordered_map<std::uint32_t, std::uint32_t> position;
  j.rows.resize(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::uint32_t known = identifier.identify(rows[i]);
    const auto [entry, added] =
        position.try_emplace(known, static_cast<std::uint32_t>(j.senders.size()));
    if (added) j.senders.push_back(identifier.sender(known));
    j.rows[i].sender = entry->second;
    const PolicyEvaluated& evaluation = identifier.lookup().evaluation(rows[i].evaluation);
    j.rows[i].dkim_aligned = evaluation.dkim_aligned();
    j.rows[i].spf_aligned = evaluation.spf_aligned();
  }
}

/// Fills in route lines, without figures, and the line of each row.
void add_routes(Judgement& j, Rows rows, const RowLookup& lookup) {
  std::map<std::tuple<std::string, std::string, std::string>, std::uint32_t> lines;
  // (domain key, sender) → line: spares the strings.
  std::map<std::pair<std::int64_t, std::uint32_t>, std::uint32_t> by_key;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    RowVerdict& verdict = j.rows[i];
    const auto [entry, added] = by_key.try_emplace({rows[i].domain, verdict.sender});
    if (added) {
      const Sender& sender = j.senders[verdict.sender];
      const auto next = static_cast<std::uint32_t>(lines.size());
      entry->second =
          lines.try_emplace({lookup.domain(rows[i].domain), sender.service, sender.route}, next)
              .first->second;
    }
    verdict.route_line = entry->second;
  }
  std::vector<std::uint32_t> sorted(lines.size());
  j.routes.clear();
  for (const auto& [key, first_position] : lines) {
    sorted[first_position] = static_cast<std::uint32_t>(j.routes.size());
    RouteLine& line = j.routes.emplace_back();
    std::tie(line.domain, line.service, line.route) = key;
  }
  for (RowVerdict& verdict : j.rows) {
    verdict.route_line = sorted[verdict.route_line];
    j.routes[verdict.route_line].service_id = j.senders[verdict.sender].service_id;
  }
}

std::vector<std::uint64_t> messages_of_routes(Rows rows, const Judgement& j) {
  std::vector<std::uint64_t> messages(j.routes.size());
  for (std::size_t i = 0; i < rows.size(); ++i) messages[j.rows[i].route_line] += rows[i].messages;
  return messages;
}

/// For each route: are temporary errors so few that they are noise?
std::vector<bool> noisy_routes(Rows rows, const Names& names, const Judgement& j) {
  const std::vector<std::uint64_t> messages = messages_of_routes(rows, j);
  std::vector<std::uint64_t> errors(j.routes.size());
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (is_temporary(*names[i])) errors[j.rows[i].route_line] += rows[i].messages;
  std::vector<bool> noisy(j.routes.size());
  for (std::size_t k = 0; k < noisy.size(); ++k)
    noisy[k] = static_cast<double>(errors[k]) < noise_share * static_cast<double>(messages[k]);
  return noisy;
}

RowContext row_context(const JudgedRows& judged, std::size_t i, Identifier& identifier) {
  const RowVerdict& verdict = judged.judgement.rows[i];
  return {.row = judged.rows[i],
          .names = *judged.names[i],
          .sender = judged.judgement.senders[verdict.sender],
          .reasons = **judged.reasons.find(judged.rows[i].evaluation),
          .dkim_aligned = verdict.dkim_aligned,
          .spf_aligned = verdict.spf_aligned,
          .org = verdict.org < 0 ? nullptr
                                 : &judged.judgement.orgs[static_cast<std::size_t>(verdict.org)],
          .ownership = verdict.ownership,
          .orgs = judged.orgs,
          .identifier = identifier};
}

JudgedRows rows_with_flows(Rows rows, Identifier& identifier) {
  JudgedRows judged;
  judged.rows = rows;
  judged.names = names_of(rows, identifier);
  Judgement& j = judged.judgement;
  add_senders(j, rows, identifier);
  judged.orgs = org_table(rows, judged.names, identifier);
  j.orgs = std::move(judged.orgs.orgs);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    RowVerdict& verdict = j.rows[i];
    verdict.org = judged.orgs.of_row[i];
    if (verdict.org >= 0)
      verdict.ownership = ownership_for(j.orgs[static_cast<std::size_t>(verdict.org)], judged.orgs,
                                        *judged.names[i], identifier);
  }
  judged.orgs.of_row = {};
  add_routes(j, rows, identifier.lookup());
  judged.reasons = reasons_of(rows, identifier.lookup());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const FlowVerdict verdict = flow_of(row_context(judged, i, identifier));
    j.rows[i].flow = verdict.flow;
    j.rows[i].guessed = verdict.guessed;
  }
  return judged;
}

/// What selectors did, and which code that gives to signatures.
struct SelectorFacts {
  SelectorRecords records;
  SelectorCodes codes;
};
SelectorFacts selector_facts(const JudgedRows& judged, Identifier& identifier) {
  const Judgement& j = judged.judgement;
  const auto each_signed_row = [&](FunctionRef<void(const SignedRow&)> take) {
    for (std::size_t i = 0; i < judged.rows.size(); ++i)
      if (judged.names[i]->has_own_signature())
        take({judged.rows[i], *judged.names[i], j.rows[i].sender, i});
  };
  const auto counts = [&](const SignedRow& row) {
    return counts_for_selectors(row_context(judged, row.position, identifier),
                                j.rows[row.position].flow);
  };
  SelectorRecords records = selector_records(each_signed_row, counts, j.senders);
  SelectorCodes codes(each_signed_row, j.senders, records, identifier);
  return {std::move(records), std::move(codes)};
}

void add_codes(JudgedRows& judged, const SelectorCodes& selectors, Identifier& identifier) {
  Judgement& j = judged.judgement;
  const std::vector<bool> noisy = noisy_routes(judged.rows, judged.names, j);
  const RowLookup& lookup = identifier.lookup();
  for (std::size_t i = 0; i < judged.rows.size(); ++i) {
    RowVerdict& verdict = j.rows[i];
    const PolicyPublished* const policy = lookup.policy ? lookup.policy(judged.rows[i].domain)
                                                        : nullptr;
    const bool noise = noisy[verdict.route_line] && is_temporary(*judged.names[i]);
    verdict.codes = codes_of(code_context(row_context(judged, i, identifier), verdict.flow, policy,
                                          verdict.sender, selectors, noise));
  }
}

/// From a context to the rows that are shown: each has the verdict of its source. Rows that the
/// context does not have keep an empty verdict.
void narrow(JudgedRows& judged, Rows shown, Identifier& identifier) {
  const Rows context = judged.rows;
  Judgement& j = judged.judgement;
  FlatIndex index;
  for (std::uint32_t i = 0; i < context.size(); ++i)
    index.find_or_add(hash_of_source(context[i]), i,
                      [&](std::uint32_t at) { return same_source(context[at], context[i]); });
  std::vector<RowVerdict> verdicts;
  std::vector<std::int32_t> org_of_row;
  for (const SourceRow& row : shown) {
    const auto found = index.find(hash_of_source(row),
                                  [&](std::uint32_t at) { return same_source(context[at], row); });
    verdicts.push_back(found == FlatIndex::none ? RowVerdict{} : j.rows[found]);
    org_of_row.push_back(verdicts.back().org);
  }
  judged.rows = shown;
  judged.names = names_of(shown, identifier);
  j.rows = std::move(verdicts);
  j.orgs = orgs_of_rows(std::move(j.orgs), shown, judged.names, org_of_row);
  for (std::size_t i = 0; i < shown.size(); ++i) j.rows[i].org = org_of_row[i];
  add_routes(j, shown, identifier.lookup());
}

/// Fills in the figures of route lines.
void count_routes(Judgement& j, Rows rows, const RowLookup& lookup) {
  std::vector<std::map<std::uint32_t, std::uint64_t>> orgs(j.routes.size());
  FlatIndex addresses;  // the first row of each address of a route
  for (std::uint32_t i = 0; i < rows.size(); ++i) {
    const SourceRow& row = rows[i];
    const RowVerdict& verdict = j.rows[i];
    RouteLine& line = j.routes[verdict.route_line];
    if (line.totals.messages == 0 && line.sources == 0) {
      line.first_day = row.first_day;
      line.last_day = row.last_day;
    }
    const auto hash = HashAddress()(row.source_ip) ^ verdict.route_line * 0x9E3779B97F4A7C15u;
    const auto [first, is_new] = addresses.find_or_add(hash, i, [&](std::uint32_t at) {
      return rows[at].source_ip == row.source_ip && j.rows[at].route_line == verdict.route_line;
    });
    if (is_new) ++line.sources;
    line.flows[static_cast<std::size_t>(verdict.flow)] += row.messages;
    line.totals.add(lookup.evaluation(row.evaluation), row.messages);
    if (verdict.org >= 0)
      orgs[verdict.route_line][static_cast<std::uint32_t>(verdict.org)] += row.messages;
    line.first_day = std::min(line.first_day, row.first_day);
    line.last_day = std::max(line.last_day, row.last_day);
  }
  for (std::size_t k = 0; k < j.routes.size(); ++k) j.routes[k].orgs = org_shares(orgs[k]);
}

void add_findings(JudgedRows& judged, const SelectorFacts& selectors,
                  const Identifier& identifier) {
  Judgement& j = judged.judgement;
  const std::vector<std::uint64_t> messages = messages_of_routes(judged.rows, j);
  j.findings = findings_of({.rows = judged.rows,
                            .names = judged.names,
                            .judgement = j,
                            .route_messages = messages,
                            .records = selectors.records,
                            .selectors = selectors.codes,
                            .identifier = identifier});
  for (std::uint32_t f = 0; f < j.findings.size(); ++f)
    j.routes[j.findings[f].route_line].findings.push_back(f);
}

std::vector<Disagreement> disagreements_of(const JudgedRows& judged, const RowLookup& lookup) {
  return alignment_check(judged.rows, lookup, [&](std::size_t i) {
    const PolicyPublished* const published = lookup.policy ? lookup.policy(judged.rows[i].domain)
                                                           : nullptr;
    if (published == nullptr || published->adkim.is(Alignment::strict) ||
        published->aspf.is(Alignment::strict))
      return true;
    // Under relaxed alignment the names tell already whether the raw results agree with the
    // reporter's.
    const IdentityNames& n = *judged.names[i];
    const RowVerdict& verdict = judged.judgement.rows[i];
    return n.own_pass != verdict.dkim_aligned || (n.spf_pass && n.spf_own) != verdict.spf_aligned;
  });
}

}  // namespace

Judgement judge(Rows rows, Identifier& identifier, Rows context) {
  JudgedRows judged = rows_with_flows(context.empty() ? rows : context, identifier);
  const SelectorFacts selectors = selector_facts(judged, identifier);
  add_codes(judged, selectors.codes, identifier);
  if (!context.empty()) narrow(judged, rows, identifier);
  count_routes(judged.judgement, judged.rows, identifier.lookup());
  add_findings(judged, selectors, identifier);
  find_vanished(judged.judgement, judged.rows);
  judged.judgement.disagreements = disagreements_of(judged, identifier.lookup());
  return std::move(judged.judgement);
}

Judgement judge_codes(Rows rows, Identifier& identifier, Rows context) {
  JudgedRows judged = rows_with_flows(context.empty() ? rows : context, identifier);
  add_codes(judged, selector_facts(judged, identifier).codes, identifier);
  if (!context.empty()) narrow(judged, rows, identifier);
  return std::move(judged.judgement);
}

Judgement judge_flows(Rows rows, Identifier& identifier) {
  return std::move(rows_with_flows(rows, identifier).judgement);
}

}  // namespace dmarcq
