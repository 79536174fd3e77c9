// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "report/render/numbers.h"
#include "report/render/page/html_blocks.h"
#include "report/render/page/html_page.h"
#include "report/render/page/svg_charts.h"
#include "report/render/phrases/action_phrases.h"
#include "report/render/phrases/verdict_phrases.h"
#include "report/render/phrases/wording.h"

namespace dmarcq {
namespace {

using State = DomainVerdict::State;

/// So many domains stand in sight; the rest are folded away.
constexpr std::size_t most_in_sight = 12;

std::size_t count(const StakeholderPage& page, State state) {
  return static_cast<std::size_t>(std::ranges::count(page.verdicts, state, &DomainVerdict::state));
}

// ---- the four figures

bool is_protected(const std::optional<SeenPolicy>& policy) { return policy && policy->enforces(); }

std::string_view protection_words(const std::optional<SeenPolicy>& policy) {
  if (!policy) return "Unknown";
  const std::string_view effect = policy->effect();
  return effect == "reject" ? "Reject" : effect == "quarantine" ? "Quarantine" : "None";
}

StatusTile protection_of_one(const StakeholderPage& page) {
  const DomainVerdict& verdict = page.verdicts.front();
  StatusTile tile{.name = "Protection",
                  .figure = std::string(protection_words(verdict.policy)),
                  .of = "no report tells the policy",
                  .change = {}};
  if (!verdict.policy) return tile;
  tile.of = fmt::format("{} since {}{}", verdict.policy->text(),
                        short_date(verdict.policy_since, true),
                        verdict.policy_may_be_older ? " or longer" : "");
  const std::optional<SeenPolicy>& before = page.mail.front().policy_before;
  if (before)
    tile.change = before->text() == verdict.policy->text() ? "the same as in the period before"
                                                           : "before: " + before->text();
  return tile;
}

StatusTile protection_of_many(const StakeholderPage& page) {
  const auto now = static_cast<std::uint64_t>(std::ranges::count_if(
      page.verdicts, [](const DomainVerdict& v) { return is_protected(v.policy); }));
  const auto before = static_cast<std::uint64_t>(std::ranges::count_if(
      page.mail, [](const DomainMail& m) { return is_protected(m.policy_before); }));
  return {.name = "Protection",
          .figure = page.verdicts.empty() ? std::string("Unknown")
                                          : fmt::format("{} of {}", with_thousands(now),
                                                        with_thousands(page.verdicts.size())),
          .of = page.verdicts.empty() ? "no domain was judged"
                                      : "domains ask receivers to quarantine or reject what fails",
          .change = page.changes.reports_before == 0
                        ? std::string()
                        : fmt::format("{} in the period before", with_thousands(before))};
}

StatusTile delivery_tile(const StakeholderPage& page) {
  const Handling &now = page.own_now, &before = page.own_before;
  StatusTile tile{
      .name = "Your mail delivered",
      .figure = percent(now.messages - std::min(now.messages, now.held()), now.messages),
      .of = now.messages == 0 ? "no mail of your own was reported"
                              : fmt::format("{} of {} quarantined or rejected",
                                            now.held() == 0 ? "none" : with_thousands(now.held()),
                                            counted(now.messages, "message")),
      .change = {}};
  if (before.messages > 0)
    tile.change = fmt::format(
        "{} in the period before",
        percent(before.messages - std::min(before.messages, before.held()), before.messages));
  return tile;
}

StatusTile spoofing_tile(const StakeholderPage& page) {
  const Handling &now = page.spoofing_now, &before = page.spoofing_before;
  StatusTile tile{
      .name = "Spoofing held back",
      .figure = now.messages == 0 ? "None seen"
                                  : percent(std::min(now.held(), now.messages), now.messages),
      .of = now.messages == 0 ? "no suspect mail was reported"
                              : fmt::format("{} of {} quarantined or rejected",
                                            now.held() == 0 ? "none" : with_thousands(now.held()),
                                            counted(now.messages, "suspect message")),
      .change = {}};
  if (page.changes.reports_before > 0)
    tile.change =
        fmt::format("{} in the period before", counted(before.messages, "suspect message"));
  return tile;
}

StatusTile freshness_tile(const StakeholderPage& page) {
  StatusTile tile{.name = "Last reports", .figure = "None", .of = {}, .change = {}};
  const std::optional<Day> last = page.data ? page.data->last : page.last_report_day;
  if (last) {
    const auto days = static_cast<std::uint64_t>(std::max(0, page.as_of - *last));
    tile.figure = short_date(*last);
    tile.of = fmt::format("{} before this page; {} from {} in the period", counted(days, "day"),
                          counted(page.reports, "report"), counted(page.reporters, "reporter"));
  } else {
    tile.of = "no report was ever received";
  }
  if (page.changes.reports_before > 0)
    tile.change =
        fmt::format("{} in the period before", counted(page.changes.reports_before, "report"));
  return tile;
}

// ---- the verdict

std::string no_reports_sentence(const StakeholderPage& page) {
  return fmt::format("No reports received for {}, {}.",
                     page.domains.empty() ? "any domain" : covered_domains(page),
                     date_span(page.window.first, page.window.last));
}

std::string no_reports_step(const StakeholderPage& page) {
  std::string words;
  if (page.last_report_day)
    words = fmt::format("The last report is of {}. ", short_date(*page.last_report_day, true));
  return words +
         fmt::format(
             "Nothing can be said of this period, neither good nor bad. Look whether report mail still arrives and is read in, whether the record "
             "_dmarc.{} still names the right address in rua=, and whether that address accepts reports for this domain.",
             page.domains.size() == 1 ? page.domains.front() : "<domain>");
}

Headline headline_of_many(const StakeholderPage& page) {
  Headline all;
  const std::size_t not_ready = count(page, State::not_ready), ready = count(page, State::ready),
                    goal = count(page, State::at_goal), silent = count(page, State::no_reports),
                    little = count(page, State::too_little_data);
  all.state = not_ready > 0 ? State::not_ready
              : silent > 0  ? State::no_reports
              : ready > 0   ? State::ready
              : little > 0  ? State::too_little_data
                            : State::at_goal;
  std::vector<std::string> parts;
  const auto add = [&](std::size_t number, std::string_view one, std::string_view many) {
    if (number > 0) parts.push_back(counted(number, one, many));
  };
  add(not_ready, "is not ready for a stricter policy", "are not ready for a stricter policy");
  add(ready, "is ready for one", "are ready for one");
  add(goal, "is at the strictest policy", "are at the strictest policy");
  add(little, "has too little data to tell", "have too little data to tell");
  add(silent, "has no reports", "have no reports");
  all.sentence = fmt::format("Of {} domains, {}.", page.verdicts.size(), fmt::join(parts, ", "));
  return all;
}

bool has_administration(const ActionPhrases& action) {
  return !action.steps.empty() || !action.record.empty() || !action.cause.empty();
}

void add_administration(Element item, const ActionPhrases& action) {
  if (!has_administration(action)) return;
  const Element details = add_numbers(item.add("div", "tail"), "For the administrator");
  if (!action.cause.empty()) add_foreign(details.add("p"), action.cause);
  if (!action.record.empty())
    add_foreign(details.add("code", "record"),
                fmt::format("{} TXT \"{}\"", action.record_name, action.record));
  if (!action.steps.empty()) {
    const Element steps = details.add("ol");
    for (const std::string& step : action.steps) add_foreign(steps.add("li"), capitalized(step));
  }
  add_references(details, action.references);
}

void add_actions(Element block, const StakeholderPage& page) {
  if (page.actions.empty()) return;
  std::vector<ActionPhrases> phrases;
  for (const PageAction& action : page.actions)
    phrases.push_back(phrases_of(action, page.verdicts[action.verdict]));
  const bool folds = std::ranges::any_of(phrases, [](const ActionPhrases& said) {
    return !said.done_when.empty() || has_administration(said);
  });
  if (folds) add_fold(block, "actions");
  const Element list = block.add("ol", "actions");
  for (std::size_t i = 0; i < phrases.size(); ++i) {
    const DomainVerdict& verdict = page.verdicts[page.actions[i].verdict];
    const ActionPhrases& said = phrases[i];
    const Element item = list.add("li");
    const Element title = item.add("h3");
    add_foreign(title, clipped(said.title, 200));
    if (!said.code.empty()) {
      title.text(" ");
      title.add("code", "tail").text(said.code);
    }
    const Element impact = item.add("p");
    if (page.verdicts.size() > 1) {
      add_domain(impact, verdict.domain);
      impact.text(": ");
    }
    add_foreign(impact, said.impact);
    const Element facts = item.add("p", "small");
    facts.add("b").text("Who: ");
    add_foreign(facts, said.who);
    facts.text(".");
    if (!said.done_when.empty()) {
      const Element done = facts.add("span", "tail");
      done.text(" ");
      done.add("b").text("Done when: ");
      add_foreign(done, said.done_when);
      done.text(".");
    }
    add_administration(item, said);
  }
  if (folds) add_unfold(block, "actions", "How to do it, and when it is done");
  if (page.actions_more > 0)
    block.add("p", "lead")
        .text(fmt::format("{} after that: dmarcq readiness {} lists {}.",
                          counted(page.actions_more, "more action"),
                          page.verdicts.size() == 1 ? page.verdicts.front().domain : "DOMAIN",
                          page.actions_more == 1 ? "it" : "them"));
}

// ---- the domains

void add_domain_rows(Element parent, const StakeholderPage& page, std::size_t first,
                     std::size_t last) {
  const Element body = add_table(parent, "Each domain, most urgent first",
                                 {{"Domain"},
                                  {"Policy now"},
                                  {"Verdict"},
                                  {"What blocks most"},
                                  {"Messages", true},
                                  {"Needs fixing", true}},
                                 {.css_class = "cards"});
  for (std::size_t i = first; i < last; ++i) {
    const DomainVerdict& verdict = page.verdicts[i];
    const GroupCounts& groups = page.mail[i].now;
    const Element row = body.add("tr");
    add_domain(row_head(row), verdict.domain);
    labelled_cell(row, "Policy now")
        .add("code")
        .text(verdict.policy ? verdict.policy->text() : "–");
    add_state(labelled_cell(row, "Verdict"), verdict.state);
    const std::string blocked = blocked_by(verdict);
    add_foreign(labelled_cell(row, "What blocks most"), blocked.empty() ? "–" : blocked);
    labelled_number(row, "Messages", sum(groups));
    labelled_number(row, "Needs fixing", groups[static_cast<std::size_t>(MailGroup::needs_fixing)]);
  }
}

}  // namespace

std::vector<StatusTile> status_tiles(const StakeholderPage& page) {
  std::vector<StatusTile> tiles;
  if (page.verdicts.size() == 1)
    tiles.push_back(protection_of_one(page));
  else
    tiles.push_back(protection_of_many(page));
  tiles.push_back(delivery_tile(page));
  tiles.push_back(spoofing_tile(page));
  tiles.push_back(freshness_tile(page));
  return tiles;
}

Headline headline(const StakeholderPage& page) {
  if (page.verdicts.empty() && page.left_out > 0)
    return {State::no_reports,
            fmt::format("None of {} was judged: each is known from single reports only.",
                        counted(page.left_out, "domain")),
            "Anybody can send a report. Ask about a domain of yours by its name."};
  if (page.reports == 0 || page.verdicts.empty())
    return {State::no_reports, no_reports_sentence(page), no_reports_step(page)};
  if (page.verdicts.size() != 1) return headline_of_many(page);
  const VerdictPhrases phrases = phrases_of(page.verdicts.front());
  return {page.verdicts.front().state, phrases.sentence,
          page.actions.empty() ? phrases.next_step : std::string()};
}

void add_status(Element main, const StakeholderPage& page) {
  const Element list = main.add("ul", "strip-of-tiles");
  for (const StatusTile& tile : status_tiles(page)) {
    const Element item = list.add("li");
    item.add("span", "name").text(tile.name);
    add_foreign(item.add("span", "big"), tile.figure);
    add_foreign(item.add("span", "of"), tile.of);
    if (!tile.change.empty()) add_foreign(item.add("span", "of"), tile.change);
  }
}

void add_decision(Element main, const StakeholderPage& page) {
  const Headline line = headline(page);
  const Element block = main.add("div").set("class", std::string("verdict ") + css_of(line.state));
  block.add("span", "badge").text(name_of(line.state));
  add_foreign(block.add("h2"), line.sentence);
  if (!line.next_step.empty()) add_foreign(block.add("p", "next"), line.next_step);
  if (page.reports > 0) add_actions(block, page);
}

void add_domains(Element main, const StakeholderPage& page) {
  if (page.verdicts.size() < 2) return;
  const Element section = add_section(main, "Domains");
  const std::size_t shown = std::min(page.verdicts.size(), most_in_sight);
  add_domain_rows(section, page, 0, shown);
  if (shown < page.verdicts.size())
    add_domain_rows(
        add_numbers(section, fmt::format("{} that are less urgent",
                                         counted(page.verdicts.size() - shown, "domain"))),
        page, shown, page.verdicts.size());
  if (page.left_out > 0)
    section.add("p", "lead")
        .text(fmt::format("{} known from single reports only, not on this page.",
                          counted(page.left_out, "more domain is", "more domains are")));
}

}  // namespace dmarcq
