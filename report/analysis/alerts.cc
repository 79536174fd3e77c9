// SPDX-License-Identifier: MIT
#include "report/analysis/alerts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "ingest/base/text.h"
#include "report/analysis/change.h"
#include "report/analysis/finding/copyable.h"
#include "report/analysis/readiness/policy_record.h"
#include "report/analysis/readiness/readiness.h"
#include "report/analysis/sender/salesforce.h"

namespace dmarcq {
namespace {

constexpr std::array<std::string_view, alert_code_count> code_words{
    "new-source",     "new-route",      "sender-started-failing",   "sender-vanished",
    "spoofing-burst", "policy-changed", "enforcement-hit-own-mail", "reports-stopped",
    "problems-new"};

constexpr Day lookback_days = 120;
constexpr Day recent_days = 3;  ///< long enough to pass over a day without mail, short enough to be
                                ///< news
constexpr Day news_days = 7;    ///< a new sender, a changed policy are news for so long
constexpr Day settled_days = 14;  ///< so much must be known before anything counts as new
constexpr Day baseline_days = 28;
constexpr std::uint64_t failing_messages = 5;
constexpr double failing_share = 0.05, hit_share = 0.01;
constexpr double start_significance = 0.01;
constexpr std::uint64_t burst_messages = 100;
constexpr std::uint64_t burst_factor = 4;
constexpr Day silent_days = 3;            ///< of a reporter; and of all
constexpr Day irregular_silent_days = 7;  ///< of a domain that is not reported on nearly every day
constexpr std::size_t few_domains = 3;    ///< more that say the same are told as one

double failing(const StreamCount& count) {
  return count.judged() == 0
             ? 0
             : static_cast<double>(count.fail) / static_cast<double>(count.judged());
}

class Finder {
 public:
  Finder(const Timeline& timeline, const RowLookup& lookup, const Owner& owner,
         const AlertQuestion& question)
      : timeline_(timeline), lookup_(lookup), owner_(owner), q_(question) {}

  std::vector<Alert> run() {
    std::set<std::string> domains(q_.domains.begin(), q_.domains.end());
    if (domains.empty())
      for (const ReportSeen& report : timeline_.reports(q_.today - alert_days, q_.today - 1))
        domains.insert(report.domain);
    for (const std::string& domain : domains) look_at(domain);
    stopped_reports();
    new_problems();
    std::ranges::stable_sort(alerts_, [](const Alert& a, const Alert& b) {
      return std::tie(a.domain, a.code, a.source, a.since) <
             std::tie(b.domain, b.code, b.source, b.since);
    });
    merge_equal();
    return std::move(alerts_);
  }

 private:
  std::optional<Day> told(AlertCode code, const std::string& domain,
                          const std::string& source) const {
    Alert probe;
    probe.code = code;
    probe.domain = domain;
    probe.source = source;
    const auto found = std::ranges::find(q_.told, probe.key(), &ToldAlert::key);
    return found == q_.told.end() ? std::nullopt : std::optional(found->since);
  }

  void raise(AlertCode code, const std::string& domain, const std::string& source,
             std::uint64_t messages, Day since, std::string text) {
    alerts_.push_back({code, domain, source, messages, since, std::move(text)});
  }

  /// Two streams may share a label (one mail server's mail, part proven and part not): one alert
  /// speaks of both.
  void merge_equal() {
    std::vector<Alert> merged;
    for (Alert& alert : alerts_) {
      if (!merged.empty() && merged.back().key() == alert.key())
        merged.back().messages += alert.messages;
      else
        merged.push_back(std::move(alert));
    }
    alerts_ = std::move(merged);
  }

