// SPDX-License-Identifier: MIT
#include "ingest/oauth/token_fault.h"

#include <string_view>
#include <variant>

#include "ingest/base/https.h"
#include "ingest/oauth/secret_text.h"

namespace dmarcq {
namespace {

constexpr std::size_t longest_word = 60, longest_fault = 300;

/// What was refused, and what the owner can do.
struct Reading {
  std::string what, advice;
};

Reading of_client(const OAuthClient& client) {
  const bool is_microsoft = client.provider == "microsoft";
  if (!client.client_secret_file.empty())
    return {"the client secret",
            std::string("it may have expired") +
                (is_microsoft ? ", or be the secret's ID in place of its value" : "") +
                "; put a new one into " + client.client_secret_file};
  if (is_microsoft)
    return {"the client ID",
            "allow public client flows in the app's registration, or name a client_secret_file"};
  return {"the client ID", "a client with a secret needs a client_secret_file"};
}

Reading of_grant(const OAuthClient& client) {
  switch (client.grant) {
    case TokenGrant::refresh_token:
      if (client.provider == "google" || client.device_url.empty())
        return {"the refresh token",
                "it expired or was revoked; put a new one into " + client.refresh_token_file};
      return {"the refresh token",
              "it expired or was revoked; run 'dmarcq login " + client.mailbox + "'"};
    case TokenGrant::service_account:
      return {"the service account",
              "check that the mailbox " + client.subject +
                  " exists, that the key was not deleted, and that this machine's clock is right"};
    case TokenGrant::client_secret: break;
  }
  return {"the client", "check client_id and tenant"};
}

Reading of_permission(const OAuthClient& client) {
  if (client.grant == TokenGrant::service_account)
    return {"the service account", "grant it domain-wide delegation for the scope " + client.scope +
                                       " in the admin console"};
  if (client.provider == "microsoft")
    return {"the client",
            "check client_id and tenant, and grant an administrator's consent to the app's "
            "permissions"};
  return {"the client", "check client_id, and what the server allows this client"};
}

Reading of_scope(const OAuthClient& client) {
  if (client.provider == "google" && client.grant == TokenGrant::refresh_token)
    return {"the scope " + client.scope,
            "Google's login with a code does not give access to mail: use a service account, or "
            "put a refresh token that was obtained otherwise into " +
                client.refresh_token_file};
  return {"the scope " + client.scope, "check scope, and the permissions of the client"};
}

Reading reading_of(const OAuthClient& client, std::string_view word) {
  if (word == "invalid_client") return of_client(client);
  if (word == "invalid_grant") return of_grant(client);
  if (word == "unauthorized_client") return of_permission(client);
  if (word == "invalid_scope") return of_scope(client);
  if (word == "interaction_required" || word == "consent_required" || word == "login_required")
    return of_grant(client);
  if (word == "invalid_request" && client.provider == "microsoft")
    return {"the request", "check tenant and client_id"};
  return {"the request", {}};
}

std::string words_of(const OAuthClient& client, const TokenRefusal& refusal,
                     std::span<const std::string> secrets) {
  const Reading reading = reading_of(client, refusal.word);
  std::string text = " refused " + reading.what + " of mailbox '" + client.mailbox + "' (" +
                     words_without_secrets(refusal.word, secrets, longest_word);
  if (!refusal.code.empty())
    text += ", " + words_without_secrets(refusal.code, secrets, longest_word);
  text += ')';
  if (!reading.advice.empty()) text += ": " + reading.advice;
  return text;
}

std::string words_of(const OAuthClient& client, const UnusableAnswer& answer,
                     std::span<const std::string> secrets) {
  return " gave no token for mailbox '" + client.mailbox +
         "': " + words_without_secrets(answer.text, secrets, longest_fault);
}

}  // namespace

Error token_fault(const OAuthClient& client, const std::string& url, const NoToken& none,
                  std::span<const std::string> secrets) {
  return unreadable(
      "the token server " + std::string(web_host(url)) +
      std::visit([&](const auto& why) { return words_of(client, why, secrets); }, none));
}

}  // namespace dmarcq
