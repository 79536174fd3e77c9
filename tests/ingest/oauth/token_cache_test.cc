// SPDX-License-Identifier: MIT
#include "ingest/oauth/token_cache.h"

#include <doctest/doctest.h>

using namespace dmarcq;

namespace {
const TokenCache whole{.owner = "0123abcd",
                       .expires = 1'788'912'000,
                       .access_token = "eyJ0.a-b_c~+/=",
                       .refresh_token = "0.AAAA"};
}

TEST_CASE("token cache: what is written is read again") {
  const std::string text = encoded(whole);
  CHECK(text ==
        "dmarcq token 1\nowner 0123abcd\nexpires 1788912000\naccess_token eyJ0.a-b_c~+/=\n"
        "refresh_token 0.AAAA\n");
  const auto read = decoded_token_cache(text);
  REQUIRE(read);
  CHECK(encoded(*read) == text);
  TokenCache without = whole;
  without.refresh_token.clear();
  REQUIRE(decoded_token_cache(encoded(without)));
  CHECK(decoded_token_cache(encoded(without))->refresh_token.empty());
}

TEST_CASE("token cache: cut at any byte it is none, or one without the last line") {
  const std::string text = encoded(whole);
  TokenCache shorter = whole;
  shorter.refresh_token.clear();
  for (std::size_t size = 0; size < text.size(); ++size) {
    CAPTURE(size);
    const auto read = decoded_token_cache(text.substr(0, size));
    CHECK(read.has_value() == (size == encoded(shorter).size()));
  }
}

TEST_CASE("token cache: what encoded() does not write is none") {
  const std::string text = encoded(whole);
  struct Row {
    const char *from, *to;
  };
  const Row rows[] = {{"token 1", "token 2"},
                      {"owner ", "owners "},
                      {"owner 0123abcd\n", ""},
                      {"1788912000", "soon"},
                      {"1788912000", "1788912000x"},
                      {"1788912000", "99999999999999999999"},
                      {"eyJ0", "eyJ0\r"},
                      {"eyJ0", "eyJ0 "},
                      {"eyJ0", "eyJ0\x01"},
                      {"refresh_token", "refresh"},
                      {"0.AAAA\n", "0.AAAA\nmore\n"}};
  for (const Row& row : rows) {
    CAPTURE(row.to);
    std::string other = text;
    REQUIRE(other.find(row.from) != other.npos);
    other.replace(other.find(row.from), std::string_view(row.from).size(), row.to);
    CHECK_FALSE(decoded_token_cache(other));
  }
  CHECK_FALSE(decoded_token_cache(""));
}

TEST_CASE("is_usable: until two minutes before its end, and not if the clock was wrong") {
  struct Row {
    std::int64_t left;
    bool usable;
  };
  for (const auto& [left, usable] :
       {Row{86'400, true}, Row{86'401, false}, Row{3'600, true}, Row{121, true}, Row{120, false},
        Row{0, false}, Row{-1, false}, Row{-100'000, false}}) {
    CAPTURE(left);
    CHECK(is_usable(whole, whole.expires - left) == usable);
  }
  CHECK_FALSE(is_usable(TokenCache{}, 0));
}
