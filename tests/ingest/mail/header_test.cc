// SPDX-License-Identifier: MIT
// What real mails get wrong: text_test.cc.
#include "ingest/mail/header.h"

#include <doctest/doctest.h>

using namespace dmarcq;
using namespace std::string_literals;

namespace {

/// "name|value\n" of each field, then what is behind the header.
std::string read(std::string_view text) {
  const auto header = read_header(text, 1000);
  if (!header) return "none";
  std::string all;
  for (const Header::Field& field : header->fields)
    all += std::string(field.name) + "|" + unfold(field.raw) + "\n";
  return all + "[" + std::string(text.substr(header->size)) + "]";
}

}  // namespace

TEST_CASE("header: unfolded values") {
  struct Row {
    const char *name, *raw, *expected;
  };
  const Row rows[] = {
      {"nothing", "", ""},
      {"blanks", " \t\r\n", ""},
      {"one line", " a b \r\n", "a b"},
      // RFC 5322 section 2.2.3: only the line end goes.
      {"folded", " a\r\n b\r\n\tc\r\n", "a b\tc"},
      {"folded by two blanks", "a\n  b", "a  b"},
      {"a line of blanks within", "a\n \n b", "a  b"},
      {"a lost blank", " a\nname=b", "a; name=b"},
      {"a lost blank behind a semicolon", " a;\r\nname=b\r\n", "a; name=b"},
      {"nothing before the fold", "\r\n a", "a"},
      {"a CR alone is no line end", "a\rb\n", "a\rb"},
      {"other bytes stay", "a\x01\xff\n", "a\x01\xff"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(unfold(row.raw) == row.expected);
  }
}

TEST_CASE("header: fields and where the body starts") {
  struct Row {
    const char* name;
    std::string text, expected;
  };
  const Row rows[] = {
      {"nothing", "", "[]"},
      {"an empty line", "\r\n", "[]"},
      {"plain", "A: 1\r\nB-b_c.d: 2\r\n\r\nbody\r\n", "A|1\nB-b_c.d|2\n[body\r\n]"},
      {"no value", "A:\nB:2\n\n", "A|\nB|2\n[]"},
      {"colons in a value", "A: b:c::d\n\n", "A|b:c::d\n[]"},
      {"only the first empty line counts", "A: 1\n\nB: 2\n\nC: 3", "A|1\n[B: 2\n\nC: 3]"},
      {"two empty lines", "A: 1\n\n\nbody", "A|1\n[\nbody]"},
      {"folded over the end", "A: 1\n 2", "A|1 2\n[]"},
      {"a field after a folded one", "A: 1\n 2: 3\nB: 4\n\n", "A|1 2: 3\nB|4\n[]"},
      {"a web address is no field", "A: 1\nhttp://www.example/x\n\nbody", "A|1\n[body]"},
      {"a hyphen starts no field", "A: 1\n-b: 2\nC: 3\n\n", "A|1\nC|3\n[]"},
      {"bytes beyond ASCII in a name", "A: 1\nb\xfc: 2\nC: 3\n\n", "A|1\nC|3\n[]"},
      {"an envelope line further on is none", "A: 1\nFrom b\nC: 3\n\n", "A|1\nC|3\n[]"},
      {"a zip without an empty line", "A: 1\nPK\3\4xyz", "A|1\n[PK\3\4xyz]"},
      {"a gzip without an empty line", "A: 1\n\x1f\x8b\x08xyz", "A|1\n[\x1f\x8b\x08xyz]"},
      {"JSON without an empty line", "A: 1\n{\"a\": 1}", "A|1\n[{\"a\": 1}]"},
      {"the end of base64 is no parameter", "A: 1\nAAAAAAAAAAAAAAAAZg==\n",
       "A|1\n[AAAAAAAAAAAAAAAAZg==\n]"},
      {"a NUL in a value", "A: 1\0002\n\n"s, "A|1\0002\n[]"s},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(read(row.text) == row.expected);
  }
}

TEST_CASE("header: names are compared without their case, the first value counts") {
  const auto header = read_header("Subject: a\nSUBJECT: b\nX:\n \nx: c\nSub: d\n\n", 1000);
  REQUIRE(header);
  CHECK(header->value("subject") == "a");
  CHECK(header->value("x") == "c");
  CHECK(header->value("SUB") == "d");
  CHECK(header->value("Subj") == "");
  CHECK(header->value("") == "");
}

TEST_CASE("header: a block up to the limit, not beyond") {
  const std::string line = "A: 345678\n";  // 10 bytes
  std::string block;
  for (int i = 0; i < 100; ++i) block += line;
  for (const auto& [limit, read] :
       {std::pair{900, false}, {989, false}, {1000, true}, {2000, true}}) {
    CAPTURE(limit);
    CHECK(read_header(block + "\nbody", static_cast<std::size_t>(limit)).has_value() == read);
  }
  const auto header = read_header(block + "\n" + std::string(1u << 20, 'x'), 1000);
  REQUIRE(header);  // the body may be larger
  CHECK(header->fields.size() == 100);
  CHECK(header->size == 1001);
}

TEST_CASE("header: views lie within the entity, whatever bytes it has") {
  std::uint32_t seed = 1;
  const std::string_view letters("aB:= \t\r\n\n-<;\0\xff.", 15);
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (std::uint32_t i = (seed >> 16) % 40; i > 0; --i)
      text += letters[((seed = seed * 1664525 + 1013904223) >> 24) % letters.size()];
    seed = seed * 1664525 + 1013904223;
    const auto header = read_header(text, 1000);
    REQUIRE(header);
    REQUIRE(header->size <= text.size());
    for (const Header::Field& field : header->fields) {
      REQUIRE_FALSE(field.name.empty());
      REQUIRE(field.name.data() >= text.data());
      REQUIRE(field.raw.data() + field.raw.size() <= text.data() + header->size);
    }
  }
}
