// SPDX-License-Identifier: MIT
#include "report/analysis/readiness/readiness.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

#include "ingest/base/text.h"
#include "parser/alignment.h"
#include "report/analysis/finding/copyable.h"
#include "report/analysis/finding/recovery.h"
#include "report/analysis/percent.h"
#include "report/analysis/readiness/spf_cost.h"
#include "report/analysis/sender/salesforce.h"
#include "report/render/phrases/stream_phrases.h"

namespace dmarcq {
namespace {

using C = FindingCode;
using L = ReadinessLimits;
using Status = Gate::Status;

constexpr std::array<ReadinessKey, 21> keys{{
    {"observe_days", "G1", "days of reports before quarantine", &L::observe_days},
    {"business_cycle_days", "G1", "your full business cycle, if longer than that; 0: none declared",
     &L::business_cycle_days},
    {"quarantine_days", "G1", "days at p=quarantine in full effect before reject",
     &L::quarantine_days},
    {"fresh_days", "G2", "the last report may be so many days old", &L::fresh_days},
    {"reporters", "G2", "reporting organisations in the window", &L::reporters},
    {"messages", "G3", "messages of your own senders in the window", &L::messages},
    {"own_rate_quarantine", "G4", "pass rate of all your own mail, for quarantine",
     &L::own_rate_quarantine},
    {"own_rate_reject", "G4", "the same, for reject", &L::own_rate_reject},
    {"sender_rate_quarantine", "G4", "pass rate of each own sender, for quarantine",
     &L::sender_rate_quarantine},
    {"sender_rate_reject", "G4", "the same, for reject", &L::sender_rate_reject},
    {"spf_only_share", "G6", "for reject: share of a sender's mail that may pass by SPF only",
     &L::spf_only_share},
    {"unknown_share_quarantine", "G7",
     "share of your mail that one unidentified source may have, for quarantine",
     &L::unknown_share_quarantine},
    {"unknown_share_reject", "G7", "the same, for reject", &L::unknown_share_reject},
    {"steady_days", "G7", "an unidentified source seen on so many days is steady", &L::steady_days},
    {"new_days_quarantine", "G8", "no sender of yours is newer than so many days, for quarantine",
     &L::new_days_quarantine},
    {"new_days_reject", "G8", "the same, for reject", &L::new_days_reject},
    {"stability_drop", "G9", "a sender's pass rate may fall by so much against the window before",
     &L::stability_drop},
    {"indirect_share", "G10", "share of your mail that you accept to lose at forwarders and lists",
     &L::indirect_share},
    {"silence_days", "G11",
     "a sender is missed after so many silent days, and twice its longest silence",
     &L::silence_days},
    {"spf_lookups", "G12", "DNS look-ups that the SPF record may cost (RFC 7208 section 4.6.4)",
     &L::spf_lookups},
    {"expected", "G11", "senders that must be seen, by any part of their name", &L::expected},
}};

constexpr std::array<std::string_view, 3> verdict_words{"ready", "not_ready", "too_little_data"};
constexpr std::array<std::string_view, 4> status_words{"passed", "failed", "shown", "not_checked"};

/// Reports further apart than this are not one observation.
constexpr Day longest_hole = 7;
/// A rate of fewer messages is no base for a comparison with another window.
constexpr std::uint64_t comparable = 50;
/// A reporter is known who reported on so many days of the window, and on a comparable amount of
/// the owner's own mail; or, whatever mail that was, on so many more days: some receivers see a
/// single sender of ours, and only its failures.
constexpr std::size_t established_days = 10, established_by_days = 20;
/// So many messages in so many last days of enforcement show that it hits own mail; fewer may be
/// one odd message.
constexpr std::uint64_t hit_messages = 5;
constexpr Day hit_days = 7;

std::string threshold_words(double share) {
  std::string text = fmt::format("{:.2f}", share * 100);
  while (text.ends_with('0')) text.pop_back();
  if (text.ends_with('.')) text.pop_back();
  return text + " %";
}

std::string days_words(std::int64_t number) {
  return counted(static_cast<std::uint64_t>(std::max<std::int64_t>(0, number)), "day");
}

std::string pass_percent(const StreamCount& count) {
  return count.judged() == 0 ? "100 %" : percent(count.pass(), count.judged());
}

/// What is weighed: so many of so many are bad, and more than a share of them is too many.
struct Bad {
  std::uint64_t part = 0, whole = 0;
  double share() const {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
  }
};
using Measure = std::function<Bad(const StreamCount&)>;
Bad failures(const StreamCount& count) { return {count.fail, count.judged()}; }
Bad spf_only(const StreamCount& count) { return {count.spf_only, count.judged()}; }

/// A share of failures, with and without single reporters.
struct Weighed {
  bool fault = false;
  std::optional<std::uint32_t> aside;   ///< only this reporter's word made it a fault: it does not
                                        ///< count
  std::optional<std::uint32_t> masked;  ///< only this reporter's word hid it: it counts
};

/// One reporter's word must not decide: reports are easily forged (RFC 9990 section 8), and
/// receivers break signatures of their own. Failures that one reporter alone sees are set aside,
/// when two others at least saw the sender too and found it well within the limit. And passes that
/// one reporter alone vouches for do not cover failures far above it that several others see in
/// numbers.
Weighed weigh(const std::map<std::uint32_t, StreamCount>& reporters, const Measure& measure,
              double limit) {
  constexpr std::uint64_t numbers = 100;
  StreamCount all;
  for (const auto& [reporter, count] : reporters) all.add(count);
  const auto without = [&](std::uint32_t one, std::optional<std::uint32_t> other = {}) {
    StreamCount sum;
    for (const auto& [reporter, count] : reporters)
      if (reporter != one && reporter != other) sum.add(count);
    return measure(sum);
  };
  Weighed weighed;
  weighed.fault = measure(all).share() > limit;
  if (weighed.fault) {
    for (const auto& [reporter, count] : reporters) {
      const auto others = std::ranges::count_if(
          reporters, [&](const auto& r) { return r.first != reporter && r.second.judged() > 0; });
      if (others < 2 || without(reporter).share() > limit / 2) continue;
      weighed.fault = false;
      weighed.aside = reporter;
      return weighed;
    }
    return weighed;
  }
  for (const auto& [reporter, count] : reporters) {
    const Bad rest = without(reporter);
    if (rest.share() <= 2 * limit || rest.whole < numbers) continue;
    const bool confirmed = std::ranges::all_of(reporters, [&](const auto& other) {
      if (other.first == reporter) return true;
      const Bad fewer = without(reporter, other.first);
      return fewer.whole >= numbers && fewer.share() > 2 * limit;
    });
    if (!confirmed) continue;
    weighed.fault = true;
    weighed.masked = reporter;
    return weighed;
  }
  return weighed;
}

/// The domain itself where it has reports of its own, else the closest one above it that has.
std::string policy_domain_of(const Timeline& timeline, const std::string& domain) {
  std::string best;
  for (const ReportSeen& report : timeline.reports())
    if (report.domain.size() > best.size() && at_or_below(domain, report.domain))
      best = report.domain;
  return best.empty() ? domain : best;
}

class Assessment {
 public:
  Assessment(const Timeline& timeline, const RowLookup& lookup, const Owner& owner,
             const ReadinessQuestion& question, const Streams& streams)
      : timeline_(timeline),
        lookup_(lookup),
        owner_(owner),
        q_(question),
        limits_(question.limits),
        streams_(streams) {}

