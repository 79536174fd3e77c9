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

/// When mail stopped, if it then was silent for at least so many days, and out of its rhythm.
std::optional<Silence> silence_after(const std::map<Day, std::uint64_t>& days, Day other_mail_until,
                                     Day least) {
  if (days.empty()) return std::nullopt;
  Day longest = 0, before = days.begin()->first;
  for (const auto& [day, count] : days) {
    longest = std::max(longest, day - before);
    before = day;
  }
  const Day silence = other_mail_until - before;
  if (silence < std::max(least, 2 * longest)) return std::nullopt;
  return Silence{before, silence};
}

/// Is there enough of it for a rhythm to show?
bool had_long_life(const std::map<Day, std::uint64_t>& days, Day least) {
  std::uint64_t messages = 0;
  for (const auto& [day, count] : days) messages += count;
  return messages >= 10 && days.rbegin()->first - days.begin()->first >= least;
}

/// What a domain sends beside Core.
class OtherMail {
 public:
  explicit OtherMail(const Judgement& j) {
    for (const RouteLine& line : j.routes) {
      if (line.service_id == ServiceId::salesforce && line.route == salesforce_route::email_relay)
        last_relayed_[line.domain] = line.last_day;
      if (is_core(line) || line.service.empty()) continue;
      const auto [entry, added] = last_.try_emplace(line.domain, line.last_day);
      entry->second = std::max(entry->second, line.last_day);
    }
  }
  /// When Core mail stopped while other mail went on, in silence of at least so many days. Core
  /// mail that goes on through a relay did not stop.
  std::optional<Silence> silence_of(const RouteLine& core, const std::map<Day, std::uint64_t>& days,
                                    Day least) const {
    const auto other = last_.find(core.domain);
    if (other == last_.end()) return std::nullopt;
    const auto silence = silence_after(days, other->second, least);
    const auto relayed = last_relayed_.find(core.domain);
    if (silence && relayed != last_relayed_.end() && relayed->second > silence->last)
      return std::nullopt;
    return silence;
  }

 private:
  std::map<std::string, Day> last_, last_relayed_;
};

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

/// Adds a finding for each domain whose Core mail had a long life and then stopped while other mail
/// goes on. `every_day`: all days are there, not only the first and last of each row; without, the
/// rhythm is a guess, so more is asked for.
void add_vanished(Judgement& j, const CoreDays& core, bool every_day) {
  const Day least = every_day ? vanished_days : 2 * vanished_days;
  const OtherMail other(j);
  for (const auto& [position, days] : core) {
    RouteLine& line = j.routes[position];
    const auto silence = other.silence_of(line, days, least);
    if (!silence || !had_long_life(days, least)) continue;
    line.findings.push_back(static_cast<std::uint32_t>(j.findings.size()));
    j.findings.push_back(core_vanished(position, line, *silence, every_day, days.size()));
  }
}

CoreDays core_days(const Judgement& j, const DaySeries& series) {
  CoreDays core;
  for (std::uint32_t line = 0; line < j.routes.size(); ++line)
    for (const auto& [day, cell] : series.route(line))
      if (cell.own_core > 0) core[line][day] = cell.own_core;
  return core;
}

bool has_vanished(const Judgement& j, const RouteLine& line) {
  return std::ranges::any_of(line.findings, [&](std::uint32_t finding) {
    return j.findings[finding].code == FindingCode::core_vanished;
  });
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

std::vector<std::string> core_fell_silent(const Judgement& judgement, const DaySeries& series) {
  std::vector<std::string> domains;
  const OtherMail other(judgement);
  for (const auto& [position, days] : core_days(judgement, series)) {
    const RouteLine& line = judgement.routes[position];
    if (!has_vanished(judgement, line) && other.silence_of(line, days, vanished_days))
      domains.push_back(line.domain);
  }
  std::ranges::sort(domains);
  return domains;
}

void take_vanished(Judgement& judgement, const Judgement& longer) {
  for (const auto& finding : longer.findings) {
    if (finding.code != FindingCode::core_vanished) continue;
    const auto& there = longer.routes[finding.route_line];
    const auto line =
        std::find_if(judgement.routes.begin(), judgement.routes.end(),
                     [&](const auto& r) { return is_core(r) && r.domain == there.domain; });
    if (line == judgement.routes.end()) continue;
    if (has_vanished(judgement, *line)) continue;
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
  add_vanished(judgement, core_days(judgement, series), true);
}

}  // namespace dmarcq
