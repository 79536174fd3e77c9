// SPDX-License-Identifier: MIT
#include "ingest/oauth/token_request.h"

#include <initializer_list>
#include <utility>

#include "ingest/base/percent.h"

namespace dmarcq {
namespace {

using Field = std::pair<std::string_view, std::string_view>;

/// Without the fields that are empty.
std::string form(std::initializer_list<Field> fields) {
  std::string out;
  for (const auto& [name, value] : fields) {
    if (value.empty()) continue;
    if (!out.empty()) out += '&';
    out.append(name).append("=").append(percent_encoded(value, "-._~"));
  }
  return out;
}

}  // namespace

std::string client_secret_form(const OAuthClient& client, std::string_view secret) {
  return form({{"grant_type", "client_credentials"},
               {"client_id", client.client_id},
               {"client_secret", secret},
               {"scope", client.scope}});
}

std::string refresh_token_form(const OAuthClient& client, std::string_view secret,
                               std::string_view refresh_token) {
  return form({{"grant_type", "refresh_token"},
               {"client_id", client.client_id},
               {"client_secret", secret},
               {"refresh_token", refresh_token},
               {"scope", client.scope}});
}

std::string assertion_form(std::string_view assertion) {
  return form(
      {{"grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"}, {"assertion", assertion}});
}

std::string device_form(const OAuthClient& client, std::string_view secret) {
  return form(
      {{"client_id", client.client_id}, {"client_secret", secret}, {"scope", client.scope}});
}

std::string device_token_form(const OAuthClient& client, std::string_view secret,
                              std::string_view device_code) {
  return form({{"grant_type", "urn:ietf:params:oauth:grant-type:device_code"},
               {"client_id", client.client_id},
               {"client_secret", secret},
               {"device_code", device_code}});
}

}  // namespace dmarcq
