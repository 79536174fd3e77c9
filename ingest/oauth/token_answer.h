// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <variant>

namespace dmarcq {

/// In seconds; one that is to live longer is renewed after it all the same.
inline constexpr std::int64_t longest_token_lifetime = 86'400;

/// A token that the server issued (RFC 6749 section 5.1). Both texts are is_token().
struct IssuedToken {
  std::string access_token;
  std::int64_t lifetime = 0;  ///< seconds, from 0 to longest_token_lifetime
  std::string refresh_token;  ///< "": the one in use stays
};

/// The server said no (RFC 6749 section 5.2). Both are a stranger's words, and not yet bounded.
struct TokenRefusal {
  std::string word;  ///< "invalid_client"
  std::string code;  ///< Microsoft's, which can be looked up: "AADSTS7000222"; or ""
};

/// An answer that is none; why, in lower case, without the server's words.
struct UnusableAnswer {
  std::string text;
};

using NoToken = std::variant<TokenRefusal, UnusableAnswer>;
using TokenAnswer = std::expected<IssuedToken, NoToken>;
/// `status`: of HTTP.
TokenAnswer read_token_answer(long status, std::string_view body);

/// What a person and the program need to log in with a browser elsewhere (RFC 8628 section 3.2).
struct DeviceCode {
  std::string device_code;       ///< secret
  std::string user_code;         ///< to be typed in: printable ASCII, at most 64 characters
  std::string verification_url;  ///< to be opened: is_web_url(), at most 500 characters
  std::int64_t lifetime = 0;     ///< seconds; 1 to 1,800, whatever the server says
  std::int64_t interval = 5;     ///< seconds to wait between two questions; 1 to 300
};

using DeviceAnswer = std::expected<DeviceCode, NoToken>;
DeviceAnswer read_device_answer(long status, std::string_view body);

}  // namespace dmarcq
