// SPDX-License-Identifier: MIT
#include "parser/dns_record/tag_list.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace dmarcq;

TEST_CASE("tag list: a value is found by its name, without the blanks at its ends") {
  struct Row {
    const char *text, *name, *value;
  };
  const Row rows[] = {
      {"v=DKIM1; p=abc", "v", "DKIM1"},
      {"v=DKIM1; p=abc", "p", "abc"},
      {"v=DKIM1; p=abc;", "p", "abc"},
      {"v=DKIM1;p=abc; \r\n", "p", "abc"},
      {"\t v \t=\r\n DKIM1 \t; p=abc", "v", "DKIM1"},
      {"p=ab\r\n cd", "p", "ab\r\n cd"},
      {"p=ab==", "p", "ab=="},
      {"p=; v=1", "p", ""},
      {"p= \t ; v=1", "p", ""},
      {"a=1; A=2", "a", "1"},  // RFC 6376 section 3.2: names are case-sensitive
      {"a=1; A=2", "A", "2"},
      {"a_1=x", "a_1", "x"},
      {"n=two words, and more", "n", "two words, and more"},
      {"n=b\xc3\xbc"
       "cher",
       "n",
       "b\xc3\xbc"
       "cher"},
      {"ab=1", "a", ""},
      {"a=1", "ab", ""},
      {"v=1", "", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CAPTURE(row.name);
    const auto list = TagList::parse(row.text);
    REQUIRE(list);
    CHECK(list->value(row.name) == row.value);
  }
}

TEST_CASE("tag list: a tag without a value is there, an absent one is not") {
  const auto list = TagList::parse("v=DKIM1; p=");
  REQUIRE(list);
  CHECK(list->has("p"));
  CHECK(list->has("v"));
  CHECK_FALSE(list->has("V"));
  CHECK_FALSE(list->has("k"));
  CHECK_FALSE(list->has(""));
  CHECK(list->first_name() == "v");
  const auto empty = TagList::parse("");
  REQUIRE(empty);
  CHECK(empty->first_name().empty());
  CHECK_FALSE(empty->has(""));
  CHECK(TagList::parse(" p = 1; v=2")->first_name() == "p");
}

TEST_CASE("tag list: what is none") {
  for (const std::string& text :
       {std::string("hello"), std::string("v=1; hello"), std::string("hello; v=1"),
        std::string("=1"), std::string("v=1; =2"), std::string(" = "), std::string(";v=1"),
        std::string("v=1;;p=2"), std::string("v=1; ;p=2"), std::string("v=1; v=1"),
        std::string("v=1; p=2; v="), std::string("a b=1"), std::string("a-b=1"),
        std::string("a.b=1"), std::string("b\xc3\xbc=1"), std::string("a\0=1", 4),
        std::string("v=1; p")}) {
    CAPTURE(text);
    CHECK_FALSE(TagList::parse(text));
  }
}

TEST_CASE("tag list: many tags come to an end") {
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += "t" + std::to_string(i) + "=1;";
  CHECK_FALSE(TagList::parse(text + "t0=1"));  // t0 comes twice
}

TEST_CASE("tag list: without blanks, and parted at colons") {
  CHECK(without_blanks("a b\tc\r\n d") == "abcd");
  CHECK(without_blanks(" \r\n\t") == "");
  CHECK(without_blanks("abc=") == "abc=");
  CHECK(without_blanks("a\xc2\xa0"
                       "b\v") ==
        "a\xc2\xa0"
        "b\v");  // no white space in RFC 6376
  using Parts = std::vector<std::string_view>;
  CHECK(colon_separated("sha1:sha256") == Parts{"sha1", "sha256"});
  CHECK(colon_separated(" sha1 :\r\n sha256\t") == Parts{"sha1", "sha256"});
  CHECK(colon_separated("s") == Parts{"s"});
  CHECK(colon_separated("") == Parts{""});
  CHECK(colon_separated("a::b:") == Parts{"a", "", "b", ""});
}
