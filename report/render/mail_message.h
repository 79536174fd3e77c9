// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/calendar.h"

namespace dmarcq {

// Mails, and what their lines are made of (RFC 5322, 2045, 2047), for `sendmail -t`: ASCII, at most
// 76 characters, ended by LF.

struct MailAddress {
  std::string name, address;
};
/// "a@example.com" or "Name <a@example.com>"; nothing when it is neither, or could end the header
/// it stands in.
std::optional<MailAddress> mail_address_from_text(std::string_view);
/// For a header that is `column` characters wide so far.
std::string mail_address_text(const MailAddress&, std::size_t column);

/// Text in a header: folded, and as encoded words where it is not plain ASCII. Control characters
/// are dropped: no name can end the header.
std::string header_text(std::string_view text, std::size_t column);
/// "Sat, 21 Nov 2026 08:00:00 +0000"
std::string mail_date(EpochSeconds);

/// The fields that every mail of ours has, without the empty line behind them. `identity`: a text
/// that no other mail has; the Message-ID is made of it.
std::string mail_header(const MailAddress& from, const std::vector<MailAddress>& to,
                        std::string_view subject, EpochSeconds date, std::string_view identity);

/// A mail of plain text.
struct PlainMail {
  MailAddress from;
  std::vector<MailAddress> to;
  std::string subject, body;
  EpochSeconds date = 0;
};
std::string plain_mail(const PlainMail&);

std::string quoted_printable(std::string_view text);
std::string base64_lines(std::string_view bytes);

}  // namespace dmarcq
