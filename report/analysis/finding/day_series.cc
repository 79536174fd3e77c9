// SPDX-License-Identifier: MIT
#include "report/analysis/finding/day_series.h"

#include <algorithm>
#include <ranges>

#include "report/analysis/sender/salesforce.h"
#include "store/base/source_key.h"

namespace dmarcq {
namespace {

/// Core counts as vanished when it was silent for so many days, and for twice its longest silence
/// before.
constexpr Day vanished_days = 7;

/// Messages by route line and day.
using CoreDays = std::map<std::uint32_t, std::map<Day, std::uint64_t>>;

bool is_core(const RouteLine& line) {
  return line.service_id == ServiceId::salesforce && line.route == salesforce_route::core;
}

/// Core mail from Salesforce itself that is not another tenant's.
bool is_own_core(const Judgement& j, const RowVerdict& verdict) {
  return is_core(j.routes[verdict.route_line]) && verdict.flow == Flow::direct &&
         j.senders[verdict.sender].place == Place::home;
}

/// A time in which a route sent no mail.
struct Silence {
  Day last = 0;  ///< with mail, before it
  Day days = 0;
};

/// When Core mail stopped, if it had a long life with a rhythm and then was silent out of that
/// rhythm. Without every day the rhythm is a guess, so more is asked for.
std::optional<Silence> silence_after(const std::map<Day, std::uint64_t>& days, Day other_mail_until,
                                     bool every_day) {
  if (days.size() < 2) return std::nullopt;
  const Day first = days.begin()->first, end = days.rbegin()->first;
  std::uint64_t messages = 0;
  Day longest = 0, before = first;
  for (const auto& [day, count] : days) {
    messages += count;
    longest = std::max(longest, day - before);
    before = day;
  }
  const Day silence = other_mail_until - end;
  const Day least = every_day ? vanished_days : 2 * vanished_days;
  if (messages < 10 || end - first < least || silence < std::max(least, 2 * longest))
    return std::nullopt;
  return Silence{end, silence};
}

Finding core_vanished(std::uint32_t position, const RouteLine& line, const Silence& silence,
                      bool every_day, std::size_t days_of_core) {
  Finding f;
  f.code = FindingCode::core_vanished;
  f.route_line = position;
  f.severity = traits_of(f.code).severity;
  f.confidence = every_day && days_of_core >= static_cast<std::size_t>(vanished_days)
                     ? Confidence::medium
                     : Confidence::low;
  f.first_day = silence.last + 1;
  f.last_day = silence.last + silence.days;
  f.days = static_cast<unsigned>(silence.days);
  f.names.policy_domain = line.domain;
  f.names.since = silence.last;
  return f;
}

/// Adds a finding for each domain whose Core mail stopped while other mail goes on. `every_day`:
/// all days are there, not only the first and last of each row.
void add_vanished(Judgement& j, const CoreDays& core, bool every_day) {
  std::map<std::string, Day> last_other, last_relayed;
  for (const RouteLine& line : j.routes) {
    if (line.service_id == ServiceId::salesforce && line.route == salesforce_route::email_relay)
      last_relayed[line.domain] = line.last_day;
    if (is_core(line) || line.service.empty()) continue;
    const auto [entry, added] = last_other.try_emplace(line.domain, line.last_day);
    entry->second = std::max(entry->second, line.last_day);
  }
  for (const auto& [position, days] : core) {
    RouteLine& line = j.routes[position];
    const auto other = last_other.find(line.domain);
    if (other == last_other.end()) continue;
    const auto silence = silence_after(days, other->second, every_day);
    if (!silence) continue;
    // Core mail that goes on through a relay did not vanish.
    const auto relayed = last_relayed.find(line.domain);
    if (relayed != last_relayed.end() && relayed->second > silence->last) continue;
    line.findings.push_back(static_cast<std::uint32_t>(j.findings.size()));
    j.findings.push_back(core_vanished(position, line, *silence, every_day, days.size()));
  }
}

}  // namespace

void find_vanished(Judgement& j, std::span<const SourceRow> rows) {
  struct Life {
    std::vector<std::pair<Day, Day>> spans;
    std::uint64_t messages = 0;
  };
  std::map<std::uint32_t, Life> lives;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!is_own_core(j, j.rows[i])) continue;
    Life& life = lives[j.rows[i].route_line];
    life.spans.emplace_back(rows[i].first_day, rows[i].last_day);
    life.messages += rows[i].messages;
  }
  CoreDays core;
  for (auto& [line, life] : lives) {
    auto& days = core[line];
    std::ranges::sort(life.spans);
    Day next = life.spans.front().first;  // a row counts as alive between its first and last day
    for (const auto& [first, last] : life.spans)
      for (next = std::max(next, first); next <= last; ++next) days[next] = 0;
    days.begin()->second = life.messages;
  }
  add_vanished(j, core, false);
}

