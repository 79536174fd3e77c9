// SPDX-License-Identifier: MIT
#include "report/render/answers/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "ingest/base/text.h"
#include "parser/aggregate/field_text.h"
#include "parser/alignment.h"
#include "report/analysis/sender/salesforce.h"
#include "report/render/answers/counts_json.h"
#include "report/render/escape.h"
#include "report/render/json.h"
#include "report/render/numbers.h"
#include "report/render/paragraph.h"
#include "report/render/phrases/finding_phrases.h"

namespace dmarcq {
namespace {

constexpr std::size_t rows_by_default = 12, parts_by_default = 8;

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

std::string sender_words(const Sender& sender) {
  std::string words = sender.name.empty() ? sender.service : sender.name;
  if (words.empty()) return "an unknown sender";
  if (!sender.route.empty() && sender.route != salesforce_route::unspecified)
    words += " " + sender.route;
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

void write_sender(JsonWriter& json, const Sender& s) {
  json.member_or_null("name", s.name)
      .member_or_null("service", s.service)
      .member_or_null("route", s.route)
      .member("evidence", to_text(s.evidence))
      .member("why", s.detail);
}

void write_row(JsonWriter& json, const SourceRow& row, JudgedWindow& window) {
  const Identity& identity = window.dictionary().identity(row.identity);
  const PolicyEvaluated& evaluated = window.dictionary().evaluation(row.evaluation);
  json.object()
      .member("source_ip", row.source_ip.to_text())
      .member("domain", window.dictionary().domain(row.domain))
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

void write_part(JsonWriter& json, const ExplainedPart& part, JudgedWindow& window) {
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
  for (const std::size_t i : part.rows) write_row(json, window.rows()[i], window);
  json.end().end();
}

std::string_view no_finding_words(const ExplainedPart& part) {
  if (part.totals.dmarc_fail() != 0)
    return " of the sender's making: a name of yours passed, the reporter judged otherwise (dmarcq sources --disagreements)";
  return part.flow == Flow::unknown ? ": it passes DMARC, though it is not known who sent it"
                                    : ": this is as it should be";
}

void write_findings(std::ostream& out, const ExplainedPart& part) {
  if (part.findings.empty())
    write_paragraph(out, "   Finding    ", fmt::format("none{}", no_finding_words(part)));
  for (const auto& [finding, is_over] : part.findings) {
    const FindingSentences sentences = sentences_of(finding);
    write_paragraph(
        out, "   Finding    ",
        fmt::format("{} ({}, {} confidence): {}", to_text(finding.code), to_text(finding.severity),
                    to_text(finding.confidence), sentences.cause));
    if (is_over)
      write_paragraph(
          out, "              ",
          fmt::format(
              "Apparently fixed: not seen after {}, while this mail continues. There is nothing to do.",
              iso_date(finding.last_day)));
    else
      for (const std::string& step : sentences.fix) write_paragraph(out, "              - ", step);
  }
}

void write_readings(std::ostream& out, const std::vector<Reading>& readings) {
  for (const bool agrees : {true, false}) {
    bool any = false;
    for (const Reading& reading : readings) {
      if (reading.taken || reading.agrees != agrees) continue;
      write_paragraph(out,
                      any      ? "              "
                      : agrees ? "   Agrees     "
                               : "   Rejected   ",
                      fmt::format("{} ({}): {}. {}{}.", sender_words(reading.sender),
                                  to_text(reading.sender.evidence), reading.sender.detail,
                                  agrees ? "Not decisive: " : "Why not: ", reading.why_not));
      any = true;
    }
  }
}

void write_part(std::ostream& out, const ExplainedPart& part, std::size_t number) {
  const Sender& sender = part.sender;
  out << '\n';
  std::string who = part.addresses.size() == 1
                        ? part.addresses.begin()->to_text()
                        : counted(part.addresses.size(), "address", "addresses");
  write_paragraph(out, fmt::format("{}. ", number),
                  fmt::format("{} from {} ({}), {}", counted(part.totals.messages, "message"),
                              sender_words(sender), who, days_text(part.first_day, part.last_day)));
  write_paragraph(out, "   Known by   ",
                  fmt::format("{}: {}{}", to_text(sender.evidence), sender.detail,
                              sender.ambiguous ? " (ambiguous)" : ""));
  write_paragraph(out, "   Address    ",
                  fmt::format("{}{}", place_words(sender.place),
                              sender.via.empty() ? "" : "; run by " + sender.via));
  write_paragraph(
      out, "   Flow       ",
      fmt::format(
          "{}{}", to_text(part.flow),
          sender.origin_route.empty() ? "" : "; it began as Salesforce " + sender.origin_route));
  for (const auto& [org, messages] : part.orgs) {
    write_paragraph(out, "   Org        ",
                    fmt::format("{} ({}), {}: {}, {}", org.org.org_id, org.org.instance,
                                counted(messages, "message"), to_text(org.ownership), org.why));
  }
  write_paragraph(out, "   DMARC      ",
                  fmt::format("{}; DKIM aligned {}, SPF aligned {}",
                              pass_rate(part.totals.dmarc_pass(), part.totals.messages) +
                                  (part.totals.dmarc_fail() == 0 ? "" : " pass"),
                              with_thousands(part.totals.dkim_aligned()),
                              with_thousands(part.totals.spf_aligned())));
  write_findings(out, part);
  write_readings(out, part.readings);
}

/// A line of the table: rows that differ in nothing that it shows (an envelope address, say) are
/// one.
struct Line {
  std::array<std::string, 7> texts;
  std::uint64_t messages = 0;
  std::set<std::uint32_t> reporters;
};
std::vector<Line> lines_of(const ExplainedPart& part, JudgedWindow& window) {
  std::map<std::array<std::string, 7>, std::size_t> position;
  std::vector<Line> lines;
  for (const std::size_t i : part.rows) {
    const SourceRow& row = window.rows()[i];
    const Identity& identity = window.dictionary().identity(row.identity);
    const PolicyEvaluated& evaluated = window.dictionary().evaluation(row.evaluation);
    const auto word = [](auto text) { return text.empty() ? std::string("–") : std::string(text); };
    std::array<std::string, 7> texts{
        row.source_ip.to_text(),
        identity.header_from,
        spf_words(identity),
        dkim_words(identity),
        fmt::format("{}/{}", word(evaluated.dkim.text()), word(evaluated.spf.text())),
        word(shortened(evaluated.disposition.text(), 24)),
        reason_words(evaluated)};
    const auto [entry, added] = position.try_emplace(texts, lines.size());
    if (added) lines.push_back({std::move(texts), 0, {}});
    Line& line = lines[entry->second];
    line.messages += row.messages;
    line.reporters.insert(row.reporters.begin(), row.reporters.end());
  }
  std::ranges::stable_sort(lines,
                           [](const Line& a, const Line& b) { return a.messages > b.messages; });
  return lines;
}

void write_rows(std::ostream& out, const ExplainedPart& part, JudgedWindow& window,
                const TableStyle& style) {
  ResultTable table;
  table.columns = {{.key = "ip", .title = "source ip"},
                   {.key = "messages", .title = "messages", .right = true},
                   {.key = "from", .title = "from", .min_width = 14},
                   {.key = "spf", .title = "spf", .min_width = 16},
                   {.key = "dkim", .title = "dkim", .min_width = 16},
                   {.key = "evaluated", .title = "dkim/spf"},
                   {.key = "disposition", .title = "done", .drop_order = 1},
                   {.key = "reason",
                    .title = "reason",
                    .shown = Column::Shown::always,
                    .drop_order = 2,
                    .min_width = 8},
                   {.key = "reporters", .title = "reporters", .right = true, .drop_order = 3}};
  const std::vector<Line> lines = lines_of(part, window);
  const std::size_t shown = std::min(lines.size(), rows_by_default);
  bool reasons = false;
  for (std::size_t k = 0; k < shown; ++k) {
    const auto& [texts, messages, reporters] = lines[k];
    reasons = reasons || !texts[6].empty();
    table.rows.push_back({texts[0], messages, texts[1], texts[2], texts[3], texts[4], texts[5],
                          texts[6], static_cast<std::uint64_t>(reporters.size())});
  }
  if (!reasons) table.columns[7].shown = Column::Shown::data_only;
  write_table(out, table, style);
  if (shown < lines.size())
    out << fmt::format("{} with fewer messages: --format json has all\n",
                       counted(lines.size() - shown, "row more", "rows more"));
}

}  // namespace

std::vector<std::string> catalogue_words(const ExplainQuestion& question,
                                         const CatalogueFacts& facts) {
  std::vector<std::string> words;
  if (question.network) {
    for (const CatalogueLine* line : facts.lines)
      words.push_back(
          fmt::format("{} publishes {}{}{}.", line->service, line->value,
                      line->route.empty() || line->route == salesforce_route::unspecified
                          ? ""
                          : " for " + line->route,
                      line->source.empty() ? "" : " (" + line->source + ")"));
    if (words.empty()) words.emplace_back("No service that is known here publishes this address.");
    return words;
  }
  for (const CatalogueLine* line : facts.lines)
    words.push_back(fmt::format("{} is a name of {}{}.", line->value, line->service,
                                line->route.empty() ? "" : " " + line->route));
  if (facts.org)
    words.push_back(fmt::format("The name tells the Salesforce org: {} on instance {}.",
                                facts.org->org_id, facts.org->instance));
  else if (facts.is_bounce_name)
    words.emplace_back("A bounce name of Salesforce; no org can be read from it.");
  if (facts.stack) words.push_back(fmt::format("Marketing Cloud stack {}.", *facts.stack));
  if (facts.organizational != question.domain)
    words.push_back(fmt::format("Its organizational domain is {} (public suffix list of {}).",
                                facts.organizational, suffix_list().date));
  return words;
}

std::vector<std::string> name_words(const ExplainAnswer& answer) {
  if (!answer.names) return {};
  const AddressNames& names = *answer.names;
  std::vector<std::string> words;
  if (!names.answered)
    words.emplace_back("DNS did not answer for its host name.");
  else if (names.ptr.empty())
    words.emplace_back("It has no host name (PTR).");
  else if (names.confirmed.empty())
    words.push_back(
        fmt::format("Its PTR says {}, and that name does not lead back to it: it proves nothing.",
                    names.ptr.front()));
  else
    words.push_back(fmt::format("Its host name is {}, confirmed by forward DNS.", names.confirmed));
  if (names.salesforce == AddressNames::Salesforce::yes)
    words.emplace_back("Salesforce's own SPF record lists it as an address that it sends from.");
  else if (names.salesforce == AddressNames::Salesforce::no)
    words.emplace_back("Salesforce's own SPF record (Core) does not list it.");
  return words;
}

void write_explain_json(std::ostream& out, const ExplainAnswer& answer,
                        const std::string& subject) {
  JsonWriter json(out, JsonWriter::Style::pretty);
  json.object()
      .member("schema", "dmarcq.explain/1")
      .member("subject", subject)
      .member("kind", answer.question.network ? "ip" : "domain");
  json.member("first_day", iso_date(answer.first_day))
      .member("last_day", iso_date(answer.last_day));
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
  json.key("senders").array();
  for (const ExplainedPart& part : answer.parts) write_part(json, part, *answer.window);
  json.end().end().finish();
}

void write_explain_text(std::ostream& out, const ExplainAnswer& answer, const std::string& subject,
                        const TableStyle& style) {
  const std::uint64_t fail = answer.totals.dmarc_fail();
  write_paragraph(
      out, "",
      fmt::format("{}: {}, {}; {}.", subject, counted(answer.totals.messages, "message"),
                  days_text(answer.first_day, answer.last_day),
                  fail == 0 ? "none fails DMARC"
                            : with_thousands(fail) + (fail == 1 ? " fails DMARC" : " fail DMARC")));
  for (const std::string& line : catalogue_words(answer.question, answer.known))
    write_paragraph(out, "  ", line);
  for (const std::string& line : name_words(answer)) write_paragraph(out, "  ", line);
  const std::size_t shown = static_cast<std::size_t>(std::min<std::uint64_t>(
      answer.parts.size(), answer.question.selection.limit.value_or(parts_by_default)));
  for (std::size_t i = 0; i < shown; ++i) {
    write_part(out, answer.parts[i], i + 1);
    out << '\n';
    write_rows(out, answer.parts[i], *answer.window, style);
  }
  if (shown < answer.parts.size())
    out << fmt::format("\n{} with fewer messages: --limit {} shows all\n",
                       counted(answer.parts.size() - shown, "reading more", "readings more"),
                       answer.parts.size());
}

}  // namespace dmarcq
