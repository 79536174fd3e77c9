// SPDX-License-Identifier: MIT
#include "ingest/oauth/token_fault.h"

#include <doctest/doctest.h>

#include <vector>

using namespace dmarcq;

namespace {

OAuthClient client_of(TokenGrant grant, const std::string& provider = "microsoft") {
  const OAuthProvider known = known_provider(provider, "kestrel.example", grant);
  return {.mailbox = "reports",
          .provider = provider,
          .grant = grant,
          .token_url = provider.empty() ? "https://token.example:8443/t" : known.token_url,
          .device_url = provider.empty() ? "" : known.device_url,
          .client_id = "c1",
          .scope = known.scope,
          .subject = "dmarc@kestrel.example",
          .client_secret_file = grant == TokenGrant::client_secret ? "/etc/secret" : "",
          .refresh_token_file = grant == TokenGrant::refresh_token ? "/var/refresh" : "",
          .service_account_file = grant == TokenGrant::service_account ? "/etc/account" : ""};
}

}  // namespace

TEST_CASE("token_fault: which server, which mailbox, what it says, what to do") {
  using enum TokenGrant;
  struct Row {
    OAuthClient client;
    TokenRefusal refusal;
    std::string expected;
  };
  const std::string microsoft = "the token server login.microsoftonline.com refused ",
                    google = "the token server oauth2.googleapis.com refused ",
                    own = "the token server token.example:8443 refused ";
  const Row rows[] = {
      {client_of(client_secret),
       {"invalid_client", "AADSTS7000222"},
       microsoft + "the client secret of mailbox 'reports' (invalid_client, AADSTS7000222): it may "
                   "have expired, or be the secret's ID in place of its value; put a new one into "
                   "/etc/secret"},
      {client_of(client_secret, ""),
       {"invalid_client", {}},
       own + "the client secret of mailbox 'reports' (invalid_client): it may have expired; put a "
             "new one into /etc/secret"},
      {client_of(client_secret),
       {"invalid_request", "AADSTS90002"},
       microsoft + "the request of mailbox 'reports' (invalid_request, AADSTS90002): check tenant "
                   "and client_id"},
      {client_of(client_secret, ""),
       {"invalid_request", {}},
       own + "the request of mailbox 'reports' (invalid_request)"},
      {client_of(refresh_token),
       {"invalid_client", "AADSTS7000218"},
       microsoft +
           "the client ID of mailbox 'reports' (invalid_client, AADSTS7000218): allow public "
           "client flows in the app's registration, or name a client_secret_file"},
      {client_of(refresh_token, ""),
       {"invalid_client", {}},
       own + "the client ID of mailbox 'reports' (invalid_client): a client with a secret needs a "
             "client_secret_file"},
      {client_of(refresh_token),
       {"invalid_grant", {}},
       microsoft + "the refresh token of mailbox 'reports' (invalid_grant): it expired or was "
                   "revoked; run 'dmarcq login reports'"},
      {client_of(refresh_token),
       {"interaction_required", {}},
       microsoft + "the refresh token of mailbox 'reports' (interaction_required): it expired or "
                   "was revoked; run 'dmarcq login reports'"},
      {client_of(refresh_token, "google"),
       {"invalid_grant", {}},
       google +
           "the refresh token of mailbox 'reports' (invalid_grant): it expired or was revoked; "
           "put a new one into /var/refresh"},
      {client_of(refresh_token, ""),
       {"invalid_grant", {}},
       own + "the refresh token of mailbox 'reports' (invalid_grant): it expired or was revoked; "
             "put a new one into /var/refresh"},
      {client_of(service_account, "google"),
       {"invalid_grant", {}},
       google + "the service account of mailbox 'reports' (invalid_grant): check that the mailbox "
                "dmarc@kestrel.example exists, that the key was not deleted, and that this "
                "machine's clock is right"},
      {client_of(service_account, "google"),
       {"unauthorized_client", {}},
       google + "the service account of mailbox 'reports' (unauthorized_client): grant it "
                "domain-wide delegation for the scope https://mail.google.com/ in the admin "
                "console"},
      {client_of(client_secret),
       {"unauthorized_client", "AADSTS700016"},
       microsoft + "the client of mailbox 'reports' (unauthorized_client, AADSTS700016): check "
                   "client_id and tenant, and grant an administrator's consent to the app's "
                   "permissions"},
      {client_of(refresh_token, "google"),
       {"invalid_scope", {}},
       google + "the scope https://mail.google.com/ of mailbox 'reports' (invalid_scope): Google's "
                "login with a code does not give access to mail: use a service account, or put a "
                "refresh token that was obtained otherwise into /var/refresh"},
      {client_of(client_secret),
       {"server_error", {}},
       microsoft + "the request of mailbox 'reports' (server_error)"},
      {client_of(client_secret),
       {std::string(5'000, 'x'), {}},
       microsoft + "the request of mailbox 'reports' (" + std::string(60, 'x') + "…)"},
      {client_of(client_secret),
       {"you sent the-secret-of-tests", {}},
       microsoft + "the request of mailbox 'reports' ((not shown, since it repeats a secret))"},
  };
  const std::vector<std::string> secrets{"the-secret-of-tests"};
  for (const Row& row : rows) {
    CAPTURE(row.refusal.word);
    const Error error = token_fault(row.client, row.client.token_url, row.refusal, secrets);
    CHECK(error.text == row.expected);
    CHECK(error.fault == Fault::unreadable);
  }
}

TEST_CASE("token_fault: why an answer cannot be used, bounded and without secrets") {
  const OAuthClient client = client_of(TokenGrant::refresh_token, "");
  const std::vector<std::string> secrets{"the-secret-of-tests"};
  const auto text = [&](const std::string& url, const std::string& why) {
    return token_fault(client, url, UnusableAnswer{why}, secrets).text;
  };
  CHECK(text(client.token_url, "it answers with status 503") ==
        "the token server token.example:8443 gave no token for mailbox 'reports': it answers with "
        "status 503");
  CHECK(text("https://device.example/d", "no answer") ==
        "the token server device.example gave no token for mailbox 'reports': no answer");
  CHECK(text(client.token_url, std::string(9'000, 'x')).size() < 500);
  CHECK_FALSE(text(client.token_url, "bad the-secret-of-tests").contains("secret-of"));
}
