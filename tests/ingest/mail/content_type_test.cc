// SPDX-License-Identifier: MIT
// Names of parts in all their spellings: message_test.cc.
#include "ingest/mail/content_type.h"

#include <doctest/doctest.h>

using namespace dmarcq;

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

}  // namespace

TEST_CASE("content type: a word and its parameters") {
  struct Row {
    const char *text, *word;
    Pairs parameters;
  };
  const Row rows[] = {
      {"", "", {}},
      {"attachment", "attachment", {}},
      {"Application/GZIP", "application/gzip", {}},
      {"text/xml; CharSet=UTF-8", "text/xml", {{"charset", "UTF-8"}}},
      {"text/xml ;\tcharset = utf-8 ; name = a ",
       "text/xml",
       {{"charset", "utf-8"}, {"name", "a"}}},
      {"text/xml;charset=\"utf-8\"", "text/xml", {{"charset", "utf-8"}}},
      {"multipart/mixed; boundary=\"a;b=c (d)\"; x=1",
       "multipart/mixed",
       {{"boundary", "a;b=c (d)"}, {"x", "1"}}},
      {"multipart/mixed; boundary=\"=_a==\"", "multipart/mixed", {{"boundary", "=_a=="}}},
      {"text/plain (a comment; x=1); charset=utf-8", "text/plain", {{"charset", "utf-8"}}},
      {"text/plain (a (nested) one); charset=utf-8", "text/plain", {{"charset", "utf-8"}}},
      {"text/xml; name=\"a\\\\b\"", "text/xml", {{"name", "a\\b"}}},
      {"text/xml;;; name=a;", "text/xml", {{"name", "a"}}},
      {"text/xml name=a", "text/xml", {{"name", "a"}}},
      {"name=a; charset=b", "", {{"name", "a"}, {"charset", "b"}}},
      {"text/xml; name=\"never closed; charset=x",
       "text/xml",
       {{"name", "never closed; charset=x"}}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const FieldValue value = parse_value(row.text);
    CHECK(value.word == row.word);
    CHECK(value.parameters == row.parameters);
  }
}

TEST_CASE("content type: the first parameter that has a value is found") {
  const FieldValue value = parse_value("text/xml; name=; name=a; NAME=b; nam=c");
  REQUIRE(value.find("name") != nullptr);
  CHECK(*value.find("name") == "a");
  CHECK(*value.find("nam") == "c");
  CHECK(value.find("names") == nullptr);
  CHECK(value.find("") == nullptr);
}

TEST_CASE("content type: media types") {
  struct Row {
    const char *text, *expected;
  };
  const Row rows[] = {{"application/gzip", "application/gzip"},
                      {"TEXT/Xml; charset=utf-8", "text/xml"},
                      {"application/vnd.example+zip", "application/vnd.example+zip"},
                      {"text", ""},
                      {"/xml", ""},
                      {"text/", ""},
                      {"/", ""},
                      {"", ""},
                      {"name=a", ""}};
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(media_type(parse_value(row.text)) == row.expected);
  }
}

TEST_CASE("content type: a parameter as RFC 2231 or RFC 2047 writes it") {
  struct Row {
    const char *text, *expected;
  };
  const Row rows[] = {
      // The examples of RFC 2231 sections 3 and 4.
      {"message/external-body; name*0=\"ftp://\"; name*1=\"cs.utk.example/pub/moose.wav\"",
       "ftp://cs.utk.example/pub/moose.wav"},
      {"application/x-stuff; name*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A",
       "This is ***fun***"},
      {"application/x-stuff; name*0*=us-ascii'en'This%20is%20even%20more%20; "
       "name*1*=%2A%2A%2Afun%2A%2A%2A%20; name*2=\"isn't it!\"",
       "This is even more ***fun*** isn't it!"},
      {"x/y; name*2=c; name*0=a; name*1=b", "abc"},
      {"x/y; name*10=k; name*9=j; name*0=a", "ajk"},
      {"x/y; name*0=a; name*0=b", "a"},
      {"x/y; name*=utf-8''%c3%bc%C3%9F", "\xc3\xbc\xc3\x9f"},
      {"x/y; name*=iso-8859-1''%FC", "\xc3\xbc"},
      {"x/y; name*=utf-8''%FC", "\xef\xbf\xbd"},
      {"x/y; name*=nowhere-1''%FC", "\xef\xbf\xbd"},
      {"x/y; name*=''a%20b", "a b"},
      {"x/y; name*=a%20b", "a b"},
      {"x/y; name*=utf-8''100%", "100%"},
      {"x/y; name*=utf-8''%4", "%4"},
      {"x/y; name*=utf-8''%zz%+1", "%zz%+1"},
      {"x/y; name*0=%41", "%41"},
      {"x/y; name=%41", "%41"},
      {"x/y; name=plain; name*=utf-8''better", "better"},
      {"x/y; name*x=a; name=b", "b"},
      {"x/y; name*-1=a; name=b", "b"},
      {"x/y; names*0=a; nam*0=b", ""},
      {"x/y; name=\"=?iso-8859-1?Q?=FC?=\"", "\xc3\xbc"},
      {"x/y; name=\"=?utf-8?B?YS4=?= =?utf-8?B?Z3o=?=\"", "a.gz"},
      {"x/y; name=\xfc", "\xef\xbf\xbd"},
      {"x/y", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(parameter(parse_value(row.text), "name") == row.expected);
  }
}

TEST_CASE("content type: file names without paths of Windows and control characters") {
  struct Row {
    const char *name, *expected;
  };
  const Row rows[] = {{"a.xml.gz", "a.xml.gz"},
                      {" a.gz\t", "a.gz"},
                      {"a\r\nb\x01\x7f.gz", "ab.gz"},
                      {"C:\\mail\\out\\a.gz", "a.gz"},
                      {"c:\\a.gz", "a.gz"},
                      {"C:a.gz", "C:a.gz"},
                      {"a\\b.gz", "a\\b.gz"},
                      {"\xc3\xbc.gz", "\xc3\xbc.gz"},
                      {"", ""},
                      {"\n", ""}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(file_part(row.name) == row.expected);
  }
}

TEST_CASE("content type: hostile fields come to an end") {
  std::string many = "text/xml";
  for (int i = 0; i < 100'000; ++i) many += "; a" + std::to_string(i) + "=1";
  CHECK(parse_value(many).word == "text/xml");
  CHECK(parse_value("text/xml" + std::string(1'000'000, '(')).word == "text/xml");
  CHECK(parse_value(std::string(1'000'000, ';')).parameters.empty());
  CHECK(parse_value("text/xml; a=\"" + std::string(1'000'000, '\\')).word == "text/xml");
  CHECK(parse_value(std::string("text/xml; a=\"b\0c\"", 17)).find("a") != nullptr);
  CHECK(file_part(std::string(1'000'000, '\\')).size() <= 1'000'000);
}

TEST_CASE("content type: a section's number that is too large is no section") {
  CHECK(parameter(parse_value("attachment; name*99999999999=evil; name*0=good"), "name") == "good");
  CHECK(parameter(parse_value("attachment; name*99999999999=evil"), "name") == "");
}
