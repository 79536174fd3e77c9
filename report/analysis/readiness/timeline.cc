// SPDX-License-Identifier: MIT
#include "report/analysis/readiness/timeline.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <set>
#include <tuple>

#include "parser/alignment.h"
#include "report/analysis/readiness/policy_record.h"
#include "store/base/source_key.h"

namespace dmarcq {
namespace {

std::string or_else(std::string_view text, std::string_view fallback) {
  return std::string(text.empty() ? fallback : text);
}

template <class Entry>
std::span<const Entry> days_of(const std::vector<Entry>& entries, Day first, Day last) {
  const auto begin = std::ranges::lower_bound(entries, first, {}, &Entry::day);
  const auto end = std::ranges::upper_bound(entries, last, {}, &Entry::day);
  return begin < end ? std::span<const Entry>(begin, end) : std::span<const Entry>();
}

}  // namespace

void Timeline::reserve(std::size_t rows) {
  // Memory that is never touched costs nothing; moving hundreds of thousands of keys again and
  // again does.
  counts_.reserve(rows);
  keys_.reserve(rows);
}

void Timeline::add(const DayRow& row) {
  waiting_.add(row, hash_of_source(row), positions_, keys_,
               [this](const DayRow& each, std::size_t hash) { put(each, hash); });
}

void Timeline::put(const DayRow& row, std::size_t hash) {
  if (row.messages == 0)
    return;  // some reporters list what they did not see: no source, no day, no news
  const auto next = static_cast<std::uint32_t>(keys_.size());
  const auto [position, added] = positions_.find_or_add(
      hash, next, [&](std::uint32_t at) { return same_source(keys_[at], row); });
  if (added) {
    SourceRow& key = keys_.emplace_back();
    key.source_ip = row.source_ip;
    key.domain = row.domain;
    key.identity = row.identity;
    key.evaluation = row.evaluation;
  }
  counts_.push_back({row.day, position, row.reporter, row.report, row.messages});
}

void Timeline::add(ReportSeen report) { reports_.push_back(std::move(report)); }

void Timeline::finish() {
  waiting_.put_all(positions_, keys_,
                   [this](const DayRow& row, std::size_t hash) { put(row, hash); });
  if (!std::ranges::is_sorted(counts_, {}, &Count::day))
    std::ranges::stable_sort(counts_, {}, &Count::day);  // rows of one domain come in order
  std::ranges::stable_sort(reports_, {}, &ReportSeen::day);
}

std::span<const Timeline::Count> Timeline::counts(Day first, Day last) const {
  return days_of(counts_, first, last);
}
std::span<const ReportSeen> Timeline::reports(Day first, Day last) const {
  return days_of(reports_, first, last);
}

Timeline::Window Timeline::window(Day first, Day last) const {
  constexpr std::uint32_t none = UINT32_MAX;
  Window window;
  std::vector<std::uint32_t> row_of_key(keys_.size(), none);
  window.rows.reserve(keys_.size());  // memory that is never touched costs nothing
  for (const Count& count : counts(first, last)) {
    auto& position = row_of_key[count.key];
    if (position == none) {
      position = static_cast<std::uint32_t>(window.rows.size());
      window.rows.push_back(keys_[count.key]);
      window.rows.back().first_day = window.rows.back().last_day = count.day;
      window.key_of_row.push_back(count.key);
    }
    SourceRow& row = window.rows[position];
    row.messages += count.messages;
    ++row.rows;
    row.first_day = std::min(row.first_day, count.day);
    row.last_day = std::max(row.last_day, count.day);
    row.reporters.add(count.reporter);
  }
  return window;
}

bool SeenPolicy::same_policy(const SeenPolicy& other) const {
  if (!np.empty() && !other.np.empty() && np != other.np) return false;
  return p == other.p && sp == other.sp && adkim == other.adkim && aspf == other.aspf &&
         t == other.t && pct == other.pct;
}

bool SeenPolicy::enforces() const {
  const auto in_effect = [&](std::string_view policy) {
    return strength(held_back() ? weaker(policy) : policy);
  };
  return in_effect(p) > 0 && (subdomain || in_effect(sp) > 0);
}

std::string_view SeenPolicy::effect() const { return held_back() ? weaker(p) : p; }

std::string SeenPolicy::text() const {
  std::string text = "p=" + (p.empty() ? std::string("?") : p);
  if (sp != p) text += "; sp=" + sp;
  if (!np.empty() && np != sp) text += "; np=" + np;
  if (adkim != "r") text += "; adkim=" + adkim;
  if (aspf != "r") text += "; aspf=" + aspf;
  if (t == "y") text += "; t=y";
  if (!pct.empty()) text += "; pct=" + pct;
  return text;
}

namespace {

/// A percentage below 100 as the RFC 7489 has it; "" for 100 and for none; nothing for anything
/// else.
std::optional<std::string> pct_of(const std::string& text) {
  if (text.empty()) return "";
  unsigned share = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), share);
  if (fault != std::errc() || end != text.data() + text.size() || share > 100) return std::nullopt;
  return share == 100 ? "" : std::to_string(share);
}

