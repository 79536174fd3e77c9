// SPDX-License-Identifier: MIT
#include "ingest/mail/multipart.h"

#include <doctest/doctest.h>

using namespace dmarcq;

namespace {

using Parts = std::vector<std::string_view>;

}  // namespace

TEST_CASE("multipart: parts lie between the delimiter lines of the boundary") {
  struct Row {
    const char *name, *body;
    Parts expected;
  };
  const Row rows[] = {
      {"one", "--b\none\n--b--\n", {"one"}},
      {"two", "--b\none\n--b\ntwo\n--b--\n", {"one", "two"}},
      {"CRLF", "--b\r\none\r\n--b\r\ntwo\r\n--b--\r\n", {"one", "two"}},
      {"preamble and epilogue", "ignore\n--b\none\n--b--\nignore too\n", {"one"}},
      // RFC 2046 section 5.1.1: the line end before the delimiter belongs to it, earlier ones do
      // not.
      {"an empty line before the delimiter", "--b\none\n\n--b--", {"one\n"}},
      {"no line end before the first", "--b\n\none\n--b--", {"\none"}},
      {"blanks behind the boundary", "--b \t\none\n--b  \r\ntwo\n--b-- \n", {"one", "two"}},
      {"no end", "--b\none\n--b\ntwo\n", {"one", "two\n"}},
      {"no end, no line end", "--b\none", {"one"}},
      {"the end is cut", "--b\none\n--b-", {"one\n--b-"}},
      {"nothing behind the last delimiter", "--b\none\n--b\n", {"one"}},
      {"the delimiter ends the body", "--b\none\n--b", {"one"}},
      {"an empty part", "--b\n--b\none\n--b--", {"", "one"}},
      {"a part of one line end", "--b\n\n--b--", {""}},
      {"a boundary that begins like this one",
       "--b\none\n--b2\nx\n--bb--\n--b--",
       {"one\n--b2\nx\n--bb--"}},
      {"not at the start of a line", "--b\none --b\n --b\n>--b\n--b--", {"one --b\n --b\n>--b"}},
      {"text behind the boundary", "--b\none\n--b x\n--b--x\n--b--", {"one\n--b x\n--b--x"}},
      {"a hyphen too many", "--b\none\n---b\n--b---\n--b--", {"one\n---b\n--b---"}},
      {"in upper case", "--b\none\n--B\n--b--", {"one\n--B"}},
      {"mails glued together", "--b\none\n--b--\nfooter\n--b\ntwo\n--b--\n", {"one", "two"}},
      {"no delimiter", "just text\n", {}},
      {"only the end", "--b--\nx", {}},
      {"nothing", "", {}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const auto parts = split_multipart(row.body, "b", 10);
    REQUIRE(parts);
    CHECK(*parts == row.expected);
  }
}

TEST_CASE("multipart: any bytes may be in a boundary and between") {
  const std::string boundary("=_(a)+\0\xff.*?", 11);
  const std::string delimiter = "--" + boundary;
  const std::string part("x\0y\xff", 4);
  const std::string body = delimiter + "\n" + part + "\n" + delimiter + "--";
  const auto parts = split_multipart(body, boundary, 10);
  REQUIRE(parts);
  CHECK(*parts == Parts{part});
}

TEST_CASE("multipart: so many parts and no more") {
  std::string body;
  for (int i = 0; i < 5; ++i) body += "--b\nx\n";
  body += "--b--\n";
  for (const std::size_t most : {0, 3, 4, 5, 6}) {
    CAPTURE(most);
    const auto parts = split_multipart(body, "b", most);
    CHECK(parts.has_value() == (most >= 5));
    if (parts) CHECK(parts->size() == 5);
  }
}

TEST_CASE("multipart: many lines that are nearly delimiters cost time in proportion") {
  std::string lines;
  for (int i = 0; i < 1'000'000; ++i) lines += "--bb\n";
  const std::string body = "--b\n" + lines + "--b--";
  const auto parts = split_multipart(body, "b", 10);
  REQUIRE(parts);
  CHECK(*parts == Parts{std::string_view(lines).substr(0, lines.size() - 1)});
}

TEST_CASE("multipart: a boundary that was not stated") {
  struct Row {
    const char *name, *body, *expected;
  };
  const Row rows[] = {
      {"plain", "--abc\nContent-Type: text/plain\n\nx\n--abc--\n", "abc"},
      {"CRLF", "--abc\r\nContent-Type: text/plain\r\n\r\nx", "abc"},
      {"behind a preamble", "a mail in parts\n\n--abc\ncontent-transfer-encoding: base64\n\nx",
       "abc"},
      {"hyphens of its own", "----=_Part_1\nContent-Type: text/xml\n\nx", "--=_Part_1"},
      {"a signature first", "text\n-- \nA. Sender\n--abc\nContent-Type: text/xml\n\nx", "abc"},
      {"a rule of hyphens first", "------\nContent: x\n--abc\nContent-Type: text/xml\n", "abc"},
      {"no header behind", "--abc\nhello\n", ""},
      {"at the end", "text\n--abc", ""},
      {"only hyphens", "--\nContent-Type: text/xml\n", ""},
      {"one hyphen", "-abc\nContent-Type: text/xml\n", ""},
      {"within a line", "x --abc\nContent-Type: text/xml\n", ""},
      {"nothing", "", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(guess_boundary(row.body) == row.expected);
  }
}

TEST_CASE("multipart: a last part without an end counts as the others do") {
  const std::string body = "--b\n\none\n--b\n\ntwo\n--b\n\nthree\n";
  REQUIRE(split_multipart(body, "b", 3));
  CHECK(split_multipart(body, "b", 3)->size() == 3);
  CHECK_FALSE(split_multipart(body, "b", 2));
  CHECK_FALSE(split_multipart("--b\n\none\n", "b", 0));
}
