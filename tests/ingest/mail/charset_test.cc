// SPDX-License-Identifier: MIT
#include "ingest/mail/charset.h"

#include <doctest/doctest.h>

#include <string>

using namespace dmarcq;
using namespace std::string_literals;

namespace {

const std::string u_fffd = "\xef\xbf\xbd";

}  // namespace

TEST_CASE("charset: bytes become UTF-8, and what has no meaning U+FFFD") {
  struct Row {
    const char* name;
    std::string bytes;
    const char* charset;
    std::size_t unit;
    std::string expected;
    std::size_t replaced;
  };
  const Row rows[] = {
      {"nothing", "", "iso-8859-1", 1, "", 0},
      {"Latin-1", "f\xfcr", "ISO-8859-1", 1, "f\xc3\xbcr", 0},
      {"Windows", "\x80 5", "windows-1252", 1, "\xe2\x82\xac 5", 0},
      {"UTF-8 as it is", "f\xc3\xbcr", "UTF-8", 1, "f\xc3\xbcr", 0},
      {"NUL", "a\0b"s, "iso-8859-1", 1, "a\0b"s, 0},
      {"ASCII has no such byte",
       "a\xfc\xfd"
       "b",
       "US-ASCII", 1, "a" + u_fffd + u_fffd + "b", 2},
      {"UTF-8 that is none", "\xfc", "UTF-8", 1, u_fffd, 1},
      {"UTF-8 that is cut", "a\xc3", "UTF-8", 1, "a" + u_fffd, 1},
      {"a surrogate in UTF-8", "\xed\xa0\x80", "UTF-8", 1, u_fffd + u_fffd + u_fffd, 3},
      {"UTF-16", "\0a\0\xfc"s, "UTF-16BE", 2, "a\xc3\xbc", 0},
      {"the other order", "a\0\xfc\0"s, "UTF-16LE", 2, "a\xc3\xbc", 0},
      {"a pair of surrogates", "\xd8\x3d\xde\x00"s, "UTF-16BE", 2, "\xf0\x9f\x98\x80", 0},
      {"a low surrogate alone", "\xde\x00\0a"s, "UTF-16BE", 2, u_fffd + "a", 1},
      {"a high surrogate before a letter", "\xd8\x3d\0a"s, "UTF-16BE", 2, u_fffd + "a", 1},
      {"a high surrogate at the end", "\0a\xd8\x3d"s, "UTF-16BE", 2, "a" + u_fffd, 1},
      {"half a unit at the end", "\0a\0"s, "UTF-16BE", 2, "a" + u_fffd, 1},
      {"Shift JIS", "\x93\xfa\x96\x7b", "Shift_JIS", 1, "\xe6\x97\xa5\xe6\x9c\xac", 0},
      {"Japanese with its shifts", "\x1b$B;v\x1b(Bx", "ISO-2022-JP", 1, "\xe4\xba\x8bx", 0},
      {"without the shift back", "\x1b$B;v", "ISO-2022-JP", 1, "\xe4\xba\x8b", 0},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    for (const std::string before : {"", "kept\xff"}) {
      std::string out = before;
      const auto replaced = append_as_utf8(out, row.bytes, row.charset, row.unit);
      REQUIRE(replaced);
      CHECK(out == before + row.expected);
      CHECK(*replaced == row.replaced);
    }
  }
}

TEST_CASE("charset: numbers that no character has") {
  for (const std::string& bytes : {"\x00\x11\x00\x00"s, "\x7f\xff\xff\xff"s, "\x00\x00\xd8\x00"s}) {
    std::string out;
    const auto replaced = append_as_utf8(out, "\0\0\0a"s + bytes + "\0\0\0b"s, "UCS-4BE", 4);
    REQUIRE(replaced);
    CHECK(*replaced > 0);
    CHECK(out.starts_with("a" + u_fffd));
    CHECK(out.ends_with(u_fffd + "b"));
    CHECK(out.find_first_not_of(u_fffd, 1) == out.size() - 1);
  }
}

TEST_CASE("charset: what this system does not know, and what is no name") {
  for (const std::string& name :
       {"nowhere-1"s, ""s, " "s, "iso-8859-1 "s, " utf-8"s, "utf-8//TRANSLIT"s, "utf-8//IGNORE"s,
        "utf-8,"s, "utf\0-8"s, "utf-8\0"s, "UTF\xbe-8"s, "../../etc/passwd"s, "a/b"s,
        std::string(41, 'x'), std::string(1'000'000, 'x')}) {
    CAPTURE(name);
    std::string out = "kept";
    CHECK_FALSE(append_as_utf8(out, "a\xfc", name));
    CHECK(out == "kept");
  }
}

TEST_CASE("charset: long texts, whole and broken, wherever a block ends") {
  for (const std::size_t size : {65'535, 65'536, 65'537, 1'000'000}) {
    CAPTURE(size);
    std::string out, expected;
    for (std::size_t i = 0; i < size; ++i) expected += "\xc3\xbc";
    CHECK(append_as_utf8(out, std::string(size, '\xfc'), "iso-8859-1") == 0u);
    CHECK(out == expected);
    out.clear();
    CHECK(append_as_utf8(out, std::string(size, '\xfc'), "us-ascii") == size);
    CHECK(out.size() == 3 * size);
    CHECK(out.ends_with(u_fffd));
  }
}

TEST_CASE("charset: UTF-16 by its byte order mark") {
  struct Row {
    const char* name;
    std::string bytes, charset, text;
  };
  for (const Row& row : {
           Row{"little endian",
               "\xff\xfe"
               "a\0\xfc\0"s,
               "UTF-16LE", "a\xc3\xbc"},
           Row{"big endian", "\xfe\xff\0a\0\xfc"s, "UTF-16BE", "a\xc3\xbc"},
           Row{"the mark alone", "\xff\xfe", "UTF-16LE", ""},
           Row{"no mark", "a\0b\0"s, "", ""},
           Row{"half a mark", "\xff", "", ""},
           Row{"UTF-8",
               "\xef\xbb\xbf"
               "a",
               "", ""},
           Row{"UTF-32", "\xff\xfe\0\0a\0\0\0"s, "", ""},
       }) {
    CAPTURE(row.name);
    CHECK(utf16_charset(row.bytes) == row.charset);
    CHECK(utf8_of_utf16(row.bytes).has_value() == !row.charset.empty());
    CHECK(utf8_of_utf16(row.bytes).value_or("") == row.text);
  }
}
