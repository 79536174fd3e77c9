// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

namespace dmarcq {

/// Text as roff reads it: hyphens that people will copy, and no line that looks like a request.
std::string roff(std::string_view text);

/// An indented paragraph with a head. `left` is roff, `right` is plain text.
void append_entry(std::string& page, std::string_view left, std::string_view right);

}  // namespace dmarcq
