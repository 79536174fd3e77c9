// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

namespace dmarcq {

/// How a mailbox's access token is obtained.
enum class TokenGrant {
  client_secret,  ///< the program has access of its own: client credentials (RFC 6749 section 4.4)
  refresh_token,  ///< a person gave access once (RFC 6749 section 6)
  service_account,  ///< an account for programs acts for the mailbox, by a signed assertion (RFC
                    ///< 7523)
};

/// Who asks which server for the token of which mailbox. Secrets are not among the members: files
/// hold them.
struct OAuthClient {
  std::string mailbox;   ///< its name, for messages
  std::string provider;  ///< "microsoft", "google", or "": only the URLs are known
  TokenGrant grant = TokenGrant::refresh_token;
  std::string token_url;
  std::string device_url;          ///< of device authorization (RFC 8628); "": the server has none
  std::string client_id;           ///< "" for a service account
  std::string scope;               ///< "": the server's default
  std::string subject;             ///< the user of the mailbox, for whom a service account acts
  std::string client_secret_file;  ///< "" where the client has none
  std::string refresh_token_file, service_account_file;

  bool operator==(const OAuthClient&) const = default;
};

/// What is known of a provider. `tenant`: Microsoft's, an id or a domain. Empty members: nothing.
struct OAuthProvider {
  std::string token_url, device_url;
  std::string scope;  ///< for reading mail over IMAP, by this grant
};
OAuthProvider known_provider(std::string_view provider, std::string_view tenant, TokenGrant);

/// What to look at when the mail server rejects a login although the token server issued the token;
/// "" when nothing is known.
std::string advice_for_rejected_token(const OAuthClient&);

}  // namespace dmarcq
