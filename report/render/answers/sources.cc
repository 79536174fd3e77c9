// SPDX-License-Identifier: MIT
#include "report/render/answers/sources.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/analysis/sender/salesforce.h"
#include "report/render/answers/counts_json.h"
#include "report/render/numbers.h"
#include "report/render/phrases/wording.h"

namespace dmarcq {
namespace {

std::string_view word_of(GroupBy by) {
  switch (by) {
    case GroupBy::source: break;
    case GroupBy::ip: return "ip";
    case GroupBy::service: return "service";
    case GroupBy::route: return "route";
    case GroupBy::subnet: return "subnet";
    case GroupBy::domain: return "domain";
    case GroupBy::reporter: return "reporter";
    case GroupBy::day: return "day";
  }
  return "source";
}

void write_element(JsonWriter& json, const SourceGroup& line, const SourcesQuestion& question) {
  const GroupBy by = question.by;
  json.object();
  if (by == GroupBy::subnet || by == GroupBy::domain || by == GroupBy::reporter ||
      by == GroupBy::day)
    json.member(word_of(by), line.label);
  json.key("source_ip");
  if (line.ip)
    json.value(line.ip->to_text());
  else
    json.null();
  if (question.networks != nullptr)
    write_network(json, line.ip ? question.networks->of(*line.ip) : NetworkFacts{});
  // A group of several services has no service; the one of most messages would be a guess.
  json.member_or_null("service", line.several_services ? std::string() : line.service);
  json.member_or_null("route", line.several_routes ? std::string() : line.route);
  json.member("evidence", to_text(line.evidence))
      .member_or_null("org_id", line.org_id)
      .member("flow", to_text(line.flow));
  json.member("header_from", line.header_from);
  write_counts(json, line.totals);
  write_dispositions(json, line.totals);
  json.member("findings", line.findings).member("reporters", line.reporters);
  json.member("first_day", iso_date(line.first_day)).member("last_day", iso_date(line.last_day));
  if (by != GroupBy::source && by != GroupBy::ip) json.member("addresses", line.addresses);
  json.end();
}

/// Where all lines are Salesforce's, its name is in the heading and only the route is said.
std::string sender_words(const SourceGroup& line, bool route_only) {
  std::string words = line.service.empty() ? "unknown" : line.service;
  if (route_only)
    words = line.route;
  else if (line.several_services)
    words += " and others";
  else if (line.several_routes)
    words += ", several routes";
  else if (!line.route.empty() && line.route != salesforce_route::unspecified)
    words += " " + line.route;
  return words;
}

std::string from_words(const SourceGroup& line) {
  if (line.header_from.empty()) return {};
  if (line.header_from.size() == 1) return line.header_from.front();
  return fmt::format("{} +{}", line.header_from.front(), line.header_from.size() - 1);
}

bool all_salesforce(const std::vector<SourceGroup>& lines) {
  return std::ranges::all_of(lines, [](const SourceGroup& line) {
    return line.service == salesforce_service && !line.several_routes;
  });
}

/// The one From domain of all lines, or "".
std::string only_from(const std::vector<SourceGroup>& lines) {
  if (lines.empty() || lines.front().header_from.size() != 1) return {};
  const std::vector<std::string>& first = lines.front().header_from;
  return std::ranges::all_of(lines,
                             [&](const SourceGroup& line) { return line.header_from == first; })
             ? first.front()
             : std::string();
}

/// What the columns depend on.
struct Shape {
  GroupBy by = GroupBy::source;
  bool every_column = false;  ///< CSV and TSV: nothing is abbreviated
  bool has_ip = false;        ///< each line is of one address
  bool has_service = false;   ///< lines are told apart by address, so each names its service
  bool route_only = false;
  bool one_from = false;
  bool any_fails = false;
  const NetworkBook* networks = nullptr;  ///< null: nothing to show of them
};

Shape shape_of(const SourcesAnswer& answer, bool every_column) {
  Shape shape{.by = answer.question.by, .every_column = every_column};
  shape.has_ip = shape.by == GroupBy::source || shape.by == GroupBy::ip;
  shape.has_service = shape.has_ip || shape.by == GroupBy::subnet;
  shape.route_only = !every_column && shape.has_service && all_salesforce(answer.lines);
  shape.one_from = !only_from(answer.lines).empty();
  shape.any_fails = answer.all.totals.dmarc_fail() > 0;
  if (shape.has_ip) shape.networks = answer.question.networks;
  return shape;
}

/// A column, what a line has in it, and what stands below the lines.
struct SourceColumn {
  Column column;
  Cell (*cell)(const SourceGroup&, const Shape&);
  Cell (*total)(const SourcesAnswer&) = nullptr;
};

NetworkFacts facts_of(const SourceGroup& line, const Shape& shape) {
  return line.ip && shape.networks != nullptr ? shape.networks->of(*line.ip) : NetworkFacts{};
}

/// What [geo] says of the addresses: one column for people, one of each fact for programs.
std::vector<SourceColumn> network_columns() {
  using Line = SourceGroup;
  using enum Column::Shown;
  return {
      {{.key = "network",
        .title = "network",
        .shown = table_only,
        .drop_order = 6,
        .min_width = 12},
       [](const Line& l, const Shape& s) {
         return Cell(l.ip ? network_words(s.networks, *l.ip) : "");
       }},
      {{.key = "as_number", .title = "", .shown = data_only},
       [](const Line& l, const Shape& s) {
         const std::uint32_t number = facts_of(l, s).as_number;
         return number == 0 ? Cell() : Cell(std::uint64_t{number});
       }},
      {{.key = "as_name", .title = "", .shown = data_only},
       [](const Line& l, const Shape& s) { return Cell(facts_of(l, s).as_name); }},
      {{.key = "country", .title = "", .shown = data_only},
       [](const Line& l, const Shape& s) { return Cell(facts_of(l, s).country); }},
  };
}

Column label_column(const Shape& shape) {
  const unsigned least = shape.has_ip ? 0u : 16u;
  switch (shape.by) {
    case GroupBy::source:
    case GroupBy::ip: return {.key = "source_ip", .title = "source ip", .min_width = least};
    case GroupBy::service:
    case GroupBy::route:  // the label is the service itself: one column in CSV, named as in JSON
      return {.key = "group",
              .title = "service",
              .shown = Column::Shown::table_only,
              .min_width = least};
    case GroupBy::subnet: return {.key = "subnet", .title = "network", .min_width = least};
    case GroupBy::domain: return {.key = "domain", .title = "from domain", .min_width = least};
    case GroupBy::reporter: return {.key = "reporter", .title = "reporter", .min_width = least};
    case GroupBy::day: return {.key = "day", .title = "day", .min_width = least};
  }
  return {};
}

// Long because it is the table of all columns.
std::vector<SourceColumn> columns_of(const Shape& shape) {
  using Line = SourceGroup;
  using Answer = SourcesAnswer;
  using enum Column::Shown;
  const auto when = [](bool wanted) { return wanted ? always : data_only; };
  return {
      {label_column(shape), [](const Line& l, const Shape&) { return Cell(l.label); },
       [](const Answer&) { return Cell("total"); }},
      {{.key = "service",
        .title = shape.route_only ? "salesforce" : "service",
        .shown = when(shape.has_service),
        .drop_order = 9,
        .min_width = 10,
        .wraps = true},
       [](const Line& l, const Shape& s) {
         if (!s.every_column) return Cell(sender_words(l, s.route_only));
         return l.several_services ? Cell() : Cell(l.service);
       }},
      {{.key = "route", .title = "route", .shown = data_only},
       [](const Line& l, const Shape& s) {
         return s.every_column && l.several_routes ? Cell() : Cell(l.route);
       }},
      {{.key = "evidence", .title = "known by", .shown = when(shape.has_service), .drop_order = 5},
       [](const Line& l, const Shape&) { return Cell(to_text(l.evidence)); }},
      {{.key = "org_id", .title = "org id", .shown = data_only},
       [](const Line& l, const Shape&) { return Cell(l.org_id); }},
      {{.key = "flow", .title = "flow", .shown = data_only},
       [](const Line& l, const Shape&) { return Cell(to_text(l.flow)); }},
      {{.key = "addresses",
        .title = "addresses",
        .shown = when(!shape.has_ip),
        .right = true,
        .drop_order = 7},
       [](const Line& l, const Shape&) { return Cell(l.addresses); },
       [](const Answer& a) { return Cell(a.addresses); }},
      {{.key = "messages", .title = "messages", .right = true, .drop_order = 8},
       [](const Line& l, const Shape&) { return Cell(l.totals.messages); },
       [](const Answer& a) { return Cell(a.all.totals.messages); }},
      {{.key = "pass_rate", .title = "pass", .shown = when(!shape.has_ip), .right = true},
       [](const Line& l, const Shape&) {
         return Cell(Share{l.totals.dmarc_pass(), l.totals.messages});
       },
       [](const Answer& a) {
         return Cell(Share{a.all.totals.dmarc_pass(), a.all.totals.messages});
       }},
      {{.key = "dmarc_pass", .title = "passed", .shown = data_only, .right = true},
       [](const Line& l, const Shape&) { return Cell(l.totals.dmarc_pass()); },
       [](const Answer& a) { return Cell(a.all.totals.dmarc_pass()); }},
      {{.key = "dmarc_fail", .title = "fail", .right = true},
       [](const Line& l, const Shape&) {
         const std::uint64_t fail = l.totals.dmarc_fail();
         return Cell(fail, fail > 0 ? Tone::bad : Tone::good);
       },
       [](const Answer& a) { return Cell(a.all.totals.dmarc_fail()); }},
      {{.key = "dkim_aligned",
        .title = "dkim ok",
        .shown = when(shape.has_ip),
        .right = true,
        .drop_order = 4},
       [](const Line& l, const Shape&) { return Cell(l.totals.dkim_aligned()); },
       [](const Answer& a) { return Cell(a.all.totals.dkim_aligned()); }},
      {{.key = "spf_aligned",
        .title = "spf ok",
        .shown = when(shape.has_ip),
        .right = true,
        .drop_order = 3},
       [](const Line& l, const Shape&) { return Cell(l.totals.spf_aligned()); },
       [](const Answer& a) { return Cell(a.all.totals.spf_aligned()); }},
      {{.key = "disposition_none", .title = "", .shown = data_only},
       [](const Line& l, const Shape&) { return Cell(l.totals.none); }},
      {{.key = "disposition_pass", .title = "", .shown = data_only},
       [](const Line& l, const Shape&) { return Cell(l.totals.pass); }},
      {{.key = "disposition_quarantine", .title = "", .shown = data_only},
       [](const Line& l, const Shape&) { return Cell(l.totals.quarantine); }},
      {{.key = "disposition_reject", .title = "", .shown = data_only},
       [](const Line& l, const Shape&) { return Cell(l.totals.reject); }},
      {{.key = "findings", .title = "", .shown = data_only},
       [](const Line& l, const Shape&) {
         return Cell(fmt::format("{}", fmt::join(l.findings, " ")));
       }},
      {{.key = "why",
        .title = "why it fails",
        .shown = when(shape.any_fails),
        .min_width = 24,
        .wraps = true},
       [](const Line& l, const Shape&) { return Cell(l.why); }},
      {{.key = "header_from",
        .title = "from",
        .shown = when(shape.by != GroupBy::domain && !shape.one_from),
        .drop_order = 7,
        .min_width = 12},
       [](const Line& l, const Shape& s) {
         return Cell(s.every_column ? fmt::format("{}", fmt::join(l.header_from, " "))
                                    : from_words(l));
       }},
      {{.key = "reporters",
        .title = "reporters",
        .shown = when(shape.by != GroupBy::reporter),
        .right = true,
        .drop_order = 1},
       [](const Line& l, const Shape&) { return Cell(l.reporters); }},
      {{.key = "first_day", .title = "first day", .shown = data_only},
       [](const Line& l, const Shape&) { return Cell(OnDay{l.first_day}); }},
      {{.key = "last_day",
        .title = "last day",
        .shown = when(shape.by != GroupBy::day),
        .drop_order = 2},
       [](const Line& l, const Shape&) { return Cell(OnDay{l.last_day}); }},
  };
}

/// CSV and TSV make their rows while they are written; there may be hundreds of thousands.
ResultTable table_of(const SourcesAnswer& answer, bool every_column) {
  const Shape shape = shape_of(answer, every_column);
  std::vector<SourceColumn> columns = columns_of(shape);
  if (shape.networks != nullptr) {
    const std::vector<SourceColumn> more = network_columns();
    columns.insert(columns.begin() + 1, more.begin(), more.end());
  }
  const auto row_of = [&answer, shape, columns](std::size_t i) {
    std::vector<Cell> row;
    row.reserve(columns.size());
    for (const SourceColumn& column : columns) row.push_back(column.cell(answer.lines[i], shape));
    return row;
  };
  ResultTable table;
  for (const SourceColumn& column : columns) table.columns.push_back(column.column);
  if (every_column)
    table.later = {answer.shown, row_of};
  else
    for (std::size_t i = 0; i < answer.shown; ++i) table.rows.push_back(row_of(i));
  if (answer.lines.size() > 1)
    for (const SourceColumn& column : columns)
      table.totals.push_back(column.total != nullptr ? column.total(answer) : Cell());
  return table;
}

std::string what_is_counted(std::size_t number, const SourcesQuestion& question) {
  const std::string salesforce = question.selection.salesforce ? "Salesforce " : "";
  switch (question.by) {
    case GroupBy::source: return counted(number, salesforce + "source");
    case GroupBy::ip: return counted(number, salesforce + "address", salesforce + "addresses");
    case GroupBy::service: return counted(number, "service");
    case GroupBy::route: return counted(number, salesforce + "route");
    case GroupBy::subnet: return counted(number, salesforce + "network");
    case GroupBy::domain: return counted(number, "From domain");
    case GroupBy::reporter: return counted(number, "reporter");
    case GroupBy::day: return counted(number, "day");
  }
  return {};
}

/// "2 Salesforce sources with failing mail, 2026-08-24 to 2026-11-21 (UTC days): 3,412 of 4,001
/// messages as example.com fail DMARC"
std::string headline(const SourcesAnswer& answer) {
  const Totals& t = answer.all.totals;
  std::string line = what_is_counted(answer.lines.size(), answer.question);
  if (answer.question.selection.failing) line += " with failing mail";
  if (answer.question.selection.passing) line += " without a failure";
  if (const auto disposition = answer.question.selection.disposition)
    line += fmt::format(", only mail with disposition {}", to_text(*disposition));
  line += fmt::format(", {}: ", days_text(*answer.all.first_day, *answer.all.last_day));
  const std::string only = only_from(answer.lines);
  const std::string from = only.empty() ? std::string() : " as " + only;
  return line + failure_words(t.dmarc_fail(), t.messages, from);
}

std::string_view result_word(bool pass) { return pass ? "pass" : "fail"; }

void write_disagreement(JsonWriter& json, const DisagreementsAnswer::One& one) {
  const Disagreement& d = one.what;
  json.object()
      .member("domain", d.domain)
      .member("reporter", one.reporter)
      .member("mechanism", d.dkim ? "dkim" : "spf");
  json.member("reported", reported_word(d))
      .member("recomputed", result_word(d.recomputed_pass))
      .member("reason", to_text(d.reason));
  json.member("rows", d.rows)
      .member("messages", d.messages)
      .member("why", explanation(d.reason))
      .member("example", d.example)
      .end();
}

ResultTable disagreements_table(const DisagreementsAnswer& answer) {
  ResultTable table;
  table.columns = {{.key = "domain", .title = "domain", .min_width = 12},
                   {.key = "reporter", .title = "reporter", .min_width = 12},
                   {.key = "mechanism", .title = "of"},
                   {.key = "reported", .title = "it says"},
                   {.key = "recomputed", .title = "we say"},
                   {.key = "messages", .title = "messages", .right = true},
                   {.key = "rows", .title = "rows", .right = true, .drop_order = 1},
                   {.key = "reason", .title = "reason", .min_width = 10, .wraps = true},
                   {.key = "example", .title = "example", .drop_order = 2, .min_width = 20},
                   {.key = "why", .title = "why", .shown = Column::Shown::data_only}};
  for (std::size_t i = 0; i < answer.shown; ++i) {
    const Disagreement& d = answer.list[i].what;
    table.rows.push_back({d.domain, answer.list[i].reporter, Cell(d.dkim ? "DKIM" : "SPF"),
                          Cell(reported_word(d)), Cell(result_word(d.recomputed_pass)), d.messages,
                          d.rows, Cell(to_text(d.reason)), d.example, Cell(explanation(d.reason))});
  }
  return table;
}

}  // namespace

Listing sources_listing(const SourcesAnswer& answer, Format format) {
  Listing listing{.schema = "dmarcq.sources/1", .name = "sources", .size = answer.shown};
  listing.head = [&answer](JsonWriter& json) {
    const Filter& filter = answer.question.selection.filter;
    json.key("window")
        .object()
        .member("since", day_or_null(filter.since))
        .member("until", day_or_null(filter.until));
    json.member("first_day", day_or_null(answer.all.first_day))
        .member("last_day", day_or_null(answer.all.last_day))
        .end();
    const GroupBy by = answer.question.by;
    json.member("by",
                by == GroupBy::source ? std::nullopt : std::optional<std::string>(word_of(by)));
  };
  listing.element = [&answer](JsonWriter& json, std::size_t i) {
    write_element(json, answer.lines[i], answer.question);
  };
  listing.tail = [&answer](JsonWriter& json) {
    json.key("totals")
        .object()
        .member("sources", static_cast<std::uint64_t>(answer.lines.size()))
        .member("addresses", answer.addresses);
    write_counts(json, answer.all.totals);
    write_dispositions(json, answer.all.totals);
    json.end();
  };
  listing.table = [&answer, every_column = has_every_column(format)] {
    return table_of(answer, every_column);
  };
  if (!answer.lines.empty()) listing.above = headline(answer);
  if (answer.shown < answer.lines.size())
    listing.below = {
        left_out_words(what_is_counted(answer.lines.size() - answer.shown, answer.question))};
  if (const auto& there = answer.without_failure)
    listing.below = {fmt::format("nothing fails: {} from {}, {}",
                                 failure_words(0, there->totals.messages),
                                 what_is_counted(there->groups, answer.question),
                                 days_text(*there->first_day, *there->last_day))};
  return listing;
}

Listing disagreements_listing(const DisagreementsAnswer& answer) {
  Listing listing{
      .schema = "dmarcq.disagreements/1", .name = "disagreements", .size = answer.shown};
  listing.head = [&answer](JsonWriter& json) {
    json.member("messages_compared", answer.messages).member("suffix_list", suffix_list().date);
  };
  listing.element = [&answer](JsonWriter& json, std::size_t i) {
    write_disagreement(json, answer.list[i]);
  };
  listing.table = [&answer] { return disagreements_table(answer); };
  if (answer.messages == 0) return listing;
  if (answer.list.empty()) {
    listing.below = {
        fmt::format("no reporter's verdict differs from what its own raw results come to, in {}",
                    counted(answer.messages, "message"))};
    return listing;
  }
  listing.above =
      "Where a reporter's aligned result is not what its own raw results come to (by the public suffix list, without DNS). The reporter's result counts, where it can be read.";
  std::vector<DisagreementReason> told;
  listing.below.emplace_back();
  for (std::size_t i = 0; i < answer.shown; ++i) {
    const DisagreementReason reason = answer.list[i].what.reason;
    if (std::ranges::find(told, reason) != told.end()) continue;
    told.push_back(reason);
    listing.below.push_back(fmt::format("{}: {}", to_text(reason), explanation(reason)));
  }
  if (answer.shown < answer.list.size())
    listing.below.push_back(
        left_out_words(counted(answer.list.size() - answer.shown, "disagreement")));
  return listing;
}

}  // namespace dmarcq
