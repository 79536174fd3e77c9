// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "report/analysis/sender/learned/witnesses.h"
#include "report/analysis/sender/row_evidence.h"
#include "store/base/flat_index.h"

namespace dmarcq {

/// As which services addresses were authenticated. Kept for each own domain apart: another
/// company's mail teaches nothing here, so answers about a domain do not depend on what else the
/// database holds.
class LearnedAddresses {
 public:
  struct Record {
    InternedString service = nullptr, route = nullptr;
    ServiceClass service_class = ServiceClass::unknown;
    const CatalogueLine* line = nullptr;
    Day first_day = 0, last_day = 0;
    Witnesses witnesses;
  };
  /// The row's address was authenticated as the service of this line, by this route.
  void add(const RowEvidence&, const CatalogueLine& authenticated, InternedString route,
           const SenderWords&);

  struct Answer {
    const Record* record = nullptr;  ///< null: nothing is known near the row in time
    bool several_routes = false;     ///< others name other routes of the same service
    bool several_services = false;
  };
  Answer of(const RowEvidence&, const ReporterHistory&) const;

 private:
  /// Mostly there is one record; several in the order of their names, whatever the order of rows.
  struct Entry {
    IpAddress address;
    InternedString own = nullptr;
    Record first;
    std::vector<Record> more;
  };
  // Hundreds of thousands of addresses, asked for once for each row.
  std::vector<Entry> entries_;
  FlatIndex index_;
};

}  // namespace dmarcq
