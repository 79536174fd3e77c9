// SPDX-License-Identifier: MIT
#include "report/render/answers/compare.h"

#include <doctest/doctest.h>

#include <sstream>

using namespace dmarcq;

TEST_CASE("compare: why there is nothing to compare") {
  struct Row {
    const char* name;
    NothingToCompare nothing;
    const char *words, *hint;
  };
  for (const Row& row :
       {Row{"no mail before",
            {.after = false, .span = {20'000, 20'000}, .reports = DaySpan{20'010, 20'020}},
            "compare: nothing before: no mail of example.com is reported for 2024-10-04 (UTC)",
            "reports near these days cover 2024-10-14 to 2024-10-24 (UTC days)"},
        Row{"the days after are not complete",
            {.after = true, .span = {20'000, 19'999}, .reports = std::nullopt},
            "compare: nothing after: the days after the change are not complete yet",
            "dmarcq summary tells which days the database holds"}}) {
    CAPTURE(row.name);
    CHECK(no_comparison_words(row.nothing, "example.com") == row.words);
    CHECK(no_comparison_hint(row.nothing) == row.hint);
  }
}

TEST_CASE("compare: days that are left out are told, and only then") {
  CompareAnswer answer;
  answer.question = {.domain = "example.com",
                     .at = std::nullopt,
                     .before = {20'000, 20'006},
                     .after = {20'008, 20'014},
                     .today = 20'020};
  answer.comparison.before = answer.question.before;
  answer.comparison.after = answer.question.after;
  const auto text = [&] {
    std::ostringstream out;
    write_compare_text(out, answer, {});
    return out.str();
  };
  CHECK(text().find("not complete") == std::string::npos);
  CHECK(text().find("left out") == std::string::npos);
  answer.is_complete = false;
  CHECK(text().find("later days are not complete yet") != std::string::npos);
  answer.question.at = 20'007;
  answer.comparison.straddling = 1;
  CHECK(text().find("2024-10-11 and the day after are left out") != std::string::npos);
  CHECK(text().find("1 report whose window reaches out of these days is left out.") !=
        std::string::npos);
}