  void look_at(const std::string& domain) {
    const Day end = last_complete_day(timeline_, domain, q_.today - 1);
    if (end == 0 || end < q_.today - alert_days) return;
    const Day first = end - lookback_days + 1;
    const Streams streams =
        find_streams(timeline_, lookup_, owner_,
                     {.first = first, .last = end, .window_first = end - 29, .domain = domain});
    const auto policies = seen_policies(timeline_, domain, first, end);
    Day begin = end;
    for (const ReportSeen& report : timeline_.reports(first, end))
      if (report.domain == domain) {
        begin = report.day;
        break;
      }
    new_senders(domain, streams, begin, end);
    const bool enforced = !policies.empty() && strength(policies.back().p) > 0;
    for (const Stream& stream : streams.list) {
      if (!stream.is_ours()) continue;
      // What was own when it was told of stays so, even if the proof has become too old to be seen.
      const auto follows = [&](AlertCode code) {
        return stream.standing == Standing::own || told(code, domain, stream.label());
      };
      if (follows(AlertCode::sender_started_failing)) started_failing(domain, stream, end);
      if (follows(AlertCode::sender_vanished)) vanished(domain, stream, end);
      if (enforced &&
          (follows(AlertCode::enforcement_hit_own_mail) || !is_other_tenant(stream, streams)))
        enforcement_hit(domain, stream, end);
    }
    spoofing(domain, streams, end);
    changed_policy(domain, policies, end);
  }

  /// An org that nobody proved, beside one of the same route that is proven: the policy is there to
  /// stop such mail. Where it is the only one that the domain ever had, it is the owner's as far as
  /// anybody can know.
  static bool is_other_tenant(const Stream& stream, const Streams& streams) {
    return !stream.org_id.empty() && std::ranges::any_of(streams.list, [&](const Stream& other) {
      return other.standing == Standing::own && other.domain == stream.domain &&
             other.service == stream.service && other.route == stream.route;
    });
  }

  void new_senders(const std::string& domain, const Streams& streams, Day begin, Day end) {
    std::map<std::string, Day> route_begin;  // Salesforce routes
    for (const Stream& stream : streams.list) {
      if (!stream.is_ours() || stream.service != salesforce_service || stream.counts.empty())
        continue;
      const auto [entry, added] = route_begin.try_emplace(stream.route, stream.counts.front().day);
      if (!added) entry->second = std::min(entry->second, stream.counts.front().day);
    }
    for (const Stream& stream : streams.list) {
      if (stream.counts.empty() || stream.continues ||
          (!stream.is_ours() && stream.standing != Standing::unidentified))
        continue;
      const Day since = stream.counts.front().day;
      // What may be somebody's business mail shows its rhythm only after weeks.
      const Day news = stream.standing == Standing::unidentified ? 30 : news_days;
      if (since <= end - news || since <= begin + settled_days) continue;
      const auto count = stream.total(since, end);
      const bool route = stream.is_ours() && stream.service == salesforce_service &&
                         route_begin.at(stream.route) == since;
      raise(
          route ? AlertCode::new_route : AlertCode::new_source, domain, stream.label(),
          count.messages(), since,
          fmt::format(
              "{} sends as {} since {}: {}, {}.{}", stream.sender,
              stream.from.empty() ? domain : stream.from, iso_date(since),
              counted(count.messages(), "message"),
              count.fail == 0     ? "none of which fails"
              : count.pass() == 0 ? "all of which fail"
                                  : fmt::format("{} of which fail", count.fail),
              stream.standing == Standing::own ? ""
              : handed_over_from(stream, streams) != nullptr
                  ? " It began when a sender of yours stopped, as the same From and with similar volume: probably your new org, not abuse. Claim it (dmarcq senders add)."
                  : fmt::format(" Find out whose it is: {}.", stream.why)));
    }
  }

