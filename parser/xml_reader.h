// SPDX-License-Identifier: MIT
#pragma once
#include <expected>
#include <string_view>

#include "ingest/base/error.h"
#include "ingest/base/limits.h"
#include "parser/aggregate_report.h"

namespace dmarcq {

/// Gives an XML document its meaning as an aggregate report (RFC 7489 Appendix C and RFC 9990 in one path: local names,
/// any namespace, any order, any declared encoding). Never throws, whatever the bytes.
/// Errors: not_a_report (XML, but its root is not <feedback>), malformed_xml, truncated, invalid_report, limit.
std::expected<ParsedReport, Error> parse_report(std::string_view xml, const Limits&);

}  // namespace dmarcq
