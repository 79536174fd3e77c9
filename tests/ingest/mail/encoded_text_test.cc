// SPDX-License-Identifier: MIT
// Encoded words and the common cases of UTF-8: text_test.cc.
#include "ingest/mail/encoded_text.h"

#include <doctest/doctest.h>

#include <string>

#include "ingest/mail/charset.h"

using namespace dmarcq;
using namespace std::string_literals;

namespace {

const std::string u_fffd = "\xef\xbf\xbd";

/// So many times U+FFFD.
std::string bad(int times) {
  std::string text;
  while (times-- > 0) text += u_fffd;
  return text;
}

}  // namespace

TEST_CASE("UTF-8: the borders that RFC 3629 draws") {
  struct Row {
    const char* name;
    std::string bytes, expected;
  };
  const Row rows[] = {
      {"ASCII", "\0\x7f"s, "\0\x7f"s},
      {"U+0080", "\xc2\x80", "\xc2\x80"},
      {"U+07FF", "\xdf\xbf", "\xdf\xbf"},
      {"U+0800", "\xe0\xa0\x80", "\xe0\xa0\x80"},
      {"U+D7FF", "\xed\x9f\xbf", "\xed\x9f\xbf"},
      {"U+E000", "\xee\x80\x80", "\xee\x80\x80"},
      {"U+FFFF", "\xef\xbf\xbf", "\xef\xbf\xbf"},
      {"U+10000", "\xf0\x90\x80\x80", "\xf0\x90\x80\x80"},
      {"U+10FFFF", "\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf"},
      {"U+007F in two bytes", "\xc1\xbf", bad(2)},
      {"U+07FF in three bytes", "\xe0\x9f\xbf", bad(3)},
      {"U+FFFF in four bytes", "\xf0\x8f\xbf\xbf", bad(4)},
      {"U+DFFF", "\xed\xbf\xbf", bad(3)},
      {"U+110000", "\xf4\x90\x80\x80", bad(4)},
      {"five bytes", "\xf8\x88\x80\x80\x80", bad(5)},
      {"a tail alone", "a\x80z", "a" + bad(1) + "z"},
      {"a letter instead of a tail", "\xe2\x82z", bad(2) + "z"},
      {"a start instead of a tail", "\xe2\xc3\xbc", bad(1) + "\xc3\xbc"},
      {"cut", "\xf0\x9f\x98", bad(3)},
      {"FE and FF", "\xfe\xff", bad(2)},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(valid_utf8(row.bytes) == row.expected);
    CHECK(to_utf8(row.bytes, "UTF-8") == row.expected);
    CHECK(to_utf8(row.bytes, "Utf8") == row.expected);
    CHECK(to_utf8(row.bytes, "nowhere-1") == row.expected);
    CHECK(valid_utf8(row.expected) == row.expected);
  }
  CHECK(to_utf8("f\xfcr", "iso-8859-1") == "f\xc3\xbcr");
}

TEST_CASE("encoded words: borders and near misses") {
  struct Row {
    const char *text, *expected;
  };
  const Row rows[] = {
      {"", ""},
      {"=?utf-8?q?"
       "?=",
       ""},
      {"=?utf-8?b?"
       "?=",
       ""},
      {"\"=?utf-8?Q?a?=\"", "\"a\""},
      {"=?utf-8?Q?a?==?utf-8?Q?b?=", "ab"},
      {"=?utf-8?Q?a?= x =?utf-8?Q?b?=", "a x b"},
      {"=?utf-8?Q?a?= ", "a "},
      {"=?utf-8?Q?a=3F=3D?=", "a?="},
      {"=?utf-8?Q?=5F_?=", "_ "},
      {"=? =?utf-8?Q?a?=", "=? a"},
      {"=?utf-8?Q?a? =", "=?utf-8?Q?a? ="},
      {"=?utf-8?QQ?a?=", "=?utf-8?QQ?a?="},
      {"= ?utf-8?Q?a?=", "= ?utf-8?Q?a?="},
      {"a=b?", "a=b?"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(decode_words(row.text) == row.expected);
  }
}

TEST_CASE("encoded words: hostile headers cost time in proportion") {
  std::string starts, words;
  for (int i = 0; i < 200'000; ++i) starts += "=?a?Q?x", words += "=?utf-8?Q?a?= ";
  CHECK((decode_words(starts) == starts));  // not shown: it is long
  CHECK(decode_words(words) == std::string(200'000, 'a') + " ");
}

TEST_CASE("size of a conversion: never less than what a conversion takes") {
  struct Row {
    const char* name;
    std::string xml;
    const char* charset;
    std::size_t unit;
  };
  const Row rows[] = {
      {"UTF-16 with a mark", "\xff\xfe" + std::string(200, '\xd8'), "UTF-16LE", 2},
      {"UTF-16 of three bytes each", "\xfe\xff" + std::string(200, '\x65'), "UTF-16BE", 2},
      {"UTF-16 without a mark", "<\0?\0"s + std::string(200, '\x65'), "UTF-16LE", 2},
      {"Latin-1", "<?xml version='1.0' encoding='iso-8859-1'?>" + std::string(200, '\xfc'),
       "iso-8859-1", 1},
      {"not what it says", "<?xml version='1.0' encoding='utf-8'?>" + std::string(200, '\xfc'),
       "utf-8", 1},
      {"says nothing", "<feedback>" + std::string(200, '\xfc'), "utf-8", 1},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    std::string out;
    REQUIRE(append_as_utf8(out, row.xml, row.charset, row.unit));
    CHECK(size_of_conversion(row.xml) >= out.size());
  }
  for (const std::string& xml :
       {""s, "<feedback/>"s, "<?xml version='1.0' encoding='iso-8859-1'?><x/>"s,
        "<?xml version='1.0' encoding='UTF-8'?>\xf0\x9f\x98\x80"s, "<x>\xc3\xbc</x>"s}) {
    CAPTURE(xml);
    CHECK(size_of_conversion(xml) == 0);
  }
}
