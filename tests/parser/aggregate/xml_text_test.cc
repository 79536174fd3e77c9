// SPDX-License-Identifier: MIT
#include "parser/aggregate/xml_text.h"

#include <doctest/doctest.h>

using namespace dmarcq;
using namespace std::string_literals;

namespace {

struct Decoded {
  std::string text, found, read_as;
};
Decoded decode(std::string_view bytes) {
  const XmlText text = to_utf8(bytes);
  CHECK(is_utf8(text.view(bytes)));
  CHECK(text.deviations.size() <= 2);
  Decoded decoded{std::string(text.view(bytes)), "", ""};
  if (!text.deviations.empty()) {
    CHECK(text.deviations[0].path == "encoding");
    decoded.found = text.deviations[0].found;
    decoded.read_as = text.deviations[0].read_as;
  }
  return decoded;
}
std::string declared(std::string_view encoding, std::string_view text) {
  return "<?xml version='1.0' encoding='" + std::string(encoding) + "'?>" + std::string(text);
}

}  // namespace

TEST_CASE("encoding: found by mark, shape or declaration") {
  struct Row {
    std::string_view name;
    std::string bytes, expected;
  };
  for (const auto& [name, bytes, expected] : {
           Row{"ascii", "<a>b</a>", "<a>b</a>"},
           Row{"utf-8", "<a>\u00e9</a>", "<a>\u00e9</a>"},
           Row{"utf-8 with a mark", "\xEF\xBB\xBF<a/>", "<a/>"},
           Row{"utf-16le with a mark", "\xFF\xFE<\0a\0\xE9\0"s, "<a\u00e9"},
           Row{"utf-16be with a mark", "\xFE\xFF\0<\0a\0\xE9"s, "<a\u00e9"},
           Row{"utf-16le without", "<\0a\0\xE9\0"s, "<a\u00e9"},
           Row{"utf-16be without", "\0<\0a\0\xE9"s, "<a\u00e9"},
           Row{"utf-16le after a line end", "\n\0<\0a\0"s, "\n<a"},
           Row{"utf-16le surrogates", "\xFF\xFE\x3D\xD8\x00\xDE"s, "\U0001F600"},
           Row{"utf-32le with a mark", "\xFF\xFE\0\0<\0\0\0a\0\0\0"s, "<a"},
           Row{"utf-32be with a mark", "\0\0\xFE\xFF\0\0\0<\0\0\0a"s, "<a"},
           Row{"utf-32be without", "\0\0\0<\0\0\0a"s, "<a"},
           Row{"utf-32le without", "<\0\0\0a\0\0\0"s, "<a"},
           Row{"windows-1252", declared("windows-1252", "\x80\xE9"),
               declared("windows-1252", "\u20ac\u00e9")},
           Row{"upper case name", declared("WINDOWS-1252", "\x80"),
               declared("WINDOWS-1252", "\u20ac")},
           Row{"latin-1 is read as windows-1252", declared("ISO-8859-1", "\x93\xE9"),
               declared("ISO-8859-1", "\u201c\u00e9")},
           Row{"iso-8859-2", declared("iso-8859-2", "\xF8"), declared("iso-8859-2", "\u0159")},
           Row{"iso-8859-15", declared("ISO-8859-15", "\xA4"), declared("ISO-8859-15", "\u20ac")},
           Row{"koi8-r", declared("koi8-r", "\xC1"), declared("koi8-r", "\u0430")},
           Row{"shift_jis", declared("Shift_JIS", "\x83\x7E"), declared("Shift_JIS", "\u30df")},
           Row{"iso-2022-jp is not ASCII", declared("ISO-2022-JP", "\x1B$B%_\x1B(B"),
               declared("ISO-2022-JP", "\u30df")},
           Row{"gb18030", declared("GB18030", "\xD6\xD0"), declared("GB18030", "\u4e2d")},
           Row{"us-ascii that is not", declared("us-ascii", "\u00e9"),
               declared("us-ascii", "\u00e9")},
           Row{"declared and ASCII", declared("koi8-r", "a"), declared("koi8-r", "a")},
           Row{"white space before the declaration", "\n " + declared("windows-1252", "\x80"),
               "\n " + declared("windows-1252", "\u20ac")},
           Row{"double quotes", "<?xml version=\"1.0\" encoding = \"windows-1252\" ?>\x80",
               "<?xml version=\"1.0\" encoding = \"windows-1252\" ?>\u20ac"},
           Row{"empty", "", ""},
       }) {
    CAPTURE(name);
    const Decoded decoded = decode(bytes);
    CHECK(decoded.text == expected);
    CHECK(decoded.found == "");
  }
}

