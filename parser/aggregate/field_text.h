// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "parser/calendar.h"
#include "parser/ip_address.h"

namespace dmarcq {

// The text of one XML element, from what stands between its tags to what aggregate_report.h
// promises.

/// What a quick look at raw text finds.
struct TextShape {
  bool plain = false;      ///< printable ASCII, no '&', no blank at either end: the raw text is the
                           ///< value
  bool has_upper = false;  ///< with plain: holds 'A' … 'Z'
};
TextShape shape_of(std::string_view raw);
/// The text from `begin` up to the next '<' or `end`, and its shape, in one look.
std::string_view text_until_markup(const char* begin, const char* end, TextShape&);

/// What was wrong with a text.
struct TextFlaws {
  bool control = false;   ///< held control characters, now U+FFFD
  bool cut = false;       ///< was longer than the limit
  std::string reference;  ///< first '&' that begins no reference known without a DTD; left as it
                          ///< was
};

/// Appends character data with its references (&lt; &#60; &#x3C;) resolved. A '&' that begins none
/// stays.
void append_decoded(std::string& out, std::string_view raw, TextFlaws&);
/// Trims; makes each run of white space that holds a tab or an end of line one space; replaces
/// control characters; cuts to `limit` bytes at a character border. In: valid UTF-8.
void tidy(std::string& text, std::size_t limit, TextFlaws&);

void lower_ascii(std::string& text);
/// For a message: at most `length` bytes, then "…"; no control characters.
std::string shortened(std::string_view text, std::size_t length);

/// A count of messages: digits, also "12.0" (seen from reporters that count in floating point), at
/// most 2^53.
std::optional<std::uint64_t> count_from(std::string_view text);
/// "[192.0.2.1]" and "[IPv6:2001:db8::1]", as in mail headers. Nothing for all else, also for two
/// addresses.
std::optional<IpAddress> address_in_brackets(std::string_view text);
inline bool is_ascii(std::string_view text) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  return true;
}
/// "1,234" and "1,234,567": groups of three behind commas, which can be nothing but thousands.
/// Nothing for all else.
std::optional<std::uint64_t> grouped_count_from(std::string_view text);
/// Seconds since 1970: digits, with any fraction, which is dropped ("1337270400.0"). No sign, no
/// date text.
std::optional<EpochSeconds> epoch_from(std::string_view text);

}  // namespace dmarcq
