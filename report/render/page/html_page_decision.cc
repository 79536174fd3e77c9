// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "report/render/numbers.h"
#include "report/render/page/html_blocks.h"
#include "report/render/page/html_page.h"
#include "report/render/page/svg_charts.h"
#include "report/render/phrases/gate_phrases.h"
#include "report/render/phrases/verdict_phrases.h"
#include "report/render/phrases/wording.h"

namespace dmarcq {
namespace {

constexpr std::size_t most_verdicts = 25, most_gate_tables = 3;

std::uint64_t failing(const DomainVerdict& verdict) {
  return verdict.groups[static_cast<std::size_t>(MailGroup::failing)];
}

/// The domain whose own mail fails most; that is where work pays first.
const DomainVerdict* worst(const StakeholderPage& page) {
  const DomainVerdict* found = nullptr;
  for (const DomainVerdict& verdict : page.verdicts) {
    if (phrases_of(verdict).next_step.empty()) continue;
    const bool open = verdict.state == DomainVerdict::State::not_ready;
    if (found == nullptr || (open && found->state != DomainVerdict::State::not_ready) ||
        (open == (found->state == DomainVerdict::State::not_ready) &&
         failing(verdict) > failing(*found)))
      found = &verdict;
  }
  return found;
}

std::size_t count(const StakeholderPage& page, DomainVerdict::State state) {
  return static_cast<std::size_t>(std::ranges::count(page.verdicts, state, &DomainVerdict::state));
}

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

void add_badge(Element parent, DomainVerdict::State state) {
  parent.add("span", "badge").text(name_of(state));
}

void add_verdict_table(Element main, const StakeholderPage& page) {
  const Element body = add_table(
      main, "Each domain: its policy, and whether it may become stricter",
      {{"Domain"}, {"Policy now"}, {"Verdict"}, {"Messages", true, true}, {"Own, failing", true}},
      {.css_class = "", .wide = true});
  const std::size_t shown = std::min(page.verdicts.size(), most_verdicts);
  for (std::size_t i = 0; i < shown; ++i) {
    const DomainVerdict& verdict = page.verdicts[i];
    const Element row = body.add("tr");
    const Element head = row_head(row);
    add_domain(head, verdict.domain);
    row.add("td").add("code").text(verdict.policy.empty() ? "–" : verdict.policy);
    const Element said = row.add("td");
    const bool good = verdict.state == DomainVerdict::State::ready ||
                      verdict.state == DomainVerdict::State::at_goal;
    said.add("span")
        .set("class", verdict.state == DomainVerdict::State::not_ready ? "state bad"
                      : good                                           ? "state good"
                                                                       : "state")
        .text(name_of(verdict.state));
    if (const std::string brief = phrases_of(verdict).brief; !brief.empty())
      add_foreign(said.add("span", "sub"), brief);
    number_cell(row, sum(verdict.groups), true);
    number_cell(row, failing(verdict));
  }
  if (shown < page.verdicts.size())
    main.add("p", "lead")
        .text(fmt::format("{} more: dmarcq summary lists them all.",
                          counted(page.verdicts.size() - shown, "domain")));
}

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

}  // namespace

Headline headline(const StakeholderPage& page) {
  using State = DomainVerdict::State;
  if (page.reports == 0)
    return {State::no_reports, no_reports_sentence(page), no_reports_step(page)};
  if (page.verdicts.size() == 1) {
    const VerdictPhrases phrases = phrases_of(page.verdicts.front());
    return {page.verdicts.front().state, phrases.sentence, phrases.next_step};
  }
  Headline all;
  const std::size_t not_ready = count(page, State::not_ready), ready = count(page, State::ready),
                    goal = count(page, State::at_goal);
  const std::size_t little = count(page, State::too_little_data),
                    silent = count(page, State::no_reports) + count(page, State::not_judged);
  all.state = not_ready > 0 ? State::not_ready
              : ready > 0   ? State::ready
              : goal > 0    ? State::at_goal
                            : State::too_little_data;
  std::vector<std::string> parts;
  if (ready > 0)
    parts.push_back(
        counted(ready, "is ready for a stricter policy", "are ready for a stricter policy"));
  if (not_ready > 0) parts.push_back(counted(not_ready, "is not ready", "are not ready"));
  if (goal > 0)
    parts.push_back(counted(goal, "is at the strictest policy", "are at the strictest policy"));
  if (little > 0)
    parts.push_back(counted(little, "has too little data to tell", "have too little data to tell"));
  if (silent > 0) parts.push_back(counted(silent, "was not judged", "were not judged"));
  all.sentence = fmt::format("Of {} domains, {}.", page.verdicts.size(), fmt::join(parts, ", "));
  if (const DomainVerdict* first = worst(page)) {
    all.next_step = phrases_of(*first).next_step;
    if (!all.next_step.starts_with(first->domain))
      all.next_step = fmt::format("{}: {}", first->domain, all.next_step);
  }
  return all;
}

void add_decision(Element main, const StakeholderPage& page) {
  const Headline line = headline(page);
  const Element block = main.add("div").set("class", std::string("verdict ") + css_of(line.state));
  add_badge(block, line.state);
  add_foreign(block.add("h2"), line.sentence);
  if (!line.next_step.empty()) {
    const Element next = block.add("p", "next");
    next.add("b").text("Next step");
    add_foreign(next, line.next_step);
  }
  if (page.verdicts.size() == 1 && page.reports > 0 && !page.verdicts.front().next_record.empty()) {
    const DomainVerdict& verdict = page.verdicts.front();
    const Element record = block.add("code", "record");
    add_foreign(record,
                fmt::format("_dmarc.{}. TXT \"{}\"", verdict.record_name, verdict.next_record));
    block.add("p", "lead").text("Keep your own rua= address: reports do not contain it.");
  }
  if (page.verdicts.size() > 1) add_verdict_table(add_section(main, "Domains"), page);
}

void add_gates(Element main, const StakeholderPage& page) {
  std::vector<const DomainVerdict*> with_gates;
  for (const DomainVerdict& verdict : page.verdicts)
    if (!verdict.gates.empty()) with_gates.push_back(&verdict);
  if (with_gates.empty()) return;
  const Element section = add_section(main, "Is the domain ready for a stricter policy?");
  section.add("p", "lead")
      .text(
          "A stricter policy asks receivers to quarantine or reject mail that fails. It is safe once every condition below is met; until then it would hit mail of your own.");
  const std::size_t shown = std::min(with_gates.size(), most_gate_tables);
  for (std::size_t i = 0; i < shown; ++i) {
    if (with_gates.size() > 1) add_domain(section.add("h3"), with_gates[i]->domain);
    add_gate_table(section, *with_gates[i]);
  }
  if (shown < with_gates.size())
    section.add("p", "lead")
        .text(fmt::format("{} more with less mail: dmarcq readiness DOMAIN shows theirs.",
                          counted(with_gates.size() - shown, "domain")));
}

}  // namespace dmarcq
