// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "report/render/numbers.h"
#include "report/render/page/html_blocks.h"
#include "report/render/page/html_page.h"
#include "report/render/page/svg_charts.h"
#include "report/render/phrases/finding_phrases.h"
#include "report/render/phrases/wording.h"

namespace dmarcq {
namespace {

constexpr std::size_t most_cards = 12;

std::string_view words_of(FindingCard::Severity severity) {
  switch (severity) {
    case FindingCard::Severity::fault: return "✕ Repair";
    case FindingCard::Severity::advice: return "! Improve";
    case FindingCard::Severity::note: break;
  }
  return "· Note";
}

/// Only addresses of our own writing become links: a report must not be able to place one.
void add_references(Element parent, const std::vector<std::string_view>& references) {
  if (references.empty()) return;
  const Element line = parent.add("p", "small");
  line.text("Source: ");
  bool first = true;
  for (const std::string_view reference : references) {
    if (!first) line.text("; ");
    first = false;
    if (!reference.starts_with("https://")) {
      line.text(reference);
      continue;
    }
    const std::string_view rest = reference.substr(8);
    std::string words(rest.substr(0, rest.find('/')));
    if (const std::size_t id = rest.find("?id="); id != std::string_view::npos)
      words += ", article " + std::string(rest.substr(id + 4, rest.find('&', id) - id - 4));
    line.add("a").set("href", reference).set("rel", "noreferrer").text(words);
  }
}

void add_card(Element parent, const FindingCard& finding, bool names_domain) {
  const FindingSentences sentences = sentences_of(finding.code, finding.names);
  const Element card = parent.add("div", "card");
  const Element head = card.add("div", "head");
  head.add("span")
      .set("class", finding.severity == FindingCard::Severity::fault ? "badge bad" : "badge")
      .text(words_of(finding.severity));
  const Element title = head.add("h3");
  add_foreign(title, clipped(finding.sender, 120));
  title.text(": ");
  title.add("code").text(to_text(finding.code));
  add_foreign(card.add("p"), sentences.cause);
  const Element numbers = card.add("p", "small");
  if (names_domain) {
    add_domain(numbers, finding.domain);
    numbers.text(": ");
  }
  numbers.text(fmt::format(
      "{} of {} ({}) on {}, {}", with_thousands(finding.messages),
      counted(finding.of_sender, "message"), percent(finding.messages, finding.of_sender),
      counted(finding.days, "day"), date_span(finding.first_day, finding.last_day)));
  if (!finding.confidence.empty()) numbers.text("; certainty: " + finding.confidence);
  if (!finding.header_from.empty()) {
    numbers.text("; From: ");
    for (std::size_t i = 0; i < std::min<std::size_t>(finding.header_from.size(), 5); ++i) {
      if (i > 0) numbers.text(", ");
      add_domain(numbers, finding.header_from[i]);
    }
    if (finding.header_from.size() > 5)
      numbers.text(fmt::format(" and {} more", finding.header_from.size() - 5));
  }
  numbers.text(".");
  if (!sentences.fix.empty()) {
    card.add("p", "label")
        .text(finding.severity == FindingCard::Severity::note ? "What to do, if anything"
                                                              : "How to repair it");
    const Element steps = card.add("ol");
    for (const std::string& step : sentences.fix) add_foreign(steps.add("li"), capitalized(step));
  }
  if (!sentences.verify.empty()) {
    const Element verify = card.add("p");
    verify.add("b").text("How later reports will show it: ");
    add_foreign(verify, sentences.verify);
    verify.text(".");
  }
  add_references(card, references_of(finding.code));
}

/// Faults and advice as cards; notes and what is over as one list.
void add_findings(Element section, const std::vector<const FindingCard*>& findings,
                  bool names_domain) {
  std::size_t cards = 0;
  for (const FindingCard* finding : findings)
    if (finding->severity != FindingCard::Severity::note && cards < most_cards) {
      add_card(section, *finding, names_domain);
      ++cards;
    }
  const auto wanted = static_cast<std::size_t>(std::ranges::count_if(
      findings, [](const FindingCard* f) { return f->severity != FindingCard::Severity::note; }));
  if (wanted > cards)
    section.add("p", "lead")
        .text(fmt::format("{} with fewer messages: dmarcq salesforce and dmarcq explain tell more.",
                          counted(wanted - cards, "more finding")));
  if (wanted == findings.size()) return;
  section.add("h3").text("To know, nothing to repair");
  const Element list = section.add("ul", "plain");
  std::size_t notes = 0;
  for (const FindingCard* finding : findings) {
    if (finding->severity != FindingCard::Severity::note || ++notes > most_cards) continue;
    const Element item = list.add("li");
    if (names_domain) {
      add_domain(item, finding->domain);
      item.text(", ");
    }
    add_foreign(item, clipped(finding->sender, 120));
    item.text(fmt::format(", {}: ", counted(finding->messages, "message")));
    add_foreign(item, sentences_of(finding->code, finding->names).cause);
  }
  if (notes > most_cards)
    section.add("p", "lead")
        .text(fmt::format("{} more with fewer messages.", counted(notes - most_cards, "note")));
}

bool several_domains(const StakeholderPage& page) { return page.verdicts.size() > 1; }

std::vector<const FindingCard*> findings_of(const StakeholderPage& page, bool salesforce) {
  std::vector<const FindingCard*> found;
  for (const FindingCard& finding : page.findings)
    if (finding.salesforce == salesforce) found.push_back(&finding);
  return found;
}

}  // namespace

void add_salesforce(Element main, const StakeholderPage& page) {
  if (page.reports == 0) return;
  const Element section = add_section(main, "Salesforce");
  std::uint64_t messages = 0, passed = 0;
  for (const SalesforceRouteLine& line : page.salesforce)
    messages += line.totals.messages, passed += line.totals.dmarc_pass();
  if (page.salesforce.empty()) {
    section.add("p").text(
        "No report of this period shows mail that came from Salesforce. If Salesforce is in use, it sends from another domain, or nothing was sent to receivers that report.");
    return;
  }
  section.add("p", "lead")
      .text(
          fmt::format("{} came by way of Salesforce: {} of all mail in your name. Pass DMARC: {}.",
                      counted(messages, "message"), percent(messages, page.totals.messages),
                      pass_rate(passed, messages)));
  std::vector<TableColumn> columns;
  const bool domains = several_domains(page);
  if (domains) columns.push_back({"Domain"});
  columns.insert(columns.end(), {{"Route"},
                                 {"Org"},
                                 {"Messages", true},
                                 {"Share of domain", true, true},
                                 {"Pass DMARC", true},
                                 {"DKIM aligned", true, true},
                                 {"SPF aligned", true, true},
                                 {"Addresses", true, true}});
  const Element body =
      add_table(section, "Salesforce by route", columns, {.css_class = "", .wide = true});
  constexpr std::size_t most_lines = 40;
  for (std::size_t i = 0; i < std::min(most_lines, page.salesforce.size()); ++i) {
    const SalesforceRouteLine& line = page.salesforce[i];
    const Element row = body.add("tr");
    if (domains) add_domain(row_head(row), line.domain);
    (domains ? row.add("td") : row_head(row)).text(line.route);
    const Element orgs = row.add("td");
    if (line.orgs.empty()) orgs.text("–");
    for (std::size_t n = 0; n < std::min<std::size_t>(line.orgs.size(), 4); ++n) {
      const OrgLine& org = line.orgs[n];
      orgs.add("code").text(org.org_id);
      orgs.add("span", "sub")
          .text(fmt::format("{}, {}, {}", org.instance, org.ownership,
                            counted(org.messages, "message")));
    }
    if (line.orgs.size() > 4)
      orgs.add("span", "sub").text(fmt::format("and {} more", line.orgs.size() - 4));
    number_cell(row, line.totals.messages);
    number_cell(row, percent(line.totals.messages, line.of_domain), true);
    number_cell(row, pass_rate(line.totals.dmarc_pass(), line.totals.messages));
    number_cell(row, percent(line.totals.dkim_aligned(), line.totals.messages), true);
    number_cell(row, percent(line.totals.spf_aligned(), line.totals.messages), true);
    number_cell(row, line.sources, true);
  }
  if (page.salesforce.size() > most_lines)
    section.add("p", "lead")
        .text(fmt::format("{} more.", counted(page.salesforce.size() - most_lines, "line")));
  const auto findings = findings_of(page, true);
  if (findings.empty())
    section.add("p").text("Nothing was found wrong with it.");
  else
    add_findings(section, findings, domains);
}

void add_other_findings(Element main, const StakeholderPage& page) {
  const auto findings = findings_of(page, false);
  if (findings.empty()) return;
  add_findings(add_section(main, "Other senders: what to repair"), findings, several_domains(page));
}

void add_sources(Element main, const StakeholderPage& page) {
  if (page.sources.empty()) return;
  const Element section = add_section(main, "Sources");
  const std::size_t shown = page.sources.size();
  section.add("p", "lead")
      .text(
          shown == page.sources_total
              ? fmt::format("{}, most messages first.", counted(shown, "source"))
              : fmt::format(
                    "The {} largest of {} sources; {} more are listed by dmarcq sources --format csv.",
                    shown, with_thousands(page.sources_total),
                    with_thousands(page.sources_total - shown)));
  const Element body = add_table(section, "An address with the sender that was recognised there",
                                 {{"Address"},
                                  {"Sender"},
                                  {"Group"},
                                  {"Messages", true},
                                  {"Fail", true},
                                  {"DKIM", true, true},
                                  {"SPF", true, true},
                                  {"From"},
                                  {"Last seen", false, true}},
                                 {.css_class = "tight", .wide = true});
  for (const SourceTableLine& line : page.sources) {
    const Element row = body.add("tr");
    row_head(row).set("class", "day").add("code").text(line.address);
    const Element sender = row.add("td");
    add_foreign(sender.set("class", "who"), clipped(line.sender, 120));
    std::string sub = line.evidence;
    for (const std::string& finding : line.findings) sub += (sub.empty() ? "" : " · ") + finding;
    if (!sub.empty()) sender.add("span", "sub").text(sub);
    row.add("td").text(name_of(line.group));
    number_cell(row, line.totals.messages);
    number_cell(row, line.totals.dmarc_fail());
    number_cell(row, percent(line.totals.dkim_aligned(), line.totals.messages), true);
    number_cell(row, percent(line.totals.spf_aligned(), line.totals.messages), true);
    const Element from = row.add("td");
    for (std::size_t i = 0; i < std::min<std::size_t>(line.header_from.size(), 2); ++i) {
      if (i > 0) from.text(", ");
      add_domain(from, line.header_from[i]);
    }
    if (line.header_from.size() > 2)
      from.add("span", "sub").text(fmt::format("and {} more", line.header_from.size() - 2));
    row.add("td").set("class", "day opt").text(iso_date(line.last_day));
  }
}

}  // namespace dmarcq
