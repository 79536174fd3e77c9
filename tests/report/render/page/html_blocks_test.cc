// SPDX-License-Identifier: MIT
#include "report/render/page/html_blocks.h"

#include <doctest/doctest.h>

#include <set>

#include "report/render/utf8.h"
#include "tests/report/render/page/inside_span.h"

using namespace dmarcq;
using dmarcq::test::inside_span;

TEST_CASE("clipped: clean, cut off with an ellipsis where it is wider, never blank for something") {
  struct Row {
    const char* name;
    std::string text;
    unsigned columns;
    std::string shown;
  };
  const Row rows[] = {
      {"it fits", "example.com", 11, "example.com"},
      {"one column too many", "example.com", 10, "example.c…"},
      {"wide characters take two columns", "日本語", 6, "日本語"},
      {"no half of a wide character", "日本語", 5, "日本…"},
      {"nor two", "日本語", 4, "日…"},
      {"nothing is nothing", "", 10, ""},
      {"control characters count for nothing",
       "a\x1b\x07"
       "b",
       2, "ab"},
      {"right-to-left override", "gnp.\u202Eexe", 20, "gnp.exe"},
      {"nothing but what deceives", "\u202E\u200B\uFEFF", 20, "(unreadable)"},
      {"nothing but control characters", "\x1b\x07\x01", 20, "(unreadable)"},
      {"nothing but blanks", "   ", 20, "(unreadable)"},
      {"nothing but line breaks", "\n\n", 20, "(unreadable)"},
      {"one letter among what deceives", "\u200Ba\u200B", 20, "a"},
  };
  for (const Row& row : rows) {
    SUBCASE(row.name) { CHECK(clipped(row.text, row.columns) == row.shown); }
  }
  for (unsigned columns = 1; columns < 30; ++columns)
    CHECK(display_width(clipped("a 日本 пример é 😀 example.com", columns)) <= columns);
}

