// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace dmarcq {

/// One method of an Authentication-Results field (RFC 8601 section 2.2): "dkim=pass (2048-bit key)
/// header.d=example.com".
struct AuthenticationResult {
  struct Property {
    std::string type, name, value;  ///< "header", "d", "example.com"; `type` is "" in Amazon's
                                    ///< "client-ip=192.0.2.1"
  };
  std::string method, result;  ///< lower case: "dkim", "pass"; unknown methods as they stand
                               ///< ("x-ptr")
  std::string comment;  ///< those behind the result, without their parentheses: Gmail's "p=REJECT
                        ///< sp=NONE dis=NONE"
  std::string reason;
  std::vector<Property> properties;

  /// Value of the first property of this name ("header.d"); "" when there is none.
  std::string_view property(std::string_view type, std::string_view name) const;
};

/// Longer lists are cut, and not well-formed: receivers write a dozen results at most.
inline constexpr std::size_t most_authentication_results = 100, most_authentication_properties = 20;

struct AuthenticationResults {
  std::string authserv_id;                    ///< lower case; "" where it is missing (Microsoft)
  std::vector<AuthenticationResult> results;  ///< empty for "none"
  bool well_formed = true;  ///< it is whole, and quotes and comments are closed, so that nobody's
                            ///< address can have put a result in
};

/// Reads the value of an Authentication-Results field, unfolded. Lenient as real receivers need it:
/// no authserv-id (Microsoft), comments anywhere or right behind the result (Yahoo), versions,
/// quoted values, a final semicolon, words that are no result.
AuthenticationResults parse_authentication_results(std::string_view value);

}  // namespace dmarcq
