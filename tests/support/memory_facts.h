// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "store/snapshot.h"
#include "tests/support/memory_settings.h"

namespace dmarcq::test {

/// Where a document was found.
struct MemoryPlace {
  Origin origin;
  std::int64_t item = 0;
  friend auto operator<=>(const MemoryPlace&, const MemoryPlace&) = default;
};

/// A document, however often it came.
struct MemoryDocument {
  std::int64_t id = 0;
  std::shared_ptr<const PackedReport> report;  ///< a part of the item that brought it first
  ReportSender sender;                         ///< of the mail that tells most
  std::set<MemoryPlace> places;
  Claim claim;
  std::int64_t reporter = 0;                          ///< key
  std::vector<std::int64_t> identities, evaluations;  ///< keys, by position in the report
  DocumentState state = DocumentState::accepted;
  std::int64_t shared = 0;  ///< CompetingReports::Document::shared

  /// Where it belongs.
  const MemoryPlace& place() const { return *places.begin(); }
  Error conflict() const {
    const std::int64_t records = std::ssize(report->rows);
    return {Fault::conflict, conflict_text({.records = records, .shared = shared}), ""};
  }
};

struct MemoryProblem : Problem {
  std::int64_t item = 0;
};

/// What a store in memory holds, and what follows from it. Keys are positions, from 1.
struct MemoryFacts {
  std::map<std::int64_t, std::shared_ptr<const ProcessedItem>> items;  ///< by id
  std::map<std::int64_t, MemoryDocument> documents;                    ///< by id
  std::vector<MemoryDocument> removed;  ///< names of accounts may still be known from them
  std::set<std::int64_t> dismissed;     ///< Problem::id
  std::vector<StoredDomain> domains;
  std::vector<StoredReporter> reporters;
  std::vector<Identity> identities;
  std::vector<std::shared_ptr<const Record>> results;  ///< which the identities refer to
  std::map<Digest, std::int64_t> identity_keys;
  std::vector<PolicyEvaluated> evaluations;
  MemorySettings settings;

  /// 0: there is none.
  std::int64_t item_with(const Digest& digest) const {
    for (const auto& [id, item] : items)
      if (item->digest == digest) return id;
    return 0;
  }

  ItemFacts facts_of(std::int64_t item) const {
    ItemFacts facts{.problem = !items.at(item)->faults.empty()};
    for (const auto& [id, document] : documents) {
      for (const MemoryPlace& place : document.places) facts.seen_report |= place.item == item;
      if (document.place().item != item) continue;
      facts.problem |= document.state == DocumentState::conflict;
      facts.holds_report |= document.state == DocumentState::accepted ||
                            document.state == DocumentState::distrusted;
    }
    return facts;
  }

  /// Their ids stay the same, whatever comes later.
  std::vector<MemoryProblem> problems() const {
    std::vector<MemoryProblem> list;
    const auto add = [&](std::int64_t id, const MemoryPlace& place, const Error& error) {
      const ProcessedItem& item = *items.at(place.item);
      list.push_back({{id, place.origin, reason_of(error), error.text, item.bytes,
                       !item.kept_bytes.empty(), dismissed.contains(id)},
                      place.item});
    };
    for (const auto& [id, item] : items)
      for (std::int64_t number = 0; const ItemFault& fault : item->faults) {
        MemoryPlace place{item->origin, id};
        place.origin.part = fault.part;
        add(1'000 * id + number++, place, fault.error);
      }
    for (const auto& [id, document] : documents)
      if (document.state == DocumentState::conflict)
        add(-id, document.place(), document.conflict());
    return list;
  }
  bool has_open_problem(std::int64_t item) const {
    return std::ranges::any_of(problems(), [item](const MemoryProblem& problem) {
      return problem.item == item && !problem.dismissed;
    });
  }
};

}  // namespace dmarcq::test
