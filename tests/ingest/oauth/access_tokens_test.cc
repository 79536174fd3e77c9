// SPDX-License-Identifier: MIT
#include "ingest/oauth/access_tokens.h"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "tests/support/temporary_folder.h"

using namespace dmarcq;

namespace {

/// A token server that counts its tokens, files in memory, and a clock that is set by hand.
struct Play {
  test::TemporaryFolder folder;
  OAuthClient client{.mailbox = "reports",
                     .token_url = "https://token.example/t",
                     .device_url = "https://token.example/d",
                     .client_id = "c1",
                     .subject = "dmarc@kestrel.example"};
  std::string cache = {};
  bool cache_is_writable = true, refresh_file_is_writable = true;
  std::atomic<unsigned> asked = 0;
  std::vector<std::string> forms = {};
  std::string more = {};  ///< in the server's answers: R"(,"refresh_token":"r2")"
  std::expected<HttpsAnswer, std::string> instead = HttpsAnswer{};  ///< of a token, if it has one
  std::int64_t now = 1'000'000;
  std::function<void()> while_waiting = [] {};  ///< what another run does before it is our turn
  bool is_held = false;                         ///< by another run, for longer than we wait

  Play(TokenGrant grant, const std::string& secret) {
    client.grant = grant;
    const std::string file = folder.write("secret", secret).string();
    if (grant == TokenGrant::client_secret) client.client_secret_file = file;
    if (grant == TokenGrant::refresh_token) client.refresh_token_file = file;
    if (grant == TokenGrant::service_account) client.service_account_file = file;
  }
  AccessTokens tokens() {
    TokenFiles files;
    files.cached = [this] { return cache; };
    files.open_cache = [this]() -> std::expected<TokenFiles::Put, Error> {
      if (!cache_is_writable) return std::unexpected(unreadable("no space"));
      return [this](const std::string& text) -> std::expected<void, Error> {
        cache = text;
        return {};
      };
    };
    files.save_refresh_token = [this](const std::string& token) {
      if (refresh_file_is_writable) folder.write("secret", token + '\n');
      return refresh_file_is_writable;
    };
    files.lock = [this]() -> std::expected<std::shared_ptr<void>, Error> {
      while_waiting();
      if (is_held) return std::unexpected(unreadable("another run"));
      return nullptr;
    };
    return AccessTokens(
        client, std::move(files),
        [this](const std::string&,
               const std::string& form) -> std::expected<HttpsAnswer, std::string> {
          forms.push_back(form);
          const std::string number = std::to_string(++asked);
          if (!instead || instead->status != 0) return instead;
          return HttpsAnswer{
              200,
              {},
              R"({"access_token":"access-)" + number + R"(","expires_in":3600)" + more + "}"};
        },
        [this] { return now; });
  }
  std::string token() {
    const auto got = tokens().token();
    return got ? *got : "error: " + got.error().text;
  }
  std::string token_instead_of(const std::string& rejected) {
    const auto got = tokens().token_instead_of(rejected);
    return got ? *got : "error: " + got.error().text;
  }
};

}  // namespace

TEST_CASE("AccessTokens: a token is used until it is about to expire") {
  Play play(TokenGrant::client_secret, "s1\n");
  CHECK(play.token() == "access-1");
  CHECK(play.forms.back() == "grant_type=client_credentials&client_id=c1&client_secret=s1");
  play.now += 3'600 - 121;
  CHECK(play.token() == "access-1");
  play.now += 1;
  CHECK(play.token() == "access-2");
  CHECK(play.token() == "access-2");
  CHECK(play.asked == 2);
}

TEST_CASE("AccessTokens: one that the mail server rejected is replaced at once") {
  Play play(TokenGrant::client_secret, "s1");
  CHECK(play.token() == "access-1");
  CHECK(play.token_instead_of("access-1") == "access-2");
  CHECK(play.token() == "access-2");
  // Another run did it already: one question is enough for both.
  CHECK(play.token_instead_of("access-1") == "access-2");
  CHECK(play.asked == 2);
}

TEST_CASE("AccessTokens: the cache of another client, mailbox or login is not used") {
  const auto changed = [](auto&& change) {
    Play play(TokenGrant::refresh_token, "r1");
    CHECK(play.token() == "access-1");
    change(play);
    return play.token();
  };
  CHECK(changed([](Play&) {}) == "access-1");
  CHECK(changed([](Play& play) { play.client.client_id = "c2"; }) == "access-2");
  CHECK(changed([](Play& play) { play.client.scope = "mail"; }) == "access-2");
  CHECK(changed([](Play& play) { play.client.subject = "other@kestrel.example"; }) == "access-2");
  CHECK(changed([](Play& play) { play.client.token_url = "https://b.example/"; }) == "access-2");
  CHECK(changed([](Play& play) { play.folder.write("secret", "r2"); }) == "access-2");
  CHECK(changed([](Play& play) { play.client.mailbox = "a new name"; }) == "access-1");
  for (const char* damaged : {"", "x", "dmarcq token 1\n"})
    CHECK(changed([&](Play& play) { play.cache = damaged; }) == "access-2");
}

