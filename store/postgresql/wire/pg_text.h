// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

namespace dmarcq {

/// PostgreSQL's text is UTF-8 without NUL.
bool is_pg_text(std::string_view);
/// A text that comes from this machine (a path, a Message-ID) and may be any bytes: what is no
/// text there is kept as "\x" and hexadecimal digits.
std::string pg_text(std::string_view);
std::string from_pg_text(std::string_view);

}  // namespace dmarcq
