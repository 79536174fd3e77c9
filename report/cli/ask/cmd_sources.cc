// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "parser/alignment.h"
#include "report/answers/sources_answer.h"
#include "report/cli/args/database.h"
#include "report/cli/args/dates.h"
#include "report/cli/args/filters.h"
#include "report/cli/cmd.h"
#include "report/cli/listing.h"
#include "report/render/numbers.h"

namespace dmarcq {
namespace {

GroupBy group_by(const Args& args) {
  const std::string by = args.value("--by").value_or("");
  if (by == "ip") return GroupBy::ip;
  if (by == "service") return GroupBy::service;
  if (by == "route") return GroupBy::route;
  if (by == "subnet") return GroupBy::subnet;
  if (by == "domain") return GroupBy::domain;
  if (by == "reporter") return GroupBy::reporter;
  if (by == "day") return GroupBy::day;
  return GroupBy::source;
}

/// Lines come in the order of their groups, which settles ties.
void sort_lines(std::vector<SourceGroup>& lines, const Selection& selection, GroupBy by) {
  const auto order = [&](auto key, bool descending) {
    std::vector<SourceGroup*> places;  // a line is large
    for (SourceGroup& line : lines) places.push_back(&line);
    std::ranges::stable_sort(places, [&](const SourceGroup* a, const SourceGroup* b) {
      return descending ? key(*b) < key(*a) : key(*a) < key(*b);
    });
    std::vector<SourceGroup> sorted;
    sorted.reserve(lines.size());
    for (SourceGroup* line : places) sorted.push_back(std::move(*line));
    lines = std::move(sorted);
  };
  const bool down = selection.descending;
  const auto fail = [](const SourceGroup& l) { return l.totals.dmarc_fail(); };
  const auto messages = [](const SourceGroup& l) { return l.totals.messages; };
  if (selection.sort.empty()) {
    if (by == GroupBy::day) return;
    if (selection.failing)
      order(fail, true);
    else
      order(messages, true);
  } else if (selection.sort == "messages")
    order(messages, down);
  else if (selection.sort == "fail")
    order(fail, down);
  else if (selection.sort == "pass")
    order([](const SourceGroup& l) { return l.totals.dmarc_pass(); }, down);
  else if (selection.sort == "ip")
    order([](const SourceGroup& l) { return l.ip; }, down);
  else if (selection.sort == "service")
    order([](const SourceGroup& l) { return std::tie(l.service, l.route); }, down);
  else if (selection.sort == "route")
    order([](const SourceGroup& l) { return std::tie(l.route, l.service); }, down);
  else if (selection.sort == "reporters")
    order([](const SourceGroup& l) { return l.reporters; }, down);
  else if (selection.sort == "first")
    order([](const SourceGroup& l) { return l.first_day; }, down);
  else if (selection.sort == "last")
    order([](const SourceGroup& l) { return l.last_day; }, down);
}

void write_totals(JsonWriter& json, const Totals& totals) {
  json.member("messages", totals.messages)
      .member("dmarc_pass", totals.dmarc_pass())
      .member("dmarc_fail", totals.dmarc_fail());
  json.member("dkim_aligned", totals.dkim_aligned()).member("spf_aligned", totals.spf_aligned());
  json.key("dispositions").object().member("none", totals.none).member("pass", totals.pass);
  json.member("quarantine", totals.quarantine).member("reject", totals.reject).end();
}

void write_element(JsonWriter& json, const SourceGroup& line, GroupBy by) {
  json.object();
  if (by == GroupBy::subnet) json.member("subnet", line.label);
  if (by == GroupBy::domain) json.member("domain", line.label);
  if (by == GroupBy::reporter) json.member("reporter", line.label);
  if (by == GroupBy::day) json.member("day", line.label);
  json.key("source_ip");
  if (line.ip)
    json.value(line.ip->to_text());
  else
    json.null();
  // A group of several services has no service; the one of most messages would be a guess.
  json.member_or_null("service", line.several_services ? std::string() : line.service);
  json.member_or_null("route", line.several_routes ? std::string() : line.route);
  json.member("evidence", to_text(line.evidence))
      .member_or_null("org_id", line.org_id)
      .member("flow", to_text(line.flow));
  json.member("header_from", line.header_from);
  write_totals(json, line.totals);
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

bool all_salesforce(const JudgedSources& judged) {
  return std::ranges::all_of(judged.lines, [](const SourceGroup& line) {
    return line.service == salesforce_service && !line.several_routes;
  });
}

/// The one From domain of all lines, or "".
std::string only_from(const JudgedSources& judged) {
  if (judged.lines.empty() || judged.lines.front().header_from.size() != 1) return {};
  const std::vector<std::string>& first = judged.lines.front().header_from;
  return std::ranges::all_of(judged.lines,
                             [&](const SourceGroup& line) { return line.header_from == first; })
             ? first.front()
             : std::string();
}

std::vector<Cell> cells_of(const SourceGroup& line, bool route_only) {
  const Totals& t = line.totals;
  return {line.label,
          sender_words(line, route_only),
          line.route,
          to_text(line.evidence),
          line.org_id,
          to_text(line.flow),
          line.addresses,
          t.messages,
          Share{t.dmarc_pass(), t.messages},
          t.dmarc_pass(),
          Cell(t.dmarc_fail(), t.dmarc_fail() > 0 ? Tone::bad : Tone::good),
          t.dkim_aligned(),
          t.spf_aligned(),
          t.none,
          t.pass,
          t.quarantine,
          t.reject,
          fmt::format("{}", fmt::join(line.findings, " ")),
          line.why,
          from_words(line),
          line.reporters,
          OnDay{line.first_day},
          OnDay{line.last_day}};
}

/// In CSV nothing is abbreviated: service without route, all From domains.
std::vector<Cell> data_cells_of(const SourceGroup& line) {
  std::vector<Cell> cells = cells_of(line, false);
  cells[1] = line.several_services ? Cell() : Cell(line.service);
  if (line.several_routes) cells[2] = Cell();
  cells[19] = Cell(fmt::format("{}", fmt::join(line.header_from, " ")));
  return cells;
}

/// Without lines: the columns, and the totals.
ResultTable empty_table(const JudgedSources& judged, GroupBy by, bool route_only) {
  const bool has_ip = by == GroupBy::source || by == GroupBy::ip;
  const bool names_service = by == GroupBy::service || by == GroupBy::route;
  const bool has_service = by == GroupBy::source || by == GroupBy::ip || by == GroupBy::subnet;
  static const char* const keys[] = {"source_ip", "source_ip", "service",  "route",
                                     "subnet",    "domain",    "reporter", "day"};
  static const char* const titles[] = {"source ip", "source ip",   "service",  "service",
                                       "network",   "from domain", "reporter", "day"};
  const bool any_fails = judged.totals.dmarc_fail() > 0;
  const bool one_from = !only_from(judged).empty();
  using enum Column::Shown;
  ResultTable table;
  table.columns = {
      {.key = names_service ? "group" : keys[static_cast<std::size_t>(by)],
       .title = titles[static_cast<std::size_t>(by)],
       .least = has_ip ? 0u : 16u},
      {.key = "service",
       .title = route_only ? "salesforce" : "service",
       .shown = has_service ? always : data_only,
       .least = 16},
      {.key = "route", .title = "route", .shown = data_only},
      {.key = "evidence",
       .title = "known by",
       .shown = has_service ? always : data_only,
       .drop_order = 5},
      {.key = "org_id", .title = "org id", .shown = data_only},
      {.key = "flow", .title = "flow", .shown = data_only},
      {.key = "addresses",
       .title = "addresses",
       .shown = has_ip ? data_only : always,
       .right = true,
       .drop_order = 7},
      {.key = "messages", .title = "messages", .right = true},
      {.key = "pass_rate", .title = "pass", .shown = has_ip ? data_only : always, .right = true},
      {.key = "dmarc_pass", .title = "passed", .shown = data_only, .right = true},
      {.key = "dmarc_fail", .title = "fail", .right = true},
      {.key = "dkim_aligned",
       .title = "dkim ok",
       .shown = has_ip ? always : data_only,
       .right = true,
       .drop_order = 4},
      {.key = "spf_aligned",
       .title = "spf ok",
       .shown = has_ip ? always : data_only,
       .right = true,
       .drop_order = 3},
      {.key = "disposition_none", .title = "", .shown = data_only},
      {.key = "disposition_pass", .title = "", .shown = data_only},
      {.key = "disposition_quarantine", .title = "", .shown = data_only},
      {.key = "disposition_reject", .title = "", .shown = data_only},
      {.key = "findings", .title = "", .shown = data_only},
      {.key = "why", .title = "why it fails", .shown = any_fails ? always : data_only, .least = 24},
      {.key = "header_from",
       .title = "from",
       .shown = by == GroupBy::domain || one_from ? data_only : always,
       .drop_order = 6,
       .least = 12},
      {.key = "reporters",
       .title = "reporters",
       .shown = by == GroupBy::reporter ? data_only : always,
       .right = true,
       .drop_order = 1},
      {.key = "first_day", .title = "first day", .shown = data_only},
      {.key = "last_day",
       .title = "last day",
       .shown = by == GroupBy::day ? data_only : always,
       .drop_order = 2},
  };
  if (names_service) {  // the label is the service itself: one column in CSV, named as in JSON
    table.columns[0].shown = table_only;
    table.columns[0].key = "group";
  }
  if (judged.lines.size() > 1) {
    const Totals& t = judged.totals;
    table.totals = {"total",
                    {},
                    {},
                    {},
                    {},
                    {},
                    judged.addresses,
                    t.messages,
                    Share{t.dmarc_pass(), t.messages},
                    t.dmarc_pass(),
                    t.dmarc_fail(),
                    t.dkim_aligned(),
                    t.spf_aligned()};
  }
  return table;
}

ResultTable table_of(const JudgedSources& judged, std::size_t shown, GroupBy by) {
  const bool has_service = by == GroupBy::source || by == GroupBy::ip || by == GroupBy::subnet;
  const bool route_only = has_service && all_salesforce(judged);
  ResultTable table = empty_table(judged, by, route_only);
  for (std::size_t i = 0; i < shown; ++i)
    table.rows.push_back(cells_of(judged.lines[i], route_only));
  return table;
}

/// Looks at `judged` while it is written.
ResultTable data_table_of(const JudgedSources& judged, std::size_t shown, GroupBy by) {
  ResultTable table = empty_table(judged, by, false);
  table.later = {shown, [&judged](std::size_t i) { return data_cells_of(judged.lines[i]); }};
  return table;
}

std::string what_is_counted(std::size_t number, const Selection& selection, GroupBy by) {
  const std::string salesforce = selection.salesforce ? "Salesforce " : "";
  switch (by) {
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
std::string headline(const JudgedSources& judged, const Selection& selection, GroupBy by) {
  const Totals& t = judged.totals;
  std::string line = what_is_counted(judged.lines.size(), selection, by);
  if (selection.failing) line += " with failing mail";
  if (selection.passing) line += " without a failure";
  line += fmt::format(", {}: ", days_text(*judged.first_day, *judged.last_day));
  const std::string from = only_from(judged).empty() ? std::string() : " as " + only_from(judged);
  if (t.dmarc_fail() == 0) return line + "no failure in " + counted(t.messages, "message") + from;
  if (t.dmarc_pass() == 0)
    return line + fmt::format("all {}{} fail DMARC", counted(t.messages, "message"), from);
  return line + fmt::format("{} of {}{} fail DMARC", with_thousands(t.dmarc_fail()),
                            counted(t.messages, "message"), from);
}

Exit show_disagreements(const Args& args, Io& io, Store& store, const Selection& selection) {
  const Disagreements found = disagreements(store, selection, today());
  const std::size_t all = found.list.size();
  const std::size_t shown =
      static_cast<std::size_t>(std::min<std::uint64_t>(selection.limit.value_or(all), all));
  const auto result = [](bool pass) {
    return pass ? std::string_view("pass") : std::string_view("fail");
  };
  Listing listing;
  listing.schema = "dmarcq.disagreements/1";
  listing.name = "disagreements";
  listing.size = shown;
  listing.head = [&](JsonWriter& json) {
    json.member("messages_compared", found.messages).member("suffix_list", suffix_list().date);
  };
  listing.element = [&](JsonWriter& json, std::size_t i) {
    const Disagreement& d = found.list[i].what;
    json.object()
        .member("domain", d.domain)
        .member("reporter", found.list[i].reporter)
        .member("mechanism", d.dkim ? "dkim" : "spf");
    json.member("reported", reported_word(d))
        .member("recomputed", result(d.recomputed_pass))
        .member("reason", to_text(d.reason));
    json.member("rows", d.rows)
        .member("messages", d.messages)
        .member("why", explanation(d.reason))
        .member("example", d.example)
        .end();
  };
  listing.table = [&] {
    ResultTable table;
    table.columns = {{.key = "domain", .title = "domain", .least = 12},
                     {.key = "reporter", .title = "reporter", .least = 12},
                     {.key = "mechanism", .title = "of"},
                     {.key = "reported", .title = "it says"},
                     {.key = "recomputed", .title = "we say"},
                     {.key = "messages", .title = "messages", .right = true},
                     {.key = "rows", .title = "rows", .right = true, .drop_order = 1},
                     {.key = "reason", .title = "reason"},
                     {.key = "example", .title = "example", .drop_order = 2, .least = 20},
                     {.key = "why", .title = "why", .shown = Column::Shown::data_only}};
    for (std::size_t i = 0; i < shown; ++i) {
      const Disagreement& d = found.list[i].what;
      table.rows.push_back({d.domain, found.list[i].reporter, Cell(d.dkim ? "DKIM" : "SPF"),
                            Cell(reported_word(d)), Cell(result(d.recomputed_pass)), d.messages,
                            d.rows, Cell(to_text(d.reason)), d.example,
                            Cell(explanation(d.reason))});
    }
    return table;
  };
  const Format format = format_of(args);
  if (found.messages == 0) {
    say_nothing_found(io, store, selection);
  } else if (all == 0) {
    listing.below = {
        fmt::format("no reporter's verdict differs from what its own raw results come to, in {}",
                    counted(found.messages, "message"))};
  } else {
    listing.above =
        "Where a reporter's aligned result is not what its own raw results come to (by the public suffix list, without DNS). The reporter's result counts, where it can be read.";
    std::vector<DisagreementReason> told;
    listing.below.emplace_back();
    for (std::size_t i = 0; i < shown; ++i) {
      const DisagreementReason reason = found.list[i].what.reason;
      if (std::ranges::find(told, reason) != told.end()) continue;
      told.push_back(reason);
      listing.below.push_back(fmt::format("{}: {}", to_text(reason), explanation(reason)));
    }
    if (shown < all)
      listing.below.push_back(
          fmt::format("{} more: leave --limit out", with_thousands(all - shown)));
  }
  show(io, format, listing);
  return args.has("--exit-code") && all > 0 ? Exit::found : Exit::done;
}

}  // namespace

Exit run_sources(const Args& args, Io& io) {
  Selection selection = selection_of(args, today());
  const GroupBy by = group_by(args);
  Store store = open_for_reading(settings_of(args), io);
  end_today(io, store, selection, today());
  require_known(args, store, selection);
  if (args.has("--disagreements")) return show_disagreements(args, io, store, selection);
  JudgedSources judged = judged_sources(store, selection, by, today());
  sort_lines(judged.lines, selection, by);
  const std::size_t all = judged.lines.size();
  const std::size_t shown =
      static_cast<std::size_t>(std::min<std::uint64_t>(selection.limit.value_or(all), all));
  const Format format = format_of(args);

  Listing listing;
  listing.schema = "dmarcq.sources/1";
  listing.name = "sources";
  listing.size = shown;
  listing.head = [&](JsonWriter& json) {
    const auto day = [](const std::optional<Day>& d) {
      return d ? std::optional<std::string>(iso_date(*d)) : std::nullopt;
    };
    json.key("window")
        .object()
        .member("since", day(selection.filter.since))
        .member("until", day(selection.filter.until));
    json.member("first_day", day(judged.first_day)).member("last_day", day(judged.last_day)).end();
    json.member("by", args.value("--by"));
  };
  listing.element = [&](JsonWriter& json, std::size_t i) {
    write_element(json, judged.lines[i], by);
  };
  listing.tail = [&](JsonWriter& json) {
    json.key("totals")
        .object()
        .member("sources", static_cast<std::uint64_t>(all))
        .member("addresses", judged.addresses);
    write_totals(json, judged.totals);
    json.end();
  };
  listing.table = [&] {
    return has_every_column(format) ? data_table_of(judged, shown, by)
                                    : table_of(judged, shown, by);
  };
  if (all > 0) listing.above = headline(judged, selection, by);
  if (shown < all)
    listing.below = {fmt::format("{} more: leave --limit out", with_thousands(all - shown))};

  if (all == 0) {
    // Nothing that fails is good news, not a filter gone wrong.
    Selection everything = selection;
    everything.failing = everything.passing = false;
    const JudgedSources there = selection.failing ? judged_sources(store, everything, by, today())
                                                  : JudgedSources{};
    if (selection.failing && !there.lines.empty())
      listing.below = {fmt::format("nothing fails: no failure in {} from {}, {}",
                                   counted(there.totals.messages, "message"),
                                   what_is_counted(there.lines.size(), selection, by),
                                   days_text(*there.first_day, *there.last_day))};
    else
      say_nothing_found(io, store, selection);
  }
  show(io, format, listing);
  if (format == Format::table && judged.totals.dmarc_fail() > 0 && !selection.failing)
    say_next(io, "next: dmarcq sources --failing");
  return args.has("--exit-code") && all > 0 ? Exit::found : Exit::done;
}

}  // namespace dmarcq
