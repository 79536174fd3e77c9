// SPDX-License-Identifier: MIT
#include "store/integrity.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <ranges>

#include "store/scope.h"

namespace dmarcq {
namespace {

using DomainDay = std::pair<std::int64_t, Day>;

constexpr std::size_t most_faults = 50;
/// Of one kind of fault in the roll-up and in items: more than these say nothing new.
constexpr std::size_t most_of_a_kind = 20;

void check_document(const StoredDocument& document, std::vector<std::string>& faults) {
  if (document.pruned || document.records == 0) return;
  if (document.records_found != document.records)
    faults.push_back(fmt::format("report {}: {} of its {} records are there", document.report,
                                 document.records_found, document.records));
  else if (document.totals_found != document.totals ||
           document.totals_found.messages != document.messages)
    faults.push_back(
        fmt::format("report {}: its records add up to {} messages, not to the {} of its document",
                    document.report, document.totals_found.messages, document.messages));
}

DomainFigures figures_of(const StoredDocument& document) {
  return {.domain = document.domain,
          .reports = 1,
          .records = document.records,
          .messages = document.messages,
          .first_day = document.day,
          .last_day = document.day,
          .unusable_records = document.unusable_records,
          .unusable_messages = document.unusable_messages,
          .totals = document.totals};
}

/// Sums at their cap compare equal: more than that they do not tell.
bool agree(const DomainFigures& a, const DomainFigures& b) {
  return a.reports == b.reports && a.records == b.records && a.messages == b.messages &&
         a.unusable_records == b.unusable_records && a.unusable_messages == b.unusable_messages &&
         a.totals == b.totals;
}

/// The roll-up says of each day what its reports add up to. `by_reports` is used up.
void check_roll_up(Snapshot& snapshot, std::map<DomainDay, DomainFigures>& by_reports,
                   std::vector<std::string>& faults) {
  std::map<std::int64_t, std::string> names;
  for (StoredDomain& domain : snapshot.domains()) names[domain.key] = std::move(domain.name);
  std::size_t differ = 0;
  std::uint64_t in_reports = 0, in_roll_up = 0;
  for (const DomainFigures& expected : by_reports | std::views::values)
    in_reports += expected.reports;
  const auto tell = [&](std::int64_t domain, Day day) {
    if (++differ <= most_of_a_kind)
      faults.push_back(fmt::format("roll-up of {} on {} differs from its reports", names[domain],
                                   iso_date(day)));
  };
  snapshot.roll_up(scope_of(snapshot, {}).days(), [&](const DomainFigures& day) {
    in_roll_up += day.reports;
    const auto expected = by_reports.find({day.domain, day.first_day});
    if (expected == by_reports.end() || !agree(expected->second, day))
      tell(day.domain, day.first_day);
    if (expected != by_reports.end()) by_reports.erase(expected);
  });
  for (const DomainDay& missing : by_reports | std::views::keys)
    tell(missing.first, missing.second);
  if (in_reports != in_roll_up)
    faults.push_back(
        fmt::format("{} reports are taken, the roll-up has {}", in_reports, in_roll_up));
}

/// Each item has the one outcome that follows from what is stored about it.
void check_items(Snapshot& snapshot, std::vector<std::string>& faults) {
  std::size_t differ = 0;
  snapshot.items([&](const StoredItem& item) {
    const Outcome expected = item.facts.outcome();
    if (item.outcome == expected || ++differ > most_of_a_kind) return;
    faults.push_back(fmt::format("item {} says {}, but {} follows from what is stored", item.id,
                                 to_text(item.outcome), to_text(expected)));
  });
}

/// Each event belongs to an item that knows how many it has.
void check_deliveries(Snapshot& snapshot, std::vector<std::string>& faults) {
  std::size_t differ = 0;
  snapshot.delivery_logs([&](const StoredDeliveryLog& log) {
    if (log.events == log.events_found || ++differ > most_of_a_kind) return;
    faults.push_back(fmt::format("item {}: {} of its {} delivery events are there", log.item,
                                 log.events_found, log.events));
  });
}

}  // namespace

std::vector<std::string> check_integrity(Snapshot& snapshot) {
  std::vector<std::string> faults = snapshot.storage_faults();
  std::map<DomainDay, DomainFigures> by_reports;
  std::vector<std::string> conflicts;
  snapshot.documents(faults, [&](const StoredDocument& document) {
    if (faults.size() > most_faults) return;
    if (std::max(document.totals.messages, document.messages) >= most_messages)
      snapshot.tell_implausible();
    check_document(document, faults);
    if (document.state == DocumentState::accepted) {
      const auto [place, added] =
          by_reports.try_emplace({document.domain, document.day}, figures_of(document));
      if (!added) place->second.add(figures_of(document));
    }
    if ((document.state == DocumentState::conflict) != document.conflict_told &&
        conflicts.size() < most_of_a_kind)
      conflicts.push_back(
          fmt::format("report {}: conflict and problem do not go together", document.report));
  });
  if (faults.size() > most_faults) return faults;
  check_roll_up(snapshot, by_reports, faults);
  check_items(snapshot, faults);
  check_deliveries(snapshot, faults);
  std::ranges::move(conflicts, std::back_inserter(faults));
  return faults;
}

}  // namespace dmarcq
