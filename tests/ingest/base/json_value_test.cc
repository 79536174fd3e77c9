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

TEST_CASE("JsonValue: kinds of values") {
  const auto value =
      JsonValue::parse(R"({"t":"1","n":-1,"f":1e3,"b":false,"z":null,"a":[],"o":{}})", 2);
  REQUIRE(value);
  struct Row {
    const char* member;
    bool is_number, is_null, is_array;
  };
  for (const Row& row :
       {Row{"t", false, false, false}, Row{"n", true, false, false}, Row{"f", true, false, false},
        Row{"b", false, false, false}, Row{"z", false, true, false}, Row{"a", false, false, true},
        Row{"o", false, false, false}, Row{"missing", false, false, false}}) {
    CAPTURE(row.member);
    const JsonValue member = (*value)[row.member];
    CHECK(member.is_number() == row.is_number);
    CHECK(member.is_null() == row.is_null);
    CHECK(member.is_array() == row.is_array);
  }
}

TEST_CASE("JsonValue: members at all depths, and where a text stops to be JSON") {
  struct Members {
    const char* text;
    std::size_t count;
  };
  for (const Members& row :
       {Members{"[]", 0}, Members{"{}", 0}, Members{R"({"a":1,"b":2})", 2},
        Members{R"({"a":1,"a":2})", 1}, Members{R"([{"a":{"b":[{"c":1}]}},{"a":":"}])", 4}}) {
    CAPTURE(row.text);
    const auto value = JsonValue::parse(row.text, 8);
    REQUIRE(value);
    CHECK(value->members_at_all_depths() == row.count);
  }
  CHECK(JsonValue().members_at_all_depths() == 0);
  struct Faults {
    const char* text;
    std::size_t at;
  };
  for (const Faults& row :
       {Faults{"[1,2]", 5}, Faults{"[1,2", 4}, Faults{"[tru", 4}, Faults{"[\"a", 3},
        Faults{"[1,]", 3}, Faults{"[1]x", 3}, Faults{"[1e999]", 0}, Faults{"", 0}}) {
    CAPTURE(row.text);
    CHECK(JsonValue::fault_in(row.text) == row.at);
  }
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