  Readiness run() {
    r_.domain = q_.domain;
    policy_domain_ = policy_domain_of(timeline_, q_.domain);
    r_.first = streams_.window_first;
    r_.last = streams_.last;
    policies_ = seen_policies(timeline_, policy_domain_, streams_.first, r_.last);
    read_policy();
    choose_target();
    sum_up();

    length_of_data();
    freshness();
    volume();
    pass_rates(nullptr);
    raw_rate();
    routes(nullptr);
    unknown_sources(nullptr);
    new_sources();
    stability(nullptr);
    indirect_loss();
    silence();
    dns();
    r_.verdict = verdict();
    r_.only_time_missing = r_.verdict == Verdict::too_little_data && only_time_missing();
    without_each_reporter();
    single_selectors();
    replayed();
    order_blockers();
    return std::move(r_);
  }

 private:
  bool to_reject() const { return r_.target == "reject"; }

  void read_policy() {
    if (policies_.empty()) return;
    if (policy_domain_ != q_.domain) {  // a name without a record of its own: the sp of the record
                                        // above it applies (RFC 9989 section 4.10.1)
      r_.inherited_from = policy_domain_;
      for (SeenPolicy& policy : policies_) {
        policy.p = policy.sp;
        policy.np.clear();
        policy.subdomain = true;
      }
    }
    r_.current = policies_.back();
    r_.current_since = policies_.back().day;
    for (auto policy = policies_.rbegin();
         policy != policies_.rend() && policy->same_policy(*r_.current); ++policy)
      r_.current_since = policy->day;
  }

  void choose_target() {
    r_.target = q_.target;
    if (!r_.target.empty()) return;
    // The next step above what is in force: a policy that is held back, or that leaves names out,
    // is to be completed first.
    const bool complete = r_.current && r_.current->enforces();
    r_.target = r_.current &&
                        (r_.current->p == "reject" || (r_.current->p == "quarantine" && complete))
                    ? "reject"
                    : "quarantine";
  }

  bool declared_silent() const {
    return std::ranges::any_of(owner_.entries, [&](const OwnerEntry& entry) {
      return entry.kind == OwnerEntry::Kind::no_mail && entry.value == q_.domain;
    });
  }

  void sum_up() {
    for (std::uint32_t i = 0; i < streams_.list.size(); ++i) {
      const Stream& stream = streams_.list[i];
      SenderLine line{i, stream.total(r_.first, r_.last), 0};
      if (line.total.messages() == 0) continue;
      line.days = static_cast<unsigned>(stream.by_day(r_.first, r_.last).size());
      r_.by_standing[static_cast<std::size_t>(stream.standing)].add(line.total);
      r_.senders.push_back(line);
      // Steady mail of nobody known may be the owner's too, and nothing proves that its name
      // exists.
      const bool may_be_ours = stream.is_ours() || (stream.standing == Standing::unidentified &&
                                                    stream.persistence.steady());
      if (may_be_ours && stream.from != q_.domain && line.total.fail > 0) r_.np_safe = false;
    }
    std::ranges::stable_sort(r_.senders, [&](const SenderLine& a, const SenderLine& b) {
      const auto x = streams_.list[a.stream].standing, y = streams_.list[b.stream].standing;
      return x != y ? x < y : a.total.messages() > b.total.messages();
    });
    for (const SenderLine& line : r_.senders) {
      const Stream& stream = streams_.list[line.stream];
      if (stream.standing != Standing::own || !r_.current) continue;
      const bool below = stream.from != q_.domain && !r_.current->subdomain;
      // What receivers hold back though the record asks for nothing is their own policy.
      if (std::max(strength(below ? r_.current->sp : r_.current->p),
                   below ? strength(r_.current->np) : 0) == 0)
        continue;
      const StreamCount late = stream.total(r_.last - hit_days + 1, r_.last);
      const auto hit = late.quarantined + late.rejected;
      if (hit >= hit_messages && hit * 100 >= late.messages()) {
        if (!below)
          r_.hurts_own_mail = true;
        else if (std::ranges::find(r_.hurt_below, stream.from) == r_.hurt_below.end())
          r_.hurt_below.push_back(stream.from);
      }
    }
  }

  const StreamCount& sum(Standing standing) const {
    return r_.by_standing[static_cast<std::size_t>(standing)];
  }

  Gate& gate(std::string id, std::string name, bool about_data = false) {
    Gate gate;
    gate.id = std::move(id);
    gate.name = std::move(name);
    gate.about_data = about_data;
    r_.gates.push_back(std::move(gate));
    return r_.gates.back();
  }

  static void settle(Gate& gate, bool passed, std::string measured, std::string required,
                     std::string why) {
    gate.status = passed ? Status::passed : Status::failed;
    gate.measured = std::move(measured);
    gate.required = std::move(required);
    gate.why = std::move(why);
  }

  // ---- data

  /// Days back from the window's end without a hole longer than a week: a domain with little mail
  /// has days without reports.
  Day observed_days() const {
    Day first = 0;
    const auto reports = timeline_.reports(0, r_.last);
    for (auto report = reports.rbegin(); report != reports.rend(); ++report) {
      if (report->domain != policy_domain_) continue;
      if (first != 0 && first - report->day > longest_hole + 1) break;
      first = report->day;
    }
    return first == 0 ? 0 : r_.last - first + 1;
  }

  /// Days up to the window's end on which a policy of quarantine or more was published in full
  /// effect.
  Day enforced_days() const {
    Day first = 0;
    for (auto policy = policies_.rbegin(); policy != policies_.rend() && policy->enforces();
         ++policy)
      first = policy->day;
    return first == 0 ? 0 : r_.last - first + 1;
  }

  void length_of_data() {
    Gate& g = gate("G1", "length of observation", true);
    const Day needed =
                  static_cast<Day>(std::max(limits_.observe_days, limits_.business_cycle_days)),
              seen = observed_days();
    if (!to_reject()) {
      settle(
          g, seen >= needed,
          days_words(std::min(seen, days_needed(q_))) + (seen > days_needed(q_) ? " or more" : ""),
          days_words(needed),
          seen >= needed
              ? "Reports cover enough days in a row."
              : fmt::format("Reports must cover {} more in a row.", days_words(needed - seen)));
      return;
    }
    const Day enforced = enforced_days(), asked = static_cast<Day>(limits_.quarantine_days);
    const bool enough = seen >= needed && enforced >= asked;
    settle(
        g, enough, days_words(enforced) + " at quarantine or above",
        fmt::format("{} at quarantine in full effect", days_words(asked)),
        seen < needed
            ? fmt::format("Reports must cover {} more in a row.", days_words(needed - seen))
        : enough ? "The domain has lived with quarantine long enough."
        : enforced > 0
            ? fmt::format(
                  "Quarantine must be in full effect for {} more, to see what it holds back (RFC 9989 section 7.4).",
                  days_words(asked - enforced))
            : "Reject comes after a month of quarantine in full effect, and there is none of it yet (RFC 9989 section 7.4).");
  }

