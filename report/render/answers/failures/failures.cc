// SPDX-License-Identifier: MIT
#include "report/render/answers/failures/failures.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/render/answers/failures/failure_json.h"
#include "report/render/numbers.h"
#include "report/render/paragraph.h"
#include "report/render/phrases/evidence/failure_phrases.h"
#include "report/render/phrases/evidence/message_phrases.h"
#include "report/render/phrases/wording.h"

namespace dmarcq {
namespace {

using By = FailureOrigin::By;

std::string first_and_more(const std::vector<std::string>& names) {
  if (names.empty()) return {};
  if (names.size() == 1) return names.front();
  return fmt::format("{} +{}", names.front(), names.size() - 1);
}

std::string sender_words(const FailureGroup& group) {
  return origin_words(group.origin) + (group.several_origins ? " and others" : "");
}

/// "412 of 1,204 fail"
std::string rows_words(const FailureGroup& group) {
  if (!group.has_rows) return {};
  return fmt::format("{} of {} fail", with_thousands(group.dmarc_fail),
                     with_thousands(group.messages));
}

/// "DKIM", "DKIM 12, SPF 9": with figures where not all are alike.
std::string mechanism_figures(const FailureSums& sums) {
  const auto word = [&](std::string_view name, std::uint64_t number) {
    if (number == 0) return std::string();
    return number == sums.incidents ? std::string(name)
                                    : fmt::format("{} {}", name, with_thousands(number));
  };
  const std::string dkim = word("DKIM", sums.dkim_failed), spf = word("SPF", sums.spf_failed);
  return dkim + (dkim.empty() || spf.empty() ? "" : ", ") + spf;
}

std::string_view known_by(By by) {
  switch (by) {
    case By::rows: return "rows";
    case By::claimed_rows: return "claimed";
    case By::header: return "header";
    case By::nothing: break;
  }
  return "";
}

Cell count_cell(std::uint64_t number, bool bad) {
  return Cell(number, bad && number > 0 ? Tone::bad : Tone::plain);
}

/// A column, what a line has in it, and what stands below the lines.
struct FailureColumn {
  Column column;
  Cell (*cell)(const FailureGroup&);
  Cell (*total)(const FailureSums&) = nullptr;
};

std::vector<FailureColumn> count_columns() {
  using Group = FailureGroup;
  using Sums = FailureSums;
  return {
      {{.key = "incidents", .title = "failed", .right = true},
       [](const Group& g) { return count_cell(g.incidents, true); },
       [](const Sums& s) { return Cell(s.incidents); }},
      {{.key = "complaints", .title = "complaints", .right = true},
       [](const Group& g) { return count_cell(g.complaints, false); },
       [](const Sums& s) { return Cell(s.complaints); }},
      {{.key = "delivered", .title = "delivered", .right = true, .drop_order = 4},
       [](const Group& g) { return Cell(g.fate(FailureFate::delivered)); },
       [](const Sums& s) { return Cell(s.fate(FailureFate::delivered)); }},
      {{.key = "reject", .title = "rejected", .right = true, .drop_order = 2},
       [](const Group& g) { return Cell(g.fate(FailureFate::reject)); },
       [](const Sums& s) { return Cell(s.fate(FailureFate::reject)); }},
  };
}

/// What programs get besides.
std::vector<FailureColumn> data_columns() {
  using Group = FailureGroup;
  using enum Column::Shown;
  const auto column = [](std::string key) {
    return Column{.key = std::move(key), .title = "", .shown = data_only};
  };
  return {
      {column("reports"), [](const Group& g) { return Cell(g.reports); }},
      {column("not_spam"), [](const Group& g) { return Cell(g.not_spam); }},
      {column("spam"), [](const Group& g) { return Cell(g.fate(FailureFate::spam)); }},
      {column("policy"), [](const Group& g) { return Cell(g.fate(FailureFate::policy)); }},
      {column("other"), [](const Group& g) { return Cell(g.fate(FailureFate::other)); }},
      {column("not_told"), [](const Group& g) { return Cell(g.fate(FailureFate::not_told)); }},
      {column("delivered_against_reject"), [](const Group& g) { return Cell(g.let_through); }},
      {column("dkim_unaligned"), [](const Group& g) { return Cell(g.dkim_failed); }},
      {column("spf_unaligned"), [](const Group& g) { return Cell(g.spf_failed); }},
      {column("service"),
       [](const Group& g) { return g.several_origins ? Cell() : Cell(g.origin.service); }},
      {column("route"),
       [](const Group& g) { return g.several_origins ? Cell() : Cell(g.origin.route); }},
      {column("org_id"),
       [](const Group& g) { return g.several_origins ? Cell() : Cell(g.origin.org); }},
      {column("sender_known_by"),
       [](const Group& g) { return Cell(known_by(g.origin.service_by)); }},
      {column("categories"),
       [](const Group& g) { return Cell(fmt::format("{}", fmt::join(g.categories, " "))); }},
      {column("messages"), [](const Group& g) { return g.has_rows ? Cell(g.messages) : Cell(); }},
      {column("dmarc_fail"),
       [](const Group& g) { return g.has_rows ? Cell(g.dmarc_fail) : Cell(); }},
      {column("days"), [](const Group& g) { return Cell(g.days); }},
      {column("first_day"),
       [](const Group& g) { return g.first_day > 0 ? Cell(OnDay{g.first_day}) : Cell(); }},
      {column("reporters"),
       [](const Group& g) { return Cell(fmt::format("{}", fmt::join(g.reporters, " "))); }},
      {column("sources"),
       [](const Group& g) { return Cell(fmt::format("{}", fmt::join(g.sources, " "))); }},
  };
}

/// The one From domain of all lines, or "".
std::string only_from(const FailuresAnswer& answer) {
  if (answer.groups.empty() || answer.groups.front().header_from.size() != 1) return {};
  const std::vector<std::string>& first = answer.groups.front().header_from;
  return std::ranges::all_of(answer.groups,
                             [&](const FailureGroup& group) { return group.header_from == first; })
             ? first.front()
             : std::string();
}

std::vector<FailureColumn> columns_of(const FailuresAnswer& answer) {
  const FailuresQuestion& question = answer.question;
  using Group = FailureGroup;
  using enum Column::Shown;
  const bool by_source = question.by == FailureBy::source;
  std::vector<FailureColumn> columns{
      {{.key = "group",
        .title = by_source ? "source ip" : std::string(to_text(question.by)),
        .min_width = by_source ? 15u : 16u,  // no IPv4 address is longer
        .wraps = true},
       [](const Group& g) { return Cell(g.label); }}};
  for (FailureColumn& column : count_columns()) {
    // Many reporters tell nothing of the delivery.
    const bool is_fate = column.column.key == "delivered" || column.column.key == "reject";
    if (is_fate &&
        answer.totals.fate(FailureFate::delivered) + answer.totals.fate(FailureFate::reject) == 0)
      column.column.shown = data_only;
    columns.push_back(std::move(column));
  }
  if (question.complaints) std::swap(columns[1], columns[2]);
  columns[2].column.drop_order = 1;  // the heading has the sum
  columns.push_back({{.key = "unaligned",
                      .title = "unaligned",
                      .shown = table_only,
                      .drop_order = 5,
                      .min_width = 9,
                      .wraps = true},
                     [](const Group& g) { return Cell(mechanism_figures(g)); }});
  columns.push_back({{.key = "sender",
                      .title = "sender",
                      .shown = question.by == FailureBy::route ? data_only : table_only,
                      .drop_order = 7,
                      .min_width = 12,
                      .wraps = true},
                     [](const Group& g) { return Cell(sender_words(g)); }});
  columns.push_back({{.key = "header_from",
                      .title = "from",
                      .shown = only_from(answer).empty() ? always : data_only,
                      .drop_order = 6,
                      .min_width = 12},
                     [](const Group& g) { return Cell(first_and_more(g.header_from)); }});
  columns.push_back({{.key = "rows",
                      .title = "aggregate reports",
                      .shown = table_only,
                      .drop_order = 8,
                      .min_width = 12,
                      .wraps = true},
                     [](const Group& g) { return Cell(rows_words(g)); }});
  columns.push_back(
      {{.key = "last_day",
        .title = "last day",
        .shown = question.by == FailureBy::day ? data_only : always,
        .drop_order = 3},
       [](const Group& g) { return g.last_day > 0 ? Cell(OnDay{g.last_day}) : Cell(); }});
  for (FailureColumn& column : data_columns()) columns.push_back(std::move(column));
  return columns;
}

ResultTable groups_table(const FailuresAnswer& answer) {
  const std::vector<FailureColumn> columns = columns_of(answer);
  ResultTable table;
  for (const FailureColumn& column : columns) table.columns.push_back(column.column);
  for (const FailureGroup& group : answer.groups) {
    std::vector<Cell> row;
    for (const FailureColumn& column : columns) row.push_back(column.cell(group));
    table.rows.push_back(std::move(row));
  }
  // What is of no line is in the totals all the same.
  for (std::size_t i = 0; i < columns.size(); ++i)
    table.totals.push_back(i == 0                        ? Cell("total")
                           : columns[i].total != nullptr ? columns[i].total(answer.totals)
                                                         : Cell());
  return table;
}

void write_fates(JsonWriter& json, const FailureSums& sums) {
  json.key("delivery").object();
  for (std::size_t i = 0; i < failure_fate_count; ++i)
    json.member(to_text(static_cast<FailureFate>(i)), sums.fates[i]);
  json.end();
}

void write_sums(JsonWriter& json, const FailureSums& sums) {
  json.member("reports", sums.reports)
      .member("incidents", sums.incidents)
      .member("complaints", sums.complaints)
      .member("not_spam", sums.not_spam)
      .member("dkim_unaligned", sums.dkim_failed)
      .member("spf_unaligned", sums.spf_failed)
      .member("delivered_against_reject", sums.let_through);
  write_fates(json, sums);
}

void write_group(JsonWriter& json, const FailureGroup& group) {
  json.object().member("group", group.label);
  write_sums(json, group);
  const bool one = !group.several_origins;
  json.member_or_null("service", one ? group.origin.service : "")
      .member_or_null("route", one ? group.origin.route : "")
      .member_or_null("sender_known_by", known_by(group.origin.service_by))
      .member_or_null("org_id", one ? group.origin.org : "")
      .member_or_null("org_known_by", known_by(group.origin.org_by))
      .member("header_from", group.header_from)
      .member("categories", group.categories)
      .member("reporters", group.reporters)
      .member("sources", group.sources);
  json.key("messages");
  if (group.has_rows)
    json.value(group.messages).member("dmarc_fail", group.dmarc_fail);
  else
    json.null().key("dmarc_fail").null();
  json.member("days", group.days)
      .member_or_null("first_day", group.first_day > 0 ? iso_date(group.first_day) : "")
      .member_or_null("last_day", group.last_day > 0 ? iso_date(group.last_day) : "")
      .end();
}

std::string headline(const FailuresAnswer& answer) {
  const FailureSums& sums = answer.totals;
  std::string words = counted(sums.reports, "failure report");
  if (sums.incidents != sums.reports)
    words += fmt::format(" ({}, as {})", counted(sums.incidents, "mail"),
                         sums.reports == 1 ? "it says" : "they say");
  if (const std::string from = only_from(answer); !from.empty()) words += ", From " + from;
  if (answer.first_day > 0) words += ", " + days_text(answer.first_day, answer.last_day);
  words += fmt::format("; apart from these, {}", counted(sums.complaints, "complaint"));
  if (sums.not_spam > 0)
    words += fmt::format(" and {} of \"not spam\"", counted(sums.not_spam, "word"));
  return words + ".";
}

std::vector<std::string> notes_of(const FailuresAnswer& answer) {
  std::vector<std::string> notes;
  if (answer.totals.let_through > 0)
    notes.push_back(fmt::format(
        "{} delivered although the policy asks for rejection: a receiver may know better, or not check.",
        counted_verb(answer.totals.let_through, "mail was", "mails were")));
  const bool any_claim = std::ranges::any_of(answer.groups, [](const FailureGroup& group) {
    const auto is_claim = [](By by) { return by == By::header || by == By::claimed_rows; };
    return is_claim(group.origin.service_by) || is_claim(group.origin.org_by) ||
           group.label.ends_with(claimed_words);
  });
  if (any_claim)
    notes.emplace_back(
        "(claimed): by an unproven name, or by the mail's header; anyone can write either.");
  if (!answer.question.complaints)
    notes.push_back(fmt::format("These are examples and no figures: {}.", few_send_them));
  return notes;
}

/// One fact of a report, where there is one.
void write_fact(std::ostream& out, std::string_view name, std::string_view text) {
  if (!text.empty()) write_paragraph(out, fmt::format("   {:<12}", name), text);
}

void write_header(std::ostream& out, std::string_view header) {
  std::string_view name = "Header";
  while (!header.empty()) {
    // A folded field is one line here: its parts begin with a blank.
    std::size_t end = header.find('\n');
    while (end != header.npos && end + 1 < header.size() &&
           (header[end + 1] == ' ' || header[end + 1] == '\t'))
      end = header.find('\n', end + 1);
    write_fact(out, name, header.substr(0, end));
    name = "";
    header.remove_prefix(end == header.npos ? header.size() : end + 1);
  }
}

void write_example(std::ostream& out, const JudgedFailure& failure, std::size_t number) {
  const FailureReport& report = failure.report;
  const std::string when = report.arrival    ? rfc3339(*report.arrival)
                           : failure.day > 0 ? iso_date(failure.day)
                                             : std::string("at an unknown time");
  write_paragraph(
      out, fmt::format("{}. ", number),
      fmt::format(
          "{}{}, {}{}",
          report.kind == FailureKind::auth_failure ? "Failure report"
          : report.kind == FailureKind::complaint  ? "Complaint"
                                                   : "Word of \"not spam\"",
          report.reporter.empty() ? "" : " by " + report.reporter, when,
          report.incidents > 1 ? fmt::format(", for {}", counted(report.incidents, "mail")) : ""));
  const FailureOrigin origin = origin_of(failure);
  write_fact(out, "From", report.header_from);
  if (report.reported_domain != report.header_from)
    write_fact(out, "Domain", report.reported_domain);
  write_fact(out, "Source",
             (report.source_ip ? report.source_ip->to_text() + ", " : std::string()) +
                 origin_words(origin) + (origin.org.empty() ? "" : ", org " + origin.org) + ". " +
                 rows_sentence(failure));
  write_fact(out, "Failed", fmt::format("{}", fmt::join(report.auth_failure, ", ")));
  write_fact(out, "Not aligned", mechanism_words(failed_mechanisms(report)));
  write_fact(out, "Delivery", delivery_words(failure));
  if (fate_of(report) == FailureFate::other) write_fact(out, "As written", report.delivery_result);
  if (!report.dkim_domain.empty())
    write_fact(out, "DKIM",
               fmt::format("d={}{}{}", report.dkim_domain,
                           report.dkim_selector.empty() ? "" : " s=" + report.dkim_selector,
                           report.dkim_identity.empty() ? "" : " i=" + report.dkim_identity));
  write_fact(out, "SPF", report.spf_dns);
  write_fact(out, "Made by", fmt::format("{}", fmt::join(mark_sentences(failure.marks), " ")));
  write_fact(out, "Envelope",
             report.null_sender             ? "<>, the null sender"
             : report.envelope_from.empty() ? report.envelope_from_domain
                                            : report.envelope_from);
  write_fact(out, "Recipient", report.envelope_rcpt);
  write_fact(out, "Subject", report.subject);
  write_fact(out, "Message-ID", report.message_id);
  write_fact(out, "Results", report.authentication_results);
  write_header(out, report.original_header);
}

ResultTable examples_table(const FailuresAnswer& answer) {
  ResultTable table;
  for (const std::string key : {"id",
                                "kind",
                                "day",
                                "arrival",
                                "reporter",
                                "source_ip",
                                "header_from",
                                "sender",
                                "org_id",
                                "category",
                                "entity",
                                "job",
                                "list",
                                "failed",
                                "unaligned",
                                "delivery",
                                "policy",
                                "incidents",
                                "dkim_domain",
                                "dkim_selector",
                                "envelope_from",
                                "envelope_rcpt",
                                "subject",
                                "message_id"}) {
    std::string title = key;
    std::ranges::replace(title, '_', ' ');
    table.columns.push_back({.key = key, .title = std::move(title)});
  }
  for (const JudgedFailure& failure : answer.examples) {
    const FailureReport& report = failure.report;
    const FailureOrigin origin = origin_of(failure);
    table.rows.push_back({static_cast<std::uint64_t>(std::max<std::int64_t>(0, failure.id)),
                          to_text(report.kind),
                          failure.day > 0 ? Cell(OnDay{failure.day}) : Cell(),
                          report.arrival ? Cell(AtTime{*report.arrival}) : Cell(),
                          report.reporter,
                          report.source_ip ? Cell(report.source_ip->to_text()) : Cell(),
                          report.header_from,
                          origin_words(origin),
                          origin.org,
                          failure.marks.category,
                          failure.marks.entity,
                          failure.marks.job,
                          failure.marks.list,
                          fmt::format("{}", fmt::join(report.auth_failure, " ")),
                          mechanism_words(failed_mechanisms(report)),
                          to_text(fate_of(report)),
                          failure.asked,
                          report.incidents,
                          report.dkim_domain,
                          report.dkim_selector,
                          report.envelope_from,
                          report.envelope_rcpt,
                          report.subject,
                          report.message_id});
  }
  return table;
}

}  // namespace

Listing failures_listing(const FailuresAnswer& answer) {
  Listing listing{.schema = "dmarcq.failures/1", .name = "groups", .size = answer.groups.size()};
  listing.head = [&answer](JsonWriter& json) {
    json.member("by", to_text(answer.question.by))
        .member("listed", answer.question.complaints ? "complaints" : "failures")
        .member_or_null("first_day", answer.first_day > 0 ? iso_date(answer.first_day) : "")
        .member_or_null("last_day", answer.last_day > 0 ? iso_date(answer.last_day) : "");
    json.key("totals").object();
    write_sums(json, answer.totals);
    json.end();
  };
  listing.element = [&answer](JsonWriter& json, std::size_t i) {
    write_group(json, answer.groups[i]);
  };
  listing.tail = [&answer](JsonWriter& json) {
    json.key("examples").array();
    for (const JudgedFailure& failure : answer.examples)
      write_failure(json, failure, FailurePart::all);
    json.end();
    json.member_or_null("note", answer.groups.empty() ? no_failures_words(answer) : "");
  };
  listing.table = [&answer] { return groups_table(answer); };
  if (answer.groups.empty()) {
    listing.below = {no_failures_words(answer)};
    return listing;
  }
  listing.above = headline(answer);
  listing.below = notes_of(answer);
  return listing;
}

Listing failure_examples_listing(const FailuresAnswer& answer) {
  return {.schema = "dmarcq.failures/1",
          .name = "examples",
          .size = answer.examples.size(),
          .element =
              [&answer](JsonWriter& json, std::size_t i) {
                write_failure(json, answer.examples[i], FailurePart::all);
              },
          .table = [&answer] { return examples_table(answer); }};
}

void write_failure_examples(std::ostream& out, const FailuresAnswer& answer) {
  for (std::size_t i = 0; i < answer.examples.size(); ++i) {
    out << '\n';
    write_example(out, answer.examples[i], i + 1);
  }
}

}  // namespace dmarcq
