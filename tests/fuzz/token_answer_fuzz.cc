// SPDX-License-Identifier: MIT
// Whatever a token server answers, and whatever lies in a cache of tokens or a key of a service
// account: what is taken is fit to be sent, and in bounds. The input's last byte chooses the
// status.
#include "ingest/oauth/token_answer.h"

#include "ingest/base/https.h"
#include "ingest/oauth/secret_text.h"
#include "ingest/oauth/service_account.h"
#include "ingest/oauth/token_cache.h"
#include "ingest/oauth/token_fault.h"
#include "tests/fuzz/fuzz.h"

namespace dmarcq::fuzz {
namespace {

void properties(std::string_view input) {
  constexpr long statuses[] = {200, 400, 302, 503};
  const long status = statuses[input.empty() ? 0 : static_cast<unsigned char>(input.back()) % 4];
  const std::string_view body = input.substr(0, input.empty() ? 0 : input.size() - 1);
  const OAuthClient client{.mailbox = "m", .token_url = "https://token.example/"};
  const TokenAnswer answer = read_token_answer(status, body);
  if (answer) {
    require(status == 200 && is_token(answer->access_token), "a token can be sent");
    require(answer->refresh_token.empty() || is_token(answer->refresh_token),
            "a refresh token can be sent");
    require(answer->lifetime >= 0 && answer->lifetime <= longest_token_lifetime,
            "a token lives for a day at most");
    const TokenCache cache{"0a", answer->lifetime, answer->access_token, answer->refresh_token};
    const auto read = decoded_token_cache(encoded(cache));
    require(read && encoded(*read) == encoded(cache), "what is cached is read again");
  } else {
    if (const auto* refusal = std::get_if<TokenRefusal>(&answer.error()))
      require(!refusal->word.empty() && refusal->code.size() < 20, "a refusal has a word");
    const std::string secrets[] = {std::string(body.substr(0, body.size() / 2))};
    require(token_fault(client, client.token_url, answer.error(), secrets).text.size() < 500,
            "a fault is one line");
  }
  if (const DeviceAnswer code = read_device_answer(status, body)) {
    require(is_token(code->device_code) && is_web_url(code->verification_url),
            "a device code can be sent, and its address opened");
    require(code->lifetime > 0 && code->lifetime <= 1'800 && code->interval > 0 &&
                code->interval <= 300,
            "nobody waits for ever");
    require(is_clean(code->user_code) && code->user_code.size() <= 64, "a code can be typed in");
  }
  if (const auto cache = decoded_token_cache(body))
    require(is_token(cache->access_token) && decoded_token_cache(encoded(*cache)),
            "a cached token can be sent");
  if (const auto account = read_service_account(body))
    require(is_token(account->email), "an account has an address");
}

}  // namespace

std::vector<std::string> seeds() {
  std::vector<std::string> all;
  for (
      const std::string body :
      {R"({"access_token":"2YotnFZFEjr1zCsicMWpAA","token_type":"Bearer","expires_in":3600,"refresh_token":"tGzv3JOkF0XG5Qx2TlKWIA"})",
       R"({"access_token":"a","expires_in":"3599.5"})",
       R"({"error":"invalid_client","error_description":"AADSTS7000222: expired"})",
       R"({"device_code":"d","user_code":"WDJB-MJHT","verification_uri":"https://example.com/device","expires_in":1800,"interval":5})",
       R"({"client_email":"a@b.example","private_key":"-----BEGIN","private_key_id":"k"})",
       "dmarcq token 1\nowner 0a\nexpires 1788912000\naccess_token eyJ0\nrefresh_token 0.A\n"})
    for (const char status : {'\0', '\1'}) all.push_back(body + status);
  return all;
}

std::vector<std::string_view> words() {
  return {"\"access_token\":",
          "\"refresh_token\":",
          "\"expires_in\":",
          "\"interval\":",
          "\"error\":",
          "\"token_type\":",
          "\"user_code\":",
          "\"device_code\":",
          "\"verification_uri\":",
          "https://",
          "http://127.0.0.1",
          "AADSTS",
          "\\u0000",
          "\\r\\n",
          "1e999",
          "-1",
          "99999999999999999999",
          "null",
          "true",
          "[[[[",
          "{\"a\":",
          "\"bearer\"",
          "owner ",
          "expires "};
}

}  // namespace dmarcq::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return dmarcq::fuzz::checked(data, size, {.microseconds_per_byte = 4, .bytes_per_byte = 400},
                               dmarcq::fuzz::properties);
}