  void freshness() {
    Gate& g = gate("G2", "fresh reports of several reporters", true);
    Day newest = 0;
    std::set<std::uint32_t> reporters;
    for (const ReportSeen& report : timeline_.reports(0, q_.today - 1)) {
      if (report.domain != policy_domain_) continue;
      newest = std::max(newest, report.day);
      if (report.day >= r_.first && report.day <= r_.last) reporters.insert(report.reporter);
    }
    const Day age = newest == 0 ? 0 : q_.today - newest;
    const bool fresh = newest != 0 && age <= static_cast<Day>(limits_.fresh_days),
               several = reporters.size() >= limits_.reporters;
    settle(g, fresh && several,
           newest == 0 ? "no reports"
                       : fmt::format("last report {} old, {}", days_words(age),
                                     counted(reporters.size(), "reporter")),
           fmt::format("at most {} old, {}", days_words(limits_.fresh_days),
                       counted(limits_.reporters, "reporter")),
           newest == 0 ? "There are no reports on the domain."
           : !fresh ? fmt::format("The last day reported on is {}: what happens now is not known.",
                                  iso_date(newest))
           : !several ? "Too few receivers report: one of them could mislead."
                      : "Reports are recent and come from several receivers.");
  }

  void volume() {
    Gate& g = gate("G3", "volume of your own mail", true);
    const auto own = sum(Standing::own).messages();
    if (own == 0 && declared_silent()) {
      settle(g, true, "0 messages", "none",
             "You said that the domain sends no mail, and none of yours is seen.");
      return;
    }
    settle(g, own >= limits_.messages, counted(own, "message"),
           counted(limits_.messages, "message"),
           own >= limits_.messages
               ? "There is enough of your own mail to judge by."
               : "There is too little of your own mail in the window to judge by.");
  }

  // ---- what is worth a question

  /// Does the reporter have a history with mail of the owner's? Anyone can mail a report (RFC 9990
  /// section 8), so what one reporter alone says of a stranger counts only if that reporter is
  /// known for weeks.
  bool is_established(std::uint32_t reporter) const {
    if (reporters_.empty()) {
      for (const ReportSeen& report : timeline_.reports(r_.first, r_.last))
        if (at_or_below(report.domain, policy_domain_))
          reporters_[report.reporter].first.insert(report.day);  // OpenDMARC names subdomains
      for (const SenderLine& line : r_.senders) {
        const Stream& stream = streams_.list[line.stream];
        if (stream.standing != Standing::own) continue;
        for (const auto& [key, count] : stream.by_reporter(r_.first, r_.last))
          reporters_[key].second += count.messages();
      }
    }
    const auto found = reporters_.find(reporter);
    if (found == reporters_.end()) return false;
    const auto& [days, own_messages] = found->second;
    return days.size() >= established_by_days ||
           (days.size() >= established_days && own_messages >= comparable);
  }

  /// Seen by two reporters, or by one who is known; `without`: as if this one had not reported.
  bool is_vouched_for(const Stream& stream, const std::uint32_t* without) const {
    std::size_t reporters = 0;
    bool established = false;
    for (const auto& [reporter, count] : stream.by_reporter(r_.first, r_.last)) {
      if (without != nullptr && reporter == *without) continue;
      ++reporters;
      established = established || is_established(reporter);
    }
    return reporters >= 2 || established;
  }

  /// A sender that may be the owner's, is seen by several reporters and in some volume, and began
  /// so lately that nobody can tell yet whether it stays.
  bool has_just_begun(const Stream& stream, const std::uint32_t* without) const {
    constexpr std::uint64_t least_messages = 20;
    if (stream.standing != Standing::possible || stream.counts.empty()) return false;
    std::size_t reporters = 0;
    for (const auto& [reporter, count] : stream.by_reporter(r_.first, r_.last))
      reporters += without == nullptr || reporter != *without;
    return reporters >= 2 && total(stream, without).messages() >= least_messages &&
           stream.counts.front().day + static_cast<Day>(limits_.steady_days) > r_.last;
  }

  /// Mail that may be the owner's, unexplained so far. It is worth a question when it keeps coming,
  /// or when it comes on several days and is a part of all mail that matters. A single mail, a
  /// single row, a burst is not: a day's volume can be had by anybody.
  bool is_question(const Stream& stream, const std::uint32_t* without, std::uint64_t candidates,
                   double share_limit) const {
    if (stream.standing != Standing::possible && stream.standing != Standing::unidentified)
      return false;
    const StreamCount count = total(stream, without);
    if (count.messages() == 0 || !is_vouched_for(stream, without)) return false;
    if (stream.standing == Standing::unidentified && count.fail == 0) return false;
    if (stream.persistence.steady()) return true;
    if (stream.is_young()) return false;
    if (has_just_begun(stream, without)) return true;
    unsigned days = 0;
    for (const auto& [day, one] : stream.by_day(r_.first, r_.last)) days += one.messages() > 0;
    const auto part = stream.standing == Standing::unidentified ? count.fail : count.messages();
    const bool weighty = static_cast<double>(part) > share_limit * static_cast<double>(candidates);
    return days >= limits_.steady_days
               ? weighty || stream.standing == Standing::possible
               : weighty && stream.standing == Standing::possible && days >= 2;
  }

  std::uint64_t candidates() const {
    std::uint64_t all = 0;
    for (const Standing standing : {Standing::own, Standing::possible, Standing::unidentified})
      all += sum(standing).messages();
    return all;
  }
  double unknown_share() const {
    return to_reject() ? limits_.unknown_share_reject : limits_.unknown_share_quarantine;
  }

  // ---- quality; `without`: as if this reporter had not reported. Then no blockers are made and no
  // word is set aside

  const StreamCount total(const Stream& stream, const std::uint32_t* without) const {
    return stream.total(r_.first, r_.last, without);
  }

  bool weigh_stream(const Stream& stream, const std::uint32_t* without, const Measure& measure,
                    double limit, std::string_view what) {
    if (without != nullptr) return measure(total(stream, without)).share() > limit;
    const Weighed weighed = weigh(stream.by_reporter(r_.first, r_.last), measure, limit);
    if (weighed.aside)
      r_.notes.push_back(fmt::format(
          "Only {} reports that {} {}; the others find it within the limit. One reporter's word is set aside.",
          lookup_.reporter(*weighed.aside), stream.label(), what));
    if (weighed.masked)
      r_.notes.push_back(
          fmt::format("Only {}'s figures make {} look better: the others agree that it {}.",
                      lookup_.reporter(*weighed.masked), stream.label(), what));
    return weighed.fault;
  }

