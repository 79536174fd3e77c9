// SPDX-License-Identifier: MIT
#include <string>

#include "ingest/mail/encoded_text.h"
#include "ingest/mail/header.h"
#include "ingest/mail/transfer_encoding.h"
#include "tests/ingest/support.h"

using namespace dmarcq;

TEST_CASE("base64: junk, missing padding, several runs, footers") {
  struct Row {
    const char *name, *text, *expected;
  };
  const Row rows[] = {
      {"nothing", "", ""},
      {"plain", "aGVsbG8gd29ybGQ=", "hello world"},
      {"lines", "aGVs\r\nbG8g\nd29y\rbGQ=", "hello world"},
      {"no padding", "aGVsbG8gd29ybGQ", "hello world"},
      {"one digit too many", "aGVsbG8gd29ybGQgB", "hello world "},
      {"junk between", "aG!V*sb-G8_gd 29y\tbG.Q=", "hello world"},
      {"two padded runs", "aGk=aGk=\naGk=", "hihihi"},
      {"a footer behind the padding", "aGk=\n\n____\nlist, to unsubscribe: x\n", "hi"},
      {"padding first", "==aGk=", "hi"},
      {"padding only", "====", ""},
      {"one digit", "a", ""}};
  for (const Row& row : rows) {
    CAPTURE(std::string(row.name));
    CHECK(decode_base64(row.text) == row.expected);
  }
  CHECK(decode_base64("aGVsbG8gd29ybGQ=", 4) == "hell");
  CHECK(decode_base64("aGk=aGk=aGk=\nlist, to unsubscribe: x") == "hihihi");
  CHECK(decode_base64("aGk=aGk=\n aGk=aGk=\n-- \naGk=") == "hihihihi");
}

TEST_CASE("base64: padding within a long line costs no more than elsewhere") {
  std::string text, expected;
  for (int i = 0; i < 2'000'000; ++i) text += "aGk=", expected += "hi";
  CHECK(decode_base64(text) == expected);  // by looking at all that is left for each it would take
                                           // minutes
}

TEST_CASE("base64: any bytes at any cut go through unchanged") {
  std::string bytes;
  for (int i = 0; i < 600; ++i) bytes += static_cast<char>(i * 37);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const std::string part = bytes.substr(0, size);
    REQUIRE(decode_base64(test::base64(part)) == part);
    for (const std::size_t enough : {std::size_t{1}, size / 2, size + 5})
      REQUIRE(decode_base64(test::base64(part), enough) == part.substr(0, enough));
  }
}

TEST_CASE("base64: decoding keeps up with the disk") {
  const std::string text = test::base64(std::string(30u << 20, 'x'));
  const double start = test::cpu_seconds();
  const std::string bytes = decode_base64(text);
  const double seconds = test::cpu_seconds() - start;
  CHECK(bytes.size() == 30u << 20);
  MESSAGE((static_cast<double>(text.size()) / 1e6 / seconds) << " MB/s");
}

TEST_CASE("quoted-printable: escapes, soft breaks, and what is neither") {
  struct Row {
    const char *name, *text, *expected;
  };
  const Row rows[] = {{"escape", "a=3Db=3c", "a=b<"},
                      {"soft break", "a=\nb=\r\nc", "abc"},
                      {"blanks behind a soft break", "a= \t\nb", "ab"},
                      {"blank at a line end", "a \nb", "a \nb"},
                      {"no escape", "a=zz=", "a=zz"},
                      {"cut in an escape", "a=3", "a=3"}};
  for (const Row& row : rows) {
    CAPTURE(std::string(row.name));
    CHECK(decode_quoted_printable(row.text) == row.expected);
  }
  CHECK(decode_quoted_printable("abc=3Dd", 2) == "ab");
}

