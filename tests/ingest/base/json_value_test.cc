// SPDX-License-Identifier: MIT
#include "ingest/base/json_value.h"

#include <doctest/doctest.h>

using namespace dmarcq;

TEST_CASE("JsonValue: what is missing or of another type is empty") {
  const auto value = JsonValue::parse(
      R"({"text":"a\u00e4","number":7,"fraction":1.5,"truth":true,"nothing":null,"list":[1,"b",{}],"object":{"inner":"c"}})",
      4);
  REQUIRE(value);
  CHECK(value->is_object());
  CHECK_FALSE(value->is_text());
  struct Row {
    const char *member, *text;
    bool is_text, is_object;
  };
  for (const Row& row : {Row{"text", "a\u00e4", true, false}, Row{"number", "7", false, false},
                         Row{"fraction", "1.5", false, false}, Row{"truth", "true", false, false},
                         Row{"nothing", "", false, false}, Row{"list", "", false, false},
                         Row{"object", "", false, true}, Row{"missing", "", false, false}}) {
    CAPTURE(row.member);
    CHECK(value->text(row.member) == row.text);
    CHECK((*value)[row.member].is_text() == row.is_text);
    CHECK((*value)[row.member].is_object() == row.is_object);
    CHECK(value->has(row.member) == (row.member != std::string_view("missing")));
  }
  CHECK((*value)["object"].text("inner") == "c");
  CHECK((*value)["text"]["inner"].text().empty());
  CHECK((*value)["list"].elements(9).size() == 3);
  CHECK((*value)["list"].elements(2).size() == 2);
  CHECK((*value)["list"].elements(9)[1].text() == "b");
  CHECK((*value)["object"].elements(9).empty());
}

TEST_CASE("JsonValue: what is no JSON, or too deep, is none") {
  for (const char* text : {"", "x", "{", "{\"a\":1", "{\"a\":1}x", "{'a':1}", "[1,]", "\"\xff\"",
                           "[[[[[1]]]]]", "{\"a\":[{\"b\":[{}]}]}"}) {
    CAPTURE(text);
    CHECK_FALSE(JsonValue::parse(text, 4));
  }
  CHECK(JsonValue::parse("[[[[1]]]]", 4));
  CHECK(JsonValue::parse("\"[[[[[[\"", 4));
  CHECK_FALSE(JsonValue::parse(std::string(1'000'000, '['), 4));
}

TEST_CASE("json_object: members in their order, and nothing ends a text early") {
  CHECK(json_object({}) == "{}");
  const JsonMember members[] = {{"b", "x"}, {"a", std::int64_t{1'788'912'000}}};
  CHECK(json_object(members) == R"({"b":"x","a":1788912000})");
  const JsonMember hostile[] = {{"a", "\",\"b\":\"\\\n\x01"}, {"c", "\xff"}};
  CHECK(json_object(hostile) ==
        "{\"a\":\"\\\",\\\"b\\\":\\\"\\\\\\n\\u0001\",\"c\":\"\xef\xbf\xbd\"}");
}