  bool pass_rates(const std::uint32_t* without) {
    const double all_needed = to_reject() ? limits_.own_rate_reject : limits_.own_rate_quarantine;
    const double each_needed = to_reject() ? limits_.sender_rate_reject
                                           : limits_.sender_rate_quarantine;
    StreamCount all;
    std::map<std::uint32_t, StreamCount> by_reporter;
    std::vector<std::uint32_t> failing;
    std::size_t senders = 0;
    for (const SenderLine& line : r_.senders) {
      const Stream& stream = streams_.list[line.stream];
      if (stream.standing != Standing::own) continue;
      ++senders;
      all.add(total(stream, without));
      for (const auto& [reporter, count] : stream.by_reporter(r_.first, r_.last))
        by_reporter[reporter].add(count);
      if (weigh_stream(stream, without, failures, 1 - each_needed, "fails"))
        failing.push_back(line.stream);
    }
    const bool bad = without != nullptr ? failures(all).share() > 1 - all_needed
                                        : weigh(by_reporter, failures, 1 - all_needed).fault;
    const bool passed = !bad && failing.empty();
    if (without != nullptr) return passed;

    for (const auto position : failing) {
      const Stream& stream = streams_.list[position];
      const StreamCount count = total(stream, nullptr);
      block("G4", position,
            fmt::format("{} of {} from {} fail DMARC, and a policy of {} would hold them.",
                        with_thousands(count.fail), counted(count.judged(), "message"),
                        stream.label(), r_.target));
    }
    Gate& g = gate("G4", "pass rate of your own mail");
    settle(g, passed, rate_words(all.pass(), all.fail),
           fmt::format("{} of all, {} of each sender", threshold_words(all_needed),
                       threshold_words(each_needed)),
           senders == 0 ? "No sender of yours is seen."
           : failing.empty()
               ? (bad ? "Each sender is above its limit, all together are not."
                      : fmt::format("{} of yours {} above the limit.",
                                    senders == 1 ? "The one sender"
                                                 : fmt::format("All {} senders", senders),
                                    senders == 1 ? "is" : "are"))
               : fmt::format("{} of {} senders of yours {} below the limit.", failing.size(),
                             senders, failing.size() == 1 ? "is" : "are"));
    if (senders == 0) g.status = Status::shown;
    if (all.temporary > 0)
      r_.notes.push_back(fmt::format(
          "{} met a temporary error: neither pass nor fail, and not counted (RFC 9989 section 5.3.6).",
          counted(all.temporary, "message")));
    return passed;
  }

  void raw_rate() {
    StreamCount all;
    for (const StreamCount& count : r_.by_standing) all.add(count);
    Gate& g = gate("G5", "raw pass rate of all mail");
    g.status = Status::shown;
    g.measured = rate_words(all.pass(), all.fail + all.temporary);
    g.required = "nothing";
    g.why = "Spoofing lowers it without any fault of yours, so it decides nothing.";
  }

  bool routes(const std::uint32_t* without) {
    std::vector<std::uint32_t> unclaimed, unsigned_ones;
    std::set<std::string> salesforce;
    for (const SenderLine& line : r_.senders) {
      const Stream& stream = streams_.list[line.stream];
      const StreamCount count = total(stream, without);
      if (count.messages() == 0) continue;
      if (stream.standing == Standing::own && stream.service == salesforce_service)
        salesforce.insert(stream.route);
      if (stream.standing == Standing::possible && stream.service == salesforce_service &&
          is_question(stream, without, candidates(), unknown_share()))
        unclaimed.push_back(line.stream);
      if (to_reject() && stream.standing == Standing::own &&
          weigh_stream(stream, without, spf_only, limits_.spf_only_share, "passes by SPF only"))
        unsigned_ones.push_back(line.stream);
    }
    const bool passed = unclaimed.empty() && unsigned_ones.empty();
    if (without != nullptr) return passed;
    // Many strange orgs are one question: the first few by name, the rest together.
    constexpr std::size_t few_orgs = 2;
    std::vector<std::uint32_t> more_orgs;
    if (std::ranges::count_if(unclaimed, [&](std::uint32_t at) {
          return !streams_.list[at].org_id.empty();
        }) > static_cast<std::ptrdiff_t>(few_orgs + 1)) {
      std::size_t named = 0;
      std::vector<std::uint32_t> first;
      for (const auto position : unclaimed)
        (streams_.list[position].org_id.empty() || ++named <= few_orgs ? first : more_orgs)
            .push_back(position);
      unclaimed = first;
    }
    if (!more_orgs.empty()) block_orgs(more_orgs);
    for (const auto position : unclaimed) {
      const Stream& stream = streams_.list[position];
      const StreamCount count = total(stream, nullptr);
      block(
          "G6", position,
          stream.org_id.empty()
              ? fmt::format("{} came through {}, and nothing proves that the sender is yours.",
                            counted(count.messages(), "message"), stream.label())
              : fmt::format(
                    "Salesforce org {} sent {} as {}. Is it yours? Claim it and let it sign, or say that it is not.{}",
                    stream.org_id, counted(count.messages(), "message"), stream.from,
                    handed_over_from(stream, streams_) == nullptr
                        ? ""
                        : " It began when your own org stopped, as the same From and with similar volume: probably your new org, not abuse."));
    }
    for (const auto position : unsigned_ones) {
      const Stream& stream = streams_.list[position];
      const StreamCount count = total(stream, nullptr);
      block(
          "G6", position,
          fmt::format(
              "{} of {} from {} pass by SPF only: they fail once forwarded, and p=reject must not rely on SPF alone (RFC 9989 section 7.4).",
              with_thousands(count.spf_only), counted(count.judged(), "message"), stream.label()),
          C::spf_only);
    }
    Gate& g = gate("G6", to_reject() ? "Salesforce orgs claimed, every sender signs"
                                     : "Salesforce orgs claimed");
    std::string list;
    for (const auto& route : salesforce)
      list += (list.empty() ? "" : ", ") + (route.empty() ? std::string("unspecified") : route);
    settle(
        g, passed,
        fmt::format(
            "{}{}",
            unclaimed.empty()
                ? "no open question"
                : fmt::format("{} of unproven origin",
                              unclaimed.size() == 1 ? "one sender"
                                                    : fmt::format("{} senders", unclaimed.size())),
            !to_reject()            ? ""
            : unsigned_ones.empty() ? ", no sender by SPF only"
                                    : fmt::format(", {} by SPF only", unsigned_ones.size())),
        to_reject() ? "each org claimed, DKIM aligned for every sender"
                    : "each org claimed or disowned",
        !unclaimed.empty()
            ? "Somebody sends as you through Salesforce, and it is not known whether that is you."
        : !unsigned_ones.empty() ? "A domain at reject must sign all its mail."
        : list.empty()           ? "No mail of yours came through Salesforce."
                                 : fmt::format("Salesforce mail of yours came by {}.", list));
    return passed;
  }

