// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

#include "ingest/oauth/oauth_client.h"

namespace dmarcq {

// The bodies of requests to a token server, application/x-www-form-urlencoded. A client's secret
// goes with the others (RFC 6749 section 2.3.1); an empty one is left out, as is an empty scope.

std::string client_secret_form(const OAuthClient&, std::string_view secret);
std::string refresh_token_form(const OAuthClient&, std::string_view secret,
                               std::string_view refresh_token);
/// RFC 7523 section 2.1.
std::string assertion_form(std::string_view assertion);
/// RFC 8628 section 3.1: begins a login with a browser elsewhere.
std::string device_form(const OAuthClient&, std::string_view secret);
/// RFC 8628 section 3.4: asks whether it has happened.
std::string device_token_form(const OAuthClient&, std::string_view secret,
                              std::string_view device_code);

}  // namespace dmarcq