bool is_readable(const PolicyPublished& policy) {
  const auto good = [](const auto& word) { return word.absent() || word.known.has_value(); };
  return policy.p.known && good(policy.sp) && good(policy.adkim) && good(policy.aspf) &&
         pct_of(policy.pct) &&
         (policy.testing.empty() || policy.testing == "y" || policy.testing == "n");
}

using Reports = std::vector<const ReportSeen*>;

std::size_t reporters_among(const Reports& reports) {
  std::set<std::uint32_t> reporters;
  for (const ReportSeen* report : reports) reporters.insert(report->reporter);
  return reporters.size();
}

/// The value that most reporters tell, of equal ones the first; nothing when none tells one. Who
/// tells another one is dropped.
template <class Read>
auto decide(Reports& voices, Read read) -> decltype(read(std::declval<const PolicyPublished&>())) {
  using Value = typename decltype(read(std::declval<const PolicyPublished&>()))::value_type;
  std::map<Value, Reports> votes;
  for (const ReportSeen* voice : voices)
    if (auto value = read(voice->policy)) votes[std::move(*value)].push_back(voice);
  if (votes.empty()) return std::nullopt;
  const Value most = std::ranges::max_element(votes, {}, [](const auto& v) {
                       return reporters_among(v.second);
                     })->first;
  std::erase_if(voices, [&](const ReportSeen* voice) {
    const auto value = read(voice->policy);
    return value && *value != most;
  });
  return most;
}

using TagRead = std::optional<std::string> (*)(const PolicyPublished&);

/// Tags that a part of the reporters does not know: RFC 7489 has neither t nor np, RFC 9990 no pct.
/// Silence is no vote there.
constexpr std::array<TagRead, 3> optional_tags{
    [](const PolicyPublished& policy) {
      return policy.testing.empty() ? std::nullopt : std::optional(policy.testing);
    },
    [](const PolicyPublished& policy) -> std::optional<std::string> {
      return policy.pct.empty() ? std::nullopt : pct_of(policy.pct);
    },
    [](const PolicyPublished& policy) {
      return policy.np.known ? std::optional(std::string(to_text(*policy.np.known))) : std::nullopt;
    }};

/// A value of such a tag counts when two reporters tell it, or one that told it on most of the days
/// with reports over two weeks: that is more than a forger's single mail (RFC 9990 section 8).
class OptionalTags {
 public:
  explicit OptionalTags(const std::map<Day, Reports>& days) {
    std::set<std::uint32_t> all;
    for (const auto& [day, reports] : days) {
      days_.push_back(day);
      for (const ReportSeen* report : reports) {
        all.insert(report->reporter);
        if (!is_readable(report->policy)) continue;
        for (std::size_t tag = 0; tag < optional_tags.size(); ++tag)
          if (auto value = optional_tags[tag](report->policy))
            told_[tag][std::move(*value)][report->reporter].insert(day);
      }
    }
    one_reporter_ = all.size() == 1;
  }

