// SPDX-License-Identifier: MIT
#include "report/render/escape.h"

#include <doctest/doctest.h>

#include "report/render/utf8.h"

using namespace dmarcq;

TEST_CASE(
    "terminal_text: nothing that moves a cursor, changes colours or turns text around gets through") {
  struct Row {
    const char* name;
    std::string text, expected;
  };
  const Row rows[] = {
      {"plain text is left alone", "example.com", "example.com"},
      {"other scripts are left alone", "пример.рф 日本 café", "пример.рф 日本 café"},
      {"an ANSI colour loses its ESC", "a\x1b[31mred\x1b[0m", "a[31mred[0m"},
      {"a title-setting sequence", "\x1b]0;owned\x07x", "]0;ownedx"},
      {"the one-byte CSI (C1)",
       "a\xC2\x9B"
       "31mb",
       "a31mb"},
      {"a raw C1 byte is no UTF-8",
       "a\x9B"
       "31m",
       "a\uFFFD31m"},
      {"line breaks and tabs are spaces", "a\r\nb\tc", "a  b c"},
      {"backspace and NUL are gone", std::string("a\b\0b", 4), "ab"},
      {"DEL is gone",
       "a\x7F"
       "b",
       "ab"},
      {"right-to-left override", "gnp.\u202Eexe", "gnp.exe"},
      {"isolates", "\u2066a\u2069", "a"},
      {"marks", "a\u200E\u200F\u061C", "a"},
      {"zero-width space inside a name", "goo\u200Bgle.com", "google.com"},
      {"byte order mark", "\uFEFFa", "a"},
      {"line separator", "a\u2028b", "ab"},
      {"tag characters", "a\U000E0041", "a"},
      {"variation selectors and fillers", "a\uFE0F\u3164\U000E0100\u115F", "a"},
      {"a surrogate is no UTF-8", "a\xED\xA0\x80", "a\uFFFD\uFFFD\uFFFD"},
      {"invalid UTF-8 is shown as such", "bad\xC3(", "bad\uFFFD("},
  };
  for (const Row& row : rows) {
    SUBCASE(row.name) { CHECK(terminal_text(row.text) == row.expected); }
  }
}

TEST_CASE("terminal_text: no byte below space, and valid UTF-8, whatever two bytes come in") {
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      const std::string in{'x', static_cast<char>(a), static_cast<char>(b), 'y'};
      std::string out = terminal_text(in);
      for (std::string_view rest = out; !rest.empty();) {
        const CodePoint c = first_code_point(rest);
        REQUIRE(c.valid);
        REQUIRE(c.value >= 0x20);
        REQUIRE_FALSE((c.value >= 0x7F && c.value < 0xA0));
        rest.remove_prefix(c.size);
      }
    }
  }
}

TEST_CASE("csv_text: quoting, and no formula") {
  struct Row {
    const char* name;
    std::string text, expected;
  };
  const Row rows[] = {
      {"plain", "example.com", "example.com"},
      {"empty", "", ""},
      {"a comma", "a,b", "\"a,b\""},
      {"quotes are doubled", "say \"x\"", "\"say \"\"x\"\"\""},
      {"a semicolon, which some spreadsheets split at", "a;b", "\"a;b\""},
      {"space at an end", " a", "\" a\""},
      {"equals", "=1+1", "'=1+1"},
      {"plus", "+1", "'+1"},
      {"minus", "-1", "'-1"},
      {"at", "@SUM(A1)", "'@SUM(A1)"},
      {"tab before a formula", "\t=1", "' =1"},
      {"CR before a formula", "\r=1", "' =1"},
      {"a formula behind an invisible character", "\u200B=1", "'=1"},
      {"a command", "=cmd|'/c calc'!A1", "'=cmd|'/c calc'!A1"},
      {"a formula that needs quotes", "=HYPERLINK(\"x\",\"y\")",
       "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\""},
      {"no line break leaves", "a\nb", "a b"},
  };
  for (const Row& row : rows) {
    SUBCASE(row.name) { CHECK(csv_text(row.text) == row.expected); }
  }
}

TEST_CASE("markdown_text: a cell is a cell") {
  struct Row {
    const char* name;
    std::string text, expected;
  };
  const Row rows[] = {
      {"plain", "example.com", "example.com"},
      {"a pipe", "a|b", "a\\|b"},
      {"code", "`x`", "\\`x\\`"},
      {"emphasis", "*a* _b_ ~c~", "\\*a\\* \\_b\\_ \\~c\\~"},
      {"a link", "[x](http://evil)", "\\[x\\](http://evil)"},
      {"an image", "![x](y)", "\\!\\[x\\](y)"},
      {"HTML", "<script>&", "&lt;script&gt;&amp;"},
      {"a backslash before a pipe", "\\|", "\\\\\\|"},
      {"a line break ends no row", "a\n| b", "a \\| b"},
  };
  for (const Row& row : rows) {
    SUBCASE(row.name) { CHECK(markdown_text(row.text) == row.expected); }
  }
}
