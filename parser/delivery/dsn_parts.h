// SPDX-License-Identifier: MIT
#pragma once
#include <expected>
#include <string>
#include <string_view>

#include "ingest/base/error.h"
#include "ingest/base/limits.h"

namespace dmarcq {

/// What a bounce or a failure report consists of, decoded to UTF-8 with LF line ends. Each text is
/// bounded by longest_dsn_text.
struct DsnParts {
  std::string from, to, subject, message_id;  ///< header fields of the mail itself, unfolded
  std::string date;               ///< its Date, else the date of its topmost Received; "" without
  std::string received;           ///< the date of its topmost Received, which our server wrote
  std::string failed_recipients;  ///< X-Failed-Recipients
  bool feedback_report = false;   ///< it has a part message/feedback-report
  std::string feedback;  ///< the first such part, or what is of its form under another type
  std::string status;    ///< message/delivery-status, or text that is of its form
  std::string text;      ///< what is written for people
  std::string returned;  ///< the mail that came back, or its header; "" when none did
};
inline constexpr std::size_t longest_dsn_text = 256u << 10;

/// Cuts a mail into these. Errors: Fault::limit (mime_parts, mime_depth, header_size).
std::expected<DsnParts, Error> read_dsn_parts(std::string_view mail, const Limits&);

}  // namespace dmarcq
