// SPDX-License-Identifier: MIT
#include "report/answers/explain_answer.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "ingest/base/text.h"
#include "parser/alignment.h"
#include "parser/domain_name.h"
#include "report/analysis/finding/recovery.h"
#include "report/analysis/sender/salesforce.h"

namespace dmarcq {
namespace {

/// Does the row have to do with the domain: as From, in SPF, or in a signature?
bool touches(const Identity& identity, const std::string& policy_domain,
             const std::string& domain) {
  if (at_or_below(folded_domain(identity.header_from), domain) ||
      (identity.header_from.empty() && at_or_below(policy_domain, domain)))
    return true;
  if (at_or_below(folded_domain(identity.envelope_from), domain)) return true;
  return std::ranges::any_of(identity.spf,
                             [&](const SpfAuthResult& r) {
                               return at_or_below(folded_domain(r.domain), domain);
                             }) ||
         std::ranges::any_of(identity.dkim, [&](const DkimAuthResult& r) {
           return at_or_below(folded_domain(r.domain), domain);
         });
}

/// A domain of ours selects its rows; a sender's name is looked for in all.
void select_rows(Snapshot& snapshot, ExplainQuestion& question) {
  Filter& filter = question.selection.filter;
  if (question.network) {
    filter.networks = {*question.network};
    return;
  }
  const bool ours = std::ranges::any_of(known_domains(snapshot), [&](const std::string& name) {
    return at_or_below(name, question.domain) || at_or_below(question.domain, name);
  });
  if (ours && filter.domains.empty()) filter.domains = {question.domain};
}

struct RowGroup {
  std::uint32_t sender = 0;
  ExplainedPart part;
  std::map<std::int32_t, std::uint64_t> orgs;  // messages
};

std::vector<RowGroup> grouped_rows(JudgedWindow& window, const std::string& domain) {
  std::map<std::tuple<std::uint32_t, Flow, std::string>, RowGroup> groups;
  for (std::size_t i = 0; i < window.rows().size(); ++i) {
    const SourceRow& row = window.rows()[i];
    if (!domain.empty() && !touches(window.dictionary().identity(row.identity),
                                    window.dictionary().domain(row.domain), domain))
      continue;
    const RowVerdict& verdict = window.judgement().rows[i];
    RowGroup& group = groups[{verdict.sender, verdict.flow, verdict.codes.to_string()}];
    ExplainedPart& part = group.part;
    if (part.rows.empty()) {
      group.sender = verdict.sender;
      part.flow = verdict.flow;
      part.codes = verdict.codes;
      part.first_day = row.first_day;
    }
    part.rows.push_back(i);
    part.totals.add(window.dictionary().evaluation(row.evaluation), row.messages);
    part.addresses.insert(row.source_ip);
    if (verdict.org >= 0) group.orgs[verdict.org] += row.messages;
    part.first_day = std::min(part.first_day, row.first_day);
    part.last_day = std::max(part.last_day, row.last_day);
  }
  std::vector<RowGroup> list;
  for (auto& [key, group] : groups) list.push_back(std::move(group));
  return list;
}

std::vector<const Finding*> findings_of(const ExplainedPart& part, const Judgement& judged) {
  std::vector<const Finding*> found;
  for (const std::size_t i : part.rows)
    for (const std::uint32_t index : judged.routes[judged.rows[i].route_line].findings) {
      const Finding& finding = judged.findings[index];
      if (part.codes.test(static_cast<std::size_t>(finding.code)) &&
          std::ranges::find(found, &finding) == found.end())
        found.push_back(&finding);
    }
  return found;
}

bool has_findings(const std::vector<RowGroup>& groups, const Judgement& judged) {
  return std::ranges::any_of(groups, [&](const RowGroup& group) {
    return std::ranges::any_of(findings_of(group.part, judged), [](const Finding* finding) {
      return finding->severity != Severity::note;
    });
  });
}

/// Fills in what the rows of a group come to.
void complete(RowGroup& group, JudgedWindow& window, const DaySeries* days) {
  const Judgement& judged = window.judgement();
  ExplainedPart& part = group.part;
  std::ranges::stable_sort(part.rows, std::ranges::greater{},
                           [&](std::size_t i) { return window.rows()[i].messages; });
  part.sender = judged.senders[group.sender];
  for (const auto& [position, messages] : group.orgs)
    part.orgs.push_back({judged.orgs[static_cast<std::size_t>(position)], messages});
  part.readings = window.identifier().readings(window.rows()[part.rows.front()]);
  for (const Finding* finding : findings_of(part, judged)) {
    const bool may_be_over = days != nullptr && finding->severity != Severity::note;
    part.findings.push_back(
        {*finding,
         may_be_over && is_over(fault_record(*finding, days->route(finding->route_line)))});
  }
}

}  // namespace

CatalogueFacts catalogue_facts(const ExplainQuestion& question) {
  CatalogueFacts facts;
  const SenderCatalogue& catalogue = SenderCatalogue::built_in();
  if (question.network) {
    for (const CatalogueLine* line : catalogue.by_address(question.network->address))
      facts.lines.push_back(line);
    return facts;
  }
  if (const CatalogueLine* line = catalogue.by_name(question.domain)) facts.lines.push_back(line);
  facts.org = decode_bounce_name(question.domain);
  facts.is_bounce_name = is_bounce_name(question.domain);
  facts.stack = marketing_cloud_stack(question.domain);
  facts.organizational = organizational_domain(question.domain);
  return facts;
}

ExplainAnswer explain_answer(Snapshot& snapshot, ExplainQuestion question) {
  ExplainAnswer answer;
  select_rows(snapshot, question);
  answer.known = catalogue_facts(question);
  JudgedWindow::HostName host_name;
  const bool one_address = question.network && question.network->prefix ==
                                                   (question.network->address.is_v4() ? 32u : 128u);
  if (question.dns != nullptr && one_address) {
    answer.names = names_of_address(question.network->address, *question.dns);
    host_name = [dns = question.dns, wanted = question.network->address](const IpAddress& address) {
      return address == wanted ? confirmed_name(address, *dns) : std::string();
    };
  }
  answer.window = std::make_unique<JudgedWindow>(snapshot, question.selection.filter,
                                                 question.today, JudgedWindow::Depth::whole,
                                                 std::move(host_name));
  JudgedWindow& window = *answer.window;
  std::vector<RowGroup> groups = grouped_rows(window, question.domain);
  const DaySeries* const days = question.with_states && has_findings(groups, window.judgement())
                                    ? &window.judge_by_day()
                                    : nullptr;
  for (RowGroup& group : groups) {
    complete(group, window, days);
    const ExplainedPart& part = group.part;
    answer.first_day = answer.parts.empty() ? part.first_day
                                            : std::min(answer.first_day, part.first_day);
    answer.last_day = std::max(answer.last_day, part.last_day);
    answer.totals.add(part.totals);
    answer.parts.push_back(std::move(group.part));
  }
  std::ranges::stable_sort(answer.parts, std::ranges::greater{},
                           [](const ExplainedPart& part) { return part.totals.messages; });
  answer.question = std::move(question);
  return answer;
}

}  // namespace dmarcq