TEST_CASE("encoding: what is wrong is read and noted") {
  struct Row {
    std::string_view name;
    std::string bytes, expected, found, read_as;
  };
  for (const auto& [name, bytes, expected, found, read_as] : {
           Row{"latin-1 in utf-8", "<a>\xE9</a>", "<a>\uFFFD</a>", "invalid UTF-8", "U+FFFD"},
           Row{"good characters beside it stay", "\u00e9\x93\u20ac\x94", "\u00e9\uFFFD\u20ac\uFFFD",
               "invalid UTF-8", "U+FFFD"},
           Row{"a lone byte", "\x81", "\uFFFD", "invalid UTF-8", "U+FFFD"},
           Row{"overlong", "\xC0\xAF", "\uFFFD\uFFFD", "invalid UTF-8", "U+FFFD"},
           Row{"surrogate in utf-8", "\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD", "invalid UTF-8",
               "U+FFFD"},
           Row{"beyond U+10FFFF", "\xF4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD", "invalid UTF-8",
               "U+FFFD"},
           Row{"cut inside a character", "a\xE2\x82", "a\uFFFD\uFFFD", "invalid UTF-8", "U+FFFD"},
           Row{"utf-16 in name only", declared("utf-16", "\u00e9"), declared("utf-16", "\u00e9"),
               "UTF-16", "UTF-8"},
           Row{"unknown name", declared("klingon", "a"), declared("klingon", "a"), "KLINGON",
               "UTF-8"},
           Row{"a name that would reach other tables", declared("ISO-2022-CN-EXT", "a"),
               declared("ISO-2022-CN-EXT", "a"), "ISO-2022-CN-EXT", "UTF-8"},
           Row{"a name with a slash", declared("ISO-8859-2//IGNORE", "a"),
               declared("ISO-8859-2//IGNORE", "a"), "ISO-8859-2//IGNORE", "UTF-8"},
           Row{"odd utf-16", "\xFF\xFE<\0a"s, "<\uFFFD", "invalid UTF-16LE", "U+FFFD"},
           Row{"lone surrogate in utf-16", "\xFF\xFE\x00\xD8<\0"s, "\uFFFD<", "invalid UTF-16LE",
               "U+FFFD"},
           Row{"no such byte", declared("windows-1253", "\xD2"), declared("windows-1253", "\uFFFD"),
               "invalid WINDOWS-1253", "U+FFFD"},
       }) {
    CAPTURE(name);
    const Decoded decoded = decode(bytes);
    CHECK(decoded.text == expected);
    CHECK(decoded.found == found);
    CHECK(decoded.read_as == read_as);
  }
}

TEST_CASE("encoding: utf-8 is checked at every position") {
  for (std::size_t length = 0; length < 70; ++length) {
    for (std::size_t at = 0; at <= length; ++at) {
      std::string text(length, 'a');
      CHECK(is_ascii(text));
      text.insert(at, "\u20ac");
      REQUIRE(is_utf8(text));
      REQUIRE_FALSE(is_ascii(text));
      text.erase(at + 2, 1);
      REQUIRE_FALSE(is_utf8(text));
    }
  }
}