  bool counts(std::size_t tag, const std::string& value) const {
    const auto found = told_[tag].find(value);
    if (found == told_[tag].end()) return false;
    return found->second.size() >= 2 || one_reporter_ ||
           std::ranges::any_of(found->second, [&](const auto& one) {
             const Day first = *one.second.begin(), last = *one.second.rbegin();
             const auto reported = std::ranges::upper_bound(days_, last) -
                                   std::ranges::lower_bound(days_, first);
             return last - first >= 14 &&
                    2 * static_cast<std::ptrdiff_t>(one.second.size()) >= reported;
           });
  }

 private:
  std::array<std::map<std::string, std::map<std::uint32_t, std::set<Day>>>, optional_tags.size()>
      told_;  // value → reporter → days
  std::vector<Day> days_;
  bool one_reporter_ = false;
};

/// The vote on one day's policy. It goes tag by tag, and who told another value has no say in the
/// next tags: no mixture that nobody saw.
std::optional<SeenPolicy> vote(const Reports& of_day, const OptionalTags& optional) {
  Reports voices = of_day;
  std::erase_if(voices, [](const ReportSeen* report) { return !is_readable(report->policy); });
  using Fields = std::tuple<std::string, std::string, std::string, std::string>;
  const auto fields = decide(voices, [](const PolicyPublished& policy) -> std::optional<Fields> {
    const std::string_view p = policy.p.text();
    return Fields{p, or_else(policy.sp.text(), p), or_else(policy.adkim.text(), "r"),
                  or_else(policy.aspf.text(), "r")};
  });
  if (!fields) return std::nullopt;
  SeenPolicy policy;
  policy.day = of_day.front()->day;
  policy.subdomain = organizational_domain(of_day.front()->domain) != of_day.front()->domain;
  std::tie(policy.p, policy.sp, policy.adkim, policy.aspf) = *fields;
  std::array<std::string, optional_tags.size()> tags;
  for (std::size_t tag = 0; tag < tags.size(); ++tag) {
    Reports agreeing = voices;
    const auto value = decide(agreeing, optional_tags[tag]);
    if (!value || !optional.counts(tag, *value)) continue;
    tags[tag] = *value;
    voices = std::move(agreeing);
  }
  policy.t = tags[0] == "y" ? "y" : "n";
  policy.pct = tags[1];
  policy.np = tags[2];
  policy.reporters = static_cast<unsigned>(reporters_among(voices));
  policy.all = static_cast<unsigned>(reporters_among(of_day));
  policy.published = voices.front()->policy;
  policy.published.testing = policy.t == "y"                   ? "y"
                             : policy.published.testing == "y" ? ""
                                                               : policy.published.testing;
  if (policy.pct.empty() != pct_of(policy.published.pct)->empty())
    policy.published.pct = policy.pct;
  policy.published.np = policy.np.empty() ? Reported<Policy>() : Reported<Policy>::from(policy.np);
  if (!is_failure_options(policy.published.fo)) policy.published.fo.clear();
  if (!policy.published.discovery_method.known) policy.published.discovery_method = {};
  return policy;
}

}  // namespace

std::vector<SeenPolicy> seen_policies(const Timeline& timeline, const std::string& domain,
                                      Day first, Day last) {
  return seen_policies(timeline.reports(first, last), domain, first, last);
}

std::vector<SeenPolicy> seen_policies(std::span<const ReportSeen> reports,
                                      const std::string& domain, Day first, Day last) {
  std::map<Day, std::vector<const ReportSeen*>> days;
  for (const ReportSeen& report : reports)
    if (report.domain == domain && report.day >= first && report.day <= last)
      days[report.day].push_back(&report);
  const OptionalTags optional(days);
  std::vector<SeenPolicy> seen;
  for (const auto& [day, of_day] : days)
    if (auto policy = vote(of_day, optional)) seen.push_back(std::move(*policy));
  return seen;
}

std::optional<SeenPolicy> policy_in_force(std::span<const ReportSeen> reports,
                                          const std::string& domain, Day latest) {
  const Day complete = last_complete_day(reports, domain, latest);
  if (complete == 0) return std::nullopt;
  const auto seen = seen_policies(reports, domain, 0, complete);
  return seen.empty() ? std::nullopt : std::optional(seen.back());
}

