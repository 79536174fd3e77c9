// SPDX-License-Identifier: MIT
#include "report/analysis/readiness/window_facts.h"

#include <algorithm>
#include <functional>
#include <map>

#include "ingest/base/text.h"
#include "parser/alignment.h"

namespace dmarcq {
namespace {

/// A reporter is known who reported on so many days of the window, and on a comparable amount of
/// the owner's own mail; or, whatever mail that was, on so many more days: some receivers see a
/// single sender of ours, and only its failures.
constexpr std::size_t established_days = 10, established_by_days = 20;

/// Reporters after the first hundred weigh nothing.
constexpr std::size_t most_reporters = 100;

PolicyFacts policy_facts(const Timeline& timeline, const std::string& domain, Day first, Day last) {
  PolicyFacts facts;
  facts.domain = policy_domain_of(timeline, domain);
  std::vector<SeenPolicy> policies = seen_policies(timeline, facts.domain, first, last);
  if (policies.empty()) return facts;
  if (facts.domain != domain) {  // a name without a record of its own: the sp of the record above
                                 // it applies (RFC 9989 section 4.10.1)
    facts.inherited_from = facts.domain;
    for (SeenPolicy& policy : policies) {
      policy.p = policy.sp;
      policy.np.clear();
      policy.subdomain = true;
    }
  }
  facts.current = policies.back();
  facts.current_since = policies.back().day;
  for (auto policy = policies.rbegin();
       policy != policies.rend() && policy->same_policy(*facts.current); ++policy)
    facts.current_since = policy->day;
  for (auto policy = policies.rbegin(); policy != policies.rend() && policy->enforces(); ++policy)
    facts.enforced_days = last - policy->day + 1;
  return facts;
}

/// The next step above what is in force: a policy that is held back, or that leaves names out, is
/// to be completed first.
std::string target_above(const std::optional<SeenPolicy>& current) {
  if (!current) return "quarantine";
  return current->p == "reject" || (current->p == "quarantine" && current->enforces())
             ? "reject"
             : "quarantine";
}

bool is_declared_silent(const Owner& owner, const std::string& domain) {
  return std::ranges::any_of(owner.entries, [&](const OwnerEntry& entry) {
    return entry.kind == OwnerEntry::Kind::no_mail && entry.value == domain;
  });
}

bool is_candidate(Standing standing) {
  return standing == Standing::own || standing == Standing::possible ||
         standing == Standing::unidentified;
}

/// The senders with mail in the window, and what is summed up over them.
void add_senders(WindowFacts& facts) {
  std::map<std::uint32_t, std::uint64_t> volume;
  for (std::uint32_t i = 0; i < facts.streams.list.size(); ++i) {
    const Stream& stream = facts.streams.list[i];
    SenderFacts sender{.line = {i, stream.total(facts.first, facts.last), 0}, .by_reporter = {}};
    if (sender.line.total.messages() == 0) continue;
    sender.line.days = static_cast<unsigned>(stream.by_day(facts.first, facts.last).size());
    for (auto& [reporter, count] : stream.by_reporter(facts.first, facts.last)) {
      volume[reporter] += count.messages();
      if (!is_candidate(stream.standing)) continue;
      sender.by_reporter.push_back(count);
      sender.by_reporter.back().reporter = reporter;
    }
    facts.by_standing[static_cast<std::size_t>(stream.standing)].add(sender.line.total);
    if (is_candidate(stream.standing)) facts.candidates += sender.line.total.messages();
    facts.senders.push_back(std::move(sender));
  }
  std::ranges::stable_sort(facts.senders, [&](const SenderFacts& a, const SenderFacts& b) {
    const auto x = facts.stream(a).standing, y = facts.stream(b).standing;
    return x != y ? x < y : a.line.total.messages() > b.line.total.messages();
  });
  std::vector<std::pair<std::uint64_t, std::uint32_t>> order;
  for (const auto& [reporter, messages] : volume) order.emplace_back(messages, reporter);
  std::ranges::sort(order, std::greater());
  if (order.size() > most_reporters) order.resize(most_reporters);
  for (const auto& [messages, reporter] : order) facts.reporters_by_volume.push_back(reporter);
}

/// What the reports' heads tell: which days are covered, and by whom.
void add_reports(WindowFacts& facts, const Timeline& timeline) {
  const std::string& domain = facts.policy.domain;
  const auto up_to_window_end = timeline.reports(0, facts.last);
  Day begin = 0;
  for (auto report = up_to_window_end.rbegin(); report != up_to_window_end.rend(); ++report) {
    if (report->domain != domain) continue;
    if (begin != 0 && begin - report->day > longest_hole + 1) break;
    begin = report->day;
  }
  facts.observed_days = begin == 0 ? 0 : facts.last - begin + 1;

  for (const ReportSeen& report : timeline.reports()) {
    if (report.domain != domain || report.day < facts.streams.first) continue;
    facts.first_report = report.day;
    break;
  }

  std::set<std::uint32_t> reporters;
  for (const ReportSeen& report : timeline.reports(0, facts.question.today - 1)) {
    if (report.domain != domain) continue;
    facts.newest_report = std::max(facts.newest_report, report.day);
    if (report.day >= facts.first && report.day <= facts.last) reporters.insert(report.reporter);
  }
  facts.reporters = reporters.size();
}

/// Anyone can mail a report (RFC 9990 section 8), so what one reporter alone says of a stranger
/// counts only if that reporter is known for weeks.
void add_established(WindowFacts& facts, const Timeline& timeline) {
  struct History {
    std::set<Day> days;
    std::uint64_t own_messages = 0;
  };
  std::map<std::uint32_t, History> histories;
  for (const ReportSeen& report : timeline.reports(facts.first, facts.last))
    if (at_or_below(report.domain, facts.policy.domain))  // OpenDMARC names subdomains
      histories[report.reporter].days.insert(report.day);
  for (const SenderFacts& sender : facts.senders) {
    if (facts.stream(sender).standing != Standing::own) continue;
    for (const StreamCount& count : sender.by_reporter)
      histories[count.reporter].own_messages += count.messages();
  }
  for (const auto& [reporter, history] : histories)
    if (history.days.size() >= established_by_days ||
        (history.days.size() >= established_days && history.own_messages >= comparable_messages))
      facts.established.insert(reporter);
}

}  // namespace

StreamCount SenderFacts::total(const LeftOut& without) const {
  if (!without) return line.total;
  StreamCount sum;
  for (const StreamCount& count : by_reporter)
    if (count.reporter != *without) sum.add(count);
  return sum;
}

WindowFacts window_facts(const Timeline& timeline, const Owner& owner,
                         const ReadinessQuestion& question, const Streams& streams) {
  WindowFacts facts{.question = question,
                    .streams = streams,
                    .first = streams.window_first,
                    .last = streams.last,
                    .policy = policy_facts(timeline, question.domain, streams.first, streams.last)};
  facts.target = question.target.empty() ? target_above(facts.policy.current) : question.target;
  facts.declared_silent = is_declared_silent(owner, question.domain);
  add_senders(facts);
  add_reports(facts, timeline);
  add_established(facts, timeline);
  for (std::uint32_t i = 0; i < streams.list.size(); ++i) {
    const Stream& stream = streams.list[i];
    if (stream.standing != Standing::own || stream.continued) continue;
    if (const auto silence = silence_of(stream, timeline, facts.last, question.limits.silence_days))
      facts.silent.emplace_back(i, *silence);
  }
  return facts;
}

std::string policy_domain_of(const Timeline& timeline, const std::string& domain) {
  std::string best;
  for (const ReportSeen& report : timeline.reports())
    if (report.domain.size() > best.size() && at_or_below(domain, report.domain))
      best = report.domain;
  return best.empty() ? domain : best;
}

StreamCount total_before(const WindowFacts& facts, const Stream& stream, const LeftOut& without) {
  return stream.total(facts.first - static_cast<Day>(facts.question.window_days), facts.first - 1,
                      without ? &*without : nullptr);
}

}  // namespace dmarcq
