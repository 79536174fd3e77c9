// SPDX-License-Identifier: MIT
#include <algorithm>
#include <map>
#include <set>

#include "report/analysis/readiness/gates/gates.h"
#include "report/analysis/readiness/open_question.h"
#include "report/analysis/sender/salesforce.h"

namespace dmarcq {
namespace {

/// The own sender's share against its limit. A reporter that was not followed is noted.
bool is_above_limit(const SenderFacts& sender, Measure measure, double limit,
                    const LeftOut& without, std::vector<OverruledReporter>& overruled) {
  const Weighed weighed = weigh(sender.by_reporter, measure, limit, without);
  if (weighed.aside) overruled.push_back({sender.line.stream, *weighed.aside, false});
  if (weighed.masked) overruled.push_back({sender.line.stream, *weighed.masked, true});
  return weighed.fault;
}

/// Many strange orgs are one question: the first few stay, the rest go together.
StreamPositions split_off_orgs(StreamPositions& unclaimed, const Streams& streams) {
  constexpr std::size_t few_orgs = 2;
  const auto has_org = [&](std::uint32_t at) { return !streams.list[at].org_id.empty(); };
  StreamPositions first, more;
  if (std::ranges::count_if(unclaimed, has_org) <= static_cast<std::ptrdiff_t>(few_orgs + 1))
    return more;
  std::size_t named = 0;
  for (const auto position : unclaimed)
    (!has_org(position) || ++named <= few_orgs ? first : more).push_back(position);
  unclaimed = std::move(first);
  return more;
}

bool is_possible_salesforce(const Stream& stream) {
  return stream.standing == Standing::possible && stream.service == salesforce_service;
}

}  // namespace

Gate gate_pass_rate(const WindowFacts& facts, const LeftOut& without) {
  const ReadinessLimits& limits = facts.question.limits;
  PassRateFigures figures;
  figures.all_needed = facts.to_reject() ? limits.own_rate_reject : limits.own_rate_quarantine;
  figures.each_needed = facts.to_reject() ? limits.sender_rate_reject
                                          : limits.sender_rate_quarantine;
  StreamCount all;
  std::map<std::uint32_t, StreamCount> of_reporter;
  for (const SenderFacts& sender : facts.senders) {
    if (facts.stream(sender).standing != Standing::own) continue;
    ++figures.senders;
    all.add(sender.total(without));
    for (const StreamCount& count : sender.by_reporter) {
      StreamCount& sum = of_reporter[count.reporter];
      sum.reporter = count.reporter;
      sum.add(count);
    }
    if (is_above_limit(sender, share_failing, 1 - figures.each_needed, without, figures.overruled))
      figures.below.push_back(sender.line.stream);
  }
  figures.passed = all.pass();
  figures.failed = all.fail;
  std::vector<StreamCount> by_reporter;
  for (const auto& [reporter, count] : of_reporter) by_reporter.push_back(count);
  figures.all_below = weigh(by_reporter, share_failing, 1 - figures.all_needed, without).fault;
  if (facts.question.refused) figures.refused = facts.question.refused->mails;
  const bool passed = !figures.all_below && figures.below.empty() && figures.refused == 0;
  const Gate::Status status = figures.senders == 0 && passed ? Gate::Status::shown
                                                             : passed_if(passed);
  return {GateId::pass_rate, status, std::move(figures)};
}

Gate gate_raw_pass_rate(const WindowFacts& facts) {
  StreamCount all;
  for (const StreamCount& count : facts.by_standing) all.add(count);
  return {GateId::raw_pass_rate, Gate::Status::shown,
          RawPassRateFigures{all.pass(), all.fail + all.temporary}};
}

Gate gate_routes(const WindowFacts& facts, const LeftOut& without) {
  RouteFigures figures;
  if (facts.to_reject()) figures.spf_only.emplace();
  std::set<std::string> routes;
  for (const SenderFacts& sender : facts.senders) {
    const Stream& stream = facts.stream(sender);
    if (sender.total(without).messages() == 0) continue;
    const bool own = stream.standing == Standing::own;
    if (own && stream.service == salesforce_service) routes.insert(stream.route);
    if (is_possible_salesforce(stream) && is_open_question(facts, sender, without))
      figures.unclaimed.push_back(sender.line.stream);
    if (own && figures.spf_only &&
        is_above_limit(sender, share_by_spf_only, facts.question.limits.spf_only_share, without,
                       figures.overruled))
      figures.spf_only->push_back(sender.line.stream);
  }
  figures.more_orgs = split_off_orgs(figures.unclaimed, facts.streams);
  figures.routes.assign(routes.begin(), routes.end());
  const bool passed = figures.unclaimed.empty() && (!figures.spf_only || figures.spf_only->empty());
  return {GateId::routes, passed_if(passed), std::move(figures)};
}

Gate gate_unknown_sources(const WindowFacts& facts, const LeftOut& without) {
  UnknownSourceFigures figures{.open = {},
                               .left_open = 0,
                               .spoofed = facts.sum(Standing::spoofed).messages(),
                               .share_limit = unknown_share(facts),
                               .steady_days = static_cast<Day>(facts.question.limits.steady_days)};
  for (const SenderFacts& sender : facts.senders) {
    const Stream& stream = facts.stream(sender);
    if (is_possible_salesforce(stream)) continue;  // G6 asks
    if (is_open_question(facts, sender, without))
      figures.open.push_back(sender.line.stream);
    else if (stream.standing == Standing::possible || stream.standing == Standing::unidentified)
      figures.left_open += sender.total(without).messages();
  }
  const bool passed = figures.open.empty();
  return {GateId::unknown_sources, passed_if(passed), std::move(figures)};
}

Gate gate_new_senders(const WindowFacts& facts) {
  const ReadinessLimits& limits = facts.question.limits;
  NewSenderFigures figures{
      .recent = {},
      .age_needed = static_cast<Day>(facts.to_reject() ? limits.new_days_reject
                                                       : limits.new_days_quarantine)};
  for (const SenderFacts& sender : facts.senders) {
    const Stream& stream = facts.stream(sender);
    if (!stream.is_ours() || stream.counts.empty() || stream.continues ||
        !is_vouched_for(facts, sender))
      continue;
    if (stream.standing == Standing::possible && !is_open_question(facts, sender)) continue;
    const Day first = stream.counts.front().day;
    // What is seen first in the first week of all reports was there before, as far as anybody can
    // tell.
    if (first > facts.last - figures.age_needed && first > facts.first_report + longest_hole)
      figures.recent.push_back(sender.line.stream);
  }
  const bool passed = figures.recent.empty();
  return {GateId::new_senders, passed_if(passed), std::move(figures)};
}

Gate gate_stability(const WindowFacts& facts, const LeftOut& without) {
  StabilityFigures figures{
      .fallen = {}, .compared = 0, .drop_allowed = facts.question.limits.stability_drop};
  for (const SenderFacts& sender : facts.senders) {
    const Stream& stream = facts.stream(sender);
    if (stream.standing != Standing::own) continue;
    const StreamCount before = total_before(facts, stream, without);
    if (sender.total(without).judged() < comparable_messages ||
        before.judged() < comparable_messages)
      continue;
    ++figures.compared;
    const double limit = share_failing(before).share() + figures.drop_allowed;
    if (weigh(sender.by_reporter, share_failing, limit, without).fault)
      figures.fallen.push_back(sender.line.stream);
  }
  const bool passed = figures.fallen.empty();
  return {GateId::stability, passed_if(passed), std::move(figures)};
}

Gate gate_indirect_loss(const WindowFacts& facts) {
  const StreamCount &forwarded = facts.sum(Standing::forwarded),
                    &lists = facts.sum(Standing::mailing_list);
  IndirectLossFigures figures;
  figures.rescued = forwarded.rescued + lists.rescued;
  figures.lost = forwarded.fail + lists.fail - figures.rescued;
  figures.messages = facts.sum(Standing::own).messages() + forwarded.messages() + lists.messages();
  figures.share_accepted = facts.question.limits.indirect_share;
  const double share = BadShare{figures.lost, figures.messages}.share();
  return {GateId::indirect_loss, passed_if(share <= figures.share_accepted), figures};
}

Gate gate_missing_senders(const WindowFacts& facts) {
  MissingSenderFigures figures;
  figures.silence_days = static_cast<Day>(facts.question.limits.silence_days);
  for (const auto& [stream, silence] : facts.silent) figures.silent.push_back(stream);
  for (const std::string& words : facts.question.limits.expected) {
    const bool seen = std::ranges::any_of(facts.senders, [&](const SenderFacts& sender) {
      return facts.stream(sender).standing == Standing::own &&
             sender_matches(facts.stream(sender), words);
    });
    if (!seen) figures.unseen.push_back(words);
  }
  const bool passed = figures.silent.empty() && figures.unseen.empty();
  return {GateId::missing_senders, passed_if(passed), std::move(figures)};
}

}  // namespace dmarcq
