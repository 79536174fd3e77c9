// SPDX-License-Identifier: MIT
#pragma once
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/base/budget.h"
#include "ingest/base/error.h"
#include "ingest/base/limits.h"
#include "ingest/mail/trace.h"

namespace dmarcq {

/// A leaf of a mail, transfer-decoded.
struct Part {
  std::string name;  ///< file name, RFC 2231 and RFC 2047 decoded, UTF-8; empty when there is none
  std::string content_type;  ///< "application/gzip", lower case; "" when missing or unreadable
  std::string bytes;
};

/// What a mail without an aggregate report is, as its structure tells.
enum class MailKind {
  plain,
  failure_report,
  tls_report,
  bounce,
  announcement,  ///< that a report was not sent, since it is too large (RFC 7489 section 7.2.2)
};

/// Real mails have a dozen.
inline constexpr std::size_t longest_trace = 100;

struct Message {
  std::string message_id, date;  ///< header fields, unfolded, RFC 2047 decoded, UTF-8; "" when
                                 ///< missing
  MailTrace trace;               ///< of at most `longest_trace` lines, those at the top
  MailKind kind = MailKind::plain;
  /// Leaves that may hold a report, in order; attached mails (message/rfc822) are opened and theirs
  /// are among them. The returned message inside a bounce or a failure report is not: it is not
  /// addressed to us.
  std::vector<Part> parts;
  /// Leaves that may hold a report but are not opened here: file name, and what they are as an
  /// Error.
  struct Closed {
    std::string name;
    Error error;
  };
  std::vector<Closed> closed;
};

/// Does the subject announce an aggregate report (RFC 7489 section 7.2.1.1: "Report Domain: …
/// Submitter: … Report-ID: …"), or a file name look like a report's
/// ("receiver!policy-domain!begin!end")? Replies to such mail do not.
bool announces_report(std::string_view subject);
bool is_report_name(std::string_view file_name) noexcept;

/// Cuts a mail into its parts. Never throws, whatever the bytes. Lenient where real mails are
/// broken: colon-less lines in part headers, `ContentType:`, missing final boundaries, CRLF or LF
/// or CR, base64 with junk, wrong transfer encodings. Errors: Fault::limit (mime_depth, mime_parts,
/// header_size). A part that the budget is too small for is among `closed`.
std::expected<Message, Error> parse_message(std::string_view bytes, const Limits&, Budget&);
std::expected<Message, Error> parse_message(std::string_view bytes, const Limits&);

}  // namespace dmarcq