  void started_failing(const std::string& domain, const Stream& stream, Day end) {
    const auto before_told = told(AlertCode::sender_started_failing, domain, stream.label());
    const StreamCount recent = stream.total(end - recent_days + 1, end);
    if (recent.judged() == 0) {
      // Nothing new is known: what failed last is still failing.
      if (before_told)
        raise(AlertCode::sender_started_failing, domain, stream.label(),
              stream.total(*before_told, end).fail, *before_told,
              failing_text(stream, *before_told, end));
      return;
    }
    if (failing(recent) <= failing_share) return;
    Day since = before_told.value_or(0);
    if (!before_told) {
      if (recent.fail < failing_messages) return;
      // Over again: it failed within one report window, and what came last passes.
      const auto latest = stream.by_day(end - recent_days + 1, end);
      const auto last = std::ranges::find_if(
          latest.rbegin(), latest.rend(), [](const auto& day) { return day.second.judged() > 0; });
      if (last != latest.rend() && failing(last->second) <= failing_share) return;
      const auto reporters = stream.by_reporter(end - recent_days + 1, end);
      const auto witnesses =
          std::ranges::count_if(reporters, [](const auto& r) { return r.second.fail > 0; });
      if (witnesses < 2 && reporters.size() > 1)
        return;  // one reporter's word (RFC 9990 section 8)
      const StreamCount base =
          stream.total(end - recent_days - baseline_days + 1, end - recent_days);
      const ZTest test =
          two_proportions(base.pass(), base.judged(), recent.pass(), recent.judged());
      if (base.judged() < 20 || 2 * failing(base) > failing(recent) || test.p >= start_significance)
        return;
      since = end;
      const auto days = stream.by_day(end - recent_days - baseline_days, end);
      for (auto day = days.rbegin(); day != days.rend() && (day->second.judged() == 0 ||
                                                            failing(day->second) > failing_share);
           ++day)
        if (day->second.judged() > 0) since = day->first;
    }
    raise(AlertCode::sender_started_failing, domain, stream.label(), stream.total(since, end).fail,
          since, failing_text(stream, since, end));
  }

  static std::string failing_text(const Stream& stream, Day since, Day end) {
    const StreamCount count = stream.total(since, end);
    std::string code;
    std::uint64_t most = 0;
    for (const auto& [one, messages] : stream.failing_codes)
      if (traits_of(one).severity == Severity::fault && messages > most) {
        code = to_text(one);
        most = messages;
      }
    return fmt::format("{} fails since {}: {} of {}.{}", stream.label(), iso_date(since),
                       count.fail, counted(count.judged(), "message"),
                       code.empty()
                           ? ""
                           : fmt::format(" The pattern is {}: dmarcq readiness {} has the fix.",
                                         code, host_name_or(stream.domain, "DOMAIN")));
  }

  void vanished(const std::string& domain, const Stream& stream, Day end) {
    const auto silence = stream.continued
                             ? std::nullopt
                             : silence_of(stream, timeline_, end, ReadinessLimits{}.silence_days);
    if (!silence) return;
    raise(AlertCode::sender_vanished, domain, stream.label(), silence->messages,
          silence->last_seen + 1,
          fmt::format(
              "{} is not seen any more since {}; before, it was never silent for more than {}.",
              stream.label(), iso_date(silence->last_seen),
              silence->longest <= 1 ? "a day" : fmt::format("{} days", silence->longest)));
  }

  void enforcement_hit(const std::string& domain, const Stream& stream, Day end) {
    const auto before_told = told(AlertCode::enforcement_hit_own_mail, domain, stream.label());
    const StreamCount recent = stream.total(end - recent_days + 1, end);
    const auto hit = recent.quarantined + recent.rejected;
    if (before_told
            ? hit == 0 && recent.messages() > 0
            : hit < failing_messages ||
                  static_cast<double>(hit) < hit_share * static_cast<double>(recent.messages()))
      return;
    Day since = before_told.value_or(end);
    if (!before_told) {
      const auto days = stream.by_day(end - recent_days - baseline_days, end);
      for (auto day = days.rbegin();
           day != days.rend() && day->second.quarantined + day->second.rejected > 0; ++day)
        since = day->first;
    }
    const StreamCount count = stream.total(since, end);
    raise(
        AlertCode::enforcement_hit_own_mail, domain, stream.label(),
        count.quarantined + count.rejected, since,
        fmt::format(
            "{}: of {} since {}, {} were quarantined and {} rejected. Step back or repair: dmarcq readiness {}.",
            stream.standing == Standing::own
                ? "Your policy is holding back legitimate mail"
                : "Your policy is holding back mail that is probably yours, though nobody claimed the sender",
            stream.label(), iso_date(since), count.quarantined, count.rejected,
            host_name_or(domain, "DOMAIN")));
  }

