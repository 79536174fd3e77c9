// SPDX-License-Identifier: MIT
#pragma once
#include <span>
#include <string_view>
#include <vector>

namespace dmarcq {

// What `dmarcq sql` promises, whatever the engine (Snapshot::ask). Tables may change with every
// release; these views do not lose a column without a new major version.

struct SqlColumn {
  std::string_view name, meaning;
};
struct SqlView {
  std::string_view name, meaning;
  std::vector<SqlColumn> columns;
};
std::span<const SqlView> sql_views();

}  // namespace dmarcq
