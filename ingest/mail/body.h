// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

#include "ingest/content.h"
#include "ingest/mail/content_type.h"
#include "ingest/mail/header.h"

namespace dmarcq {

/// How a body is encoded for its transfer (RFC 2045 section 6; uuencode is older).
enum class TransferEncoding { identity, base64, quoted_printable, uuencode };

/// What the field Content-Transfer-Encoding declares; identity when it is missing or unknown.
TransferEncoding declared_encoding(const FieldValue& field);
inline TransferEncoding declared_encoding(const Header& header) {
  return declared_encoding(parse_value(header.value("content-transfer-encoding")));
}

/// So much of a body tells what it is.
inline constexpr std::size_t body_head_size = 512;

/// The body, decoded, or its first `enough` bytes.
std::string decode_body(std::string_view body, TransferEncoding,
                        std::size_t enough = std::string::npos);
/// An upper bound of what decoding gives.
std::size_t decoded_size(std::string_view body, TransferEncoding);

/// The transfer encoding as the body shows it, which is not always the one declared: XML behind
/// "base64", base64 behind "7bit". `content`: what the body is, decoded so.
TransferEncoding true_encoding(std::string_view body, TransferEncoding declared, Content& content);

bool is_packed_or_xml(Content);

/// Where an aggregate report starts and ends inside a text; empty when there is none.
std::string_view inline_report(std::string_view text);

/// Exim and others write failure reports as plain text, without the ARF part of RFC 6591.
bool is_failure_text(std::string_view text);
/// Does a text say that a report was not sent, since it is too large (RFC 7489 section 7.2.2)?
bool is_announcement_text(std::string_view text);

}  // namespace dmarcq
