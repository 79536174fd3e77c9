// SPDX-License-Identifier: MIT
#include "report/render/answers/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "ingest/base/text.h"
#include "parser/aggregate/field_text.h"
#include "parser/alignment.h"
#include "report/analysis/finding/copyable.h"
#include "report/analysis/sender/salesforce.h"
#include "report/render/answers/data/explain_data.h"
#include "report/render/escape.h"
#include "report/render/numbers.h"
#include "report/render/paragraph.h"
#include "report/render/phrases/evidence/failure_phrases.h"
#include "report/render/phrases/finding_phrases.h"
#include "report/render/phrases/wording.h"

namespace dmarcq {
namespace {

constexpr std::size_t rows_by_default = 12, parts_by_default = 8, reports_named = 4;

std::string sender_words(const Sender& sender) {
  std::string words = sender.name.empty() ? sender.service : sender.name;
  if (words.empty()) return "an unknown sender";
  if (!sender.route.empty() && sender.route != salesforce_route::unspecified)
    words += " " + sender.route;
  return words;
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

/// The networks that the addresses of a part lie in, those of most messages first.
std::string networks_words(const ExplainedPart& part, const NetworkBook* networks,
                           const std::vector<SourceRow>& rows) {
  std::map<std::string, std::uint64_t> messages;
  for (const std::size_t i : part.rows)
    messages[network_words(networks, rows[i].source_ip)] += rows[i].messages;
  messages.erase("");
  std::vector<std::pair<std::uint64_t, std::string>> list;
  for (const auto& [words, count] : messages) list.emplace_back(count, words);
  std::ranges::stable_sort(list, std::ranges::greater{},
                           &std::pair<std::uint64_t, std::string>::first);
  constexpr std::size_t named = 3;
  std::string words;
  for (std::size_t i = 0; i < std::min(list.size(), named); ++i)
    words += (i == 0 ? "" : "; ") + list[i].second;
  if (list.size() > named) words += fmt::format("; and {} more", list.size() - named);
  return words;
}

void write_part(std::ostream& out, const ExplainedPart& part, std::size_t number,
                const std::string& networks) {
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
  if (!networks.empty())
    write_paragraph(out, "   Network    ", networks + " (shown only: no evidence)");
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

/// Returns the titles of columns that had no room.
std::vector<std::string> write_rows(std::ostream& out, const ExplainedPart& part,
                                    JudgedWindow& window, const TableStyle& style) {
  ResultTable table;
  table.columns = {{.key = "ip", .title = "source ip"},
                   {.key = "messages", .title = "messages", .right = true},
                   {.key = "from", .title = "from", .drop_order = 4, .min_width = 14},
                   {.key = "spf", .title = "spf", .min_width = 16, .wraps = true},
                   {.key = "dkim", .title = "dkim", .min_width = 16, .wraps = true},
                   {.key = "evaluated", .title = "dkim/spf", .drop_order = 5},
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
  std::vector<std::string> left_out = write_table(out, table, style);
  if (shown < lines.size())
    write_paragraph(out, "",
                    left_out_words(counted(lines.size() - shown, "row"), "--format json has all",
                                   "with fewer messages"));
  return left_out;
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

namespace {

/// The command that lists the reports that these rows come from; "" where none selects them.
std::string reports_command(const ExplainAnswer& answer) {
  if (!answer.filter_says_all) return {};
  const ExplainQuestion& question = answer.question;
  const Filter& filter = question.selection.filter;
  std::string command = "dmarcq reports";
  if (const auto& network = question.network) {
    const bool one = network->prefix == (network->address.is_v4() ? 32u : 128u);
    command += " --ip " + (one ? network->address.to_text() : network->to_text());
  }
  for (const std::string& domain : filter.domains) {
    if (!is_host_name(domain)) return {};
    command += " --domain " + domain;
  }
  if (filter.since) command += " --since " + iso_date(*filter.since);
  if (filter.until) command += " --until " + iso_date(*filter.until);
  for (const std::string& reporter : filter.reporters) {
    if (!is_plain_name(reporter)) return {};
    command += fmt::format(" --reporter '{}'", reporter);
  }
  return command;
}

/// "417 reports: 12 (google.com, 2026-10-31, 320 messages) … and 413 more: dmarcq reports --ip …"
std::string reports_words(const ExplainAnswer& answer) {
  const std::size_t all = answer.reports.size(), named = std::min(all, reports_named);
  std::string words = counted(all, "report") + ": ";
  for (std::size_t i = 0; i < named; ++i) {
    const ReportOfRows& report = answer.reports[i];
    words += fmt::format("{}{} ({}, {}, {})", i == 0 ? "" : ", ", report.id, report.reporter,
                         iso_date(report.day), counted(report.totals.messages, "message"));
  }
  if (named == all) return words;
  const std::string command = reports_command(answer);
  return words + fmt::format(", and {} more: {}", with_thousands(all - named),
                             command.empty() ? "--format json has all" : command);
}

}  // namespace

void write_explain_text(std::ostream& out, const ExplainAnswer& answer, const std::string& subject,
                        const TableStyle& style) {
  write_paragraph(out, "",
                  fmt::format("{}, {}: {}.", subject, days_text(answer.first_day, answer.last_day),
                              failure_words(answer.totals.dmarc_fail(), answer.totals.messages)));
  for (const std::string& line : catalogue_words(answer.question, answer.known))
    write_paragraph(out, "  ", line);
  for (const std::string& line : name_words(answer)) write_paragraph(out, "  ", line);
  if (!answer.reports.empty()) write_paragraph(out, "  ", "From " + reports_words(answer));
  if (answer.failure) write_paragraph(out, "  ", example_sentence(*answer.failure));
  const std::size_t shown = static_cast<std::size_t>(std::min<std::uint64_t>(
      answer.parts.size(), answer.question.selection.limit.value_or(parts_by_default)));
  std::vector<std::string> left_out;  // of all tables
  for (std::size_t i = 0; i < shown; ++i) {
    write_part(out, answer.parts[i], i + 1,
               networks_words(answer.parts[i], answer.question.networks, answer.window->rows()));
    out << '\n';
    std::vector<std::string> left = write_rows(out, answer.parts[i], *answer.window, style);
    for (std::string& title : left)
      if (std::ranges::find(left_out, title) == left_out.end())
        left_out.push_back(std::move(title));
  }
  write_left_out(out, left_out, "--format json");
  if (shown < answer.parts.size()) {
    out << '\n';
    write_paragraph(out, "",
                    left_out_words(counted(answer.parts.size() - shown, "reading"),
                                   fmt::format("--limit {} shows all", answer.parts.size()),
                                   "with fewer messages"));
  }
}

}  // namespace dmarcq
