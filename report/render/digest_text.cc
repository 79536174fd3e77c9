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
#include "report/render/phrases/action_phrases.h"
#include "report/render/phrases/gate_phrases.h"
#include "report/render/phrases/page_phrases.h"
#include "report/render/phrases/verdict_phrases.h"
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
  std::string state(words_of(line.state));
  for (char& c : state)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  out << (page.reports == 0 ? std::string("NO REPORTS RECEIVED") : state) << "\n\n";
  paragraph(out, "", line.sentence);
  if (!line.next_step.empty()) {
    out << '\n';
    paragraph(out, "", line.next_step);
  }
}

void write_status(std::ostringstream& out, const StakeholderPage& page) {
  out << '\n';
  for (const StatusTile& tile : status_tiles(page))
    paragraph(out, fmt::format("  {:<20} ", tile.name),
              fmt::format("{}: {}{}", tile.figure, tile.of,
                          tile.change.empty() ? "" : " (" + tile.change + ")"));
}

void write_actions(std::ostringstream& out, const StakeholderPage& page) {
  if (page.actions.empty() || page.reports == 0) return;
  heading(out, "What to do");
  unsigned number = 0;
  for (const PageAction& action : page.actions) {
    const DomainVerdict& verdict = page.verdicts[action.verdict];
    const ActionPhrases said = phrases_of(action, verdict);
    paragraph(out, fmt::format("{}. ", ++number),
              said.title + (said.code.empty() ? "" : fmt::format(" ({})", said.code)));
    paragraph(out, "   ",
              page.verdicts.size() > 1
                  ? fmt::format("{}: {}", domain_text(verdict.domain), said.impact)
                  : said.impact);
    paragraph(out, "   Who: ", said.who);
    if (!said.done_when.empty()) paragraph(out, "   Done when: ", said.done_when);
    // On lines of its own whatever its length, to be copied.
    if (!said.record.empty())
      out << "   " << clipped(said.record_name, 300) << " TXT\n     \"" << clipped(said.record, 600)
          << "\"\n";
  }
  if (page.actions_more > 0)
    out << fmt::format("   {} after that\n", counted(page.actions_more, "more action"));
}

void write_domains(std::ostringstream& out, const StakeholderPage& page) {
  if (page.verdicts.size() < 2) return;
  heading(out, "Domains");
  for (const DomainVerdict* verdict : first_verdicts(page)) {
    const std::string blocked = blocked_by(*verdict);
    paragraph(out, "- ",
              fmt::format("{}: {} ({}){}{}", clipped(domain_text(verdict->domain), 120),
                          words_of(verdict->state),
                          verdict->policy ? verdict->policy->text() : "policy unknown",
                          blocked.empty() ? "" : "; ", blocked));
  }
  if (page.verdicts.size() > most_digest_domains)
    out << fmt::format("  and {} more in the page attached\n",
                       page.verdicts.size() - most_digest_domains);
}

void write_groups(std::ostringstream& out, const StakeholderPage& page) {
  if (page.messages == 0) return;
  heading(out, "Mail in your name");
  for (std::size_t group = 0; group < mail_group_count; ++group)
    if (page.groups[group] > 0)
      out << fmt::format("  {:<20} {:>12}  {:>7}\n", name_of(static_cast<MailGroup>(group)),
                         with_thousands(page.groups[group]),
                         percent(page.groups[group], page.messages));
  out << fmt::format("  {:<20} {:>12}\n", "All", with_thousands(page.messages));
}

void write_open_gates(std::ostringstream& out, const StakeholderPage& page) {
  const auto open = open_gates(page);
  if (open.empty()) return;
  heading(out, fmt::format("Conditions still open for p={}", page.verdicts.front().target));
  for (const Gate* gate : open) {
    const GatePhrases phrases = phrases_of(*gate);
    paragraph(out, "- ",
              fmt::format("{}: {}. {}", capitalized(phrases.name), phrases.measured, phrases.why));
  }
}

void write_senders(std::ostringstream& out, const StakeholderPage& page) {
  const auto senders = first_senders(page);
  if (senders.empty()) return;
  heading(out, "Who sends in your name");
  for (const SenderMail* sender : senders) {
    const std::string action = action_of(*sender);
    paragraph(out, "- ",
              fmt::format("{}: {}, {}, passing {}{}{}", sender->label, name_of(sender->group),
                          counted(sender->now.messages(), "message"),
                          percent(sender->now.pass(), sender->now.judged()),
                          action.empty() ? "" : "; ", action));
  }
}

void write_list(std::ostringstream& out, std::string_view title,
                const std::vector<std::string>& lines) {
  if (lines.empty()) return;
  heading(out, title);
  for (const std::string& line : lines) paragraph(out, "- ", line);
}

}  // namespace

std::string digest_subject(const StakeholderPage& page) {
  return fmt::format(
      "DMARC {}: {} ({})", clipped(covered_domains(page), 80),
      page.reports == 0 ? std::string_view("NO REPORTS RECEIVED") : words_of(headline(page).state),
      date_span(page.window.first, page.window.last));
}

std::string digest_text(const StakeholderPage& page) {
  std::ostringstream out;
  write_title(out, page);
  write_verdict(out, page);
  write_status(out, page);
  write_actions(out, page);
  write_domains(out, page);
  write_groups(out, page);
  write_senders(out, page);
  write_open_gates(out, page);
  write_list(out, "Changes since the period before", change_lines(page));
  write_list(out, "Problems", problem_lines(page));
  out << "\nThe whole page is attached: open it in a browser.\n";
  if (!page.generated.empty()) out << "Generated " << page.generated << ".\n";
  return out.str();
}

std::vector<const DomainVerdict*> first_verdicts(const StakeholderPage& page) {
  std::vector<const DomainVerdict*> list;
  for (const DomainVerdict& verdict : page.verdicts)
    if (list.size() < most_digest_domains) list.push_back(&verdict);
  return list;
}

std::vector<const Gate*> open_gates(const StakeholderPage& page) {
  std::vector<const Gate*> list;
  if (page.verdicts.size() == 1)
    for (const Gate& gate : page.verdicts.front().gates)
      if (gate.failed()) list.push_back(&gate);
  return list;
}

std::vector<const SenderMail*> first_senders(const StakeholderPage& page) {
  std::vector<const SenderMail*> list;
  for (const SenderMail& sender : page.senders)
    if (sender.now.messages() > 0 && sender.group != MailGroup::forwarded &&
        sender.group != MailGroup::spoofing && list.size() < most_digest_senders)
      list.push_back(&sender);
  return list;
}

std::vector<std::string> change_lines(const StakeholderPage& page) {
  std::vector<std::string> lines;
  if (page.changes.reports_before == 0 || page.reports == 0) return lines;
  const auto at = static_cast<std::size_t>(MailGroup::needs_fixing);
  lines.push_back(fmt::format("Own mail that fails: {} before, {} now.",
                              with_thousands(page.changes.groups_before[at]),
                              with_thousands(page.groups[at])));
  for (std::string& line : change_words(page))
    if (lines.size() < most_digest_changes) lines.push_back(std::move(line));
  return lines;
}

std::vector<std::string> problem_lines(const StakeholderPage& page) {
  std::vector<std::string> lines;
  for (const auto& [reason, number] : page.problems.by_reason)
    if (lines.size() < most_digest_problems)
      lines.push_back(fmt::format("{} of the mailbox could not be read: {}",
                                  counted(number, "item"), clipped(reason, 60)));
  return lines;
}

}  // namespace dmarcq
