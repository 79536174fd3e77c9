// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "report/render/digest.h"
#include "report/render/digest_parts.h"
#include "report/render/numbers.h"
#include "report/render/page/html_blocks.h"
#include "report/render/page/html_names.h"
#include "report/render/page/html_page.h"
#include "report/render/page/svg_charts.h"
#include "report/render/paragraph.h"
#include "report/render/phrases/finding_phrases.h"
#include "report/render/phrases/gate_phrases.h"
#include "report/render/phrases/page_phrases.h"
#include "report/render/phrases/wording.h"
#include "report/render/utf8.h"

namespace dmarcq {
namespace {

constexpr unsigned width = 72;

void paragraph(std::ostream& out, std::string_view lead, std::string_view words) {
  write_paragraph(out, lead, clipped(words, 900), width);
}

void heading(std::ostream& out, std::string_view words) {
  out << '\n' << words << '\n' << std::string(display_width(words), '-') << '\n';
}

void write_title(std::ostringstream& out, const StakeholderPage& page) {
  out << clipped(page_title(page), width) << '\n'
      << date_span(page.window.first, page.window.last) << " (UTC days)";
  if (page.reports > 0)
    out << fmt::format(", {} from {}", counted(page.reports, "report"),
                       counted(page.reporters, "reporter"));
  out << "\n\n";
}

void write_verdict(std::ostringstream& out, const StakeholderPage& page) {
  const Headline line = headline(page);
  std::string state(plain_name_of(line.state));
  for (char& c : state)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  out << state << "\n\n";
  paragraph(out, "", line.sentence);
  if (!line.next_step.empty()) {
    out << '\n';
    paragraph(out, "Next step: ", line.next_step);
  }
}

void write_domains(std::ostringstream& out, const StakeholderPage& page) {
  if (page.verdicts.size() > 1) {
    heading(out, "Domains");
    for (const DomainVerdict* verdict : first_verdicts(page))
      paragraph(out, "- ",
                fmt::format("{}: {} ({})", clipped(domain_text(verdict->domain), 120),
                            plain_name_of(verdict->state),
                            verdict->policy.empty() ? "policy unknown" : verdict->policy));
    if (page.verdicts.size() > most_digest_domains)
      out << fmt::format("  and {} more in the page attached\n",
                         page.verdicts.size() - most_digest_domains);
  }
}

void write_groups(std::ostringstream& out, const StakeholderPage& page) {
  if (page.reports > 0) {
    heading(out, "Mail in your name");
    for (const MailGroup group :
         {MailGroup::aligned, MailGroup::failing, MailGroup::forwarded, MailGroup::unknown}) {
      const std::uint64_t messages = page.groups[static_cast<std::size_t>(group)];
      out << fmt::format("  {:<20} {:>12}  {:>7}\n", name_of(group), with_thousands(messages),
                         percent(messages, page.totals.messages));
    }
    out << fmt::format("  {:<20} {:>12}\n", "All", with_thousands(page.totals.messages));
  }
}

void write_open_gates(std::ostringstream& out, const StakeholderPage& page) {
  const auto open = open_gates(page);
  if (!open.empty()) {
    heading(out, fmt::format("Conditions still open for p={}", page.verdicts.front().target));
    for (const Gate* gate : open) {
      const GatePhrases phrases = phrases_of(*gate);
      paragraph(
          out, "- ",
          fmt::format("{}: {}. {}", capitalized(phrases.name), phrases.measured, phrases.why));
    }
  }
}

void write_salesforce(std::ostringstream& out, const StakeholderPage& page) {
  if (page.reports > 0) {
    heading(out, "Salesforce");
    if (page.salesforce.empty()) out << "No mail sent through Salesforce was reported.\n";
    for (std::size_t i = 0; i < std::min(page.salesforce.size(), most_digest_lines); ++i) {
      const SalesforceRouteLine& route = page.salesforce[i];
      paragraph(out, "- ",
                fmt::format(
                    "{}{}: {}; passing DMARC: {}", route.route,
                    page.verdicts.size() > 1 ? fmt::format(", {}", clipped(route.domain, 120)) : "",
                    counted(route.totals.messages, "message"),
                    pass_rate(route.totals.dmarc_pass(), route.totals.messages)));
    }
  }
}

void write_findings(std::ostringstream& out, const StakeholderPage& page) {
  const auto findings = first_findings(page);
  if (!findings.empty()) {
    heading(out, "What to fix or improve");
    for (const FindingCard* finding : findings) {
      const FindingSentences sentences = sentences_of(finding->code, finding->names);
      paragraph(out, "* ",
                fmt::format("{} ({}, {})", sentences.cause, to_text(finding->code),
                            counted(finding->messages, "message")));
      for (const std::string& step : sentences.fix) paragraph(out, "    - ", step);
    }
  }
}

void write_changes(std::ostringstream& out, const StakeholderPage& page) {
  const auto changes = change_lines(page);
  if (!changes.empty()) {
    heading(out, "Changes since the period before");
    for (const std::string& change : changes) paragraph(out, "- ", change);
  }
}

void write_problems(std::ostringstream& out, const StakeholderPage& page) {
  if (!page.problems.by_reason.empty()) {
    heading(out, "Problems");
    for (std::size_t i = 0; i < std::min(page.problems.by_reason.size(), most_digest_lines); ++i)
      out << fmt::format("- {} of the mailbox could not be read: {}\n",
                         counted(page.problems.by_reason[i].second, "item"),
                         clipped(page.problems.by_reason[i].first, 60));
  }
}

}  // namespace

std::string_view plain_name_of(DomainVerdict::State state) {
  std::string_view words = name_of(state);
  words.remove_prefix(words.find(' ') + 1);
  return words;
}

std::string digest_subject(const StakeholderPage& page) {
  const Headline line = headline(page);
  const std::string state = page.reports == 0 ? "NO REPORTS RECEIVED" : [&] {
    std::string words(plain_name_of(line.state));
    if (words.front() >= 'A' && words.front() <= 'Z')
      words.front() = static_cast<char>(words.front() - 'A' + 'a');
    return words;
  }();
  return fmt::format("DMARC {}: {} ({})", clipped(covered_domains(page), 80), state,
                     date_span(page.window.first, page.window.last));
}

std::string digest_text(const StakeholderPage& page) {
  std::ostringstream out;
  write_title(out, page);
  write_verdict(out, page);
  write_domains(out, page);
  write_groups(out, page);
  write_open_gates(out, page);
  write_salesforce(out, page);
  write_findings(out, page);
  write_changes(out, page);
  write_problems(out, page);
  out << "\nThe whole page is attached: open it in a browser.\n";
  if (!page.generated.empty()) out << "Generated " << page.generated << ".\n";
  return out.str();
}

std::vector<const DomainVerdict*> first_verdicts(const StakeholderPage& page) {
  std::vector<const DomainVerdict*> list;
  for (const DomainVerdict& verdict : page.verdicts) list.push_back(&verdict);
  std::ranges::stable_sort(list, std::ranges::greater{},
                           [](const DomainVerdict* v) { return sum(v->groups); });
  list.resize(std::min(list.size(), most_digest_domains));
  return list;
}

std::vector<const Gate*> open_gates(const StakeholderPage& page) {
  std::vector<const Gate*> list;
  if (page.verdicts.size() == 1)
    for (const Gate& gate : page.verdicts.front().gates)
      if (gate.failed()) list.push_back(&gate);
  return list;
}

std::vector<const FindingCard*> first_findings(const StakeholderPage& page) {
  std::vector<const FindingCard*> list;
  for (const FindingCard& finding : page.findings)
    if (finding.severity != FindingCard::Severity::note && list.size() < most_digest_findings)
      list.push_back(&finding);
  return list;
}

std::vector<std::string> change_lines(const StakeholderPage& page) {
  const Changes& changes = page.changes;
  std::vector<std::string> lines;
  if (changes.reports_before > 0 && page.reports > 0) {
    const auto at = static_cast<std::size_t>(MailGroup::failing);
    lines.push_back(fmt::format("Own mail that fails: {} before, {} now.",
                                with_thousands(changes.groups_before[at]),
                                with_thousands(page.groups[at])));
    for (const SenderChange& sender : changes.appeared)
      lines.push_back(
          fmt::format("New sender: {}, {}.", sender.sender, counted(sender.after, "message")));
    for (const SenderChange& sender : changes.gone)
      lines.push_back(fmt::format("No longer seen: {} ({} before).", sender.sender,
                                  counted(sender.before, "message")));
    for (const SenderChange& sender : changes.worse)
      lines.push_back(fmt::format("Worse: {}; passing before: {}; now: {}.", sender.sender,
                                  pass_rate(sender.before_pass, sender.before),
                                  pass_rate(sender.after_pass, sender.after)));
    for (const SenderChange& sender : changes.better)
      lines.push_back(fmt::format("Better: {}; passing before: {}; now: {}.", sender.sender,
                                  pass_rate(sender.before_pass, sender.before),
                                  pass_rate(sender.after_pass, sender.after)));
    for (const Changes::OfFinding& finding : changes.findings_gone)
      lines.push_back("Gone: " + words_of(finding) + ".");
    for (const Changes::OfFinding& finding : changes.findings_new)
      lines.push_back("New: " + words_of(finding) + ".");
  }
  for (const Changes::NoteLine& note : changes.notes)
    lines.push_back(fmt::format("Note of {}: {}", iso_date(note.day), note.text));
  lines.resize(std::min<std::size_t>(lines.size(), 24));
  return lines;
}

}  // namespace dmarcq
