// SPDX-License-Identifier: MIT
#include "report/render/page/svg_charts.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <pugixml.hpp>
#include "tests/report/render/page/inside_span.h"

using namespace dmarcq;
using dmarcq::test::inside_span;

namespace {

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t n = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != text.npos; at += part.size()) ++n;
  return n;
}

ChartText words() { return {"c", "Mail", "All of it", "messages per day"}; }

std::vector<Period> days(Day first, std::size_t number) {
  std::vector<Period> periods;
  for (std::size_t i = 0; i < number; ++i) {
    const Day day = first + static_cast<Day>(i);
    periods.push_back({day, day});
  }
  return periods;
}

constexpr Day aug_24 = 20'689;  // 2026

}  // namespace

TEST_CASE("short_date, date_span: as people write them, each year where it is needed") {
  REQUIRE(iso_date(aug_24) == "2026-08-24");
  CHECK(short_date(aug_24) == "24 Aug");
  CHECK(short_date(aug_24, true) == "24 Aug 2026");
  CHECK(short_date(0, true) == "1 Jan 1970");
  CHECK(short_date(day_from_text("2024-02-29").value()) == "29 Feb");
  CHECK(date_span(aug_24, aug_24) == "24 Aug 2026");
  CHECK(date_span(aug_24, day_from_text("2026-11-21").value()) == "24 Aug – 21 Nov 2026");
  CHECK(date_span(day_from_text("2025-12-31").value(), day_from_text("2026-01-01").value()) ==
        "31 Dec 2025 – 1 Jan 2026");
}

TEST_CASE("axis_scale: the top is not below the most, and steps divide it into a few parts") {
  struct Row {
    std::uint64_t most, top, step;
  };
  for (const Row& row : {Row{0, 1, 1}, Row{1, 1, 1}, Row{5, 5, 1}, Row{6, 6, 2}, Row{10, 10, 2},
                         Row{11, 15, 5}, Row{26, 30, 10}, Row{999, 1000, 200}, Row{1000, 1000, 200},
                         Row{1001, 1500, 500}, Row{2'500'001, 3'000'000, 1'000'000}}) {
    CAPTURE(row.most);
    CHECK(axis_scale(row.most).top == row.top);
    CHECK(axis_scale(row.most).step == row.step);
  }
  for (std::uint64_t most = 1; most < UINT64_MAX / 3; most = most * 3 + 1) {
    CAPTURE(most);
    const AxisScale scale = axis_scale(most);
    CHECK(scale.top >= most);
    CHECK(scale.step > 0);
    CHECK(scale.top % scale.step == 0);
    CHECK(scale.top / scale.step <= 5);
  }
  CHECK(axis_scale(UINT64_MAX).top == UINT64_MAX);
}

TEST_CASE("charts: title and description are there and belong to the picture, words are escaped") {
  const ChartText hostile{"x", "</title><script>", "\"&\u202E", "a<b"};
  const std::vector<ChartSeries> series{{Ink::needs_fixing, {1, 2}}};
  struct Row {
    const char* name;
    std::string svg;
    std::size_t pictures;
  };
  const Row rows[] = {
      {"stacked",
       inside_span([&](Element e) { add_stacked_chart(e, hostile, days(aug_24, 2), series); }), 2},
      {"spark", inside_span([&](Element e) { add_sparkline(e, hostile, 2, series); }), 1},
      {"strip", inside_span([&](Element e) { add_day_strip(e, hostile, {true, false}); }), 1},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(count(row.svg, "<svg ") == row.pictures);
    CHECK(count(row.svg, "role=\"img\"") == row.pictures);
    CHECK(count(row.svg, ">&lt;/title&gt;&lt;script&gt;</title>") == row.pictures);
    CHECK(count(row.svg, ">\"&amp;</desc>") == row.pictures);
    CHECK(count(row.svg, "<script") == 0);
    // Two pictures, two names: ids are unique on a page, and each picture names its own.
    pugi::xml_document document;
    REQUIRE(document.load_string(("<r>" + row.svg + "</r>").c_str()));
    std::vector<std::string> ids;
    for (const pugi::xml_node svg : document.child("r").children("svg")) {
      const std::string title = svg.child("title").attribute("id").value(),
                        desc = svg.child("desc").attribute("id").value();
      CHECK(svg.attribute("aria-labelledby").value() == title + " " + desc);
      ids.insert(ids.end(), {title, desc});
    }
    std::ranges::sort(ids);
    CHECK(std::ranges::adjacent_find(ids) == ids.end());
  }
}

