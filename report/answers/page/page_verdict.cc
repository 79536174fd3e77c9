// SPDX-License-Identifier: MIT
#include "report/answers/page/page_verdict.h"

#include <fmt/format.h>

#include <algorithm>

#include "ingest/base/text.h"
#include "parser/alignment.h"
#include "report/analysis/percent.h"
#include "report/answers/next_record.h"
#include "report/answers/readiness_answer.h"

namespace dmarcq {
namespace {

constexpr std::size_t most_judged = 40;
constexpr unsigned window_days = 30;

GateLine gate_line(const Gate& gate) {
  GateLine line{.id = gate.id,
                .title = gate.name,
                .measured = gate.measured,
                .required = gate.required,
                .why = gate.why};
  if (!line.title.empty() && line.title[0] >= 'a' && line.title[0] <= 'z')
    line.title[0] = static_cast<char>(line.title[0] - 'a' + 'A');
  switch (gate.status) {
    case Gate::Status::passed: line.state = GateLine::State::passed; break;
    case Gate::Status::failed: line.state = GateLine::State::failed; break;
    case Gate::Status::shown: line.state = GateLine::State::told; break;
    case Gate::Status::not_checked: line.state = GateLine::State::not_checked; break;
  }
  return line;
}

std::string sentence_end(std::string text) {
  if (!text.empty() && text.back() != '.' && text.back() != '?') text += '.';
  return text;
}

/// The first thing that stands in the way, and its first cure.
std::string first_repair(const Readiness& readiness) {
  const auto found =
      std::ranges::find_if(readiness.blockers, [](const Blocker& b) { return !b.fix.empty(); });
  if (found == readiness.blockers.end())
    return readiness.blockers.empty() ? std::string() : readiness.blockers.front().text;
  std::string step = found->fix.front();
  if (step[0] >= 'a' && step[0] <= 'z') step[0] = static_cast<char>(step[0] - 'a' + 'A');
  return found->text + " " + sentence_end(step);
}

class DomainJudge {
 public:
  DomainJudge(Store& store, const VerdictInput& input) : store_(store), input_(input) {}

  void judge(DomainVerdict& verdict) {
    ReadinessQuestion question{.domain = verdict.domain,
                               .today = input_.as_of,
                               .window_days = window_days,
                               .limits = input_.limits};
    const ReadinessAnswer judged(store_, question, false);
    const Readiness& readiness = judged.readiness();
    const PolicyRecord record = readiness.current ? record_as_seen(*readiness.current)
                                                  : PolicyRecord("none");
    const NextStep next = next_step_of(readiness, record, judged.stored().owner(), question.limits);
    verdict.target = readiness.target;
    for (const Gate& gate : readiness.gates) verdict.gates.push_back(gate_line(gate));
    say(verdict, readiness, record, next);
    if (judged.other())
      for (const std::string& note : judged.notes()) verdict.sentence += " " + note;
  }

 private:
  static void say(DomainVerdict& verdict, const Readiness& readiness, const PolicyRecord& record,
                  const NextStep& next) {
    const std::string& d = verdict.domain;
    const std::string p = record.p();
    const StreamCount& own = readiness.by_standing[static_cast<std::size_t>(Standing::own)];
    switch (readiness.verdict) {
      case Verdict::ready:
        if (p == "reject" && !next.changes) {
          verdict.state = DomainVerdict::State::at_goal;
          verdict.sentence = fmt::format(
              "{} rejects mail that is not its own, and no condition for that is open.", d);
          verdict.brief = "p=reject, and no condition is open";
        } else {
          verdict.state = DomainVerdict::State::ready;
          verdict.brief = fmt::format("in {} days {} of {} of its own failed DMARC", window_days,
                                      own.fail == 0 ? "none" : with_thousands(own.fail),
                                      counted(own.judged(), "message"));
          verdict.sentence =
              fmt::format("{} is ready for p={}: {}.", d, readiness.target, verdict.brief);
          verdict.brief = fmt::format("for p={}: {}", readiness.target, verdict.brief);
        }
        verdict.next_step = next.change;
        if (next.changes && next.least_days > 0)
          verdict.next_step +=
              fmt::format(" Stay there for {} at least.", counted(next.least_days, "day"));
        break;
      case Verdict::not_ready: {
        verdict.state = DomainVerdict::State::not_ready;
        const std::string place =
            p == readiness.target
                ? fmt::format("{} is at p={} without being ready for it", d, p)
                : fmt::format("{} is not ready to move from p={} to p={}", d, p, readiness.target);
        const auto open = std::ranges::count(readiness.gates, Gate::Status::failed, &Gate::status);
        if (own.fail > 0)
          verdict.brief = fmt::format("in {} days {} of {} of its own failed DMARC", window_days,
                                      with_thousands(own.fail), counted(own.judged(), "message"));
        else
          verdict.brief = fmt::format("{} open", counted(static_cast<std::uint64_t>(open),
                                                         "condition is", "conditions are"));
        verdict.sentence = fmt::format("{}: {}.", place, verdict.brief);
        verdict.brief = fmt::format("for p={}: {}", readiness.target, verdict.brief);
        verdict.next_step = next.back ? next.change + " " + first_repair(readiness)
                                      : first_repair(readiness);
        break;
      }
      case Verdict::too_little_data: {
        verdict.state = DomainVerdict::State::too_little_data;
        verdict.sentence =
            p == readiness.target
                ? fmt::format(
                      "There is too little data to say whether p={} is safe for {} and all names below it.",
                      p, d)
                : fmt::format(
                      "There is too little data to say whether {} may move from p={} to p={}.", d,
                      p, readiness.target);
        const auto missing = std::ranges::find_if(readiness.gates, [](const Gate& g) {
          return g.about_data && g.status == Gate::Status::failed;
        });
        if (missing != readiness.gates.end()) verdict.brief = missing->why;
        if (missing != readiness.gates.end())
          verdict.next_step =
              fmt::format("{} Leave the record as it is until then.", sentence_end(missing->why));
        break;
      }
    }
    if (next.changes && (verdict.state == DomainVerdict::State::ready || next.back)) {
      verdict.next_record = next.record;
      verdict.record_name = next.name.empty() ? d : next.name;
    }
  }

