// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/calendar.h"
#include "parser/ip_address.h"

namespace dmarcq {

// Values of the fields of a message/feedback-report, unfolded, as reporters write them.

/// Without comments (RFC 5322 section 3.2.2), which nest; one blank where they stood. One that is
/// not closed reaches to the end. Not inside quotes.
std::string without_comments(std::string_view text);

/// The words of a list, lower case, each once, comments left out: "dkim (x), spf". Behind commas,
/// semicolons or blanks. At most `most`, of 64 bytes each; `all` tells whether those were all.
std::vector<std::string> words_of_list(std::string_view text, std::size_t most, bool& all);

/// "192.0.2.1", "192.0.2.1 (host.example.net)", "[192.0.2.1]", "IPv6:2001:db8::1"; where it is none
/// of these, the first address among its words.
std::optional<IpAddress> source_ip_from(std::string_view text);

/// What stands behind a type: "dns; mx.example.org", "rfc822; user@example.net" (RFC 3464 section
/// 2.1.2); all where there is no type.
std::string_view behind_address_type(std::string_view text);

/// An address or what stands in its place, without angle brackets, as far as one line goes.
std::string address_token(std::string_view text);

/// A time of receipt in any spelling, from 1970 to 2149. Zones that nobody knows count as UTC.
std::optional<EpochSeconds> receipt_time(std::string_view text);

}  // namespace dmarcq
