// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dmarcq {

/// A header field with parameters (RFC 2045 section 5.1, RFC 2183): `word; name="value"; …`.
struct FieldValue {
  std::string word;  ///< "application/gzip", "attachment"; lower case
  std::vector<std::pair<std::string, std::string>> parameters;  ///< names in lower case

  /// Null when there is none, or it is empty.
  const std::string* find(std::string_view name) const {
    for (const auto& [key, value] : parameters)
      if (key == name && !value.empty()) return &value;
    return nullptr;
  }
};

/// `text` is unfolded. Never fails: what is not of the form is left out.
FieldValue parse_value(std::string_view text);

/// "application/gzip"; "" when it is not of that form.
std::string media_type(const FieldValue&);

/// A parameter in any of its spellings: `name*0=…; name*1*=…` (RFC 2231; Amazon SES cuts long names
/// so), `name*=utf-8''…`, `name="=?utf-8?B?…?="` (forbidden and common), `name=…`.
std::string parameter(const FieldValue&, std::string_view name);

/// The last component of a file name as it was given, without control characters.
std::string file_part(std::string name);

}  // namespace dmarcq
