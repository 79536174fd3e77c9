// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "parser/calendar.h"

namespace dmarcq {

// What the lines of a mail are made of (RFC 5322, 2045, 2047), for `sendmail -t`: ASCII, at most 76 characters, ended by LF.

struct MailAddress { std::string name, address; };
/// "a@example.com" or "Name <a@example.com>"; nothing when it is neither, or could end the header it stands in.
std::optional<MailAddress> mail_address_from_text(std::string_view);
/// For a header that is `column` characters wide so far.
std::string mail_address_text(const MailAddress&, std::size_t column);

/// Text in a header: folded, and as encoded words where it is not plain ASCII. Control characters are dropped: no name can end the header.
std::string header_text(std::string_view text, std::size_t column);
/// "Sat, 21 Nov 2026 08:00:00 +0000"
std::string mail_date(EpochSeconds);

std::string quoted_printable(std::string_view text);
std::string base64_lines(std::string_view bytes);

}  // namespace dmarcq