TEST_CASE("AccessTokens: a refresh token that rotates takes the place of the first one") {
  Play play(TokenGrant::refresh_token, "r1\n");
  play.more = R"(,"refresh_token":"r2")";
  CHECK(play.token() == "access-1");
  CHECK(play.forms.back() == "grant_type=refresh_token&client_id=c1&refresh_token=r1");
  CHECK(play.token() == "access-1");  // the cache is of the new one
  CHECK_FALSE(play.cache.contains("r2"));
  play.more = {};
  play.now += 3'600;
  CHECK(play.token() == "access-2");
  CHECK(play.forms.back().ends_with("refresh_token=r2"));
  play.now += 3'600;
  CHECK(play.token() == "access-3");
  CHECK(play.forms.back().ends_with("refresh_token=r2"));
}

TEST_CASE("AccessTokens: where it cannot take that place, the cache keeps it") {
  Play play(TokenGrant::refresh_token, "r1\n");
  play.refresh_file_is_writable = false;
  play.more = R"(,"refresh_token":"r2")";
  CHECK(play.token() == "access-1");
  CHECK(play.token() == "access-1");
  play.now += 3'600;
  play.more = {};
  CHECK(play.token() == "access-2");
  CHECK(play.forms.back().ends_with("refresh_token=r2"));
  play.now += 3'600;
  CHECK(play.token() == "access-3");
  CHECK(play.forms.back().ends_with("refresh_token=r2"));
  // A new login counts more than what came of the old one.
  play.folder.write("secret", "r9");
  CHECK(play.token() == "access-4");
  CHECK(play.forms.back().ends_with("refresh_token=r9"));
}

TEST_CASE("AccessTokens: a refresh token that could be kept nowhere is not asked for") {
  Play play(TokenGrant::refresh_token, "r1\n");
  play.more = R"(,"refresh_token":"r2")";
  play.cache_is_writable = play.refresh_file_is_writable = false;
  CHECK(play.token() == "error: no space");
  CHECK(play.token_instead_of("access-0") == "error: no space");
  CHECK(play.asked == 0);
}

TEST_CASE("AccessTokens: nothing is asked while another run is at it") {
  Play play(TokenGrant::refresh_token, "r1\n");
  play.is_held = true;
  CHECK(play.token() == "error: another run");
  CHECK(play.asked == 0);
}

TEST_CASE("AccessTokens: what another run did meanwhile counts") {
  Play play(TokenGrant::refresh_token, "r1");
  CHECK(play.token() == "access-1");
  const std::string good = play.cache;
  play.cache.clear();
  play.while_waiting = [&] { play.cache = good; };
  CHECK(play.token() == "access-1");
  CHECK(play.asked == 1);
  // Somebody logged in while it waited.
  play.while_waiting = [&] { play.folder.write("secret", "r5"); };
  play.cache.clear();
  CHECK(play.token() == "access-2");
  CHECK(play.forms.back().ends_with("refresh_token=r5"));
}

TEST_CASE("AccessTokens: two threads of one run ask once") {
  Play play(TokenGrant::client_secret, "s1");
  AccessTokens tokens = play.tokens();
  std::string first, second;
  std::thread other([&] { second = tokens.token().value_or("error"); });
  first = tokens.token().value_or("error");
  other.join();
  CHECK(first == "access-1");
  CHECK(second == "access-1");
  CHECK(play.asked == 1);
}

TEST_CASE("AccessTokens: faults are told, and nothing is kept") {
  Play play(TokenGrant::client_secret, "s1234567890");
  const std::string no_token =
      "error: the token server token.example gave no token for mailbox 'reports': ";
  play.instead = std::unexpected("Could not resolve host: token.example");
  CHECK(play.token() == no_token + "Could not resolve host: token.example");
  play.instead = HttpsAnswer{503, {}, "s1234567890"};
  CHECK(play.token() == no_token + "it answers with status 503");
  play.instead = HttpsAnswer{400, {}, R"({"error":"s1234567890"})"};
  CHECK_FALSE(play.token().contains("1234567"));
  play.instead = HttpsAnswer{401, {}, R"({"error":"invalid_client"})"};
  CHECK(play.token().starts_with(
      "error: the token server token.example refused the client secret of mailbox 'reports'"));
  CHECK(play.cache.empty());
  play.instead = HttpsAnswer{};
  play.cache_is_writable = false;
  CHECK(play.token() == "error: no space");
}

TEST_CASE("AccessTokens: files that are missing or wrong are named") {
  Play play(TokenGrant::refresh_token, "r1");
  play.client.refresh_token_file = (play.folder.path() / "none").string();
  CHECK(play.token().ends_with(
      "/none cannot be read: No such file or directory; 'dmarcq login reports' makes it"));
  play.client.device_url.clear();
  CHECK(play.token().ends_with("/none cannot be read: No such file or directory"));

  Play account(TokenGrant::service_account, "no JSON");
  CHECK(account.token() == "error: the service account file " +
                               account.client.service_account_file + " is not a JSON object");
  account.folder.write("secret",
                       R"({"client_email":"a@b.example","private_key":"no key, but secret"})");
  CHECK(account.token() == "error: the service account file " +
                               account.client.service_account_file +
                               " cannot be used: its private key is not PEM, or encrypted");
  CHECK(account.asked == 0);
}