  void spoofing(const std::string& domain, const Streams& streams, Day end) {
    std::map<Day, std::uint64_t> days;
    for (const Stream& stream : streams.list)
      if (stream.standing == Standing::spoofed)
        for (const StreamCount& count : stream.counts) days[count.day] += count.messages();
    const auto before_told = told(AlertCode::spoofing_burst, domain, {});
    const Day base_end = before_told ? *before_told - 1 : end - recent_days;
    std::uint64_t base = 0;
    for (const auto& [day, messages] : days)
      if (day > base_end - baseline_days && day <= base_end) base += messages;
    // A day above four times the mean of the four weeks before.
    const auto is_burst = [&](Day day) {
      const auto found = days.find(day);
      return found != days.end() && found->second >= burst_messages &&
             found->second * static_cast<std::uint64_t>(baseline_days) > burst_factor * base;
    };
    Day since = 0;
    for (Day day = end; day > end - recent_days; --day)
      if (is_burst(day)) since = day;
    if (since == 0) return;
    if (before_told) since = *before_told;
    std::uint64_t messages = 0;
    for (const auto& [day, count] : days)
      if (day >= since && day <= end) messages += count;
    raise(AlertCode::spoofing_burst, domain, {}, messages, since,
          fmt::format("{} that look like spoofing since {}, where {} a day were usual.",
                      counted(messages, "message"), iso_date(since),
                      base / static_cast<std::uint64_t>(baseline_days)));
  }

  void changed_policy(const std::string& domain, const std::vector<SeenPolicy>& policies, Day end) {
    for (std::size_t i = policies.size(); i-- > 1;) {
      if (policies[i].day <= end - news_days) return;
      if (policies[i].same_policy(policies[i - 1])) continue;
      raise(AlertCode::policy_changed, domain, policies[i].text(), 0, policies[i].day,
            fmt::format("Reporters see another policy since {}: {} instead of {}.",
                        iso_date(policies[i].day), policies[i].text(), policies[i - 1].text()));
      return;
    }
  }

  /// When somebody who reports regularly was heard last, and whether the silence since is out of
  /// rhythm.
  struct Regular {
    Day last = 0;
    bool regular = false, silent = false;
  };
  static Regular rhythm_of(const std::set<Day>& seen, Day oldest, Day now) {
    Regular r;
    r.last = *seen.rbegin();
    const Day begin = std::max(oldest, r.last - baseline_days + 1), span = r.last - begin + 1,
              silent = now - r.last;
    Day present = 0, longest = 0, before = r.last;
    for (auto day = seen.rbegin(); day != seen.rend() && *day >= begin; ++day) {
      ++present;
      longest = std::max(longest, before - *day);
      before = *day;
    }
    // On at least three of five days, over two weeks or more.
    r.regular = span >= settled_days && 5 * present >= 3 * span;
    r.silent = silent >= silent_days && silent >= 2 * longest;
    return r;
  }

