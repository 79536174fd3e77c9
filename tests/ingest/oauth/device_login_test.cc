// SPDX-License-Identifier: MIT
#include "ingest/oauth/device_login.h"

#include <doctest/doctest.h>

#include <chrono>
#include <vector>

using namespace dmarcq;

namespace {

/// A server that gives these answers in turn, the last one for ever, and a clock that only waiting
/// moves.
struct Play {
  std::string device =
      R"({"device_code":"dev-1234567890","user_code":"WDJB-MJHT","verification_uri":"https://example.com/d","expires_in":900,"interval":5})";
  std::vector<std::expected<HttpsAnswer, std::string>> answers;
  std::vector<std::string> forms = {};
  std::vector<std::int64_t> waits = {};
  std::chrono::steady_clock::time_point now = {};
  unsigned interrupted_at = 0;  ///< the wait that a signal ends; 0: none
  std::string shown = {};

  std::int64_t seconds() const {
    return std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  }
  std::string run() {
    const OAuthClient client{.mailbox = "reports",
                             .token_url = "https://token.example/t",
                             .device_url = "https://device.example/d",
                             .client_id = "c1"};
    DeviceLogin login;
    login.ask = [&](const std::string& url,
                    const std::string& form) -> std::expected<HttpsAnswer, std::string> {
      forms.push_back(url + ' ' + form);
      if (url == client.device_url) return HttpsAnswer{200, "application/json", device};
      const std::size_t at = std::min(forms.size() - 2, answers.size() - 1);
      return answers[at];
    };
    login.now = [&] { return now; };
    login.wait = [&](std::int64_t seconds) {
      waits.push_back(seconds);
      now += std::chrono::seconds(seconds);
      return waits.size() != interrupted_at;
    };
    login.show = [&](const DeviceCode& code) {
      shown = code.user_code + ' ' + code.verification_url;
    };
    const auto token = log_in_by_device(client, login);
    return token ? "token " + *token : token.error().text;
  }
};

HttpsAnswer refusal(const std::string& word) {
  return {400, "application/json", R"({"error":")" + word + "\"}"};
}
HttpsAnswer issued(const std::string& refresh = R"(,"refresh_token":"r1")") {
  return {200, "application/json", R"({"access_token":"a1","expires_in":3600)" + refresh + "}"};
}

}  // namespace

TEST_CASE("log_in_by_device: asks at the interval until somebody has logged in") {
  Play play{
      .answers = {refusal("authorization_pending"), refusal("authorization_pending"), issued()}};
  CHECK(play.run() == "token r1");
  CHECK(play.shown == "WDJB-MJHT https://example.com/d");
  CHECK(play.waits == std::vector<std::int64_t>{5, 5, 5});
  REQUIRE(play.forms.size() == 4);
  CHECK(play.forms[0] == "https://device.example/d client_id=c1");
  CHECK(play.forms[3] ==
        "https://token.example/t grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code"
        "&client_id=c1&device_code=dev-1234567890");
}

TEST_CASE(
    "log_in_by_device: slow_down makes it slower for good, and for ever it ends with the code") {
  Play once{.answers = {refusal("slow_down"), refusal("authorization_pending"), issued()}};
  CHECK(once.run() == "token r1");
  CHECK(once.waits == std::vector<std::int64_t>{5, 10, 10});

  Play always{.answers = {refusal("slow_down")}};
  CHECK(always.run() == "nobody logged in for mailbox 'reports' while the code was valid");
  CHECK(always.seconds() == 900);
  CHECK(always.forms.size() < 25);
  Play pending{.answers = {refusal("authorization_pending")}};
  CHECK(pending.run() == "nobody logged in for mailbox 'reports' while the code was valid");
  CHECK(pending.seconds() == 900);
  CHECK(pending.forms.size() == 181);
}

TEST_CASE("log_in_by_device: whatever a server says, within half an hour") {
  for (const char* more : {R"("expires_in":1000000000,"interval":0)", R"("expires_in":99999)",
                           R"("expires_in":1000000000,"interval":300)"}) {
    CAPTURE(more);
    Play play{.answers = {refusal("authorization_pending")}};
    play.device =
        R"({"device_code":"d","user_code":"A","verification_uri":"https://example.com/",)" +
        std::string(more) + "}";
    CHECK(play.run() == "nobody logged in for mailbox 'reports' while the code was valid");
    CHECK(play.seconds() == 1'800);
    CHECK(play.forms.size() <= 362);
  }
}

TEST_CASE("log_in_by_device: without an answer it asks less and less often, and gives up") {
  const std::expected<HttpsAnswer, std::string> none =
      std::unexpected("no complete answer within 60 s");
  Play some{.answers = {none, none, issued()}};
  CHECK(some.run() == "token r1");
  CHECK(some.waits == std::vector<std::int64_t>{5, 10, 20});
  Play always{.answers = {none}};
  CHECK(always.run() ==
        "the token server token.example gave no token for mailbox 'reports': no complete answer "
        "within 60 s");
  CHECK(always.waits == std::vector<std::int64_t>{5, 10, 20, 40, 80});
  // An answer between two of them starts the count again.
  Play mixed{.answers = {none, none, refusal("authorization_pending"), none, none, none, issued()}};
  CHECK(mixed.run() == "token r1");
}

TEST_CASE("log_in_by_device: how it ends without a token") {
  struct Row {
    const char* name;
    HttpsAnswer answer;
    std::string says;
  };
  const std::string no_token =
      "the token server token.example gave no token for mailbox 'reports': ";
  const Row rows[] = {
      {"declined", refusal("access_denied"),
       "the login for mailbox 'reports' was declined in the browser"},
      {"declined, in Microsoft's word", refusal("authorization_declined"),
       "the login for mailbox 'reports' was declined in the browser"},
      {"expired", refusal("expired_token"),
       "nobody logged in for mailbox 'reports' while the code was valid"},
      {"another word", refusal("invalid_client"),
       "the token server token.example refused the client ID of mailbox 'reports' "
       "(invalid_client): a client with a secret needs a client_secret_file"},
      {"the device code in the word", refusal("no dev-1234567890"),
       "the token server token.example refused the request of mailbox 'reports' ((not shown, since "
       "it repeats a secret))"},
      {"no refresh token", issued(""),
       no_token + "it issued no refresh token; the scope may lack offline_access"},
      {"a refresh token with a line end", issued(R"(,"refresh_token":"a\r\nb")"),
       no_token + "its refresh token is empty, too long, or holds characters that no token has"},
      {"a page", {200, "text/html", "<html>"}, no_token + "its answer is not a JSON object"},
      {"a redirection",
       {302, "", ""},
       no_token + "it answers with a redirection, which is not followed"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Play play{.answers = {row.answer}};
    CHECK(play.run() == row.says);
    CHECK(play.forms.size() == 2);
  }
  Play refused{.device = R"({"error":"invalid_scope"})", .answers = {issued()}};
  CHECK(refused.run().starts_with("the token server device.example refused the scope"));
  CHECK(refused.shown.empty());
  Play unusable{.device = "<html>", .answers = {issued()}};
  CHECK(unusable.run() ==
        "the token server device.example gave no token for mailbox 'reports': its answer is not a "
        "JSON object");
  Play signalled{.answers = {refusal("authorization_pending")}};
  signalled.interrupted_at = 2;
  CHECK(signalled.run() == "interrupted");
  CHECK(signalled.forms.size() == 2);
}
