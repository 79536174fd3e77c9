// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/sqlite.h"
#include "store/store.h"

namespace dmarcq {

// What `dmarcq sql` promises. Tables may change with every release; these views do not lose a
// column without a new major version.

struct SqlColumn {
  std::string_view name, meaning;
};
struct SqlView {
  std::string_view name, meaning;
  std::vector<SqlColumn> columns;
  std::string_view select;  ///< what it stands for, over the tables of schema.cc
};
std::span<const SqlView> sql_views();

/// Answers one SELECT over the views (and, without promise, the tables): the names of its columns,
/// then each row. Throws StoreError::Kind::usage with SQLite's words when it cannot be answered.
void ask(Store&, std::string_view sql,
         const std::function<void(const std::vector<std::string>&)>& columns,
         const std::function<void(const std::vector<SqlValue>&)>& row);

}  // namespace dmarcq
