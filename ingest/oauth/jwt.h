// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace dmarcq {

/// A JSON Web Token signed with RS256 (RFC 7519, RFC 7515, RFC 7518 section 3.3).

/// What an assertion says (RFC 7523 section 3).
struct JwtClaims {
  std::string issuer, subject, scope, audience;
  std::int64_t issued_at = 0;  ///< Unix time; it is valid for an hour from then
};

/// The text that is signed: header and claims as JSON, in base64url, with a dot between them.
/// `key_id` is left out when it is empty.
std::string jwt_signing_input(const JwtClaims&, std::string_view key_id);

/// The signing input, a dot and its signature. `private_key`: RSA with 2,048 to 16,384 bits, in
/// PEM, not encrypted; else the error says what is wrong, and nothing of the key.
std::expected<std::string, std::string> signed_jwt(const std::string& signing_input,
                                                   std::string_view private_key);

}  // namespace dmarcq
