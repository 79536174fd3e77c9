// SPDX-License-Identifier: MIT
#pragma once
#include <expected>
#include <string>

#include "ingest/base/error.h"
#include "parser/aggregate/aggregate_report.h"

namespace dmarcq {

/// Everything in a report, as lines to read and to compare; fields that are absent are left out.
std::string dump(const ParsedReport&);
/// The same, or "error: reason: text".
std::string dump(const std::expected<ParsedReport, Error>&);

}  // namespace dmarcq
