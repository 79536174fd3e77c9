// SPDX-License-Identifier: MIT
#include "report/cli/args/oauth_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "ingest/base/digest.h"
#include "ingest/base/https.h"
#include "ingest/base/percent.h"

namespace dmarcq {
namespace {

constexpr std::array<OAuthKey, 11> keys{{
    {"provider", "\"microsoft\" or \"google\"; without it, token_url says whom to ask",
     &OAuthConfig::provider},
    {"tenant", "for microsoft: the organisation's domain or id", &OAuthConfig::tenant},
    {"client_id", "the application's id, as it was registered", &OAuthConfig::client_id},
    {"client_secret_file", "a file with the application's secret: the program's own access",
     &OAuthConfig::client_secret_file},
    {"refresh_token_file", "a file with a person's refresh token, which 'dmarcq login' writes",
     &OAuthConfig::refresh_token_file},
    {"service_account_file", "the key file of a Google service account with domain-wide delegation",
     &OAuthConfig::service_account_file},
    {"token_url", "the token server, where it is not the provider's", &OAuthConfig::token_url},
    {"device_url", "the server of device codes, where it is not the provider's",
     &OAuthConfig::device_url},
    {"scope", "what access is asked for; without it, what the provider needs for IMAP",
     &OAuthConfig::scope},
    {"ca_file", "certificates to trust for the token server, in PEM; else those of the machine",
     &OAuthConfig::ca_file},
    {"token_cache", "the file of the current token; else one beside the database",
     &OAuthConfig::token_cache},
}};

TokenGrant grant_of(const OAuthConfig& config) {
  return !config.service_account_file.empty() ? TokenGrant::service_account
         : !config.refresh_token_file.empty() ? TokenGrant::refresh_token
                                              : TokenGrant::client_secret;
}

bool is_printable(std::string_view text) {
  return std::ranges::none_of(
      text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; });
}

/// "example.onmicrosoft.com", "3f2b…-…", "organizations": part of a URL.
bool is_tenant(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '-';
  });
}

OAuthMistake mistake(std::string_view key, std::string_view what, std::string hint = {}) {
  return {fmt::format("mailbox.oauth2.{} {}", key, what), std::move(hint)};
}

std::optional<OAuthMistake> mistake_of_server(const OAuthConfig& config) {
  if (config.provider.empty() && config.token_url.empty())
    return mistake("provider", "is missing",
                   "provider = \"microsoft\" or \"google\", or token_url = \"https://…\"");
  if (!config.provider.empty() && config.provider != "microsoft" && config.provider != "google")
    return mistake("provider", "is neither \"microsoft\" nor \"google\"",
                   "another one is described by token_url and device_url");
  if (config.provider == "microsoft" && config.tenant.empty() && config.token_url.empty())
    return mistake("tenant", "is missing",
                   "tenant = \"example.com\", or the directory (tenant) ID");
  if (config.provider != "microsoft" && !config.tenant.empty())
    return mistake("tenant", "is for provider = \"microsoft\"");
  if (!is_tenant(config.tenant))
    return mistake("tenant", "is neither a domain nor an ID", "tenant = \"example.com\"");
  for (const auto& [key, url] :
       {std::pair("token_url", &config.token_url), std::pair("device_url", &config.device_url)})
    if (!url->empty() && !is_web_url(*url))
      return mistake(key, "is not an https:// URL",
                     "http:// is for loopback addresses only, like http://127.0.0.1:8080/token");
  return std::nullopt;
}

}  // namespace

std::span<const OAuthKey> oauth_keys() { return keys; }

std::optional<OAuthMistake> oauth_mistake(const OAuthConfig& config) {
  if (auto found = mistake_of_server(config)) return found;
  if (!config.service_account_file.empty()) {
    if (config.provider == "microsoft")
      return mistake("service_account_file", "is for Google",
                     "Microsoft has client_secret_file for access without a person");
    for (const auto& [key, value] : {std::pair("client_id", &config.client_id),
                                     std::pair("client_secret_file", &config.client_secret_file),
                                     std::pair("refresh_token_file", &config.refresh_token_file)})
      if (!value->empty())
        return mistake(key, "does not go with service_account_file",
                       "the key of a service account is all it needs");
  } else if (config.client_id.empty()) {
    return mistake("client_id", "is missing", "the ID that the provider gave the application");
  } else if (config.refresh_token_file.empty() && config.client_secret_file.empty()) {
    return mistake("refresh_token_file", "is missing",
                   "client_secret_file, refresh_token_file or service_account_file says how a "
                   "token is obtained");
  } else if (config.refresh_token_file.empty() && config.provider == "google") {
    return mistake("refresh_token_file", "is missing",
                   "Google gives a client secret alone no access to mail: refresh_token_file, or "
                   "service_account_file");
  }
  for (const auto& [key, value] :
       {std::pair("client_id", &config.client_id), std::pair("scope", &config.scope)})
    if (!is_printable(*value)) return mistake(key, "contains control characters");
  return std::nullopt;
}

OAuthClient oauth_client(const OAuthConfig& config, const std::string& mailbox,
                         const std::string& user) {
  const TokenGrant grant = grant_of(config);
  OAuthProvider known = known_provider(config.provider, config.tenant, grant);
  const auto chosen = [](const std::string& given, std::string& otherwise) {
    return given.empty() ? std::move(otherwise) : given;
  };
  // A server of one's own has a device login only where the configuration says so.
  if (!config.token_url.empty()) known.device_url.clear();
  return {.mailbox = mailbox,
          .provider = config.provider,
          .grant = grant,
          .token_url = chosen(config.token_url, known.token_url),
          .device_url = chosen(config.device_url, known.device_url),
          .client_id = config.client_id,
          .scope = chosen(config.scope, known.scope),
          .subject = user,
          .client_secret_file = config.client_secret_file,
          .refresh_token_file = config.refresh_token_file,
          .service_account_file = config.service_account_file};
}

std::filesystem::path token_cache_file(const OAuthConfig& config, const std::string& mailbox,
                                       const std::filesystem::path& database) {
  if (!config.token_cache.empty()) return config.token_cache;
  constexpr std::size_t longest_name = 100;  // of 255 that file systems allow
  std::string name = percent_encoded(mailbox, "-._@");
  if (name.size() > longest_name) name = to_hex(sha256(mailbox));
  std::filesystem::path file = database;
  file += ".token." + name;
  return file;
}

}  // namespace dmarcq