  bool unknown_sources(const std::uint32_t* without) {
    std::vector<std::uint32_t> open;
    std::uint64_t left = 0;
    for (const SenderLine& line : r_.senders) {
      const Stream& stream = streams_.list[line.stream];
      if (stream.standing == Standing::possible && stream.service == salesforce_service)
        continue;  // G6 asks
      if (is_question(stream, without, candidates(), unknown_share()))
        open.push_back(line.stream);
      else if (stream.standing == Standing::possible || stream.standing == Standing::unidentified)
        left += total(stream, without).messages();
    }
    if (without != nullptr) return open.empty();
    if (left > 0)
      r_.notes.push_back(fmt::format(
          "{} may be yours or not: too few, too seldom or told by too few reporters to hold up the policy.",
          counted(left, "message")));
    for (const auto position : open) {
      const Stream& stream = streams_.list[position];
      const StreamCount count = total(stream, nullptr);
      block("G7", position,
            stream.standing == Standing::possible
                ? fmt::format("{} came from {}: {}.", counted(count.messages(), "message"),
                              stream.label(), reason_words(stream.why, stream.org_id))
                : fmt::format("{} from {} fail, and somebody should look who that is: {}.",
                              counted(count.fail, "message"), stream.sender,
                              reason_words(stream.why, stream.org_id)));
    }
    Gate& g = gate("G7", "unknown sources");
    const auto spoofed = sum(Standing::spoofed).messages();
    settle(
        g, open.empty(),
        open.empty() ? "none that may be yours" : fmt::format("{} that may be yours", open.size()),
        fmt::format("none that keeps coming, or is above {} on {}",
                    threshold_words(unknown_share()), days_words(limits_.steady_days)),
        !open.empty() ? "Name their owner, or say that they are not yours (dmarcq senders)."
        : spoofed > 0 ? fmt::format("{} look like spoofing; that is what the policy is for.",
                                    counted(spoofed, "message"))
                      : "All mail has a known sender.");
    return open.empty();
  }

  Day data_begin() const {
    for (const ReportSeen& report : timeline_.reports())
      if (report.domain == policy_domain_ && report.day >= streams_.first) return report.day;
    return 0;
  }

  void new_sources() {
    const Day age = static_cast<Day>(to_reject() ? limits_.new_days_reject
                                                 : limits_.new_days_quarantine),
              begin = data_begin();
    std::vector<std::uint32_t> fresh;
    for (const SenderLine& line : r_.senders) {
      const Stream& stream = streams_.list[line.stream];
      if (!stream.is_ours() || stream.counts.empty() || stream.continues ||
          !is_vouched_for(stream, nullptr))
        continue;
      if (stream.standing == Standing::possible &&
          !is_question(stream, nullptr, candidates(), unknown_share()))
        continue;
      const Day first = stream.counts.front().day;
      // What is seen first in the first week of all reports was there before, as far as anybody can
      // tell.
      if (first > r_.last - age && first > begin + longest_hole) fresh.push_back(line.stream);
    }
    for (const auto position : fresh) {
      const Stream& stream = streams_.list[position];
      block("G8", position,
            fmt::format("{} is new: first seen on {}. Watch it for {}.", stream.label(),
                        iso_date(stream.counts.front().day), days_words(age)));
    }
    Gate& g = gate("G8", "new senders");
    settle(g, fresh.empty(), fresh.empty() ? "none" : std::to_string(fresh.size()),
           fmt::format("none newer than {}", days_words(age)),
           fresh.empty() ? "The set of your senders is settled."
                         : "Who just started may not have shown all its mail.");
  }

  bool stability(const std::uint32_t* without) {
    const Day before_first = r_.first - static_cast<Day>(q_.window_days),
              before_last = r_.first - 1;
    std::vector<std::uint32_t> fallen;
    std::size_t compared = 0;
    for (const SenderLine& line : r_.senders) {
      const Stream& stream = streams_.list[line.stream];
      if (stream.standing != Standing::own) continue;
      const StreamCount now = total(stream, without),
                        before = stream.total(before_first, before_last, without);
      if (now.judged() < comparable || before.judged() < comparable) continue;
      ++compared;
      const double limit = failures(before).share() + limits_.stability_drop;
      if (without != nullptr ? failures(now).share() > limit
                             : weigh(stream.by_reporter(r_.first, r_.last), failures, limit).fault)
        fallen.push_back(line.stream);
    }
    if (without != nullptr) return fallen.empty();
    for (const auto position : fallen) {
      const Stream& stream = streams_.list[position];
      block("G9", position,
            fmt::format("The pass rate of {} fell from {} to {} against the window before.",
                        stream.label(), pass_percent(stream.total(before_first, before_last)),
                        pass_percent(total(stream, nullptr))));
    }
    Gate& g = gate("G9", "stability");
    settle(g, fallen.empty(),
           fallen.empty() ? (compared == 0 ? "nothing to compare" : "no fall")
                          : fmt::format("{} fell", fallen.size()),
           fmt::format("no sender down by more than {} points",
                       threshold_words(limits_.stability_drop)
                           .substr(0, threshold_words(limits_.stability_drop).find(' '))),
           fallen.empty() ? (compared == 0 ? "There is no window before with enough mail."
                                           : "No sender does worse than in the window before.")
                          : "Something broke: find out what before you go on.");
    return fallen.empty();
  }

  void indirect_loss() {
    const auto rescued = sum(Standing::forwarded).rescued + sum(Standing::mailing_list).rescued;
    const auto lost = sum(Standing::forwarded).fail + sum(Standing::mailing_list).fail - rescued;
    const auto whole = sum(Standing::own).messages() + sum(Standing::forwarded).messages() +
                       sum(Standing::mailing_list).messages();
    const double share = whole == 0 ? 0 : static_cast<double>(lost) / static_cast<double>(whole);
    Gate& g = gate("G10", "loss at forwarders and lists");
    settle(
        g, share <= limits_.indirect_share,
        fmt::format("{} of {} ({}){}", with_thousands(lost), counted(whole, "message"),
                    whole == 0 ? "0 %" : percent(lost, whole),
                    rescued == 0 ? ""
                                 : fmt::format("; {} more that receivers deliver all the same",
                                               with_thousands(rescued))),
        fmt::format("at most {}, or what you accept", threshold_words(limits_.indirect_share)),
        lost == 0 ? "Mail of yours that came round still passes."
        : share <= limits_.indirect_share
            ? "So much of your mail breaks on its way and would be held; that is within what you accept."
            : "More of your mail breaks on its way than you said to accept: raise indirect_share if that is acceptable.");
    if (g.status == Status::failed) {
      Blocker blocker;
      blocker.gate = "G10";
      blocker.sender = "forwarders and lists";
      blocker.standing = Standing::forwarded;
      blocker.messages = whole;
      blocker.failing = lost;
      blocker.first_day = r_.first;
      blocker.last_day = r_.last;
      blocker.text = fmt::format("{} of your mail to forwarders and lists would be held.",
                                 counted(lost, "message"));
      r_.blockers.push_back(std::move(blocker));
    }
    if (to_reject() && sum(Standing::mailing_list).messages() > 0)
      r_.notes.push_back(fmt::format(
          "Your users post to mailing lists ({}): RFC 9989 section 7.4 says that such domains should not publish reject. Tell them that list posting may suffer.",
          counted(sum(Standing::mailing_list).messages(), "message")));
  }

