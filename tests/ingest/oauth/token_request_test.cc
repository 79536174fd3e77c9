// SPDX-License-Identifier: MIT
#include "ingest/oauth/token_request.h"

#include <doctest/doctest.h>

using namespace dmarcq;

TEST_CASE("token requests: each grant's form, encoded, without what is empty") {
  const OAuthClient client{.client_id = "client&1",
                           .scope = "https://mail.example/ offline_access"};
  const OAuthClient bare{.client_id = "client&1"};
  struct Row {
    const char* name;
    std::string form, expected;
  };
  const std::string scope = "&scope=https%3A%2F%2Fmail.example%2F%20offline_access";
  const Row rows[] = {
      {"client credentials", client_secret_form(client, "s=+ä\r\n"),
       "grant_type=client_credentials&client_id=client%261&client_secret=s%3D%2B%C3%A4%0D%0A" +
           scope},
      {"refresh token", refresh_token_form(client, "", "0.A~b-c_d"),
       "grant_type=refresh_token&client_id=client%261&refresh_token=0.A~b-c_d" + scope},
      {"refresh token of a client with a secret", refresh_token_form(bare, "s", "r&s"),
       "grant_type=refresh_token&client_id=client%261&client_secret=s&refresh_token=r%26s"},
      {"assertion", assertion_form("a.b.c"),
       "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=a.b.c"},
      {"device authorization", device_form(client, ""), "client_id=client%261" + scope},
      {"device token", device_token_form(bare, "", "d/1"),
       "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&client_id=client%261"
       "&device_code=d%2F1"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(row.form == row.expected);
  }
}