TEST_CASE("encoded words: charsets, joined words, and what is none") {
  struct Row {
    const char *text, *expected;
  };
  const Row rows[] = {
      {"plain", "plain"},
      {"=?utf-8?B?w7w=?=", "ü"},
      {"=?iso-8859-1?Q?f=FCr_x?=", "für x"},
      {"=?iso-8859-1*de?Q?f=FCr?=", "für"},
      {"a =?utf-8?Q?b?= c", "a b c"},
      {"=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab"},
      {"=?utf-8?B?w7w=?=\n =?iso-8859-1?Q?=FC?=", "üü"},
      {"=?utf-8?Q?=C3?= =?utf-8?Q?=BC?=", "ü"},
      {"=?nowhere-1?Q?=FC?=", "\xef\xbf\xbd"},
      {"=?utf-8?X?a?=", "=?utf-8?X?a?="},
      {"=?utf-8?Q?a", "=?utf-8?Q?a"},
      {"=?", "=?"},
      {"\xff", "\xef\xbf\xbd"},
      {"=?utf-16//TRANSLIT?Q?a?=", "a"},
      {"=?ucs-4?B?MjIyMg==?=",
       "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},  // no character
                                                                                     // has that
                                                                                     // number
      {"=?UTF\xbe-16?Q?a?=", "a"},
      {"=?iso-8859\xbe-1?Q?=FC?=", "\xef\xbf\xbd"}};
  for (const Row& row : rows) {
    CAPTURE(std::string(row.text));
    CHECK(decode_words(row.text) == row.expected);
  }
}

TEST_CASE("utf-8: what is not valid is replaced byte by byte") {
  CHECK(valid_utf8("a\xc3\xbc\xf0\x9f\x98\x80") == "a\xc3\xbc\xf0\x9f\x98\x80");
  CHECK(valid_utf8("\xc0\x80") == "\xef\xbf\xbd\xef\xbf\xbd");
  CHECK(valid_utf8("\xed\xa0\x80") == "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
  CHECK(valid_utf8("\xc3") == "\xef\xbf\xbd");
}

TEST_CASE("header: read past what real mails get wrong") {
  struct Row {
    const char *name, *text, *field, *value, *body;
  };
  const Row rows[] = {
      {"plain", "A: 1\nB: 2\n\nbody", "b", "2", "body"},
      {"CRLF", "A: 1\r\n\r\nbody", "A", "1", "body"},
      {"folded", "A: 1\n  2\n\t3\n\nbody", "A", "1  2\t3", "body"},
      {"blank before the colon", "A : 1\n\nbody", "A", "1", "body"},
      {"the first that has a value", "A:\nA: 2\nA: 3\n\nbody", "A", "2", "body"},
      {"no header", "\nbody", "A", "", "body"},
      {"no body", "A: 1", "A", "1", ""},
      {"a parameter that lost its blank", "A: b\nname=\"c\"\n\nbody", "A", "b; name=\"c\"", "body"},
      {"the same behind a semicolon", "A: b;\nname=\"c\"\n\nbody", "A", "b; name=\"c\"", "body"},
      {"a junk line", "A: 1\njunk here\nB: 2\n\nbody", "B", "2", "body"},
      {"base64 without an empty line", "A: 1\nH4sIAAAAAAAAA6tWKkk=\nB: 2", "A", "1",
       "H4sIAAAAAAAAA6tWKkk=\nB: 2"},
      {"markup without an empty line", "A: 1\n<?xml?>", "A", "1", "<?xml?>"},
      {"prose without an empty line", "A: 1\nhello there\nand more", "A", "1",
       "hello there\nand more"},
      {"a boundary without an empty line", "A: 1\n--b\nB: 2", "A", "1", "--b\nB: 2"},
      {"an envelope line", "From a@b\nA: 1\n\nbody", "A", "1", "body"},
      {"a quoted envelope line", ">From a@b\nA: 1\n\nbody", "A", "1", "body"},
      {"a line of blanks ends it", "A: 1\n \t\nbody text", "A", "1", "body text"},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.name));
    const auto header = read_header(row.text, 1000);
    REQUIRE(header);
    CHECK(header->value(row.field) == row.value);
    CHECK(std::string_view(row.text).substr(header->size) == row.body);
  }
  CHECK(!read_header("A: " + std::string(2000, 'x'), 1000));
  CHECK(!read_header(
      [] {
        std::string text;
        for (int i = 0; i < 500; ++i) text += "A: 1\n";
        return text;
      }(),
      1000));
}