  Store& store_;
  const VerdictInput& input_;
};

}  // namespace

std::vector<DomainVerdict> page_verdicts(Store& store, const VerdictInput& input) {
  std::vector<DomainVerdict> verdicts;
  std::vector<const DomainSummary*> order;
  for (const DomainSummary& summary : input.summaries) order.push_back(&summary);
  std::ranges::stable_sort(
      order, [](const auto* a, const auto* b) { return a->totals.messages > b->totals.messages; });
  for (const DomainSummary* summary : order) {
    DomainVerdict& verdict = verdicts.emplace_back();
    verdict.domain = summary->domain;
    const auto policy = input.policies.find(summary->domain);
    if (policy != input.policies.end()) verdict.policy = policy->second.text();
    verdict.state = DomainVerdict::State::not_judged;
    verdict.brief = "less mail than the others; dmarcq readiness judges it";
  }
  DomainJudge judge(store, input);
  for (std::size_t i = 0; i < std::min(verdicts.size(), most_judged); ++i) judge.judge(verdicts[i]);
  return verdicts;
}

std::vector<std::pair<std::string, std::string>> method_lines(const StakeholderPage& page,
                                                              Day as_of) {
  std::vector<std::pair<std::string, std::string>> lines;
  const Day days = page.window.last - page.window.first + 1;
  lines.emplace_back(
      "Period",
      fmt::format(
          "{} to {}, {} in UTC, both ends included. A report's mail is counted on the day in which the middle of the report's own window lies.{}",
          iso_date(page.window.first), iso_date(page.window.last),
          counted(static_cast<std::uint64_t>(std::max(days, 0)), "day"),
          page.data ? fmt::format(" Reports of this period cover {} to {}.",
                                  iso_date(page.data->first), iso_date(page.data->last))
                    : ""));
  lines.emplace_back(
      "What is counted",
      "Messages, as receivers counted them. Each report counts once, however often it was mailed. Receivers that send no reports are not in the figures.");
  lines.emplace_back(
      "Pass and fail",
      "The receiver's own evaluation: a message passes DMARC when DKIM or SPF passes for a name aligned with the domain in its From line.");
  lines.emplace_back(
      "Groups",
      "Own and aligned: passes DMARC. Own, but failing: comes straight from a sender that is yours by name, signature or declaration, and fails. Forwarded or list: fails, and bears "
      "the marks of a forwarder, gateway or mailing list. Unknown or spoofed: all else that fails, other customers of the same service included.");
  lines.emplace_back(
      "Who sent it",
      "Recognised by, strongest first: the owner's word; SPF or DKIM passing for a name of the service (authenticated); the same address or selector doing so elsewhere (learned); a "
      "published network (network). A mere name that did not pass (claimed) proves nothing.");
  lines.emplace_back(
      "Verdict and conditions",
      fmt::format(
          "Judged as of {}, over the {} complete days before it and, to compare, those before them. The numbers under “Required” are this program's defaults or the owner's own; no standard gives "
          "them. A rate of a small number is never called 100 %: no failure in n messages leaves room for about 3/n. The policy steps follow RFC 9989, which removed pct.",
          iso_date(as_of), window_days));
  const SuffixList& suffixes = suffix_list();
  lines.emplace_back(
      "Data", fmt::format("Sender catalogue of {}. Public suffix list of {}.", catalogue_date(),
                          suffixes.date.empty() ? "unknown date" : suffixes.date));
  return lines;
}

}  // namespace dmarcq
