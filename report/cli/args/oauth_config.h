// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ingest/oauth/oauth_client.h"

namespace dmarcq {

/// The [mailbox.oauth2] of the configuration, as it is written there; what it means, and which keys
/// go together: oauth_mistake().
///
///     [[mailbox]]
///     name = "reports"                        # for 'dmarcq login' and messages; default: the user
///     source = "imaps://dmarc@example.com@outlook.office365.com/INBOX"
///     [mailbox.oauth2]
///     provider = "microsoft"                  # or "google", or token_url (and device_url)
///     tenant = "example.com"                  # microsoft: a domain or an id
///     client_id = "2f5c…"
///     client_secret_file = "/etc/dmarcq/client-secret"          # the program's own access,
///     refresh_token_file = "/var/lib/dmarcq/reports.refresh"    # or a person's: 'dmarcq login',
///     service_account_file = "/etc/dmarcq/service-account.json" # or Google's domain-wide access
///     scope = "…"                             # default: the provider's, for IMAP
///     ca_file = "/etc/ssl/our-ca.pem"         # of the token server; default: the system's
///     token_cache = "/var/lib/dmarcq/reports.token"   # default: beside the database
struct OAuthConfig {
  std::string provider, tenant, client_id;
  std::string client_secret_file, refresh_token_file, service_account_file;
  std::string token_url, device_url, scope, ca_file, token_cache;
};

/// A key of [mailbox.oauth2], for the configuration and the manual.
struct OAuthKey {
  std::string_view name;
  std::string_view meaning;
  std::string OAuthConfig::* member;
};
std::span<const OAuthKey> oauth_keys();

/// What is wrong with a setting, and how it was probably meant.
struct OAuthMistake {
  std::string text, hint;
};

/// Nothing when it is complete and without contradiction. The text begins with the key:
/// "mailbox.oauth2.client_id is missing".
std::optional<OAuthMistake> oauth_mistake(const OAuthConfig&);

/// The client that it describes; there is no mistake in it. `mailbox`: its name; `user`: that of
/// its URL.
OAuthClient oauth_client(const OAuthConfig&, const std::string& mailbox, const std::string& user);

/// The file of a mailbox's tokens: token_cache, or one beside the database.
std::filesystem::path token_cache_file(const OAuthConfig&, const std::string& mailbox,
                                       const std::filesystem::path& database);

}  // namespace dmarcq
