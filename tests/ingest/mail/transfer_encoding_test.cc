// SPDX-License-Identifier: MIT
// Base64 and quoted-printable: text_test.cc. Here is uuencode.
#include "ingest/mail/transfer_encoding.h"

#include <doctest/doctest.h>

#include <string>

using namespace dmarcq;

namespace {

/// As POSIX has it: a length, groups of four characters for three bytes, 0 as '`'.
std::string uuencoded(std::string_view bytes) {
  const auto digit = [](unsigned value) {
    return value == 0 ? '`' : static_cast<char>(value + ' ');
  };
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 45) {
    const std::string_view line = bytes.substr(at, 45);
    text += digit(static_cast<unsigned>(line.size()));
    for (std::size_t i = 0; i < line.size(); i += 3) {
      unsigned bits = 0;
      for (std::size_t k = 0; k < 3; ++k)
        bits = bits << 8 | (i + k < line.size() ? static_cast<unsigned char>(line[i + k]) : 0u);
      for (const int shift : {18, 12, 6, 0}) text += digit(bits >> shift & 63);
    }
    text += '\n';
  }
  return text + "`\n";
}

}  // namespace

TEST_CASE("uuencode: where a file begins and ends") {
  struct Row {
    const char* name;
    std::string text, file, lines, rest;
  };
  const Row rows[] = {
      {"plain", "begin 644 a.gz\n#0V%T\n`\nend\nrest", "a.gz", "#0V%T\n`\n", "rest"},
      {"CRLF", "begin 644 a.gz\r\n#0V%T\r\n`\r\nend\r\nrest", "a.gz", "#0V%T\r\n`\r\n", "rest"},
      {"behind text", "see below\n\nbegin 600 a\n`\nend\n", "a", "`\n", ""},
      {"four digits", "begin 0644 a\n`\nend\n", "a", "`\n", ""},
      {"blanks in the name", "begin 644 a b.gz\n`\nend\n", "a b.gz", "`\n", ""},
      {"no end", "begin 644 a\n#0V%T\n", "a", "#0V%T\n", ""},
      {"nothing behind the first line", "begin 644 a", "a", "", ""},
      {"ended at once", "begin 644 a\nend\nrest", "a", "", "rest"},
      {"the end is only a word", "begin 644 a\nending\n end\nEND\nend\n", "a",
       "ending\n end\nEND\n", ""},
      {"prose first", "begin 10 minutes early\nbegin 644 a\n`\nend\n", "a", "`\n", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const auto file = find_uuencoded(row.text);
    REQUIRE(file);
    CHECK(file->name == row.file);
    CHECK(file->lines == row.lines);
    CHECK(row.text.substr(file->end) == row.rest);
  }
  for (const char* text :
       {"", "begin", "begin 644", "begin 644 ", "begin 64 a\n", "begin 00644 a\n", "begin 648 a\n",
        "begin 6x4 a\n", "begin  644 a\n", " begin 644 a\n", ">begin 644 a\n", "Begin 644 a\n",
        "begin-base64 644 a\nQ2F0\n====\n", "begin 644a\n", "x begin 644 a\n"}) {
    CAPTURE(text);
    CHECK_FALSE(find_uuencoded(text));
  }
}

TEST_CASE("uuencode: one file after another") {
  const std::string text = "begin 644 a\n#0V%T\n`\nend\n\nbegin 644 b\n`\nend\nbegin 644 c\n";
  std::string names;
  std::size_t at = 0;
  while (const auto file = find_uuencoded(text, at)) {
    names += file->name;
    REQUIRE(file->end > at);
    at = file->end;
  }
  CHECK(names == "abc");
}

TEST_CASE("uuencode: lines to bytes") {
  struct Row {
    const char* name;
    std::string text, expected;
  };
  const Row rows[] = {
      {"three bytes", "#0V%T\n`\n", "Cat"},
      {"CRLF", "#0V%T\r\n`\r\n", "Cat"},
      {"one byte", "!80``\n`\n", "a"},
      {"blanks for zeros", "!80  \n \n", "a"},
      {"blanks at the end that were lost", "!80\n \n", "a"},
      {"a checksum at the end", "#0V%TX\n`\n", "Cat"},
      {"zeros", "#````\n`\n", std::string(3, '\0')},
      {"no last line", "#0V%T", "Cat"},
      {"what follows the last line", "#0V%T\n`\n#0V%T\n", "Cat"},
      {"an empty line ends it", "#0V%T\n\n#0V%T\n", "Cat"},
      {"a line of other characters ends it", "#0V%T\n#0v%t\n#0V%T\n", "Cat"},
      {"bytes beyond ASCII end it", "#0V%T\n#\xfcV%T\n#0V%T\n", "Cat"},
      {"a tab ends it", "#0V%T\n#\tV%T\n", "Cat"},
      {"nothing", "", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(decode_uu_lines(row.text) == row.expected);
  }
}

TEST_CASE("uuencode: any bytes at any length come back, and no more than asked for") {
  std::string bytes;
  for (int i = 0; i < 300; ++i) bytes += static_cast<char>(i * 37);
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    const std::string part = bytes.substr(0, size),
                      text = "begin 644 x\n" + uuencoded(part) + "end\n";
    const auto file = find_uuencoded(text);
    REQUIRE(file);
    REQUIRE(decode_uu_lines(file->lines) == part);
    for (const std::size_t enough : {std::size_t{0}, std::size_t{1}, size / 2, size + 5})
      REQUIRE(decode_uu_lines(file->lines, enough) == part.substr(0, enough));
  }
}

TEST_CASE("uuencode: short lines that promise much do not make a large file") {
  std::string text;
  for (int i = 0; i < 1'000'000; ++i) text += "_\n";  // 63 bytes each, none of them there
  CHECK(decode_uu_lines(text).size() <= 2 * text.size());
  std::string begins;
  for (int i = 0; i < 300'000; ++i) begins += "begin 999 a\n";
  CHECK_FALSE(find_uuencoded(begins));
}
