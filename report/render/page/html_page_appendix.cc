// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "report/render/numbers.h"
#include "report/render/page/html_blocks.h"
#include "report/render/page/html_page.h"
#include "report/render/page/svg_charts.h"
#include "report/render/phrases/action_phrases.h"
#include "report/render/phrases/evidence/tls_phrases.h"
#include "report/render/phrases/finding_phrases.h"
#include "report/render/phrases/gate_phrases.h"
#include "report/render/phrases/page_phrases.h"
#include "report/render/phrases/wording.h"

namespace dmarcq {
namespace {

constexpr std::size_t most_gate_tables = 3, most_cards = 12, most_routes = 40;

bool several_domains(const StakeholderPage& page) { return page.verdicts.size() > 1; }

// ---- conditions

std::string_view mark_of(Gate::Status state) {
  switch (state) {
    case Gate::Status::passed: return "✓ met";
    case Gate::Status::failed: return "✕ open";
    case Gate::Status::not_checked: return "– unchecked";
    case Gate::Status::shown: break;
  }
  return "· for info";
}

void add_gate_table(Element section, const DomainVerdict& verdict) {
  const auto open = std::ranges::count(verdict.gates, Gate::Status::failed, &Gate::status);
  const Element body =
      add_table(section,
                fmt::format("{}: {} for p={}, {}", clipped(verdict.domain, 160),
                            counted(verdict.gates.size(), "condition"), verdict.target,
                            open == 0 ? "none of them open" : fmt::format("{} of them open", open)),
                {{"Condition"}, {"State"}, {"Measured"}, {"Required", false, true}});
  // What is open stands first; else the order is that of the gates.
  std::vector<Gate> gates = verdict.gates;
  std::ranges::stable_partition(
      gates, [](const Gate& gate) { return gate.status == Gate::Status::failed; });
  for (const Gate& gate : gates) {
    const Element row = body.add("tr");
    const Element head = row_head(row);
    const GatePhrases phrases = phrases_of(gate);
    head.text(capitalized(phrases.name));
    if (!phrases.why.empty()) add_foreign(head.add("span", "sub"), phrases.why);
    row.add("td")
        .add("span")
        .set("class", gate.status == Gate::Status::failed   ? "state bad"
                      : gate.status == Gate::Status::passed ? "state good"
                                                            : "state")
        .text(mark_of(gate.status));
    add_foreign(row.add("td"), phrases.measured);
    add_foreign(row.add("td").set("class", "opt"), phrases.required);
  }
}

void add_gates(Element appendix, const StakeholderPage& page) {
  std::vector<const DomainVerdict*> with_gates;
  for (const DomainVerdict& verdict : page.verdicts)
    if (!verdict.gates.empty()) with_gates.push_back(&verdict);
  if (with_gates.empty()) return;
  const Element section = add_numbers(appendix, "Conditions for a stricter policy");
  section.add("p", "lead")
      .text(
          "A stricter policy asks receivers to quarantine or reject mail that fails. It is safe once every condition below is met; until then it would hit mail of your own.");
  const std::size_t shown = std::min(with_gates.size(), most_gate_tables);
  for (std::size_t i = 0; i < shown; ++i) add_gate_table(section, *with_gates[i]);
  if (shown < with_gates.size())
    section.add("p", "lead")
        .text(fmt::format("{} more: dmarcq readiness DOMAIN shows theirs.",
                          counted(with_gates.size() - shown, "domain")));
}

// ---- Salesforce

void add_route_row(Element body, const SalesforceRouteLine& line, bool domains) {
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

void add_salesforce(Element appendix, const StakeholderPage& page) {
  if (page.reports == 0) return;
  const Element section = add_numbers(appendix, "Salesforce by route and org");
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
                      counted(messages, "message"), percent(messages, page.messages),
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
  for (std::size_t i = 0; i < std::min(most_routes, page.salesforce.size()); ++i)
    add_route_row(body, page.salesforce[i], domains);
  if (page.salesforce.size() > most_routes)
    section.add("p", "lead")
        .text(fmt::format("{} more.", counted(page.salesforce.size() - most_routes, "line")));
}

// ---- findings

void add_card(Element parent, const FindingCard& finding, bool names_domain) {
  const FindingSentences sentences = sentences_of(finding.code, finding.names);
  const Element card = parent.add("div", "card");
  const Element title = card.add("h3");
  add_foreign(title, clipped(finding.sender, 120));
  title.text(fmt::format(": {} ", title_of(finding.code)));
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
  if (finding.over) numbers.text("; over, it seems");
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

void add_findings(Element appendix, const StakeholderPage& page) {
  if (page.findings.empty()) return;
  const Element section =
      add_numbers(appendix, fmt::format("Findings: {}", with_thousands(page.findings.size())));
  std::size_t cards = 0, more = 0, notes = 0;
  for (const FindingCard& finding : page.findings) {
    if (finding.severity == FindingCard::Severity::note) continue;
    if (++cards <= most_cards)
      add_card(section, finding, several_domains(page));
    else
      ++more;
  }
  if (more > 0)
    section.add("p", "lead")
        .text(fmt::format("{} with fewer messages: dmarcq salesforce and dmarcq explain tell more.",
                          counted(more, "more finding")));
  if (cards == page.findings.size()) return;
  section.add("h3").text("To know, nothing to repair");
  const Element list = section.add("ul", "plain");
  for (const FindingCard& finding : page.findings) {
    if (finding.severity != FindingCard::Severity::note || ++notes > most_cards) continue;
    const Element item = list.add("li");
    if (several_domains(page)) {
      add_domain(item, finding.domain);
      item.text(", ");
    }
    add_foreign(item, clipped(finding.sender, 120));
    item.text(fmt::format(", {}: ", counted(finding.messages, "message")));
    add_foreign(item, sentences_of(finding.code, finding.names).cause);
  }
  if (notes > most_cards)
    section.add("p", "lead")
        .text(fmt::format("{} more with fewer messages.", counted(notes - most_cards, "note")));
}

// ---- addresses

void add_sources(Element appendix, const StakeholderPage& page) {
  if (page.sources.empty()) return;
  const Element section =
      add_numbers(appendix, fmt::format("Addresses: {}", with_thousands(page.sources_total)));
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
    if (!line.network.empty()) add_foreign(sender.add("span", "sub"), clipped(line.network, 120));
    std::string sub = line.evidence;
    for (const std::string& finding : line.findings) sub += (sub.empty() ? "" : " · ") + finding;
    if (!sub.empty()) sender.add("span", "sub").text(sub);
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

// ---- reporters

std::string days_words(const std::vector<bool>& days) {
  return fmt::format("{} of {}", std::ranges::count(days, true), days.size());
}

void add_reporter_row(Element body, std::size_t number, const std::string& name,
                      const std::vector<bool>& days, std::uint64_t messages) {
  const Element row = body.add("tr");
  add_foreign(row_head(row), clipped(name, 120));
  add_day_strip(row.add("td"),
                {fmt::format("days-{}", number),
                 clipped(name, 120) + ": days with reports",
                 days_words(days) + " days have a report.",
                 {}},
                days);
  number_cell(row, days_words(days));
  number_cell(row, messages, true);
}

/// Returns where it stands; nothing without reports.
std::optional<Element> add_coverage(Element appendix, const StakeholderPage& page) {
  if (page.reports == 0) return std::nullopt;
  const Element section =
      add_numbers(appendix, fmt::format("Reporters: {}", with_thousands(page.reporters)));
  const auto covered = static_cast<std::size_t>(std::ranges::count(page.any_report, true));
  const std::string silence = covered == page.any_report.size()
                                  ? "Every day of the period has reports."
                                  : fmt::format("{} of {} have no report at all.",
                                                page.any_report.size() - covered,
                                                counted(page.any_report.size(), "day"));
  section.add("p", "lead")
      .text(
          silence +
          " A mailbox provider reports only on mail that it received. What goes to receivers that send no reports cannot be seen here.");
  const Element body = add_table(
      section, "Reporters by day: a block where there is a report, a thin line where there is none",
      {{"Reporter"}, {"Days"}, {"Days with reports", true}, {"Messages", true, true}},
      {.css_class = "coverage", .wide = true});
  const Element ends_row = body.add("tr");
  ends_row.add("td");
  const Element ends = ends_row.add("td").add("span").set("class", "ends sub");
  ends.add("span").text(short_date(page.window.first));
  ends.add("span").text(short_date(page.window.last));
  ends_row.add("td");
  ends_row.add("td").set("class", "opt");
  add_reporter_row(body, 0, "All reporters", page.any_report, page.messages);
  for (std::size_t i = 0; i < page.coverage.size(); ++i)
    add_reporter_row(body, i + 1, page.coverage[i].name, page.coverage[i].days,
                     page.coverage[i].messages);
  if (page.coverage_more > 0)
    section.add("p", "lead")
        .text(fmt::format("{} with fewer messages: dmarcq sources --by reporter.",
                          counted(page.coverage_more, "more reporter")));
  return section;
}

// ---- TLS of incoming mail

/// Below the reporters of DMARC, where there are any: most of them report on TLS, too.
void add_tls(Element appendix, std::optional<Element> reporters, const StakeholderPage& page) {
  if (page.tls.empty()) return;
  constexpr std::size_t most_lines = 10;
  constexpr const char* title = "TLS of incoming mail";
  if (reporters) reporters->add("h3").text(title);
  const Element section = reporters ? *reporters : add_numbers(appendix, title);
  section.add("p", "lead")
      .text(
          "What senders report of their encrypted connections to the hosts that receive your mail (TLS reports, RFC 8460). MTA-STS in mode enforce tells them to deliver only over verified TLS.");
  const Element body = add_table(section, "TLS reports of the period, by domain",
                                 {{"Domain"},
                                  {"Connections", true, true},
                                  {"Failed", true},
                                  {"Most failures"},
                                  {"Reporters", true, true},
                                  {"Policy seen", false, true},
                                  {"Ready for enforce?"}},
                                 {.css_class = "", .wide = true});
  for (std::size_t i = 0; i < std::min(most_lines, page.tls.size()); ++i) {
    const TlsPageLine& line = page.tls[i];
    const Element row = body.add("tr");
    add_domain(row_head(row), line.domain);
    number_cell(row, line.sessions, true);
    number_cell(row, line.failed);
    const Element failures = row.add("td");
    if (line.scope == TlsScope::nobody) {
      failures.text("–");
    } else {
      add_foreign(failures, line.result.empty() ? "no reason told" : clipped(line.result, 60));
      add_foreign(failures.add("span", "sub"), phrases_of(line.type).meaning);
      failures.add("span", "sub").text(words_of(line.scope));
    }
    number_cell(row, line.reporters, true);
    row.add("td").set("class", "opt").text(line.mode.empty() ? "none" : line.mode);
    row.add("td").text(capitalized(std::string(to_text(line.verdict))));
  }
  section.add("p", "lead")
      .text(page.tls.size() > most_lines
                ? fmt::format("{}: dmarcq tls lists them, with who repairs what.",
                              counted(page.tls.size() - most_lines, "more domain"))
                : "dmarcq tls says who repairs what, and why a domain is not ready.");
}

// ---- problems

void add_unreadable(Element section, const Problems& problems) {
  if (problems.by_reason.empty()) {
    section.add("p").text("Every item of the mailbox could be read.");
    return;
  }
  const Element body =
      add_table(section, "Items of the mailbox that could not be taken, all domains and days",
                {{"Reason"}, {"Items", true}});
  for (const auto& [reason, number] : problems.by_reason) {
    const Element row = body.add("tr");
    add_foreign(row_head(row), clipped(reason, 80));
    number_cell(row, number);
  }
  section.add("p", "lead")
      .text(
          "They are kept: dmarcq problems list names each, and dmarcq problems retry tries them again.");
}

void add_disagreements(Element section, const Problems& problems) {
  section.add("h3").text("Where we judge differently from the reporter");
  if (problems.disagreements.empty()) {
    section.add("p").text(
        "Nowhere: the aligned results that reporters give follow from the raw results in the same reports.");
    return;
  }
  section.add("p", "lead")
      .text(
          "The figures on this page follow the reporter. Computed from the reporter's own raw results, these would come out the other way:");
  const Element body =
      add_table(section, "Disagreements, most messages first",
                {{"Reporter"}, {"Domain", false, true}, {"What differs"}, {"Messages", true}},
                {.css_class = "", .wide = true});
  for (const DisagreementLine& line : problems.disagreements) {
    const Element row = body.add("tr");
    add_foreign(row_head(row), clipped(line.reporter, 120));
    add_domain(row.add("td").set("class", "opt"), line.what.domain);
    add_foreign(row.add("td"), words_of(line.what));
    number_cell(row, line.what.messages);
  }
  if (problems.disagreements_more > 0)
    section.add("p", "lead")
        .text(fmt::format("{} with fewer messages.",
                          counted(problems.disagreements_more, "more line")));
}

void add_problems(Element appendix, const StakeholderPage& page) {
  const Problems& problems = page.problems;
  if (page.reports == 0 && problems.by_reason.empty()) return;
  const Element section = add_numbers(appendix, "Problems and disagreements");
  add_unreadable(section, problems);
  const std::vector<std::string> lines = problem_words(page);
  if (!lines.empty()) {
    const Element list = section.add("ul", "plain");
    for (const std::string& line : lines) add_foreign(list.add("li"), line);
  }
  if (page.reports > 0) add_disagreements(section, problems);
}

void add_method(Element appendix, const StakeholderPage& page) {
  const Element list = add_numbers(appendix, "How this was worked out").add("dl");
  for (const auto& [term, explanation] : method_words(page)) {
    list.add("dt").text(term);
    add_foreign(list.add("dd"), explanation);
  }
}

}  // namespace

void add_appendix(Element main, const StakeholderPage& page) {
  const Element section = add_section(main, "Appendix");
  section.set("class", "appendix");
  add_gates(section, page);
  add_salesforce(section, page);
  add_findings(section, page);
  add_sources(section, page);
  const std::optional<Element> reporters = add_coverage(section, page);
  add_tls(section, reporters, page);
  add_problems(section, page);
  add_method(section, page);
}

}  // namespace dmarcq