TEST_CASE("add_foreign, add_domain: a stranger's word stands in a context of its own, escaped") {
  CHECK(inside_span([](Element e) { add_foreign(e, "<b>&\u202E"); }) ==
        "<bdi>&lt;b&gt;&amp;</bdi>");
  CHECK(inside_span([](Element e) { add_foreign(e, "\u202E"); }) == "<bdi>(unreadable)</bdi>");
  CHECK(inside_span([](Element e) { add_domain(e, "example.com"); }) == "<bdi>example.com</bdi>");
  CHECK(inside_span([](Element e) { add_domain(e, "xn--bcher-kva.example"); }) ==
        "<bdi>xn--bcher-kva.example (bücher.example)</bdi>");
  CHECK(inside_span([](Element e) { add_domain(e, ""); }) == "<bdi>–</bdi>");
  CHECK(inside_span([](Element e) { add_domain(e, "</bdi><script>"); }) ==
        "<bdi>&lt;/bdi&gt;&lt;script&gt;</bdi>");
  // Nobody's name fills the page.
  const std::string html = inside_span([](Element e) { add_domain(e, std::string(100'000, 'x')); });
  CHECK(html.ends_with("x…</bdi>"));
  CHECK(display_width(html) < 255);
  CHECK(inside_span([](Element e) { add_foreign(e, std::string(1'000'000, 'x')); }).size() < 5'000);
}

TEST_CASE("add_table: caption, head, and a body to fill; words in it are escaped") {
  const std::string html = inside_span([](Element e) {
    const Element body = add_table(e, "Mail of <all>",
                                   {{"sender", false, false},
                                    {"mails & more", true, false},
                                    {"last day", false, true},
                                    {"n", true, true}});
    const Element row = body.add("tr");
    row_head(row).text("x");
    number_cell(row, std::uint64_t{1'204'331});
    row.add("td", "opt", "-");
    number_cell(row, "50 %", true);
  });
  CHECK(html ==
        "<table><caption>Mail of &lt;all&gt;</caption>\n<thead><tr>"
        "<th scope=\"col\">sender</th><th scope=\"col\" class=\"n\">mails &amp; more</th>"
        "<th scope=\"col\" class=\"opt\">last day</th><th scope=\"col\" class=\"n opt\">n</th>"
        "</tr>\n</thead>\n<tbody><tr><th scope=\"row\">x</th><td class=\"n\">1,204,331</td>"
        "<td class=\"opt\">-</td><td class=\"n opt\">50\u00a0%</td></tr>\n</tbody>\n</table>\n");
}

TEST_CASE("add_table: a wide table scrolls on its own and says what it is, a narrow one does not") {
  const auto with = [](TableOptions options) {
    return inside_span([&](Element e) { add_table(e, "a \"b\"", {{"x"}}, options); });
  };
  const std::string wide = with({.css_class = "plain", .wide = true});
  CHECK(
      wide.starts_with("<div class=\"scroll\" tabindex=\"0\" role=\"region\""
                       " aria-label=\"a &quot;b&quot;\"><table class=\"plain\">"));
  CHECK(with({.css_class = "plain"}).starts_with("<table class=\"plain\">"));
  CHECK(with({}).find("class") == std::string::npos);
}

TEST_CASE("add_section, add_numbers: the element that comes back is filled behind the heading") {
  CHECK(inside_span([](Element e) { add_section(e, "<Volume>").add("i"); }) ==
        "<section><h2>&lt;Volume&gt;</h2>\n<i></i></section>\n");
  CHECK(inside_span([](Element e) { add_numbers(e, "Numbers").add("i"); }) ==
        "<details><summary>Numbers</summary>\n<i></i></details>\n");
}

TEST_CASE("add_fold, add_unfold: a switch and its label") {
  CHECK(inside_span([](Element e) {
          add_fold(e, "senders");
          e.add("i").set("class", "tail");
          add_unfold(e, "senders", "3 <more>");
        }) ==
        "<input type=\"checkbox\" class=\"fold\" id=\"fold-senders\"><i class=\"tail\"></i>"
        "<label class=\"unfold\" for=\"fold-senders\">3 &lt;more&gt;</label>");
}

TEST_CASE("name_of, css_of, sum: each group and each state has a name of its own") {
  std::set<std::string> names;
  for (std::size_t group = 0; group < mail_group_count; ++group)
    CHECK(names.insert(std::string(name_of(static_cast<MailGroup>(group)))).second);
  CHECK(name_of(MailGroup::needs_fixing) == "Needs fixing");
  using State = DomainVerdict::State;
  for (const State state :
       {State::ready, State::not_ready, State::too_little_data, State::at_goal, State::no_reports})
    CHECK(names.insert(name_of(state)).second);
  CHECK(name_of(State::ready).ends_with("Ready"));
  CHECK(name_of(State::not_ready).ends_with("Not ready"));
  CHECK(css_of(State::ready) != std::string_view(css_of(State::not_ready)));
  CHECK(css_of(State::at_goal) != std::string_view(css_of(State::too_little_data)));
  CHECK(sum({}) == 0);
  CHECK(sum({1, 2, 3, 4'000'000'000'000, 5, 6}) == 4'000'000'000'017);
}

TEST_CASE("cells of cards: each says what it is, numbers stand to the right") {
  CHECK(inside_span([](Element e) { labelled_cell(e, "Policy \"now\"").text("<p>"); }) ==
        "<td data-label=\"Policy &quot;now&quot;\">&lt;p&gt;</td>");
  CHECK(inside_span([](Element e) { labelled_number(e, "Messages", std::uint64_t{1'200}); }) ==
        "<td data-label=\"Messages\" class=\"n\">1,200</td>");
}

TEST_CASE("add_state: good and bad by colour and by word") {
  using State = DomainVerdict::State;
  const auto state = [](State s) { return inside_span([&](Element e) { add_state(e, s); }); };
  CHECK(state(State::ready) == "<span class=\"state good\">✓ Ready</span>");
  CHECK(state(State::no_reports) == "<span class=\"state bad\">– No reports</span>");
  CHECK(state(State::too_little_data) == "<span class=\"state\">… Too little data</span>");
}

TEST_CASE("add_references: only https addresses become links") {
  CHECK(inside_span([](Element e) { add_references(e, {}); }).empty());
  const std::string html = inside_span([](Element e) {
    add_references(e, {"https://help.salesforce.com/s/articleView?id=x.htm&type=5", "RFC 7208",
                       "javascript:hit()"});
  });
  CHECK(html.find("href=\"https://help.salesforce.com/") != html.npos);
  CHECK(html.find(">help.salesforce.com, article x.htm</a>; RFC 7208; javascript:hit()") !=
        html.npos);
}
