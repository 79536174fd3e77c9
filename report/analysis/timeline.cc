// SPDX-License-Identifier: MIT
#include "report/analysis/timeline.h"

#include <algorithm>
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

bool SeenPolicy::enforces() const { return (p == "quarantine" || p == "reject") && sp != "none" && t != "y" && pct.empty(); }

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

std::vector<SeenPolicy> seen_policies(const Timeline& timeline, const std::string& domain, Day first, Day last) {
  using Fields = std::tuple<std::string, std::string, std::string, std::string, std::string, std::string>;
  struct OneDay {
    std::map<Fields, std::set<std::uint32_t>> votes;
    std::map<std::string, std::set<std::uint32_t>> np;
    std::set<std::uint32_t> all;
  };
  std::map<Day, OneDay> days;
  for (const ReportSeen& report : timeline.reports(first, last)) {
    if (report.domain != domain) continue;
    const PolicyPublished& policy = report.policy;
    OneDay& day = days[report.day];
    day.all.insert(report.reporter);
    const std::string p(policy.p.text());
    // A report that tells no policy (some leave it empty) has no vote.
    if (p.empty()) continue;
    const std::string pct = policy.pct == "100" ? std::string() : policy.pct;
    day.votes[{p, or_else(policy.sp.text(), p), or_else(policy.adkim.text(), "r"), or_else(policy.aspf.text(), "r"),
               policy.testing == "y" ? "y" : "n", pct}]
        .insert(report.reporter);
    if (!policy.np.absent()) day.np[std::string(policy.np.text())].insert(report.reporter);
  }
  std::vector<SeenPolicy> seen;
  for (const auto& [day, one] : days) {
    if (one.votes.empty()) continue;
    const auto most = std::ranges::max_element(one.votes, {}, [](const auto& vote) { return vote.second.size(); });
    SeenPolicy policy;
    policy.day = day;
    std::tie(policy.p, policy.sp, policy.adkim, policy.aspf, policy.t, policy.pct) = most->first;
    if (!one.np.empty()) policy.np = std::ranges::max_element(one.np, {}, [](const auto& vote) { return vote.second.size(); })->first;
    policy.reporters = static_cast<unsigned>(most->second.size());
    policy.all = static_cast<unsigned>(one.all.size());
    seen.push_back(std::move(policy));
  }
  return seen;
}

Day last_complete_day(const Timeline& timeline, const std::string& domain, Day latest) {
  constexpr Day regular_days = 14;
  constexpr int tries = 4;
  std::map<Day, std::set<std::uint32_t>> days;
  Day newest = 0;
  for (const ReportSeen& report : timeline.reports(0, latest))
    if (report.domain == domain) newest = std::max(newest, report.day);
  if (newest == 0) return 0;
  for (const ReportSeen& report : timeline.reports(newest - regular_days - 2 * tries, newest))
    if (report.domain == domain) days[report.day].insert(report.reporter);
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