  void silence() {
    std::vector<std::uint32_t> missed;
    for (std::uint32_t i = 0; i < streams_.list.size(); ++i) {
      const Stream& stream = streams_.list[i];
      if (stream.standing == Standing::own && !stream.continued &&
          silence_of(stream, timeline_, r_.last, limits_.silence_days))
        missed.push_back(i);
    }
    std::vector<std::string> unseen;
    for (const std::string& words : limits_.expected) {
      const bool seen = std::ranges::any_of(r_.senders, [&](const SenderLine& line) {
        return streams_.list[line.stream].standing == Standing::own &&
               sender_matches(streams_.list[line.stream], words);
      });
      if (!seen) unseen.push_back(words);
    }
    for (const auto position : missed) {
      const Stream& stream = streams_.list[position];
      const auto silent = *silence_of(stream, timeline_, r_.last, limits_.silence_days);
      const bool core = stream.service == salesforce_service &&
                        stream.route == salesforce_route::core;
      block(
          "G11", position,
          fmt::format(
              "{} has been silent since {}, after {} in the days before. If you retired it, leave it out with --exclude.",
              stream.label(), iso_date(silent.last_seen), counted(silent.messages, "message")),
          core ? std::optional(C::core_vanished) : std::nullopt);
    }
    for (const std::string& words : unseen) {
      Blocker blocker;
      blocker.gate = "G11";
      blocker.sender = words;
      blocker.text = fmt::format(
          "{} is expected, and no mail of it is seen. A subdomain with a DMARC record of its own without rua sends no reports.",
          words);
      r_.blockers.push_back(std::move(blocker));
    }
    Gate& g = gate("G11", "missing senders");
    const auto number = missed.size() + unseen.size();
    settle(g, number == 0, number == 0 ? "none" : std::to_string(number),
           fmt::format("none silent for {}", days_words(limits_.silence_days)),
           number == 0 ? "Every sender that was there still is."
                       : "Mail that is not seen cannot be judged.");
  }

  void dns() {
    Gate& g = gate("G12", "DNS");
    g.required =
        fmt::format("valid DMARC record, one SPF record of at most {} look-ups, every selector",
                    limits_.spf_lookups);
    std::vector<std::string> faults;
    std::string measured;
    if (q_.record != nullptr) {
      measured = "DMARC record";
      if (!q_.record->tag("rua")) faults.emplace_back("the DMARC record has no rua");
      for (const std::string_view name : {"p", "sp", "np"})
        if (const auto value = q_.record->tag(name);
            value && strength(lower(*value)) == 0 && lower(*value) != "none")
          faults.push_back(fmt::format(
              "{}={} in the DMARC record is not a policy, so the record acts as p=none at best (RFC 9989 section 4.10.1)",
              name, *value));
      if (r_.current && q_.record->p() != r_.current->p)
        r_.notes.push_back(fmt::format(
            "The record given says p={}, reporters saw p={} on {}: it is new, or not the one that is published.",
            q_.record->p(), r_.current->p, iso_date(r_.current->day)));
      for (const std::string& remark :
           q_.record->remarks(organizational_domain(policy_domain_) != policy_domain_))
        r_.notes.push_back("The DMARC record: " + remark + ".");
    }
    if (q_.zone != nullptr) check_zone(measured, faults);
    if (q_.record == nullptr && q_.zone == nullptr) {
      g.status = Status::not_checked;
      g.measured = "not checked";
      g.why = "readiness asks no DNS: give the record with --record, or the zone with --zone.";
      return;
    }
    std::string why = faults.empty() ? "What was given is in order." : "";
    for (const std::string& fault : faults) why += (why.empty() ? "" : "; ") + fault;
    if (!faults.empty()) {
      why[0] = static_cast<char>(why[0] >= 'a' && why[0] <= 'z' ? why[0] - 'a' + 'A' : why[0]);
      why += ".";
    }
    settle(g, faults.empty(), measured, g.required, why);
    for (const std::string& fault : faults) {
      Blocker blocker;
      blocker.gate = "G12";
      blocker.sender = "DNS";
      blocker.text = fault;
      blocker.text[0] =
          static_cast<char>(fault[0] >= 'a' && fault[0] <= 'z' ? fault[0] - 'a' + 'A' : fault[0]);
      blocker.text += ".";
      r_.blockers.push_back(std::move(blocker));
    }
  }

  void check_zone(std::string& measured, std::vector<std::string>& faults) {
    const Zone& zone = *q_.zone;
    std::vector<std::string> records;
    for (const std::string& text : zone.txt("_dmarc." + policy_domain_))
      if (text.starts_with("v=DMARC1")) records.push_back(text);
    if (records.size() > 1)
      faults.push_back(fmt::format("_dmarc.{} has {} records, so receivers use none",
                                   policy_domain_, records.size()));
    const SpfCost spf = spf_cost(zone, q_.domain);
    if (spf.records > 1)
      faults.push_back(
          fmt::format("{} has {} SPF records, which is a permanent error", q_.domain, spf.records));
    if (spf.lookups > limits_.spf_lookups)
      faults.push_back(fmt::format("the SPF record costs {} look-ups or more", spf.lookups));
    else if (!spf.unseen.empty() && spf.records > 0)
      r_.notes.push_back(fmt::format(
          "The SPF record costs at least {} look-ups: what {} costs beyond one lies outside the zone.",
          spf.lookups,
          spf.unseen.size() == 1 ? spf.unseen.front()
                                 : fmt::format("{} includes", spf.unseen.size())));
    std::size_t found = 0, selectors = 0, outside = 0;
    for (const SenderLine& line : r_.senders) {
      const Stream& stream = streams_.list[line.stream];
      if (stream.standing != Standing::own) continue;
      for (const std::string& name : stream.selectors) {
        ++selectors;
        if (!zone.holds(name))
          ++outside;
        else if (zone.has(name, "TXT") || zone.has(name, "CNAME"))
          ++found;
        else
          faults.push_back(fmt::format("{} of {} is not in the zone", name, stream.sender));
      }
    }
    measured += fmt::format("{}{} of {} selectors, {} SPF look-ups", measured.empty() ? "" : ", ",
                            found, selectors - outside, spf.lookups);
  }

  // ---- the whole

