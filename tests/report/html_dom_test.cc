// SPDX-License-Identifier: MIT
#include "report/render/html_dom.h"

#include <doctest/doctest.h>

#include <string>

#include "report/render/html_names.h"
#include "report/render/html_style.h"
#include "report/render/svg_charts.h"

using namespace dmarcq;

TEST_CASE("html_dom: text and attribute values cannot become markup") {
  HtmlTree tree("div");
  tree.root().set("title", "\"><script>x</script>&amp;'").add("p").text("</p><script>&lt;");
  CHECK(tree.write(false) == "<div title=\"&quot;&gt;&lt;script&gt;x&lt;/script&gt;&amp;amp;'\"><p>&lt;/p&gt;&lt;script&gt;&amp;lt;</p>\n</div>\n");
}

TEST_CASE("html_dom: void elements have no end tag, all others have one") {
  HtmlTree tree("p");
  tree.root().add("br");
  tree.root().add("span");
  CHECK(tree.write(true) == "<!DOCTYPE html>\n<p><br><span></span></p>\n");
}

TEST_CASE("html_dom: control, bidirectional and invisible characters are left out, ill-formed bytes replaced") {
  HtmlTree tree("p");
  tree.root().text("a\x1b[31mb\u202Ec\u200Bd\x01\xff");
  CHECK(tree.write(false) == "<p>a[31mbcd\uFFFD</p>\n");
}

TEST_CASE("html_dom: nothing in a style sheet can end it") {
  HtmlTree tree("style");
  tree.root().text("a>b{} </style><script>");
  CHECK(tree.write(false).find("</style><script>") == std::string::npos);
  CHECK(page_style().find('<') == std::string_view::npos);
}

TEST_CASE("html_dom: coordinates are short and plain") {
  struct Row { double value; const char* expected; };
  for (const Row& row : {Row{1.0, "1"}, Row{0.125, "0.12"}, Row{-0.001, "0"}, Row{12.5, "12.5"}, Row{1e6, "1000000"}}) {
    HtmlTree tree("rect");
    tree.root().set("x", row.value);
    CHECK(tree.write(false) == std::string("<rect x=\"") + row.expected + "\"></rect>");
  }
}

TEST_CASE("html_names: internationalized names are shown in both forms") {
  struct Row { const char *name, *input, *expected; };
  const Row rows[] = {
      {"German", "xn--bcher-kva.example", "xn--bcher-kva.example (bücher.example)"},
      {"Chinese, two labels", "xn--fiq228c.xn--fiqs8s", "xn--fiq228c.xn--fiqs8s (中文.中国)"},
      {"right to left", "mail.xn--4dbrk0ce", "mail.xn--4dbrk0ce (mail.ישראל)"},
      {"plain", "example.com", "example.com"},
      {"not punycode", "xn--not-a-label-%%.example", "xn--not-a-label-%%.example"},
      {"only a prefix", "xn--.example", "xn--.example"},
      {"overflow", "xn--99999999999999999999.example", "xn--99999999999999999999.example"},
      {"empty", "", ""},
  };
  for (const Row& row : rows) {
    SUBCASE(row.name) { CHECK(domain_text(row.input) == row.expected); }
  }
}

TEST_CASE("html_names: a label that hides a character stays as it is") {
  // "xn--ab-m1t" is "a", zero width space, "b"; "xn--a-0hc" holds an override.
  for (const char* label : {"ab-m1t", "ab-5gn"})
    if (const auto decoded = from_punycode(label)) CHECK(decoded->find("\u200B") == std::string::npos);
}

TEST_CASE("svg_charts: axes end on round numbers") {
  struct Row { std::uint64_t most, top, step; };
  for (const Row& row : {Row{0, 1, 1}, Row{1, 1, 1}, Row{7, 8, 2}, Row{10, 10, 2}, Row{11, 15, 5}, Row{5'342, 6'000, 2'000}, Row{99'999, 100'000, 20'000}}) {
    const AxisScale scale = axis_scale(row.most);
    CHECK(scale.top == row.top);
    CHECK(scale.step == row.step);
  }
  CHECK(axis_scale(UINT64_MAX).top == UINT64_MAX);
}

TEST_CASE("svg_charts: spans name the year once where they can") {
  CHECK(date_span(20'698, 20'698) == "2 Sep 2026");
  CHECK(date_span(20'698, 20'727) == "2 Sep – 1 Oct 2026");
  CHECK(date_span(20'800, 20'820) == "13 Dec 2026 – 2 Jan 2027");
}
