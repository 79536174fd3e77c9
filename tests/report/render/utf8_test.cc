// SPDX-License-Identifier: MIT
#include "report/render/utf8.h"

#include <doctest/doctest.h>

using namespace dmarcq;

TEST_CASE(
    "utf8: every ill-formed sequence is one replacement character, and what follows is kept") {
  struct Row {
    const char* name;
    std::string bytes;
    std::size_t taken;
  };
  const Row rows[] = {
      {"a lone continuation byte", "\x80z", 1},
      {"an overlong slash", "\xC0\xAF", 1},
      {"a surrogate", "\xED\xA0\x80", 1},
      {"past the last code point", "\xF5\x80\x80\x80", 1},
      {"cut after one of two", "\xC3z", 1},
      {"cut after two of three", "\xE2\x82z", 2},
      {"cut after three of four", "\xF0\x9F\x98z", 3},
      {"cut at the end of text", "\xF0\x9F\x98", 3},
      {"a byte that never occurs", "\xFFz", 1},
  };
  for (const Row& row : rows) {
    SUBCASE(row.name) {
      const CodePoint c = first_code_point(row.bytes);
      CHECK_FALSE(c.valid);
      CHECK(c.value == 0xFFFD);
      CHECK(c.size == row.taken);
    }
  }
}

TEST_CASE("utf8: all scalar values survive writing and reading") {
  for (char32_t c = 0; c <= 0x10FFFF; c += c < 0x3000 ? 1 : 97) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    std::string text;
    append_utf8(text, c);
    const CodePoint read = first_code_point(text);
    REQUIRE(read.valid);
    REQUIRE(read.value == c);
    REQUIRE(read.size == text.size());
  }
}

TEST_CASE(
    "display_width: combining marks take no room, East Asian characters and emoji two columns") {
  struct Row {
    const char* text;
    unsigned width;
  };
  const Row rows[] = {{"", 0},        {"abc", 3},      {"café", 4}, {"cafe\u0301", 4},
                      {"日本語", 6},  {"한국", 4},     {"ｅｘ", 4}, {"😀", 2},
                      {"Ünïcödé", 7}, {"a\u200Bb", 2}, {"\xFF", 1}};
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(display_width(row.text) == row.width);
  }
}

TEST_CASE("truncated: never wider than asked, and marked") {
  struct Row {
    const char* text;
    unsigned width;
    const char* expected;
  };
  const Row rows[] = {{"example.com", 11, "example.com"},
                      {"example.com", 8, "example…"},
                      {"日本語", 5, "日本…"},
                      {"日本語", 4, "日…"},
                      {"ab", 1, "…"},
                      {"ab", 0, ""},
                      {"", 0, ""}};
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(truncated(row.text, row.width) == row.expected);
    CHECK(display_width(truncated(row.text, row.width)) <=
          std::max(row.width, display_width(row.expected)));
  }
}
