// SPDX-License-Identifier: MIT
#include "report/analysis/timeline.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <tuple>

#include "store/source_key.h"

namespace dmarcq {
namespace {

std::string or_else(std::string_view text, std::string_view fallback) { return std::string(text.empty() ? fallback : text); }

template <class Entry>
std::span<const Entry> days_of(const std::vector<Entry>& entries, Day first, Day last) {
  const auto begin = std::ranges::lower_bound(entries, first, {}, &Entry::day);
  const auto end = std::ranges::upper_bound(entries, last, {}, &Entry::day);
  return begin < end ? std::span<const Entry>(begin, end) : std::span<const Entry>();
}

}  // namespace

void Timeline::reserve(std::size_t rows) {
  // Memory that is never touched costs nothing; moving hundreds of thousands of keys again and again does.
  counts_.reserve(rows);
  keys_.reserve(rows);
}

void Timeline::add(const DayRow& row) {
  waiting_.add(row, hash_of_source(row), positions_, keys_, [this](const DayRow& each, std::size_t hash) { put(each, hash); });
}

void Timeline::put(const DayRow& row, std::size_t hash) {
  if (row.messages == 0) return;  // some reporters list what they did not see: no source, no day, no news
  const auto next = static_cast<std::uint32_t>(keys_.size());
  const auto [position, added] = positions_.find_or_add(hash, next, [&](std::uint32_t at) { return same_source(keys_[at], row); });
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
  waiting_.put_all(positions_, keys_, [this](const DayRow& row, std::size_t hash) { put(row, hash); });
  if (!std::ranges::is_sorted(counts_, {}, &Count::day)) std::ranges::stable_sort(counts_, {}, &Count::day);  // rows of one domain come in order
  std::ranges::stable_sort(reports_, {}, &ReportSeen::day);
}

std::span<const Timeline::Count> Timeline::counts(Day first, Day last) const { return days_of(counts_, first, last); }
std::span<const ReportSeen> Timeline::reports(Day first, Day last) const { return days_of(reports_, first, last); }

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
  return p == other.p && sp == other.sp && adkim == other.adkim && aspf == other.aspf && t == other.t && pct == other.pct;
}

bool SeenPolicy::enforces() const {
  return effect() != "none" && !effect().empty() && sp != "none";
}

std::string_view SeenPolicy::effect() const {
  if (!held_back()) return p;
  return p == "reject" ? "quarantine" : "none";
}

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

/// A percentage below 100 as the RFC 7489 has it; "" for 100 and for none; nothing for anything else.
std::optional<std::string> pct_of(const std::string& text) {
  if (text.empty()) return "";
  unsigned share = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), share);
  if (fault != std::errc() || end != text.data() + text.size() || share > 100) return std::nullopt;
  return share == 100 ? "" : std::to_string(share);
}

bool is_readable(const PolicyPublished& policy) {
  const auto good = [](const auto& word) { return word.absent() || word.known.has_value(); };
  return policy.p.known && good(policy.sp) && good(policy.adkim) && good(policy.aspf) && pct_of(policy.pct) &&
         (policy.testing.empty() || policy.testing == "y" || policy.testing == "n");
}

}  // namespace

std::vector<SeenPolicy> seen_policies(const Timeline& timeline, const std::string& domain, Day first, Day last) {
  return seen_policies(timeline.reports(first, last), domain, first, last);
}

