// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <optional>
#include <string_view>

#include "ingest/source/table.h"
#include "parser/delivery/delivery_table.h"

namespace dmarcq {

/// Delivery logs and bounce lists, for those who read files: they may be too large to be read at
/// once (ingest/source/table.h).
class DeliveryTables final : public TableKinds {
 public:
  /// `map`: where the owner says which column is what, every table is taken.
  explicit DeliveryTables(ColumnMap map = {}) : map_(std::move(map)) {}
  bool knows(std::string_view head) const override;
  std::unique_ptr<TableSurvey> survey() const override;

 private:
  ColumnMap map_;
};

}  // namespace dmarcq