  bool only_time_missing() const {
    return to_reject() &&
           observed_days() >=
               static_cast<Day>(std::max(limits_.observe_days, limits_.business_cycle_days)) &&
           std::ranges::all_of(
               r_.gates, [](const Gate& g) { return g.status != Status::failed || g.id == "G1"; });
  }

  Verdict verdict() const {
    bool known = true;
    for (const Gate& g : r_.gates) {
      if (g.status != Status::failed) continue;
      if (!g.about_data) return Verdict::not_ready;
      known = false;
    }
    return known && (sum(Standing::own).messages() > 0 || declared_silent())
               ? Verdict::ready
               : Verdict::too_little_data;
  }

  void without_each_reporter() {
    std::map<std::uint32_t, std::uint64_t> volume;
    for (const SenderLine& line : r_.senders)
      for (const auto& [reporter, count] :
           streams_.list[line.stream].by_reporter(r_.first, r_.last))
        volume[reporter] += count.messages();
    std::vector<std::pair<std::uint64_t, std::uint32_t>> order;
    for (const auto& [reporter, messages] : volume) order.emplace_back(messages, reporter);
    std::ranges::sort(order, std::greater());
    // Those after the first hundred weigh nothing.
    if (order.size() > 100) order.resize(100);
    if (order.size() < 2) return;
    bool data = true, other_faults = false;
    const std::set<std::string> judged{"G4", "G6", "G7", "G9"};
    for (const Gate& g : r_.gates) {
      if (g.status != Status::failed) continue;
      if (g.about_data)
        data = false;
      else if (!judged.contains(g.id))
        other_faults = true;
    }
    for (const auto& [messages, reporter] : order) {
      const std::map<std::string, bool> passed{{"G4", pass_rates(&reporter)},
                                               {"G6", routes(&reporter)},
                                               {"G7", unknown_sources(&reporter)},
                                               {"G9", stability(&reporter)}};
      WithoutReporter w;
      w.reporter = reporter;
      bool fault = other_faults;
      for (const auto& [id, good] : passed) {
        fault |= !good;
        const auto& g = *std::ranges::find(r_.gates, id, &Gate::id);
        if ((g.status != Status::failed) != good) w.gates.push_back(id);
      }
      w.verdict = fault ? Verdict::not_ready : data ? Verdict::ready : Verdict::too_little_data;
      if (w.verdict != r_.verdict) r_.without.push_back(std::move(w));
    }
  }

  void replayed() {
    if (!streams_.replay) return;
    const Replay& replay = *streams_.replay;
    r_.notes.push_back(fmt::format(
        "{} with a good signature of yours came from many strangers' addresses between {} and {}, more than your own senders sent: probably DKIM replay, one signed mail "
        "sent again in bulk. No policy stops it, since it passes. Find the mail, rotate the key it was signed with, and have the service sign with an expiry (x=).",
        counted(replay.messages, "message"), iso_date(replay.first), iso_date(replay.last)));
  }

  /// Salesforce rotates between two selectors: one alone may hide that the other's record is
  /// missing.
  void single_selectors() {
    for (const SenderLine& line : r_.senders) {
      const Stream& stream = streams_.list[line.stream];
      if (stream.standing != Standing::own || stream.service != salesforce_service ||
          stream.route != salesforce_route::core || stream.selectors.size() != 1)
        continue;
      r_.notes.push_back(fmt::format(
          "{} signs with one selector only, {}: check that the alternate selector's CNAME is published too, or its mail fails when keys rotate.",
          stream.label(), *stream.selectors.begin()));
    }
  }

  void block(std::string id, std::uint32_t position, std::string text, std::optional<C> code = {}) {
    const Stream& stream = streams_.list[position];
    Blocker blocker;
    blocker.gate = std::move(id);
    blocker.sender = stream.sender;
    blocker.from = stream.from;
    blocker.standing = stream.standing;
    const StreamCount count = total(stream, nullptr);
    blocker.messages = count.messages();
    blocker.failing = count.fail;
    for (const auto& [day, one] : stream.by_day(r_.first, r_.last)) {
      if (one.fail == 0) continue;
      if (blocker.first_day == 0) blocker.first_day = day;
      blocker.last_day = day;
    }
    blocker.text = std::move(text);
    const bool repaired = is_repaired(stream, blocker);
    if (repaired)
      blocker.text += fmt::format(
          " No failure since {} in {}: it looks repaired. Wait until the window has passed; there is nothing to repair.",
          iso_date(blocker.last_day + 1),
          counted(stream.total(blocker.last_day + 1, r_.last).judged(), "message"));
    if (!code) code = main_code(stream);
    if (code) {
      blocker.code = code;
      if (const Finding* finding = repaired ? nullptr : finding_of(stream, *code)) {
        blocker.fix = finding->fix;
        blocker.verify = finding->verify;
      }
    }
    // The steps of core-other-tenant ask the same of an org.
    const bool asked = blocker.code == C::core_other_tenant && !blocker.fix.empty();
    if (!stream.answer_kind.empty() && !asked && blocker.gate != "G8")
      ask_for_owner(stream, blocker);
    r_.blockers.push_back(std::move(blocker));
  }

  /// One blocker for many orgs that nobody claimed, and one command that answers for all.
  void block_orgs(const std::vector<std::uint32_t>& positions) {
    Blocker blocker;
    blocker.gate = "G6";
    blocker.standing = Standing::possible;
    std::set<std::string> orgs;
    for (const auto position : positions) {
      const Stream& stream = streams_.list[position];
      orgs.insert(stream.org_id);
      const StreamCount count = total(stream, nullptr);
      blocker.messages += count.messages();
      blocker.failing += count.fail;
    }
    blocker.sender = fmt::format("{} more Salesforce orgs", orgs.size());
    blocker.code = C::core_other_tenant;
    blocker.text = fmt::format(
        "{} more Salesforce orgs sent {} as {}, and nobody said whose they are. So many at once are mostly other customers who abuse the name.",
        orgs.size(), counted(blocker.messages, "message"), q_.domain);
    std::string list;
    for (const std::string& org : orgs)
      if (is_org_id(org)) list += " " + org;
    blocker.fix = {
        "Look for your own among them: production, sandboxes, subsidiaries, agencies (Setup → Company Information shows the id).",
        "If none is yours: dmarcq senders add org" + list + " --foreign"};
    r_.blockers.push_back(std::move(blocker));
  }

