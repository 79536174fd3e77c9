// SPDX-License-Identifier: MIT
#pragma once
#include <string>

namespace dmarcq {

/// What makes the views of store/sql_views.h on PostgreSQL.
std::string pg_view_statements();
/// Those of TLS reports and failure reports.
std::string pg_kept_view_statements();

}  // namespace dmarcq
