// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <expected>
#include <span>
#include <string>
#include <string_view>

#include "ingest/base/error.h"

namespace dmarcq {

/// No secret, token or code is longer, in bytes.
inline constexpr std::size_t longest_secret = 16u << 10;

/// May it be sent as a token or a secret: printable ASCII without blanks (RFC 6749 appendix A,
/// RFC 6750 section 2.1), not empty, not too long. So no line end gets into a header or a command.
bool is_token(std::string_view);

/// The secret that a file holds, without the white space around it. `what`: "client secret", for
/// errors (Fault::unreadable), which name the file and never show what is in it.
std::expected<std::string, Error> secret_of_file(const std::string& file, std::string_view what);
/// A file that holds a secret among other things, at most 64 KiB.
std::expected<std::string, Error> secret_file_text(const std::string& file, std::string_view what);

/// What a server said, to be shown: at most `most` bytes, and nothing at all of it when it repeats
/// a secret, or 8 bytes in a row of one, as it is or within base64 (as logins by XOAUTH2,
/// OAUTHBEARER and PLAIN send it). Control characters are left to whoever shows it.
std::string words_without_secrets(std::string_view said, std::span<const std::string> secrets,
                                  std::size_t most);

}  // namespace dmarcq
