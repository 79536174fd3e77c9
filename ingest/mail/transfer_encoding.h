// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace dmarcq {

/// RFC 2045 section 6.8, lenient: bytes outside the alphabet are skipped, padding may be missing,
/// several padded runs may follow each other, and text behind the padding (the footer of a mailing
/// list) is left out. With `enough`: stops once that many bytes are there.
std::string decode_base64(std::string_view text, std::size_t enough = std::string::npos);

/// RFC 2045 section 6.7, lenient: what is no escape stays as it is.
std::string decode_quoted_printable(std::string_view text, std::size_t enough = std::string::npos);

/// A file in uuencode (POSIX), as mailers before MIME wrote it into the text.
struct UuFile {
  std::string name;        ///< as written
  std::string_view lines;  ///< between its "begin" and "end" lines, or up to the end of the text
                           ///< when "end" is missing
  std::size_t end = 0;     ///< where to look for the next one
};
/// The first one behind `from`.
std::optional<UuFile> find_uuencoded(std::string_view text, std::size_t from = 0);
/// Lenient: a line that lost its blanks at the end is filled up; a line that is none ends the file.
std::string decode_uu_lines(std::string_view lines, std::size_t enough = std::string::npos);

}  // namespace dmarcq
