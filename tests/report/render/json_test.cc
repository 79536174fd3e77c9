// SPDX-License-Identifier: MIT
#include "report/render/json.h"

#include <doctest/doctest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "report/render/escape.h"
#include "report/render/utf8.h"

using namespace dmarcq;

namespace {
std::string written(JsonWriter::Style style, void (*write)(JsonWriter&)) {
  std::ostringstream out;
  JsonWriter json(out, style);
  write(json);
  json.finish();
  return out.str();
}
}  // namespace

TEST_CASE("JsonWriter: compact form") {
  CHECK(
      written(JsonWriter::Style::compact,
              [](JsonWriter& json) {
                json.object()
                    .member("a", 1)
                    .member("b", "x")
                    .member_or_null("c", "")
                    .key("d")
                    .array()
                    .value(true)
                    .null()
                    .value(-7)
                    .end();
                json.key("e")
                    .object()
                    .end()
                    .key("f")
                    .array()
                    .end()
                    .member("g", std::optional<std::string>())
                    .member("h", 0.5)
                    .end();
              }) ==
      "{\"a\":1,\"b\":\"x\",\"c\":null,\"d\":[true,null,-7],\"e\":{},\"f\":[],\"g\":null,\"h\":0.5}\n");
}

TEST_CASE(
    "JsonWriter: pretty form has a line for each member and element, and deeper values in it") {
  CHECK(
      written(JsonWriter::Style::pretty,
              [](JsonWriter& json) {
                json.object().member("a", 1).key("o").object().member("x", 1).member("y", 2).end();
                json.key("list")
                    .array()
                    .object()
                    .member("n", 1)
                    .key("in")
                    .array()
                    .value(1)
                    .value(2)
                    .end()
                    .end()
                    .object()
                    .end()
                    .end();
                json.key("none").array().end().end();
              }) ==
      "{\n  \"a\": 1,\n  \"o\": {\"x\": 1, \"y\": 2},\n  \"list\": [\n    {\"n\": 1, \"in\": [1, 2]},\n    {}\n  ],\n  \"none\": []\n}\n");
}

TEST_CASE("JsonWriter: integers stay integers, and what is no number is null") {
  CHECK(written(JsonWriter::Style::compact, [](JsonWriter& json) {
          json.array()
              .value(UINT64_MAX)
              .value(INT64_MIN)
              .value(std::nan(""))
              .value(1.0)
              .value(0.123456789)
              .end();
        }) == "[18446744073709551615,-9223372036854775808,null,1.0,0.123457]\n");
}

TEST_CASE(
    "append_json_string: any bytes become a string that a strict parser reads, valid text comes back unchanged") {
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      std::string text;
      append_json_string(text,
                         std::string{'x', static_cast<char>(a), static_cast<char>(b), '"', '\\'});
      REQUIRE(nlohmann::json::accept(text));
    }
  }
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    std::string text, quoted;
    append_utf8(text, c);
    append_json_string(quoted, text);
    CAPTURE(c);
    REQUIRE(nlohmann::json::parse(quoted).get<std::string>() == text);
    // What a terminal would not show is written as \\u….
    if (c >= 0x7F) REQUIRE((quoted[1] == '\\') == (terminal_text(text) == ""));
  }
  for (const std::string text :
       {"", "a\"b\\c/d", "tab\there\nand\r", "日本 😀 \u202E \u0085 \x01\x1f\x7f", "\u2028"}) {
    std::string quoted;
    append_json_string(quoted, text);
    CHECK(nlohmann::json::parse(quoted).get<std::string>() == text);
    CHECK(quoted.find('\x01') == std::string::npos);
    CHECK(quoted.find("\u202E") == std::string::npos);
  }
}