DaySeries::DaySeries(const Judgement& judgement, std::span<const SourceRow> rows,
                     const RowLookup& lookup)
    : judgement_(judgement),
      lookup_(lookup),
      rows_(rows),
      routes_(judgement.routes.size()),
      last_(judgement.routes.size()) {
  for (std::uint32_t i = 0; i < rows.size(); ++i)
    index_.find_or_add(hash_of_source(rows[i]), i,
                       [&](std::uint32_t at) { return same_source(rows[at], rows[i]); });
}

void DaySeries::add(Day day, const SourceRow& row) {
  const auto found = index_.find(hash_of_source(row),
                                 [&](std::uint32_t at) { return same_source(rows_[at], row); });
  if (found == FlatIndex::none) return;
  const auto& verdict = judgement_.rows[found];
  auto& [last_day, cell] = last_[verdict.route_line];
  if (cell == nullptr || last_day != day) {
    cell = &routes_[verdict.route_line][day];
    last_day = day;
  }
  cell->totals.add(lookup_.evaluation(row.evaluation), row.messages);
  cell->codes |= verdict.codes;
  if (is_own_core(judgement_, verdict)) cell->own_core += row.messages;
}

bool core_fell_silent(const Judgement& judgement, const DaySeries& series) {
  std::map<std::string, Day> last_day;
  for (const auto& line : judgement.routes)
    last_day[line.domain] = std::max(last_day[line.domain], line.last_day);
  for (std::uint32_t i = 0; i < judgement.routes.size(); ++i) {
    const auto& line = judgement.routes[i];
    if (!is_core(line)) continue;
    const auto& days = series.route(i);
    const auto last = std::find_if(days.rbegin(), days.rend(),
                                   [](const auto& day) { return day.second.own_core > 0; });
    if (last != days.rend() && last->first + vanished_days <= last_day[line.domain]) return true;
  }
  return false;
}

void take_vanished(Judgement& judgement, const Judgement& longer) {
  for (const auto& finding : longer.findings) {
    if (finding.code != FindingCode::core_vanished) continue;
    const auto& there = longer.routes[finding.route_line];
    const auto line =
        std::find_if(judgement.routes.begin(), judgement.routes.end(),
                     [&](const auto& r) { return is_core(r) && r.domain == there.domain; });
    if (line == judgement.routes.end()) continue;
    const bool known = std::any_of(line->findings.begin(), line->findings.end(), [&](auto f) {
      return judgement.findings[f].code == FindingCode::core_vanished;
    });
    if (known) continue;
    line->findings.push_back(static_cast<std::uint32_t>(judgement.findings.size()));
    judgement.findings.push_back(finding);
    judgement.findings.back().route_line =
        static_cast<std::uint32_t>(line - judgement.routes.begin());
  }
}

void judge_days(Judgement& judgement, const DaySeries& series) {
  // The coarse findings of core-vanished stand last.
  while (!judgement.findings.empty() &&
         judgement.findings.back().code == FindingCode::core_vanished) {
    judgement.routes[judgement.findings.back().route_line].findings.pop_back();
    judgement.findings.pop_back();
  }
  for (auto& finding : judgement.findings) {
    const auto& days = series.routes_[finding.route_line];
    const auto count = std::count_if(days.begin(), days.end(), [&](const auto& day) {
      return day.second.codes.test(static_cast<std::size_t>(finding.code));
    });
    if (count > 0) finding.days = static_cast<unsigned>(count);
  }
  CoreDays core;
  for (std::uint32_t line = 0; line < series.routes_.size(); ++line)
    for (const auto& [day, cell] : series.routes_[line])
      if (cell.own_core > 0) core[line][day] = cell.own_core;
  add_vanished(judgement, core, true);
}

}  // namespace dmarcq