std::vector<SeenPolicy> seen_policies(std::span<const ReportSeen> reports, const std::string& domain, Day first, Day last) {
  constexpr Day np_history = 14;
  using Fields = std::tuple<std::string, std::string, std::string, std::string, std::string, std::string>;
  struct Vote { std::set<std::uint32_t> reporters; const PolicyPublished* example = nullptr; };
  struct OneDay {
    std::map<Fields, Vote> votes;
    std::map<std::string, std::set<std::uint32_t>> np;
    std::set<std::uint32_t> all;
  };
  std::map<Day, OneDay> days;
  std::map<std::string, std::map<std::uint32_t, std::pair<Day, Day>>> np_told;  // value, reporter → first and last day
  std::set<std::uint32_t> everybody;
  for (const ReportSeen& report : reports) {
    if (report.domain != domain || report.day < first || report.day > last) continue;
    const PolicyPublished& policy = report.policy;
    OneDay& day = days[report.day];
    day.all.insert(report.reporter);
    everybody.insert(report.reporter);
    if (!is_readable(policy)) continue;
    const std::string p(to_text(*policy.p.known));
    Vote& vote = day.votes[{p, or_else(policy.sp.text(), p), or_else(policy.adkim.text(), "r"), or_else(policy.aspf.text(), "r"),
                            policy.testing == "y" ? "y" : "n", *pct_of(policy.pct)}];
    vote.reporters.insert(report.reporter);
    if (vote.example == nullptr) vote.example = &policy;
    if (!policy.np.known) continue;
    const std::string np(to_text(*policy.np.known));
    day.np[np].insert(report.reporter);
    const auto [told, added] = np_told[np].try_emplace(report.reporter, report.day, report.day);
    if (!added) told->second.second = std::max(told->second.second, report.day);
  }
  const auto np_counts = [&](const std::string& value) {
    const auto& told = np_told[value];
    return told.size() >= 2 || everybody.size() == 1 ||
           std::ranges::any_of(told, [](const auto& one) { return one.second.second - one.second.first >= np_history; });
  };
  std::vector<SeenPolicy> seen;
  for (const auto& [day, one] : days) {
    if (one.votes.empty()) continue;
    const auto most = std::ranges::max_element(one.votes, {}, [](const auto& vote) { return vote.second.reporters.size(); });
    SeenPolicy policy;
    policy.day = day;
    std::tie(policy.p, policy.sp, policy.adkim, policy.aspf, policy.t, policy.pct) = most->first;
    const auto np = std::ranges::max_element(one.np, {}, [](const auto& vote) { return vote.second.size(); });
    if (np != one.np.end() && np_counts(np->first)) policy.np = np->first;
    policy.reporters = static_cast<unsigned>(most->second.reporters.size());
    policy.all = static_cast<unsigned>(one.all.size());
    policy.published = *most->second.example;
    policy.published.np = policy.np.empty() ? Word<Policy>() : Word<Policy>::from(policy.np);
    if (policy.published.fo.find_first_not_of("01ds:") != std::string::npos) policy.published.fo.clear();
    if (!policy.published.discovery_method.known) policy.published.discovery_method = {};
    seen.push_back(std::move(policy));
  }
  return seen;
}

std::optional<SeenPolicy> policy_in_force(std::span<const ReportSeen> reports, const std::string& domain, Day latest) {
  const Day complete = last_complete_day(reports, domain, latest);
  if (complete == 0) return std::nullopt;
  const auto seen = seen_policies(reports, domain, 0, complete);
  return seen.empty() ? std::nullopt : std::optional(seen.back());
}

bool is_governed_by(std::span<const ReportSeen> reports, const std::string& domain, const std::string& parent, bool also_under_parent, Day latest) {
  const auto own = policy_in_force(reports, domain, latest), above = policy_in_force(reports, parent, latest);
  if (!own || !above || !own->same_policy(*above)) return false;
  std::set<std::uint32_t> filing, of_parent;
  for (const ReportSeen& report : reports) {
    if (report.domain == domain) filing.insert(report.reporter);
    if (report.domain == parent) of_parent.insert(report.reporter);
  }
  return also_under_parent || 2 * filing.size() <= of_parent.size();
}

namespace {

unsigned mode_bit(Alignment mode, bool dkim) { return 1u << ((mode == Alignment::strict ? 1 : 0) + (dkim ? 2 : 0)); }

}  // namespace

void AlignmentHistory::add(const ReportSeen& report) {
  unsigned& bits = days_[report.domain][report.day];
  bits |= mode_bit(report.policy.adkim.known.value_or(Alignment::relaxed), true) | mode_bit(report.policy.aspf.known.value_or(Alignment::relaxed), false);
}

bool AlignmentHistory::asked_for(Alignment mode, const std::string& domain, Day first, Day last, bool dkim) const {
  const auto found = days_.find(domain);
  if (found == days_.end()) return false;
  for (auto day = found->second.lower_bound(first - 1); day != found->second.end() && day->first <= last; ++day)
    if (day->second & mode_bit(mode, dkim)) return true;
  return false;
}

Day last_vouched_day(const std::map<Day, std::set<std::uint32_t>>& days, Day latest) {
  constexpr Day week = 7;
  std::map<Day, std::size_t> within_week;  // distinct reporters of the week that ends with the day
  std::size_t busiest = 0;
  for (auto day = days.begin(); day != days.end() && day->first <= latest; ++day) {
    std::set<std::uint32_t> reporters;
    for (auto other = days.upper_bound(day->first - week); other != std::next(day); ++other) reporters.insert(other->second.begin(), other->second.end());
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
    if (report.domain == domain && report.day <= newest && report.day >= newest - regular_days - 2 * tries) days[report.day].insert(report.reporter);
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
