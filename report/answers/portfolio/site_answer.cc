// SPDX-License-Identifier: MIT
#include "report/answers/portfolio/site_answer.h"

#include <algorithm>
#include <set>
#include <utility>

#include "report/answers/base/each_part.h"

namespace dmarcq {
namespace {

SiteLine line_of(const StakeholderPage& page) {
  SiteLine line;
  line.verdict = page.verdicts.front();
  line.domain = line.verdict.domain;
  line.now = page.groups;
  line.before = page.changes.groups_before;
  line.last_report_day = page.last_report_day;
  line.own.resize(page.volume.periods.size());
  for (const SenderMail& sender : page.senders) {
    if (sender.group != MailGroup::authenticated && sender.group != MailGroup::needs_fixing)
      continue;
    for (std::size_t i = 0; i < sender.periods.size(); ++i) {
      line.own[i].pass += sender.periods[i].pass;
      line.own[i].fail += sender.periods[i].fail;
    }
  }
  if (!page.actions.empty()) line.action = page.actions.front();
  return line;
}

}  // namespace

std::vector<SiteLine> site_answer(Snapshot& snapshot, const std::vector<std::string>& domains,
                                  const PageQuestion& asked, Day today, const SeePage& see) {
  const Day as_of = asked.until ? std::min(*asked.until + 1, today) : today;
  const MailHistory history = mail_history_of(
      snapshot, {.domain = {}, .target = {}, .today = as_of, .limits = asked.limits});
  std::vector<std::optional<SiteLine>> lines(domains.size());
  for_each_part(snapshot, domains.size(), [&](std::size_t place, Snapshot& own) {
    PageQuestion question = asked;
    question.domains = {domains[place]};
    question.exactly = true;
    question.history = &history;
    const StakeholderPage page = page_data(own, question, today);
    lines[place] = line_of(page);
    see(place, page);
  });
  std::set<std::string> governed;
  for (const auto& line : lines)
    governed.insert(line->verdict.governs.begin(), line->verdict.governs.end());
  std::vector<SiteLine> shown;
  for (auto& line : lines)
    if (!governed.contains(line->domain)) shown.push_back(std::move(*line));
  std::ranges::stable_sort(shown, [](const SiteLine& a, const SiteLine& b) {
    return is_more_urgent(a.verdict, b.verdict);
  });
  return shown;
}

}  // namespace dmarcq
