// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "report/analysis/sender/learned/known_senders.h"
#include "tests/report/analysis/support.h"

namespace dmarcq {

/// What rows in words teach, without an Identifier.
class Learner {
 public:
  explicit Learner(const std::vector<RowSpec>& lessons, const Owner& owner = {}) : known(owner) {
    for (const RowSpec& lesson : lessons) {
      const SourceRow& row = world_.add(lesson);
      known.domains.add(lesson.domain);
      learn(known, evidence(row), catalogue_, words);
    }
    conclude(known, words);
  }
  Learner(const Learner&) = delete;
  Learner& operator=(const Learner&) = delete;

  /// A row that is asked about, and teaches nothing.
  RowEvidence ask(const RowSpec& question) { return evidence(world_.add(question)); }
  RowEvidence evidence(const SourceRow& row) {
    return {.row = row, .names = names_.of(row), .networks = catalogue_.by_address(row.source_ip)};
  }

 private:
  World world_;
  RowLookup lookup_ = world_.lookup();
  const SenderCatalogue& catalogue_ = SenderCatalogue::built_in();
  RowNames names_{lookup_, catalogue_};

 public:
  SenderWords words{SenderCatalogue::built_in()};
  KnownSenders known;
};

/// Mail of nobody's, by which a database has more than one reporter: then a single one who is new
/// is not trusted.
inline const RowSpec other_reporters{.ip = "203.0.113.200", .spf = "x.example fail"};

/// One day, one reporter without a history: as somebody who forges a report.
inline RowSpec forged(RowSpec spec) {
  spec.reporters = {"forger.example"};
  spec.last = spec.first;
  return spec;
}

}  // namespace dmarcq
