// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dmarcq {

/// The header block of a mail or of a MIME part (RFC 5322 section 2.2), read past what real mails
/// get wrong: a folded line that lost its leading blank (Microsoft, 2024: `name="…"` at the start
/// of a line), a header that runs into the body without an empty line, junk lines. Views point into
/// the entity.
struct Header {
  struct Field {
    std::string_view name;
    std::string_view raw;  ///< everything behind the colon, with its line ends
  };
  std::vector<Field> fields;
  std::size_t size = 0;  ///< where the body starts

  /// Unfolded value of the first field of this name that has one; "" when there is none.
  std::string value(std::string_view name) const;
};

/// Nothing when the block is longer than `limit` bytes.
std::optional<Header> read_header(std::string_view entity, std::size_t limit);

/// Joins folded lines. A line that lost its blank gets the semicolon that parameters need.
std::string unfold(std::string_view raw);

}  // namespace dmarcq
