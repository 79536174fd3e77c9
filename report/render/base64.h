// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

namespace dmarcq {

/// RFC 4648, in one line.
std::string base64(std::string_view bytes);

}  // namespace dmarcq
