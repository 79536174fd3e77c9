// SPDX-License-Identifier: MIT
#include "ingest/oauth/secret_text.h"

#include <doctest/doctest.h>

#include <vector>

#include "tests/support/temporary_folder.h"

using namespace dmarcq;

TEST_CASE("words_without_secrets: bounded, and nothing that repeats a secret") {
  const std::vector<std::string> secrets{"", "abc", "short", "Zq~8Q1aBcDeFgHiJ"};
  const std::string hidden = "(not shown, since it repeats a secret)";
  struct Row {
    const char *said, *expected;
  };
  const Row rows[] = {
      {"invalid_client", "invalid_client"},
      {"", ""},
      {"abc is not long enough", "abc is not long enough"},
      {"a short word", "(not shown, since it repeats a secret)"},
      {"bad Zq~8Q1aBcDeFgHiJ!", "(not shown, since it repeats a secret)"},
      {"from its middle: 1aBcDeFg", "(not shown, since it repeats a secret)"},
      {"its end: DeFgHiJ", "its end: DeFgHiJ"},  // 7 bytes
      // printf '%s' 'Zq~8Q1aBcDeFgHiJ' | base64, and with one, two and three bytes before it
      {"base64: WnF+OFExYUJjRGVGZ0hpSg==", "(not shown, since it repeats a secret)"},
      {"NO eFpxfjhRMWFCY0RlRmdIaUo=", "(not shown, since it repeats a secret)"},
      {"NO eHhacX44UTFhQmNEZUZnSGlK", "(not shown, since it repeats a secret)"},
      {"eHh4WnF+OFExYUJjRGVGZ0hpSg said you", "(not shown, since it repeats a secret)"},
      {"base64url: WnF-OFExYUJjRGVGZ0hpSg", "(not shown, since it repeats a secret)"},
      {"directly behind words:abcWnF+OFExYUJjRGVGZ0hpSg", "(not shown, since it repeats a secret)"},
      {"a part: UTFhQmNEZUY=", "(not shown, since it repeats a secret)"},
      {"the short one: c2hvcnQ=", "(not shown, since it repeats a secret)"},
      {"bm90aGluZyBzZWNyZXQ=", "bm90aGluZyBzZWNyZXQ="},
      {"12345678901234567890123456789012345678901234567890X",
       "12345678901234567890123456789012345678901234567890…"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.said);
    CHECK(words_without_secrets(row.said, secrets, 50) == row.expected);
  }
  // Also what would be cut off.
  CHECK(words_without_secrets(std::string(100, '.') + "Zq~8Q1aBcDeFgHiJ", secrets, 50) == hidden);
}

TEST_CASE("words_without_secrets: a whole login, and a long line with a long token") {
  const std::vector<std::string> secrets{"Zq~8Q1aBcDeFgHiJ"};
  // printf 'user=me\1auth=Bearer Zq~8Q1aBcDeFgHiJ\1\1' | base64 -w0, and the same for OAUTHBEARER
  for (const char* login :
       {"dXNlcj1tZQFhdXRoPUJlYXJlciBacX44UTFhQmNEZUZnSGlKAQE=",
        "bixhPW1lLAFob3N0PWltYXAuZXhhbXBsZQFwb3J0PTk5MwFhdXRoPUJlYXJlciBacX44UTFhQmNEZUZnSGlKAQE="})
    CHECK(words_without_secrets(std::string("NO ") + login, secrets, 500) ==
          "(not shown, since it repeats a secret)");
  const std::vector<std::string> token{std::string(longest_secret, 'a') + 'b'};
  CHECK(words_without_secrets(std::string(1u << 20, 'c'), token, 3) == "ccc…");
}

TEST_CASE("secret_of_file: one word; errors name the file and nothing that is in it") {
  const test::TemporaryFolder folder;
  struct Row {
    const char* name;
    std::string text, expected;
  };
  const Row rows[] = {
      {"plain", "Zq~8Q", "Zq~8Q"},
      {"with a line end", "Zq~8Q\n", "Zq~8Q"},
      {"with a line end of Windows", " Zq~8Q\r\n\r\n", "Zq~8Q"},
      {"nothing", "", "is empty"},
      {"blanks", " \n", "is empty"},
      {"two words", "Zq~8Q more", "holds more than one word"},
      {"two lines", "Zq~8Q\nmore", "holds more than one word"},
      {"a control character", "Zq\x01", "holds more than one word"},
      {"beyond ASCII", "Zq\xc3\xa4", "holds more than one word"},
      {"too long", std::string(longest_secret + 1, 'Z'), "holds more than one word"},
      {"far too long", std::string(100'000, 'Z'), "is larger than 64 KiB"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const std::string file = folder.write("secret", row.text).string();
    const auto secret = secret_of_file(file, "client secret");
    if (secret) {
      CHECK(*secret == row.expected);
      continue;
    }
    CAPTURE(secret.error().text);
    const std::string named = "the client secret file " + file + ' ';
    CHECK(secret.error().text.starts_with(named + row.expected));
    CHECK_FALSE(secret.error().text.substr(named.size()).contains("Z"));
  }
  const auto missing = secret_of_file((folder.path() / "missing").string(), "client secret");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().text.ends_with("/missing cannot be read: No such file or directory"));
  CHECK_FALSE(secret_of_file(folder.path().string(), "client secret"));
}
