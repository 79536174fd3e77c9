// SPDX-License-Identifier: MIT
#pragma once
#include <expected>
#include <string_view>

#include "ingest/base/error.h"
#include "ingest/base/limits.h"
#include "parser/failure_report/failure_report.h"

namespace dmarcq {

/// Reads one mail as it was received. A failure report or complaint has a part
/// message/feedback-report, in whatever multipart and transfer encoding (Netease: base64 in
/// multipart/mixed); or only the words that Exim and others write. A report that was forwarded as
/// an attached mail is read; one that is quoted in a text, or came back in a bounce, is none.
/// Errors: Fault::not_a_report; Fault::invalid_report for a feedback part that says nothing;
/// Fault::limit (mail_size, mime_parts, mime_depth, header_size).
std::expected<FailureReport, Error> parse_failure_report(std::string_view mail, const Limits&);

}  // namespace dmarcq
