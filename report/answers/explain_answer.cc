// SPDX-License-Identifier: MIT
#include "report/answers/explain_answer.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "ingest/base/text.h"
#include "parser/alignment.h"
#include "parser/domain_name.h"
#include "report/analysis/finding/recovery.h"
#include "report/analysis/sender/salesforce.h"
#include "store/base/flat_index.h"
#include "store/base/source_key.h"
#include "store/scope.h"

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

/// A domain of ours selects its rows; a sender's name is looked for in all. Does the filter list
/// the reports of these rows, and no others? Reports on the domain above are listed with and
/// without rows of a name below it.
bool select_rows(Snapshot& snapshot, ExplainQuestion& question) {
  Filter& filter = question.selection.filter;
  if (question.network) {
    filter.networks = {*question.network};
    return true;
  }
  const bool ours = std::ranges::any_of(known_domains(snapshot), [&](const std::string& name) {
    return at_or_below(name, question.domain) || at_or_below(question.domain, name);
  });
  if (!ours || !filter.domains.empty()) return false;
  filter.domains = {question.domain};
  return !scope_of(snapshot, filter).any_by_header_from;
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

/// The days and policy domains that rows of these parts are of: what is read to find their reports.
Filter narrowed(Filter filter, JudgedWindow& window, const std::vector<ExplainedPart>& parts) {
  std::set<std::string> domains;
  std::optional<Day> first, last;
  for (const ExplainedPart& part : parts) {
    first = std::min(first.value_or(part.first_day), part.first_day);
    last = std::max(last.value_or(part.last_day), part.last_day);
    for (const std::size_t i : part.rows)
      domains.insert(window.dictionary().domain(window.rows()[i].domain));
  }
  filter.networks.clear();
  filter.since = first;
  filter.until = last;
  if (!domains.contains("")) filter.domains.assign(domains.begin(), domains.end());
  return filter;
}

/// The reports that rows of these parts come from, most messages first. Only records tell which
/// report they are of, so those of the parts' days are read once more.
std::vector<ReportOfRows> reports_of(Snapshot& snapshot, JudgedWindow& window,
                                     const std::vector<ExplainedPart>& parts, const Filter& asked) {
  const std::vector<SourceRow>& rows = window.rows();
  FlatIndex index;
  for (const ExplainedPart& part : parts)
    for (const std::size_t i : part.rows)
      index.find_or_add(hash_of_source(rows[i]), static_cast<std::uint32_t>(i),
                        [&](std::uint32_t at) { return same_source(rows[at], rows[i]); });
  std::map<std::int64_t, ReportOfRows> by_id;
  Dictionary& dictionary = window.dictionary();
  each_day_row(snapshot, narrowed(asked, window, parts), [&](const DayRow& row) {
    if (index.find(hash_of_source(row),
                   [&](std::uint32_t at) { return same_source(rows[at], row); }) == FlatIndex::none)
      return;
    ReportOfRows& report = by_id[row.report];
    if (report.id == 0)
      report = {row.report,
                dictionary.reporter(row.reporter),
                dictionary.domain(row.domain),
                row.day,
                {}};
    report.totals.add(dictionary.evaluation(row.evaluation), row.messages);
  });
  std::vector<ReportOfRows> reports;
  for (auto& [id, report] : by_id) reports.push_back(std::move(report));
  // Ties are settled by what does not depend on the order of arrival, as far as anything does not.
  const auto place = [](const ReportOfRows& report) {
    return std::tuple(~report.totals.messages, -report.day, std::string_view(report.reporter),
                      std::string_view(report.domain), report.totals.dmarc_fail());
  };
  std::ranges::stable_sort(reports, {}, place);
  return reports;
}

/// The same of a failure report: does it have to do with the domain?
bool touches(const FailureReport& report, const std::string& domain) {
  return std::ranges::any_of(std::array{&report.header_from, &report.reported_domain,
                                        &report.envelope_from_domain, &report.dkim_domain},
                             [&](const std::string* name) { return at_or_below(*name, domain); });
}

/// One failure report of the same source. Who sent a report there is no organization that the
/// filter could name.
std::optional<FailureExample> failure_of(Snapshot& snapshot, const ExplainQuestion& question,
                                         const JudgedWindow& window) {
  const Filter& filter = question.selection.filter;
  if (!filter.reporters.empty()) return std::nullopt;
  const Day since = filter.since.value_or(0);
  const Day until = filter.until.value_or(std::max(question.today, since));
  auto example = failure_example(snapshot, since, until, [&](const FailureReport& report) {
    return is_within(report, filter) && (question.network || touches(report, question.domain));
  });
  if (example && example->failure.asked.empty())
    example->failure.asked = policy_in_force(example->failure.report, window);
  return example;
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
  answer.filter_says_all = select_rows(snapshot, question);
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
  if (!answer.parts.empty())
    answer.reports = reports_of(snapshot, window, answer.parts, question.selection.filter);
  answer.failure = failure_of(snapshot, question, window);
  answer.question = std::move(question);
  return answer;
}

}  // namespace dmarcq
