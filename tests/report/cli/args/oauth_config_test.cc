// SPDX-License-Identifier: MIT
#include "report/cli/args/oauth_config.h"

#include <doctest/doctest.h>

using namespace dmarcq;

TEST_CASE("oauth_mistake: which keys a provider and a grant need, and which they exclude") {
  struct Row {
    const char* name;
    OAuthConfig config;
    const char* says;
  };
  const Row rows[] = {
      {"Microsoft, the program's own access",
       {.provider = "microsoft",
        .tenant = "kestrel.example",
        .client_id = "c",
        .client_secret_file = "s"},
       ""},
      {"Microsoft, a person's access",
       {.provider = "microsoft", .tenant = "3f2b-9", .client_id = "c", .refresh_token_file = "r"},
       ""},
      {"Google, a service account", {.provider = "google", .service_account_file = "a"}, ""},
      {"Google, a person's access",
       {.provider = "google",
        .client_id = "c",
        .client_secret_file = "s",
        .refresh_token_file = "r"},
       ""},
      {"another server",
       {.client_id = "c", .client_secret_file = "s", .token_url = "https://token.example/t"},
       ""},
      {"this machine",
       {.client_id = "c",
        .refresh_token_file = "r",
        .token_url = "http://127.0.0.1:8080/t",
        .device_url = "http://localhost/d"},
       ""},
      {"Microsoft in a cloud of its own",
       {.provider = "microsoft",
        .client_id = "c",
        .client_secret_file = "s",
        .token_url = "https://login.example/t"},
       ""},
      {"nothing", {}, "provider is missing"},
      {"no provider",
       {.client_id = "c", .client_secret_file = "s", .device_url = "https://token.example/d"},
       "provider is missing"},
      {"another provider",
       {.provider = "Microsoft"},
       "provider is neither \"microsoft\" nor \"google\""},
      {"no tenant",
       {.provider = "microsoft", .client_id = "c", .client_secret_file = "s"},
       "tenant is missing"},
      {"a tenant that leads elsewhere",
       {.provider = "microsoft", .tenant = "a/../b", .client_id = "c", .client_secret_file = "s"},
       "tenant is neither a domain nor an ID"},
      {"a tenant of Google's",
       {.provider = "google", .tenant = "kestrel.example", .service_account_file = "a"},
       "tenant is for provider = \"microsoft\""},
      {"http to another machine",
       {.client_id = "c", .client_secret_file = "s", .token_url = "http://token.example/t"},
       "token_url is not an https:// URL"},
      {"a user in the URL",
       {.client_id = "c", .client_secret_file = "s", .token_url = "https://a:b@token.example/t"},
       "token_url is not an https:// URL"},
      {"a device URL that is none",
       {.client_id = "c",
        .refresh_token_file = "r",
        .token_url = "https://token.example/t",
        .device_url = "token.example"},
       "device_url is not an https:// URL"},
      {"no client",
       {.provider = "microsoft", .tenant = "kestrel.example", .client_secret_file = "s"},
       "client_id is missing"},
      {"no grant",
       {.provider = "microsoft", .tenant = "kestrel.example", .client_id = "c"},
       "refresh_token_file is missing"},
      {"Google with a secret alone",
       {.provider = "google", .client_id = "c", .client_secret_file = "s"},
       "refresh_token_file is missing"},
      {"a service account of Microsoft's",
       {.provider = "microsoft", .tenant = "kestrel.example", .service_account_file = "a"},
       "service_account_file is for Google"},
      {"a service account with a client",
       {.provider = "google", .client_id = "c", .service_account_file = "a"},
       "client_id does not go with service_account_file"},
      {"a service account with a login",
       {.provider = "google", .refresh_token_file = "r", .service_account_file = "a"},
       "refresh_token_file does not go with service_account_file"},
      {"a scope with a line end",
       {.provider = "google", .service_account_file = "a", .scope = "a\nb"},
       "scope contains control characters"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const auto mistake = oauth_mistake(row.config);
    CHECK((mistake ? mistake->text : "") ==
          (*row.says == '\0' ? "" : std::string("mailbox.oauth2.") + row.says));
  }
}

TEST_CASE("oauth_client: the provider's URLs and scope, unless the configuration has its own") {
  const OAuthClient microsoft = oauth_client({.provider = "microsoft",
                                              .tenant = "kestrel.example",
                                              .client_id = "c",
                                              .client_secret_file = "s"},
                                             "reports", "dmarc@kestrel.example");
  CHECK(microsoft.grant == TokenGrant::client_secret);
  CHECK(microsoft.token_url ==
        "https://login.microsoftonline.com/kestrel.example/oauth2/v2.0/token");
  CHECK(microsoft.scope == "https://outlook.office365.com/.default");
  CHECK(microsoft.mailbox == "reports");
  CHECK(microsoft.subject == "dmarc@kestrel.example");

  const OAuthClient person = oauth_client({.provider = "microsoft",
                                           .tenant = "organizations",
                                           .client_id = "c",
                                           .client_secret_file = "s",
                                           .refresh_token_file = "r"},
                                          "reports", "");
  CHECK(person.grant == TokenGrant::refresh_token);
  CHECK(person.device_url ==
        "https://login.microsoftonline.com/organizations/oauth2/v2.0/devicecode");
  CHECK(person.scope == "https://outlook.office.com/IMAP.AccessAsUser.All offline_access");

  const OAuthClient google =
      oauth_client({.provider = "google", .service_account_file = "a"}, "reports", "");
  CHECK(google.grant == TokenGrant::service_account);
  CHECK(google.token_url == "https://oauth2.googleapis.com/token");
  CHECK(google.scope == "https://mail.google.com/");

  const OAuthClient own = oauth_client({.provider = "google",
                                        .client_id = "c",
                                        .refresh_token_file = "r",
                                        .token_url = "https://token.example/t",
                                        .scope = "mail"},
                                       "reports", "");
  CHECK(own.token_url == "https://token.example/t");
  CHECK(own.device_url.empty());
  CHECK(own.scope == "mail");
}

TEST_CASE("token_cache_file: beside the database, under a name that any mailbox can have") {
  CHECK(token_cache_file({}, "reports", "/var/lib/dmarcq/dmarcq.db") ==
        "/var/lib/dmarcq/dmarcq.db.token.reports");
  CHECK(token_cache_file({}, "dmarc@kestrel.example", "test.db") ==
        "test.db.token.dmarc@kestrel.example");
  CHECK(token_cache_file({}, "../../etc/passwd", "a/test.db") ==
        "a/test.db.token...%2F..%2Fetc%2Fpasswd");
  CHECK(token_cache_file({}, std::string(200, 'a'), "test.db").string().size() ==
        std::string("test.db.token.").size() + 64);
  CHECK(token_cache_file({.token_cache = "/run/t"}, "reports", "test.db") == "/run/t");
}
