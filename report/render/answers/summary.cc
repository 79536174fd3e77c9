// SPDX-License-Identifier: MIT
#include "report/render/answers/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "report/analysis/change.h"
#include "report/render/answers/counts_json.h"
#include "report/render/numbers.h"
#include "report/render/phrases/verdict_phrases.h"
#include "report/render/phrases/wording.h"
#include "report/render/report_json.h"

namespace dmarcq {
namespace {

/// "none", "reject, sp=none", "quarantine, test mode"
std::string policy_words(const PolicyPublished& policy) {
  std::string words(policy.p.text());
  if (words.empty()) words = "–";
  if (!policy.sp.absent() && policy.sp != policy.p)
    words += fmt::format(", sp={}", policy.sp.text());
  if (!policy.np.absent() && policy.np != (policy.sp.absent() ? policy.p : policy.sp))
    words += fmt::format(", np={}", policy.np.text());
  if (!policy.pct.empty() && policy.pct != "100") words += fmt::format(", pct={}", policy.pct);
  if (policy.testing == "y") words += ", test mode";
  return words;
}

void write_element(JsonWriter& json, const SummaryLine& line, bool is_judged) {
  const DomainSummary& domain = line.domain;
  const Totals& totals = domain.totals;
  json.object().member("domain", domain.domain);
  write_counts(json, totals);
  json.member("both", totals.both)
      .member("dkim_only", totals.dkim_only)
      .member("spf_only", totals.spf_only)
      .member("neither", totals.neither);
  if (!is_judged) {
    json.key("flows").null().key("routes").null();
  } else {
    const JudgedDomain judged = line.judged.value_or(JudgedDomain{});
    json.key("flows").object();
    for (std::size_t flow = 0; flow < flow_count; ++flow)
      json.member(to_text(static_cast<Flow>(flow)), judged.flows[flow]);
    json.end().member("routes", judged.routes);
  }
  write_dispositions(json, totals);
  json.key("policy");
  write_policy_json(json, line.policy);
  json.member("unusable_records", domain.unusable_records)
      .member("unusable_messages", domain.unusable_messages);
  json.member("reporters", domain.reporters)
      .member("first_day", iso_date(domain.first_day))
      .member("last_day", iso_date(domain.last_day));
  json.key("week")
      .object()
      .member("since", iso_date(line.week.since))
      .member("until", iso_date(line.week.until))
      .member("messages", line.week.now.messages)
      .member("dmarc_fail", line.week.now.dmarc_fail())
      .member("messages_before", line.week.before.messages)
      .member("dmarc_fail_before", line.week.before.dmarc_fail())
      .end();
  json.key("verdict");
  if (line.verdict)
    json.value(to_text(line.verdict->state));
  else
    json.null();
  json.end();
}

/// "254,426 direct, 4,861 forwarded, 2,136 by mailing lists, 2,052 foreign, 5,218 unknown"
std::string flow_words(const std::array<std::uint64_t, flow_count>& flows) {
  std::string words;
  for (std::size_t flow = 0; flow < flow_count; ++flow)
    if (flows[flow] > 0)
      words += fmt::format("{}{} {}", words.empty() ? "" : ", ", with_thousands(flows[flow]),
                           static_cast<Flow>(flow) == Flow::mailing_list
                               ? std::string_view("by mailing lists")
                               : to_text(static_cast<Flow>(flow)));
  return words;
}

/// A column, what a domain has in it, and what stands below the domains.
struct SummaryColumn {
  Column column;
  Cell (*cell)(const SummaryLine&);
  Cell (*total)(const SummaryAnswer&) = nullptr;
};

template <Flow flow>
Cell flow_cell(const SummaryLine& line) {
  return line.judged ? Cell(line.judged->flows[static_cast<std::size_t>(flow)]) : Cell();
}

template <auto figure>
Cell totals_cell(const SummaryLine& line) {
  return Cell(std::uint64_t{std::invoke(figure, line.domain.totals)});
}
template <auto figure>
Cell totals_of_all(const SummaryAnswer& answer) {
  return Cell(std::uint64_t{std::invoke(figure, answer.totals)});
}
/// A figure of Totals, of each domain and of all.
template <auto figure>
SummaryColumn figure_column(Column column) {
  return {std::move(column), totals_cell<figure>, totals_of_all<figure>};
}

Cell failing_cell(const Totals& totals) {
  return {totals.dmarc_fail(), totals.dmarc_fail() > 0 ? Tone::bad : Tone::good};
}

/// "97.2 % pass, was 99.1 %": with the change only where it is more than noise.
Cell week_cell(const WeekChange& week) {
  if (week.now.messages == 0) return Cell("no mail");
  const std::string now = percent(week.now.dmarc_pass(), week.now.messages) + " pass";
  const Change change = week.before.messages == 0
                            ? Change::noise
                            : change_between({week.before.dmarc_pass(), week.before.messages},
                                             {week.now.dmarc_pass(), week.now.messages});
  if (change != Change::worse && change != Change::better) return Cell(now);
  return {fmt::format("{}, was {}", now, percent(week.before.dmarc_pass(), week.before.messages)),
          change == Change::worse ? Tone::bad : Tone::good};
}

std::vector<SummaryColumn> columns() {
  using Line = SummaryLine;
  using Answer = SummaryAnswer;
  using enum Column::Shown;
  return {
      {{.key = "domain", .title = "domain", .min_width = 12},
       [](const Line& l) { return Cell(l.domain.domain); },
       [](const Answer&) { return Cell("total"); }},
      {{.key = "policy", .title = "policy", .drop_order = 5, .min_width = 10},
       [](const Line& l) { return Cell(policy_words(l.policy)); }},
      figure_column<&Totals::messages>(
          {.key = "messages", .title = "messages", .right = true, .drop_order = 7}),
      {{.key = "pass_rate", .title = "pass", .right = true, .drop_order = 6},
       [](const Line& l) {
         return Cell(Share{l.domain.totals.dmarc_pass(), l.domain.totals.messages});
       },
       [](const Answer& a) { return Cell(Share{a.totals.dmarc_pass(), a.totals.messages}); }},
      figure_column<&Totals::dmarc_pass>(
          {.key = "dmarc_pass", .title = "passed", .shown = data_only}),
      {{.key = "dmarc_fail", .title = "fail", .right = true},
       [](const Line& l) { return failing_cell(l.domain.totals); },
       [](const Answer& a) { return failing_cell(a.totals); }},
      figure_column<&Totals::dkim_aligned>(
          {.key = "dkim_aligned", .title = "dkim aligned", .shown = data_only}),
      figure_column<&Totals::spf_aligned>(
          {.key = "spf_aligned", .title = "spf aligned", .shown = data_only}),
      figure_column<&Totals::both>(
          {.key = "both", .title = "both", .right = true, .drop_order = 2}),
      figure_column<&Totals::dkim_only>(
          {.key = "dkim_only", .title = "dkim only", .right = true, .drop_order = 3}),
      figure_column<&Totals::spf_only>(
          {.key = "spf_only", .title = "spf only", .right = true, .drop_order = 4}),
      figure_column<&Totals::none>(
          {.key = "disposition_none", .title = "delivered", .shown = data_only}),
      figure_column<&Totals::pass>(
          {.key = "disposition_pass", .title = "passed", .shown = data_only}),
      figure_column<&Totals::quarantine>(
          {.key = "disposition_quarantine", .title = "quarantined", .shown = data_only}),
      figure_column<&Totals::reject>(
          {.key = "disposition_reject", .title = "rejected", .shown = data_only}),
      {{.key = "reporters", .title = "reporters", .right = true, .drop_order = 1},
       [](const Line& l) { return Cell(l.domain.reporters); }},
      {{.key = "first_day", .title = "first day", .shown = data_only},
       [](const Line& l) { return Cell(OnDay{l.domain.first_day}); }},
      {{.key = "last_day", .title = "last day", .drop_order = 6},
       [](const Line& l) { return Cell(OnDay{l.domain.last_day}); }},
      {{.key = "week", .title = "last 7 days", .shown = table_only, .drop_order = 5},
       [](const Line& l) { return week_cell(l.week); }},
      {{.key = "week_messages", .title = "week_messages", .shown = data_only},
       [](const Line& l) { return Cell(l.week.now.messages); }},
      {{.key = "week_fail", .title = "week_fail", .shown = data_only},
       [](const Line& l) { return Cell(l.week.now.dmarc_fail()); }},
      {{.key = "week_before_messages", .title = "week_before_messages", .shown = data_only},
       [](const Line& l) { return Cell(l.week.before.messages); }},
      {{.key = "week_before_fail", .title = "week_before_fail", .shown = data_only},
       [](const Line& l) { return Cell(l.week.before.dmarc_fail()); }},
      {{.key = "verdict", .title = "verdict"},
       [](const Line& l) { return l.verdict ? Cell(words_of(l.verdict->state)) : Cell(); }},
      {{.key = "flow_direct", .title = "flow_direct", .shown = data_only}, flow_cell<Flow::direct>},
      {{.key = "flow_forwarded", .title = "flow_forwarded", .shown = data_only},
       flow_cell<Flow::forwarded>},
      {{.key = "flow_mailing_list", .title = "flow_mailing_list", .shown = data_only},
       flow_cell<Flow::mailing_list>},
      {{.key = "flow_foreign", .title = "flow_foreign", .shown = data_only},
       flow_cell<Flow::foreign>},
      {{.key = "flow_unknown", .title = "flow_unknown", .shown = data_only},
       flow_cell<Flow::unknown>},
      {{.key = "salesforce_routes", .title = "salesforce_routes", .shown = data_only},
       [](const Line& l) {
         return l.judged ? Cell(fmt::format("{}", fmt::join(l.judged->routes, " "))) : Cell();
       }},
  };
}

bool has_verdicts(const SummaryAnswer& answer) {
  return std::ranges::any_of(answer.lines,
                             [](const SummaryLine& line) { return line.verdict.has_value(); });
}

ResultTable table_of(const SummaryAnswer& answer) {
  const std::vector<SummaryColumn> list = columns();
  ResultTable table;
  for (const SummaryColumn& column : list) {
    table.columns.push_back(column.column);
    if (column.column.key == "verdict" && !has_verdicts(answer))
      table.columns.back().shown = Column::Shown::data_only;
  }
  for (const SummaryLine& line : answer.lines) {
    std::vector<Cell>& row = table.rows.emplace_back();
    for (const SummaryColumn& column : list) row.push_back(column.cell(line));
  }
  if (answer.domains > 1)
    for (const SummaryColumn& column : list)
      table.totals.push_back(column.total != nullptr ? column.total(answer) : Cell());
  return table;
}

std::vector<std::string> lines_below(const SummaryAnswer& answer) {
  std::vector<std::string> below;
  if (answer.lines.size() < answer.domains)
    below.push_back(left_out_words(counted(answer.domains - answer.lines.size(), "domain")));
  if (answer.domains > 0 && !has_verdicts(answer))
    below.emplace_back(
        "No verdicts: of so many records they take seconds; dmarcq readiness, or --flows, has them.");
  if (answer.is_judged && answer.domains > 0) {
    below.emplace_back();
    below.push_back(fmt::format("How it came: {}", flow_words(answer.judged.flows)));
  }
  if (const Totals& salesforce = answer.judged.salesforce; salesforce.messages > 0)
    below.push_back(fmt::format("Salesforce ({}): {}", fmt::join(answer.judged.routes, ", "),
                                failure_words(salesforce.dmarc_fail(), salesforce.messages)));
  if (answer.unusable_records > 0)
    below.push_back(fmt::format("Not in these figures: {}",
                                unusable_words(answer.unusable_records, answer.unusable_messages)));
  if (!answer.notes.empty()) below.emplace_back();
  for (const Note& note : answer.notes)
    below.push_back(
        fmt::format("{}  {}{}", iso_date(note.day),
                    note.domain.empty() || answer.domains == 1 ? std::string() : note.domain + ": ",
                    note.text));
  return below;
}

}  // namespace

Listing summary_listing(const SummaryAnswer& answer) {
  Listing listing{.schema = "dmarcq.summary/1", .name = "domains", .size = answer.lines.size()};
  listing.element = [&answer](JsonWriter& json, std::size_t i) {
    write_element(json, answer.lines[i], answer.is_judged);
  };
  listing.tail = [&answer](JsonWriter& json) {
    json.key("notes").array();
    for (const Note& note : answer.notes) write_note_json(json, note);
    json.end();
  };
  listing.table = [&answer] { return table_of(answer); };
  if (answer.domains > 0)
    listing.above = fmt::format("{}, {}", days_text(answer.first_day, answer.last_day),
                                counted(answer.reports, "report"));
  listing.below = lines_below(answer);
  return listing;
}

}  // namespace dmarcq
