// SPDX-License-Identifier: MIT
#include "report/render/answers/counts_json.h"

#include <doctest/doctest.h>

#include <sstream>

using namespace dmarcq;

namespace {

template <class Write>
std::string object(Write write) {
  std::ostringstream out;
  JsonWriter json(out);
  json.object();
  write(json);
  json.end().finish();
  return out.str();
}

}  // namespace

TEST_CASE("write_counts: passing is by DKIM, by SPF or by both; those by both count for each") {
  struct Row {
    const char* name;
    Totals totals;
    const char* members;
  };
  for (const Row& row :
       {Row{"nothing",
            {},
            "\"messages\":0,\"dmarc_pass\":0,\"dmarc_fail\":0,\"dkim_aligned\":0,"
            "\"spf_aligned\":0"},
        Row{"all four",
            {.messages = 1111, .both = 1000, .dkim_only = 100, .spf_only = 10, .neither = 1},
            "\"messages\":1111,\"dmarc_pass\":1110,\"dmarc_fail\":1,\"dkim_aligned\":1100,"
            "\"spf_aligned\":1010"},
        Row{"all fail",
            {.messages = 7, .neither = 7},
            "\"messages\":7,\"dmarc_pass\":0,\"dmarc_fail\":7,\"dkim_aligned\":0,"
            "\"spf_aligned\":0"},
        Row{"more than 32 bits",
            {.messages = 5'000'000'000, .spf_only = 5'000'000'000},
            "\"messages\":5000000000,\"dmarc_pass\":5000000000,\"dmarc_fail\":0,"
            "\"dkim_aligned\":0,\"spf_aligned\":5000000000"}}) {
    CAPTURE(row.name);
    CHECK(object([&](JsonWriter& json) { write_counts(json, row.totals); }) ==
          std::string("{") + row.members + "}\n");
  }
}

TEST_CASE("write_dispositions: one object, nothing left out, whatever passed") {
  CHECK(object([](JsonWriter& json) { write_dispositions(json, {}); }) ==
        "{\"dispositions\":{\"none\":0,\"pass\":0,\"quarantine\":0,\"reject\":0}}\n");
  const Totals totals{
      .messages = 10, .both = 9, .none = 1, .pass = 2, .quarantine = 3, .reject = 4};
  CHECK(object([&](JsonWriter& json) { write_dispositions(json, totals); }) ==
        "{\"dispositions\":{\"none\":1,\"pass\":2,\"quarantine\":3,\"reject\":4}}\n");
  // The object is closed: the next member stands beside it.
  CHECK(object([&](JsonWriter& json) {
          write_dispositions(json, {});
          json.member("next", 1);
        }).ends_with("\"reject\":0},\"next\":1}\n"));
}

TEST_CASE("write_stream_count: temporary errors are neither pass nor fail, and still messages") {
  StreamCount count;
  count.both = 1000;
  count.dkim_only = 200;
  count.spf_only = 30;
  count.fail = 4;
  count.temporary = 50'000;
  count.quarantined = 3;
  count.rescued = 2;
  CHECK(object([&](JsonWriter& json) { write_stream_count(json, count); }) ==
        "{\"messages\":51234,\"dmarc_pass\":1230,\"dmarc_fail\":4,\"temporary\":50000,"
        "\"dkim_aligned\":1200}\n");
  CHECK(object([](JsonWriter& json) { write_stream_count(json, {}); }) ==
        "{\"messages\":0,\"dmarc_pass\":0,\"dmarc_fail\":0,\"temporary\":0,\"dkim_aligned\":0}\n");
}

TEST_CASE("day_or_null: day 0 is a day") {
  CHECK(day_or_null(std::nullopt) == std::nullopt);
  CHECK(day_or_null(Day{0}) == "1970-01-01");
  CHECK(day_or_null(Day{20'000}) == "2024-10-04");
  CHECK(object([](JsonWriter& json) {
          json.member("a", day_or_null(std::nullopt)).member("b", day_or_null(Day{65'535}));
        }) == "{\"a\":null,\"b\":\"2149-06-06\"}\n");
}
