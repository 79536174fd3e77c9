// SPDX-License-Identifier: MIT
#include "report/render/answers/data/explain_data.h"

#include <fmt/format.h>

#include "report/render/answers/counts_json.h"
#include "report/render/answers/explain.h"
#include "report/render/answers/failures/failure_json.h"
#include "report/render/numbers.h"
#include "report/render/phrases/finding_phrases.h"

namespace dmarcq {

std::string spf_words(const Identity& identity) {
  std::string words;
  for (const SpfAuthResult& r : identity.spf)
    words += fmt::format(
        "{}{}{} {}", words.empty() ? "" : ", ", r.scope.is(SpfScope::helo) ? "helo " : "",
        r.domain.empty() ? "(no domain)" : r.domain, r.result.absent() ? "–" : r.result.text());
  return words.empty() ? "none" : words;
}

std::string dkim_words(const Identity& identity) {
  std::string words;
  for (const DkimAuthResult& r : identity.dkim)
    words += fmt::format("{}{}{} {}", words.empty() ? "" : ", ", r.domain,
                         r.selector.empty() ? "" : " s=" + r.selector,
                         r.result.absent() ? "–" : r.result.text());
  return words.empty() ? "none" : words;
}

std::string reason_words(const PolicyEvaluated& evaluated) {
  std::string words;
  for (const PolicyOverrideReason& reason : evaluated.reasons)
    words += fmt::format("{}{}{}", words.empty() ? "" : ", ", reason.type.text(),
                         reason.comment.empty() ? "" : " (" + reason.comment + ")");
  return words;
}

std::string_view place_words(Place place) {
  switch (place) {
    case Place::home: return "its own address";
    case Place::relay: return "a server of yours that passes its mail on";
    case Place::elsewhere: return "somebody else's address: the mail came round";
    case Place::unknown: break;
  }
  return "nothing is known of the address";
}

namespace {

void write_sender(JsonWriter& json, const Sender& s) {
  json.member_or_null("name", s.name)
      .member_or_null("service", s.service)
      .member_or_null("route", s.route)
      .member("evidence", to_text(s.evidence))
      .member("why", s.detail);
}

void write_row(JsonWriter& json, const SourceRow& row, JudgedWindow& window,
               const NetworkBook* networks) {
  const Identity& identity = window.dictionary().identity(row.identity);
  const PolicyEvaluated& evaluated = window.dictionary().evaluation(row.evaluation);
  json.object().member("source_ip", row.source_ip.to_text());
  if (networks != nullptr) write_network(json, networks->of(row.source_ip));
  json.member("domain", window.dictionary().domain(row.domain))
      .member_or_null("header_from", identity.header_from);
  json.member_or_null("envelope_from", identity.envelope_from)
      .member("spf", spf_words(identity))
      .member("dkim", dkim_words(identity));
  json.member_or_null("evaluated_dkim", evaluated.dkim.text())
      .member_or_null("evaluated_spf", evaluated.spf.text())
      .member_or_null("disposition", evaluated.disposition.text());
  json.member_or_null("reason", reason_words(evaluated))
      .member("messages", row.messages)
      .member("rows", row.rows);
  json.key("reporters").array();
  for (const std::string& reporter : names_of(row.reporters, window.lookup())) json.value(reporter);
  json.end()
      .member("first_day", iso_date(row.first_day))
      .member("last_day", iso_date(row.last_day))
      .end();
}

void write_part(JsonWriter& json, const ExplainedPart& part, JudgedWindow& window,
                const NetworkBook* networks) {
  const Sender& sender = part.sender;
  json.object();
  write_sender(json, sender);
  json.member("ambiguous", sender.ambiguous)
      .member("place", place_words(sender.place))
      .member_or_null("via", sender.via)
      .member("flow", to_text(part.flow));
  write_counts(json, part.totals);
  json.member("addresses", static_cast<std::uint64_t>(part.addresses.size()))
      .member("first_day", iso_date(part.first_day))
      .member("last_day", iso_date(part.last_day));
  json.key("org_ids").array();
  for (const auto& [org, messages] : part.orgs) {
    json.object()
        .member("org_id", org.org.org_id)
        .member("instance", org.org.instance)
        .member("messages", messages)
        .member("ownership", to_text(org.ownership))
        .member("why", org.why)
        .end();
  }
  json.end();
  for (const bool agrees : {true, false}) {
    json.key(agrees ? "agrees" : "rejected").array();
    for (const Reading& reading : part.readings) {
      if (reading.taken || reading.agrees != agrees) continue;
      json.object();
      write_sender(json, reading.sender);
      json.member("why_not", reading.why_not).end();
    }
    json.end();
  }
  json.key("findings").array();
  for (const auto& [finding, is_over] : part.findings) {
    const FindingSentences sentences = sentences_of(finding);
    json.object()
        .member("code", to_text(finding.code))
        .member("cause", sentences.cause)
        .member("fix", sentences.fix)
        .member("verify", sentences.verify)
        .member("reference", sentences.reference)
        .end();
  }
  json.end().key("rows").array();
  for (const std::size_t i : part.rows) write_row(json, window.rows()[i], window, networks);
  json.end().end();
}

/// The cells of one row in explain_table().
std::vector<Cell> cells_of(const ExplainedPart& part, const SourceRow& row, JudgedWindow& window,
                           const NetworkBook* networks) {
  const Identity& identity = window.dictionary().identity(row.identity);
  const PolicyEvaluated& evaluated = window.dictionary().evaluation(row.evaluation);
  const Sender& sender = part.sender;
  const NetworkFacts facts = networks != nullptr ? networks->of(row.source_ip) : NetworkFacts{};
  std::string codes;
  each_code(part.codes, [&](FindingCode code) {
    codes += fmt::format("{}{}", codes.empty() ? "" : " ", to_text(code));
  });
  return {row.source_ip.to_text(),
          facts.as_number == 0 ? Cell() : Cell(std::uint64_t{facts.as_number}),
          facts.as_name,
          facts.country,
          sender.name.empty() ? sender.service : sender.name,
          sender.route,
          to_text(sender.evidence),
          to_text(part.flow),
          codes,
          window.dictionary().domain(row.domain),
          identity.header_from,
          identity.envelope_from,
          spf_words(identity),
          dkim_words(identity),
          evaluated.dkim.text(),
          evaluated.spf.text(),
          evaluated.disposition.text(),
          reason_words(evaluated),
          row.messages,
          static_cast<std::uint64_t>(row.reporters.size()),
          OnDay{row.first_day},
          OnDay{row.last_day}};
}

}  // namespace

ResultTable explain_table(const ExplainAnswer& answer) {
  using enum Column::Shown;
  ResultTable table;
  table.columns = {{.key = "source_ip", .title = "source ip"},
                   {.key = "as_number", .title = "as number", .right = true},
                   {.key = "as_name", .title = "as name"},
                   {.key = "country", .title = "country"},
                   {.key = "service", .title = "service"},
                   {.key = "route", .title = "route"},
                   {.key = "evidence", .title = "known by"},
                   {.key = "flow", .title = "flow"},
                   {.key = "findings", .title = "findings"},
                   {.key = "domain", .title = "domain"},
                   {.key = "header_from", .title = "from"},
                   {.key = "envelope_from", .title = "envelope from", .shown = data_only},
                   {.key = "spf", .title = "spf"},
                   {.key = "dkim", .title = "dkim"},
                   {.key = "evaluated_dkim", .title = "dkim aligned"},
                   {.key = "evaluated_spf", .title = "spf aligned"},
                   {.key = "disposition", .title = "done"},
                   {.key = "reason", .title = "reason"},
                   {.key = "messages", .title = "messages", .right = true},
                   {.key = "reporters", .title = "reporters", .right = true},
                   {.key = "first_day", .title = "first day", .shown = data_only},
                   {.key = "last_day", .title = "last day"}};
  const NetworkBook* const networks = answer.question.networks;
  for (const ExplainedPart& part : answer.parts)
    for (const std::size_t i : part.rows)
      table.rows.push_back(cells_of(part, answer.window->rows()[i], *answer.window, networks));
  if (networks != nullptr) return table;
  constexpr std::ptrdiff_t first = 1, last = 4;  // what only [geo] tells
  table.columns.erase(table.columns.begin() + first, table.columns.begin() + last);
  for (auto& row : table.rows) row.erase(row.begin() + first, row.begin() + last);
  return table;
}

void write_explain_json(std::ostream& out, const ExplainAnswer& answer, const std::string& subject,
                        JsonWriter::Style style) {
  JsonWriter json(out, style);
  json.object()
      .member("schema", "dmarcq.explain/1")
      .member("subject", subject)
      .member("kind", answer.question.network ? "ip" : "domain");
  const bool any = !answer.parts.empty();
  json.member_or_null("first_day", any ? iso_date(answer.first_day) : "")
      .member_or_null("last_day", any ? iso_date(answer.last_day) : "");
  write_counts(json, answer.totals);
  json.member("known", catalogue_words(answer.question, answer.known));
  if (answer.names) {
    const AddressNames& names = *answer.names;
    json.key("dns").object().member("ptr", names.ptr).member_or_null("confirmed", names.confirmed);
    json.key("salesforce");
    if (names.salesforce == AddressNames::Salesforce::unknown)
      json.null();
    else
      json.value(names.salesforce == AddressNames::Salesforce::yes);
    json.end();
  }
  json.key("reports").array();
  for (const ReportOfRows& report : answer.reports)
    json.object()
        .member("id", report.id)
        .member("reporter", report.reporter)
        .member("domain", report.domain)
        .member("day", iso_date(report.day))
        .member("messages", report.totals.messages)
        .member("dmarc_fail", report.totals.dmarc_fail())
        .end();
  json.end();
  if (answer.failure) {
    json.member("failure_reports", answer.failure->reports).key("failure_report");
    write_failure(json, answer.failure->failure, FailurePart::without_people);
  }
  json.key("senders").array();
  for (const ExplainedPart& part : answer.parts)
    write_part(json, part, *answer.window, answer.question.networks);
  json.end().end().finish();
}

}  // namespace dmarcq
