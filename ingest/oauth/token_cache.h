// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dmarcq {

/// What is kept of a mailbox's tokens between two runs, as a file of few lines:
///
///     dmarcq token 1
///     owner 9f86d081…             SHA-256 of what it was issued for, in hex
///     expires 1788912000          Unix time
///     access_token eyJ0eXAi…
///     refresh_token 0.AAAA…       only one that could not be saved where the first one came from
struct TokenCache {
  std::string owner;
  std::int64_t expires = 0;
  std::string access_token, refresh_token;
};

std::string encoded(const TokenCache&);
/// Nothing for a text that encoded() does not write: a damaged cache is as good as none.
std::optional<TokenCache> decoded_token_cache(std::string_view);

/// Is the access token still good for a login at this time? Two minutes before its end it is not,
/// nor when it would outlive the longest lifetime, since then the clock was wrong.
bool is_usable(const TokenCache&, std::int64_t now);

}  // namespace dmarcq
