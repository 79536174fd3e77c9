// SPDX-License-Identifier: MIT
// The form in which TLS reports and failure reports are stored, the same for every engine.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "parser/calendar.h"
#include "parser/failure_report/failure_report.h"
#include "parser/tls_report/tls_report.h"

namespace dmarcq {

/// JSON as of RFC 8460 section 4.4, whatever the form was in which it came.
std::string tls_content(const TlsReport&);
/// What it says; nothing when it cannot be read. `deviations`: deviation_lines() of the report.
std::optional<TlsReport> tls_from_content(std::string_view json, std::string_view deviations);

/// Equal for reports that claim to be the same: organization, id, window, domains. Others share it
/// once in 2^64.
std::int64_t tls_claim(const TlsReport&);
/// Sessions of all its policies; where the summary lacks a figure, those of the failures count.
std::uint64_t tls_sessions(const TlsReport&);
/// The UTC day of the middle of its window.
Day tls_day(const TlsReport&);

/// JSON of our own; nothing is left out.
std::string failure_content(const FailureReport&, const OriginMarks&);
/// False when it cannot be read.
bool failure_from_content(std::string_view json, FailureReport&, OriginMarks&);
/// Does it hold what forget_people() takes out?
bool names_people(const FailureReport&);
/// The content without that; nothing when it cannot be read.
std::optional<std::string> failure_without_people(std::string_view content);
/// Of arrival at the reporter, else of the report; 0: neither is told.
Day failure_day(const FailureReport&);

}  // namespace dmarcq