  /// What to find out about mail that nobody explained, and how to answer. A finding's own steps
  /// stand behind.
  static void ask_for_owner(const Stream& stream, Blocker& blocker) {
    if (!is_sender_value(stream.answer_kind, stream.answer_value))
      return;  // not what it claims to be: nothing to copy
    std::vector<std::string> steps;
    if (stream.answer_kind == "network")
      steps.push_back(fmt::format(
          "Find out who runs {}: its host name (PTR) and network owner (whois), web servers, printers, monitoring, office sites, suppliers.",
          stream.answer_value));
    else if (stream.answer_kind == "org")
      steps.push_back(
          "Find out whose Salesforce org it is: production, sandboxes, subsidiaries, agencies (Setup → Company Information shows the id).");
    else
      steps.push_back(fmt::format(
          "Find out who uses {}: ask marketing, HR, finance and agencies for tools that send as {}.",
          stream.answer_value, stream.from.empty() ? stream.domain : stream.from));
    const std::string command =
        fmt::format("dmarcq senders add {} {}", stream.answer_kind, stream.answer_value);
    const std::string_view mark = stream.answer_kind == "org" ? "--ours" : "--name NAME";
    steps.push_back(
        fmt::format("If it is yours: have it sign with DKIM for your domain, and name it: {} {}",
                    command, mark));
    steps.push_back(fmt::format("If it is not: {} --foreign", command));
    blocker.fix.insert(blocker.fix.begin(), steps.begin(), steps.end());
  }

  /// Was the failure repaired within the window?
  bool is_repaired(const Stream& stream, const Blocker& blocker) const {
    if (blocker.failing == 0) return false;
    const StreamCount during = stream.total(blocker.first_day, blocker.last_day),
                      since = stream.total(blocker.last_day + 1, r_.last);
    return is_over({blocker.first_day, blocker.last_day, r_.last, blocker.failing, during.judged(),
                    since.judged()});
  }

  /// The code that most of the stream's failures share, the graver first.
  static std::optional<C> main_code(const Stream& stream) {
    std::optional<C> best;
    std::uint64_t most = 0;
    for (const auto& [code, messages] : stream.failing_codes) {
      const bool graver = best && text_of(code).severity > text_of(*best).severity,
                 same = best && text_of(code).severity == text_of(*best).severity;
      if (best && !graver && !(same && messages > most)) continue;
      best = code;
      most = messages;
    }
    return best;
  }

  const Finding* finding_of(const Stream& stream, C code) const {
    const Finding* found = nullptr;
    for (const Finding& finding : streams_.judgement.findings) {
      if (finding.code != code || !stream.route_lines.contains(finding.route_line)) continue;
      const bool here = std::ranges::find(finding.header_from, stream.from) !=
                        finding.header_from.end();
      if (found == nullptr || here) found = &finding;
    }
    return found;
  }

  /// In the order of what to do first: what fails most, then questions, then the rest.
  void order_blockers() {
    const auto rank = [](const Blocker& b) {
      return b.gate == "G4"                       ? 0
             : b.gate == "G6" || b.gate == "G7"   ? 1
             : b.gate == "G11" || b.gate == "G12" ? 2
                                                  : 3;
    };
    std::ranges::stable_sort(r_.blockers, [&](const Blocker& a, const Blocker& b) {
      return rank(a) != rank(b) ? rank(a) < rank(b) : a.failing > b.failing;
    });
  }

  const Timeline& timeline_;
  const RowLookup& lookup_;
  const Owner& owner_;
  const ReadinessQuestion& q_;
  const ReadinessLimits& limits_;
  const Streams& streams_;
  Readiness r_;
  std::string policy_domain_;
  std::vector<SeenPolicy> policies_;
  mutable std::map<std::uint32_t, std::pair<std::set<Day>, std::uint64_t>>
      reporters_;  ///< days
                   ///< reported,
                   ///< own
                   ///< messages;
                   ///< filled
                   ///< when
                   ///< first
                   ///< asked
                   ///< for
};

}  // namespace

std::span<const ReadinessKey> readiness_keys() { return keys; }
std::string_view to_text(Verdict verdict) noexcept {
  return verdict_words[static_cast<std::size_t>(verdict)];
}
std::string_view to_text(Gate::Status status) noexcept {
  return status_words[static_cast<std::size_t>(status)];
}

Day days_needed(const ReadinessQuestion& question) {
  const auto& l = question.limits;
  // Twice the window, to compare; three months, to know who is new and who is missing; thirty days
  // to learn names from.
  const unsigned days = std::max({90u, 2 * question.window_days, l.observe_days + 30,
                                  l.business_cycle_days + 30, l.quarantine_days + 30}) +
                        30;
  return static_cast<Day>(days);
}

std::string rate_words(std::uint64_t passed, std::uint64_t failed) {
  const auto all = passed + failed;
  if (all == 0) return "no mail";
  if (failed == 0) {
    // Rule of three: with no failure in n, the 95 % upper bound of the share that fails is about
    // 3/n.
    if (all < 3) return "no failure in " + counted(all, "message");
    return fmt::format("no failure in {} (at most {} fail, with 95 % confidence)",
                       counted(all, "message"),
                       300.0 / static_cast<double>(all) < 0.1
                           ? "0.1 %"
                           : fmt::format("{:.1f} %", 300.0 / static_cast<double>(all)));
  }
  return fmt::format("{}, {} of {} fail", percent(passed, all), with_thousands(failed),
                     with_thousands(all));
}

std::optional<Silence> silence_of(const Stream& stream, const Timeline& timeline, Day last,
                                  unsigned silence_days) {
  constexpr std::uint64_t least_messages = 10;
  constexpr std::size_t least_days = 7;
  const auto days = stream.by_day(0, last);
  if (days.size() < least_days) return std::nullopt;
  Silence silence;
  silence.last_seen = days.rbegin()->first;
  silence.days = last - silence.last_seen;
  if (silence.days < static_cast<Day>(silence_days)) return std::nullopt;
  Day before = days.begin()->first;
  std::set<std::uint32_t> witnesses;
  for (const auto& [day, count] : days) {
    silence.messages += count.messages();
    silence.longest = std::max(silence.longest, day - before);
    before = day;
  }
  if (silence.messages < least_messages || silence.days < 2 * silence.longest) return std::nullopt;
  for (const StreamCount& count : stream.counts)
    if (count.day > silence.last_seen - 14 && count.day <= silence.last_seen)
      witnesses.insert(count.reporter);
  // It is the sender that is silent only where those who used to see it still report on the domain.
  std::set<Day> watched;
  for (const ReportSeen& report : timeline.reports(silence.last_seen + 1, last))
    if (report.domain == stream.domain && witnesses.contains(report.reporter))
      watched.insert(report.day);
  if (watched.size() < silence_days) return std::nullopt;
  return silence;
}

Streams readiness_streams(const Timeline& timeline, const RowLookup& lookup, const Owner& owner,
                          const ReadinessQuestion& question) {
  const Day complete =
      last_complete_day(timeline, policy_domain_of(timeline, question.domain), question.today - 1);
  const Day last = complete == 0 ? question.today - 1 : complete;
  return find_streams(timeline, lookup, owner,
                      {.first = question.today - days_needed(question),
                       .last = last,
                       .window_first = last - static_cast<Day>(question.window_days) + 1,
                       .domain = question.domain,
                       .scenario = question.scenario});
}

Readiness assess(const Timeline& timeline, const RowLookup& lookup, const Owner& owner,
                 const ReadinessQuestion& question, const Streams& streams) {
  return Assessment(timeline, lookup, owner, question, streams).run();
}

}  // namespace dmarcq
