// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dmarcq {

/// The parts between the delimiter lines (RFC 2046 section 5.1), as views into the body. The last
/// one may lack its end (a mail cut short, a careless gateway). Nothing when there are more than
/// `most`.
std::optional<std::vector<std::string_view>> split_multipart(std::string_view body,
                                                             const std::string& boundary,
                                                             std::size_t most);

/// A boundary for a multipart that does not state one that works: its first line that starts with
/// "--" and has a header behind it. "" when there is none.
std::string guess_boundary(std::string_view body);

}  // namespace dmarcq
