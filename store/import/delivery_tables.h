// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "ingest/source/table.h"
#include "parser/delivery/delivery_table.h"

namespace dmarcq {

/// Delivery logs and bounce lists, for those who read files: they may be too large to be read at
/// once (ingest/source/table.h).
class DeliveryTables final : public TableKinds {
 public:
  /// `map`: where the owner says which column is what, every table that has these columns is taken.
  explicit DeliveryTables(ColumnMap map = {}) : map_(std::move(map)) {}
  bool knows(std::string_view head) const override;
  std::unique_ptr<TableSurvey> survey() const override;
  /// What is wrong with the map, when no table had the columns that it names: "no column 'Grund';
  /// the table has Adresse, Wann". Else "".
  std::string map_fault() const;

 private:
  bool fits_map(std::string_view head) const;

  ColumnMap map_;
  mutable std::mutex mutex_;
  mutable bool fitted_ = false;
  mutable std::string misfit_;
};

}  // namespace dmarcq
