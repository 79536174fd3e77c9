// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dmarcq {

/// A list of tags, "v=DKIM1; p=…" (RFC 6376 section 3.2), in order. Values have no blanks at their
/// ends; inside they may be folded.
class TagList {
 public:
  /// Nothing when a tag has no name or no "=", or a name comes twice.
  static std::optional<TagList> parse(std::string_view text);
  /// "" when there is none.
  std::string_view value(std::string_view name) const;
  bool has(std::string_view name) const;
  std::string_view first_name() const {
    return tags_.empty() ? std::string_view() : tags_.front().first;
  }

 private:
  std::vector<std::pair<std::string_view, std::string_view>> tags_;
};

/// A value without any white space.
std::string without_blanks(std::string_view value);

/// The parts of a value that are separated by colons, trimmed.
std::vector<std::string_view> colon_separated(std::string_view value);

}  // namespace dmarcq