bool is_governed_by(std::span<const ReportSeen> reports, const std::string& domain,
                    const std::string& parent, bool also_under_parent, Day latest) {
  const auto own = policy_in_force(reports, domain, latest),
             above = policy_in_force(reports, parent, latest);
  if (!own || !above || !own->same_policy(*above)) return false;
  std::set<std::uint32_t> filing, of_parent;
  for (const ReportSeen& report : reports) {
    if (report.domain == domain) filing.insert(report.reporter);
    if (report.domain == parent) of_parent.insert(report.reporter);
  }
  return also_under_parent || 2 * filing.size() <= of_parent.size();
}

namespace {

unsigned mode_bit(Alignment mode, bool dkim) {
  return 1u << ((mode == Alignment::strict ? 1 : 0) + (dkim ? 2 : 0));
}

}  // namespace

void AlignmentHistory::add(const ReportSeen& report) {
  unsigned& bits = days_[report.domain][report.day];
  bits |= mode_bit(report.policy.adkim.known.value_or(Alignment::relaxed), true) |
          mode_bit(report.policy.aspf.known.value_or(Alignment::relaxed), false);
}

bool AlignmentHistory::asked_for(Alignment mode, const std::string& domain, Day first, Day last,
                                 bool dkim) const {
  const auto found = days_.find(domain);
  if (found == days_.end()) return false;
  for (auto day = found->second.lower_bound(first - 1);
       day != found->second.end() && day->first <= last; ++day)
    if (day->second & mode_bit(mode, dkim)) return true;
  return false;
}

Day last_vouched_day(const std::map<Day, std::set<std::uint32_t>>& days, Day latest) {
  constexpr Day week = 7;
  std::map<Day, std::size_t> within_week;  // distinct reporters of the week that ends with the day
  std::size_t busiest = 0;
  for (auto day = days.begin(); day != days.end() && day->first <= latest; ++day) {
    std::set<std::uint32_t> reporters;
    for (auto other = days.upper_bound(day->first - week); other != std::next(day); ++other)
      reporters.insert(other->second.begin(), other->second.end());
    within_week[day->first] = reporters.size();
    busiest = std::max(busiest, reporters.size());
  }
  for (auto day = within_week.rbegin(); day != within_week.rend(); ++day)
    if (4 * day->second >= busiest) return day->first;
  return 0;
}

Day last_complete_day(const Timeline& timeline, const std::string& domain, Day latest) {
  return last_complete_day(timeline.reports(0, latest), domain, latest);
}

Day last_complete_day(std::span<const ReportSeen> reports, const std::string& domain, Day latest) {
  constexpr Day regular_days = 14;
  constexpr int tries = 4;
  std::map<Day, std::set<std::uint32_t>> days;
  Day newest = 0;
  for (const ReportSeen& report : reports)
    if (report.domain == domain && report.day <= latest) newest = std::max(newest, report.day);
  if (newest == 0) return 0;
  for (const ReportSeen& report : reports)
    if (report.domain == domain && report.day <= newest &&
        report.day >= newest - regular_days - 2 * tries)
      days[report.day].insert(report.reporter);
  int tried = 0;
  for (auto day = days.rbegin(); day != days.rend() && tried < tries; ++day, ++tried) {
    // Regular: reported on at least half of the days before that anybody reported on.
    std::map<std::uint32_t, int> seen;
    int before = 0;
    for (const auto& [other, reporters] : days) {
      if (other >= day->first || other < day->first - regular_days) continue;
      ++before;
      for (const std::uint32_t reporter : reporters) ++seen[reporter];
    }
    int regular = 0, here = 0;
    for (const auto& [reporter, times] : seen) {
      if (2 * times < before) continue;
      ++regular;
      if (day->second.contains(reporter)) ++here;
    }
    if (2 * here >= regular) return day->first;
  }
  return newest;
}

}  // namespace dmarcq
