// SPDX-License-Identifier: MIT
#include "ingest/oauth/token_answer.h"

#include <doctest/doctest.h>

#include "ingest/oauth/secret_text.h"

using namespace dmarcq;

namespace {

/// "token T 3600 R", "refusal WORD CODE", "unusable …": what a test compares.
std::string in_words(const NoToken& none) {
  if (const auto* refusal = std::get_if<TokenRefusal>(&none))
    return "refusal " + refusal->word + (refusal->code.empty() ? "" : ' ' + refusal->code);
  return "unusable: " + std::get<UnusableAnswer>(none).text;
}

std::string in_words(const TokenAnswer& issued) {
  if (!issued) return in_words(issued.error());
  return "token " + issued->access_token + ' ' + std::to_string(issued->lifetime) +
         (issued->refresh_token.empty() ? "" : ' ' + issued->refresh_token);
}

std::string in_words(const DeviceAnswer& code) {
  if (!code) return in_words(code.error());
  return code->device_code + ' ' + code->user_code + ' ' + code->verification_url + ' ' +
         std::to_string(code->lifetime) + ' ' + std::to_string(code->interval);
}

}  // namespace

TEST_CASE("read_token_answer: what is a token, a refusal, and neither") {
  struct Row {
    const char* name;
    long status;
    std::string body, expected;
  };
  const std::string no_characters = "holds characters that no token has",
                    not_seconds = "unusable: its expires_in is not a number of seconds";
  const Row rows[] = {
      {"the example of RFC 6749", 200,
       R"({"access_token":"2YotnFZFEjr1zCsicMWpAA","token_type":"Bearer","expires_in":3600,"refresh_token":"tGzv3JOkF0XG5Qx2TlKWIA","example_parameter":"x"})",
       "token 2YotnFZFEjr1zCsicMWpAA 3600 tGzv3JOkF0XG5Qx2TlKWIA"},
      {"no type, no lifetime", 200, R"({"access_token":"a"})", "token a 300"},
      {"the type in another case", 200, R"({"access_token":"a","token_type":"bearer"})",
       "token a 300"},
      {"another type", 200, R"({"access_token":"a","token_type":"mac"})",
       "unusable: the type of its token is not Bearer"},
      {"a type that is a number", 200, R"({"access_token":"a","token_type":1})",
       "unusable: the type of its token is not Bearer"},
      {"a lifetime in a text", 200, R"({"access_token":"a","expires_in":"3599"})", "token a 3599"},
      {"a lifetime with a fraction", 200, R"({"access_token":"a","expires_in":3599.5})",
       "token a 3599"},
      {"no life", 200, R"({"access_token":"a","expires_in":0})", "token a 0"},
      {"a long life", 200, R"({"access_token":"a","expires_in":1000000000})", "token a 86400"},
      {"a life beyond the type", 200,
       R"({"access_token":"a","expires_in":"99999999999999999999999"})", "token a 86400"},
      {"a negative lifetime", 200, R"({"access_token":"a","expires_in":-1})", not_seconds},
      {"a lifetime in words", 200, R"({"access_token":"a","expires_in":"soon"})", not_seconds},
      {"a lifetime with more behind it", 200, R"({"access_token":"a","expires_in":"3600s"})",
       not_seconds},
      {"a lifetime without end", 200, R"({"access_token":"a","expires_in":1e300})", not_seconds},
      {"a truth for a lifetime", 200, R"({"access_token":"a","expires_in":true})", not_seconds},
      {"a list for a lifetime", 200, R"({"access_token":"a","expires_in":[3600]})", not_seconds},
      {"null for a lifetime", 200, R"({"access_token":"a","expires_in":null})", not_seconds},
      {"no token", 200, R"({"token_type":"Bearer"})", "unusable: its answer holds no access token"},
      {"a number for a token", 200, R"({"access_token":12345})",
       "unusable: its answer holds no access token"},
      {"an object for a token", 200, R"({"access_token":{"a":"b"}})",
       "unusable: its answer holds no access token"},
      {"an empty token", 200, R"({"access_token":""})", no_characters},
      {"a line end in the token", 200, R"({"access_token":"a\r\nA1 LOGOUT"})", no_characters},
      {"a zero in the token", 200, R"({"access_token":"a\u0000b"})", no_characters},
      {"the separator of XOAUTH2 in the token", 200, R"({"access_token":"a\u0001auth=b"})",
       no_characters},
      {"a blank in the token", 200, R"({"access_token":"a b"})", no_characters},
      {"a letter beyond ASCII in the token", 200, R"({"access_token":"\u00e4"})", no_characters},
      {"a token that is too long", 200,
       R"({"access_token":")" + std::string(longest_secret + 1, 'a') + "\"}", no_characters},
      {"the longest token", 200, R"({"access_token":")" + std::string(longest_secret, 'a') + "\"}",
       "token " + std::string(longest_secret, 'a') + " 300"},
      {"a line end in the refresh token", 200, R"({"access_token":"a","refresh_token":"b\nc"})",
       no_characters},
      {"an empty refresh token", 200, R"({"access_token":"a","refresh_token":""})", no_characters},
      {"a number for a refresh token", 200, R"({"access_token":"a","refresh_token":7})",
       no_characters},
      {"a refusal", 400, R"({"error":"invalid_grant"})", "refusal invalid_grant"},
      {"a refusal of Microsoft's", 401,
       R"({"error":"invalid_client","error_description":"AADSTS7000222: The provided client secret keys are expired.","error_codes":[7000222]})",
       "refusal invalid_client AADSTS7000222"},
      {"a code that is no number", 400, R"({"error":"x","error_description":"AADSTSabc AADSTS12"})",
       "refusal x"},
      {"a code that is too long", 400, R"({"error":"x","error_description":"AADSTS1234567890"})",
       "refusal x"},
      {"a description that is a list", 400, R"({"error":"x","error_description":["AADSTS50034"]})",
       "refusal x"},
      {"a refusal with status 200", 200, R"({"error":"slow_down"})", "refusal slow_down"},
      {"a refusal and a token", 200, R"({"error":"slow_down","access_token":"a"})",
       "refusal slow_down"},
      {"an error that is an object", 400, R"({"error":{"code":400}})",
       "unusable: it answers with status 400"},
      {"an empty error", 400, R"({"error":""})", "unusable: it answers with status 400"},
      {"a token with another status", 201, R"({"access_token":"a"})",
       "unusable: it answers with status 201"},
      {"a redirection", 302, "", "unusable: it answers with a redirection, which is not followed"},
      {"a page", 200, "<html>", "unusable: its answer is not a JSON object"},
      {"a page with status 503", 503, "<html>", "unusable: it answers with status 503"},
      {"nothing", 200, "", "unusable: its answer is not a JSON object"},
      {"a list", 200, R"([{"access_token":"a"}])", "unusable: its answer is not a JSON object"},
      {"cut", 200, R"({"access_token":"a)", "unusable: its answer is not a JSON object"},
      {"two objects", 200, R"({"access_token":"a"}{})",
       "unusable: its answer is not a JSON object"},
      {"deep", 200, std::string(100'000, '['), "unusable: its answer is not a JSON object"},
      {"no UTF-8", 200, "{\"access_token\":\"\xff\"}", "unusable: its answer is not a JSON object"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const std::string words = in_words(read_token_answer(row.status, row.body));
    CAPTURE(words);
    CHECK(words.ends_with(row.expected));
  }
}

TEST_CASE("read_device_answer: within bounds that a person can wait") {
  struct Row {
    const char* name;
    std::string body, expected;
  };
  const auto with = [](const std::string& more) {
    return R"({"device_code":"d","user_code":"WDJB-MJHT","verification_uri":"https://example.com/device")" +
           more + "}";
  };
  const std::string known = "d WDJB-MJHT https://example.com/device ",
                    not_seconds = "unusable: its expires_in is not a number of seconds",
                    bad_interval = "unusable: its interval is not a number of seconds up to 300";
  const Row rows[] = {
      {"the example of RFC 8628", with(R"(,"expires_in":1800,"interval":5)"), known + "1800 5"},
      {"no interval", with(R"(,"expires_in":900)"), known + "900 5"},
      {"an interval of nothing", with(R"(,"expires_in":900,"interval":0)"), known + "900 5"},
      {"the longest interval", with(R"(,"expires_in":900,"interval":300)"), known + "900 300"},
      {"too long an interval", with(R"(,"expires_in":900,"interval":301)"), bad_interval},
      {"a billion", with(R"(,"expires_in":900,"interval":1000000000)"), bad_interval},
      {"beyond the type", with(R"(,"expires_in":900,"interval":"99999999999999999999")"),
       bad_interval},
      {"a negative interval", with(R"(,"expires_in":900,"interval":-5)"), bad_interval},
      {"a list for an interval", with(R"(,"expires_in":900,"interval":[])"), bad_interval},
      {"years", with(R"(,"expires_in":1000000000)"), known + "1800 5"},
      {"no lifetime", with(""), not_seconds},
      {"a lifetime of nothing", with(R"(,"expires_in":0)"), not_seconds},
      {"a negative lifetime", with(R"(,"expires_in":-1)"), not_seconds},
      {"Google's name for the address",
       R"({"device_code":"d","user_code":"WDJB-MJHT","verification_url":"https://example.com/device","expires_in":60})",
       known + "60 5"},
      {"no address", R"({"device_code":"d","user_code":"A","expires_in":60})",
       "unusable: its answer holds no https:// address to open"},
      {"an address without TLS",
       R"({"device_code":"d","user_code":"A","verification_uri":"http://example.com/","expires_in":60})",
       "unusable: its answer holds no https:// address to open"},
      {"an address with a control character",
       R"({"device_code":"d","user_code":"A","verification_uri":"https://example.com/\u001b[2J","expires_in":60})",
       "unusable: its answer holds no https:// address to open"},
      {"an address without end",
       R"({"device_code":"d","user_code":"A","verification_uri":"https://example.com/)" +
           std::string(600, 'a') + R"(","expires_in":60})",
       "unusable: its answer holds no https:// address to open"},
      {"no code to type in",
       R"({"device_code":"d","verification_uri":"https://example.com/","expires_in":60})",
       "unusable: its answer holds no code that could be typed in"},
      {"a number to type in",
       R"({"device_code":"d","user_code":7,"verification_uri":"https://example.com/","expires_in":60})",
       "unusable: its answer holds no code that could be typed in"},
      {"a line end to type in",
       R"({"device_code":"d","user_code":"A\nB","verification_uri":"https://example.com/","expires_in":60})",
       "unusable: its answer holds no code that could be typed in"},
      {"no device code",
       R"({"user_code":"A","verification_uri":"https://example.com/","expires_in":60})",
       "unusable: its answer holds no device code"},
      {"a line end in the device code",
       R"({"device_code":"d\r\n","user_code":"A","verification_uri":"https://example.com/","expires_in":60})",
       "unusable: its answer holds no device code"},
      {"a refusal", R"({"error":"invalid_scope"})", "refusal invalid_scope"},
      {"no JSON", "x", "unusable: its answer is not a JSON object"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(in_words(read_device_answer(200, row.body)) == row.expected);
  }
  CHECK(in_words(read_device_answer(404, "x")) == "unusable: it answers with status 404");
}
