// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

#include "parser/calendar.h"

namespace dmarcq {

/// A complete mail (RFC 5322) with plain text in UTF-8, lines ended by LF as `sendmail -t` takes them: From, To, Date, Message-ID,
/// Subject, MIME headers. Text is quoted-printable, so no line is too long and nothing is lost on the way.
struct PlainMail {
  std::string from, to, subject, body;
  EpochSeconds date = 0;
  std::string id;         ///< local part of the Message-ID: unique, without blanks
};
std::string mail_text(const PlainMail&);

/// An address as a header field may hold it: one "name@domain" or "Name <name@domain>", or several with commas. No control characters.
bool is_mail_address(std::string_view);

}  // namespace dmarcq