TEST_CASE(
    "charts: bars are stacked, first series at the foot; what is there is seen, nothing is not") {
  const auto svg = inside_span([](Element e) {
    add_sparkline(
        e, words(), 2,
        {{Ink::authenticated, {50, 0}}, {Ink::needs_fixing, {50, 0}}, {Ink::unidentified, {0, 0}}});
  });
  pugi::xml_document document;
  REQUIRE(document.load_string(svg.c_str()));
  double top[2] = {0, 0}, height[2] = {0, 0};
  std::size_t paths = 0;
  for (const pugi::xml_node path : document.child("svg").children("path")) {
    REQUIRE(paths < 2);
    double x = 0, width = 0;
    REQUIRE(std::sscanf(path.attribute("d").value(), "M%lf %lfh%lfv%lf", &x, &top[paths], &width,
                        &height[paths]) == 4);
    CHECK(count(path.attribute("d").value(), "M") == 1);  // no bar of the empty day
    ++paths;
  }
  CHECK(paths == 2);  // no shape of the empty series
  CHECK(top[1] + height[1] == doctest::Approx(top[0]));
  CHECK(height[0] == doctest::Approx(height[1]));
  const auto tiny = inside_span(
      [](Element e) { add_sparkline(e, words(), 2, {{Ink::needs_fixing, {1, 1'000'000'000}}}); });
  CHECK(count(tiny, "v1.0") == 1);
}

TEST_CASE("charts: without periods there is no chart, and without mail one without bars") {
  CHECK(inside_span([](Element e) { add_stacked_chart(e, words(), {}, {}); }).empty());
  CHECK(inside_span([](Element e) { add_sparkline(e, words(), 0, {}); }).empty());
  const auto svg = inside_span([](Element e) {
    add_stacked_chart(e, words(), days(aug_24, 1), {{Ink::authenticated, {0}}});
  });
  CHECK(count(svg, "<path") == 0);
  CHECK(count(svg, "nan") + count(svg, "inf") == 0);
  CHECK(count(svg, ">24 Aug 2026</text>") == 2);
}

TEST_CASE("add_sparkline: bars without axes or words") {
  const auto svg = inside_span(
      [](Element e) { add_sparkline(e, words(), 2, {{Ink::authenticated, {1'500'000, 3}}}); });
  CHECK(count(svg, "<text") + count(svg, "<line") == 0);
  CHECK(count(svg, "<path") == 1);
}

TEST_CASE("charts: marks are numbered in order, and those that lie close do not cover each other") {
  const auto chart = [](const ChartMarks& marks) {
    return inside_span([&](Element e) {
      add_stacked_chart(e, words(), days(aug_24, 30),
                        {{Ink::authenticated, std::vector<std::uint64_t>(30, 5'000)}}, marks);
    });
  };
  const std::string marked = chart({.days = {aug_24 + 3, aug_24 + 3, aug_24 + 29}});
  CHECK(count(marked, "class=\"mark\"") == 6);  // wide and narrow
  for (const char* number : {">1</text>", ">2</text>", ">3</text>"})
    CHECK(count(marked, number) == 2);
  pugi::xml_document document;
  REQUIRE(document.load_string(("<r>" + marked + "</r>").c_str()));
  std::vector<double> heights;
  for (const pugi::xml_node text : document.child("r").child("svg").children("text"))
    if (const std::string words = text.child_value(); words == "1" || words == "2")
      heights.push_back(text.attribute("y").as_double());
  REQUIRE(heights.size() == 2);
  CHECK(heights[1] >= heights[0] + 12);
  CHECK(count(chart({}), "class=\"mark\"") == 0);
  CHECK(count(chart({}), "class=\"partial\"") == 0);
  CHECK(count(chart({.days = {}, .first_is_partial = true}), "class=\"partial\"") == 2);
}

TEST_CASE("add_day_strip: runs of days are one mark each, and all days have room") {
  const auto strip = [](const std::vector<bool>& set) {
    return inside_span([&](Element e) { add_day_strip(e, words(), set); });
  };
  const auto svg = strip({true, true, false, true});
  CHECK(count(svg, "viewBox=\"0 0 16 14\"") == 1);
  CHECK(count(svg, "<rect class=\"i0\" x=\"0\" y=\"0\" width=\"8\" height=\"14\">") == 1);
  CHECK(count(svg, "<rect class=\"gap\" x=\"8\"") == 1);
  CHECK(count(svg, "<rect class=\"i0\" x=\"12\" y=\"0\" width=\"4\" height=\"14\">") == 1);
  CHECK(count(svg, "<rect") == 3);
  CHECK(count(strip(std::vector<bool>(365, true)), "<rect") == 1);
  CHECK(count(strip({}), "<rect") == 0);
}

TEST_CASE("add_patterns, add_swatch: each patterned ink has its pattern, and is for eyes only") {
  const auto patterns = inside_span([](Element e) { add_patterns(e); });
  for (const char* id : {"id=\"p1\"", "id=\"p2\"", "id=\"p3\"", "id=\"p4\""})
    CHECK(count(patterns, id) == 1);
  CHECK(count(patterns, "aria-hidden=\"true\"") == 1);
  std::string swatches[5];
  for (const MailGroup group :
       {MailGroup::authenticated, MailGroup::needs_fixing, MailGroup::unidentified,
        MailGroup::spoofing, MailGroup::forwarded}) {
    std::string& swatch = swatches[static_cast<std::size_t>(group)];
    swatch = inside_span([&](Element e) { add_swatch(e, ink_of(group)); });
    CHECK(count(swatch, "aria-hidden=\"true\"") == 1);
    CHECK(count(swatch, "<rect class=\"i") == 1);
  }
  std::ranges::sort(swatches);
  CHECK(std::ranges::adjacent_find(swatches) == std::end(swatches));
}