  /// Each domain is held against the clock, each of its reporters against the domain's others: what
  /// is said of one domain does not depend on another. Only when more than a few say the same, one
  /// alert says it for all.
  void stopped_reports() {
    struct OfDomain {
      std::set<Day> days;
      std::map<std::uint32_t, std::set<Day>> reporters;
    };
    std::map<std::string, OfDomain> domains;
    for (const ReportSeen& report : timeline_.reports(q_.today - alert_days, q_.today - 1)) {
      if (!q_.domains.empty() && std::ranges::find(q_.domains, report.domain) == q_.domains.end())
        continue;
      domains[report.domain].days.insert(report.day);
      domains[report.domain].reporters[report.reporter].insert(report.day);
    }
    std::vector<std::pair<std::string, Day>> stopped;                          // domain, last day
    std::map<std::uint32_t, std::vector<std::pair<std::string, Day>>> silent;  // reporter → those
    std::map<std::uint32_t, std::size_t> reported;  // on how many domains it was regular
    for (const auto& [domain, of] : domains) {
      const Day oldest = *of.days.begin(), newest = *of.days.rbegin();
      const Regular whole = rhythm_of(of.days, oldest, q_.today - 1);
      if (whole.silent && (whole.regular || q_.today - 1 - newest >= irregular_silent_days)) {
        stopped.emplace_back(domain, newest);
        continue;
      }
      for (const auto& [reporter, days] : of.reporters) {
        const Regular r = rhythm_of(days, oldest, newest);
        if (!r.regular) continue;
        ++reported[reporter];
        if (r.silent) silent[reporter].emplace_back(domain, r.last);
      }
    }
    if (stopped.size() > few_domains && stopped.size() == domains.size()) {
      const Day newest =
          std::ranges::max_element(stopped, {}, &std::pair<std::string, Day>::second)->second;
      raise(AlertCode::reports_stopped, {}, {}, 0, newest + 1,
            fmt::format(
                "No reports at all since {}: is the rua address still right, and its mailbox read?",
                iso_date(newest)));
      return;
    }
    for (const auto& [domain, last] : stopped)
      raise(
          AlertCode::reports_stopped, domain, {}, 0, last + 1,
          fmt::format(
              "No reports on {} since {}: is its rua still published and its mailbox read, or does it send no more mail?",
              domain, iso_date(last)));
    for (const auto& [reporter, of] : silent) {
      const auto text = [&](const std::string& on, Day last) {
        return fmt::format("{} reported{} nearly every day, and has been silent since {}.",
                           lookup_.reporter(reporter), on, iso_date(last));
      };
      if (of.size() > few_domains && of.size() == reported[reporter]) {
        const Day last =
            std::ranges::max_element(of, {}, &std::pair<std::string, Day>::second)->second;
        raise(AlertCode::reports_stopped, {}, lookup_.reporter(reporter), 0, last + 1,
              text("", last));
        continue;
      }
      for (const auto& [domain, last] : of)
        raise(AlertCode::reports_stopped, domain, lookup_.reporter(reporter), 0, last + 1,
              text(" on " + domain, last));
    }
  }

  void new_problems() {
    if (q_.problems.empty()) return;
    // One alert for all; a later problem makes it another one.
    std::int64_t newest = 0;
    std::map<std::string, std::uint64_t> reasons;
    for (const auto& problem : q_.problems) {
      newest = std::max(newest, problem.id);
      ++reasons[problem.reason];
    }
    std::string words;
    for (const auto& [reason, number] : reasons)
      words += fmt::format("{}{} {}", words.empty() ? "" : ", ", number, reason);
    raise(AlertCode::problems_new, {}, fmt::format("up to {}", newest), 0, q_.today,
          fmt::format("{} could not be taken ({}): dmarcq problems list.",
                      q_.problems.size() == 1 ? "One document"
                                              : fmt::format("{} documents", q_.problems.size()),
                      words));
  }

  const Timeline& timeline_;
  const RowLookup& lookup_;
  const Owner& owner_;
  const AlertQuestion& q_;
  std::vector<Alert> alerts_;
};

}  // namespace

std::string_view to_text(AlertCode code) noexcept {
  return code_words[static_cast<std::size_t>(code)];
}

std::string Alert::key() const {
  return std::string(to_text(code)) + "\t" + domain + "\t" + source;
}

std::vector<Alert> find_alerts(const Timeline& timeline, const RowLookup& lookup,
                               const Owner& owner, const AlertQuestion& question) {
  return Finder(timeline, lookup, owner, question).run();
}

}  // namespace dmarcq
