// SPDX-License-Identifier: MIT
#include "ingest/oauth/oauth_client.h"

namespace dmarcq {

OAuthProvider known_provider(std::string_view provider, std::string_view tenant, TokenGrant grant) {
  if (provider == "microsoft") {
    const std::string base = "https://login.microsoftonline.com/" + std::string(tenant) +
                             "/oauth2/v2.0/";
    return {.token_url = base + "token",
            .device_url = base + "devicecode",
            .scope = grant == TokenGrant::client_secret
                         ? "https://outlook.office365.com/.default"
                         : "https://outlook.office.com/IMAP.AccessAsUser.All offline_access"};
  }
  if (provider == "google")
    return {.token_url = "https://oauth2.googleapis.com/token",
            .device_url = "https://oauth2.googleapis.com/device/code",
            .scope = "https://mail.google.com/"};
  return {};
}

std::string advice_for_rejected_token(const OAuthClient& client) {
  if (client.provider == "microsoft" && client.grant == TokenGrant::client_secret)
    return "the app needs the permission IMAP.AccessAsApp with an administrator's consent, and access "
           "to this mailbox by New-ServicePrincipal and Add-MailboxPermission";
  if (client.provider == "microsoft")
    return "IMAP has to be enabled for this mailbox, and whoever logged in needs access to it";
  if (client.provider == "google") return "IMAP has to be enabled for this account";
  return {};
}

}  // namespace dmarcq
