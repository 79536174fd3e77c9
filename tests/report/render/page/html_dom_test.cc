// SPDX-License-Identifier: MIT
#include "report/render/page/html_dom.h"

#include <doctest/doctest.h>

#include <utility>

using namespace dmarcq;

namespace {

std::string text_in_p(std::string_view text) {
  const HtmlTree tree("p");
  tree.root().text(text);
  return tree.write(false);
}

std::string title_of_b(std::string_view value) {
  const HtmlTree tree("b");
  tree.root().set("title", value);
  return tree.write(false);
}

}  // namespace

TEST_CASE("Element: a stranger's text is text, in an element and in an attribute") {
  struct Row {
    const char* name;
    std::string given, as_text, as_attribute;
  };
  const Row rows[] = {
      {"plain", "example.com", "example.com", "example.com"},
      {"other scripts", "日本 пример", "日本 пример", "日本 пример"},
      {"a tag", "<script>", "&lt;script&gt;", "&lt;script&gt;"},
      {"an end tag", "</p><b>", "&lt;/p&gt;&lt;b&gt;", "&lt;/p&gt;&lt;b&gt;"},
      {"an ampersand", "a&b", "a&amp;b", "a&amp;b"},
      {"what is escaped already is escaped again", "&lt;", "&amp;lt;", "&amp;lt;"},
      {"a numeric reference", "&#60;", "&amp;#60;", "&amp;#60;"},
      {"quotes end no attribute", "\" onload=\"x", "\" onload=\"x", "&quot; onload=&quot;x"},
      {"an apostrophe", "it's", "it's", "it's"},
      {"a comment", "<!-- x -->", "&lt;!-- x --&gt;", "&lt;!-- x --&gt;"},
      {"right-to-left override", "gnp.\u202Eexe", "gnp.exe", "gnp.exe"},
      {"zero-width space", "goo\u200Bgle", "google", "google"},
      {"an escape sequence", "\x1b[31mred", "[31mred", "[31mred"},
      {"a NUL does not cut", std::string("a\0b", 3), "ab", "ab"},
      {"a line break is a space", "a\nb", "a b", "a b"},
      {"invalid UTF-8", "a\xFF", "a\uFFFD", "a\uFFFD"},
      {"spaces at both ends stay", " a ", " a ", " a "},
      {"nothing", "", "", ""},
  };
  for (const Row& row : rows) {
    SUBCASE(row.name) {
      CHECK(text_in_p(row.given) == "<p>" + row.as_text + "</p>\n");
      CHECK(title_of_b(row.given) == "<b title=\"" + row.as_attribute + "\"></b>");
    }
  }
}

TEST_CASE("Element: a number and its percent sign stay on one line") {
  CHECK(text_in_p("1 % and 2 %") == "<p>1\u00a0% and 2\u00a0%</p>\n");
  CHECK(text_in_p("1% x") == "<p>1% x</p>\n");
  CHECK(title_of_b("1 %") == "<b title=\"1 %\"></b>");
}

TEST_CASE("Element: children and texts stand in the order in which they were added") {
  const HtmlTree tree("div");
  const Element root = tree.root();
  root.text("a").text("b");
  root.add("i").text("c");
  root.text("d").add("b", "strong", "<e>");
  root.add("span", "empty");
  CHECK(tree.write(false) ==
        "<div>ab<i>c</i>d<b class=\"strong\">&lt;e&gt;</b><span class=\"empty\"></span></div>\n");
  CHECK(tree.write(false) == tree.write(false));
}

TEST_CASE("Element: an attribute that is set again has the new value, in its place") {
  const HtmlTree tree("a");
  tree.root().set("id", "x").set("title", "one").set("id", "y").set("title", "");
  CHECK(tree.write(false) == "<a id=\"y\" title=\"\"></a>");
}

TEST_CASE("Element: numbers as attributes, coordinates with at most two decimals") {
  struct Row {
    double value;
    const char* words;
  };
  for (const Row& row :
       {Row{0, "0"}, Row{-0.001, "0"}, Row{2.5, "2.5"}, Row{100, "100"}, Row{-1.25, "-1.25"},
        Row{1.0 / 3, "0.33"}, Row{99.999, "100"}, Row{0.004, "0"}, Row{-12, "-12"}}) {
    const HtmlTree tree("i");
    tree.root().set("x", row.value);
    CHECK(tree.write(false) == std::string("<i x=\"") + row.words + "\"></i>");
  }
  const HtmlTree tree("i");
  tree.root().set("a", 0).set("b", -7).set("c", UINT64_MAX);
  CHECK(tree.write(false) == "<i a=\"0\" b=\"-7\" c=\"18446744073709551615\"></i>");
}

TEST_CASE("HtmlTree: void elements have no end tag, all others have one, empty or not") {
  const HtmlTree tree("span");
  tree.root().add("br");
  tree.root().add("img").set("alt", "x");
  tree.root().add("td");
  tree.root().add("path").set("d", "M0 0");
  CHECK(tree.write(false) == "<span><br><img alt=\"x\"><td></td><path d=\"M0 0\"></path></span>");
}

TEST_CASE("HtmlTree: the doctype comes first and only where it is asked for") {
  const HtmlTree tree("html");
  CHECK(tree.write(true).starts_with("<!DOCTYPE html>\n<html></html>"));
  CHECK(tree.write(false).starts_with("<html></html>"));
}

TEST_CASE("HtmlTree: a style sheet stands as it is, and nothing in it ends it") {
  const HtmlTree tree("style");
  tree.root().text("a > b::after { content: \"&\" }</style><script>");
  const std::string html = tree.write(false);
  CHECK(html.starts_with("<style>a > b::after { content: \"&\" }"));
  CHECK(html.find("</style>") == html.rfind("</style>"));
  CHECK(html.find("<script") == std::string::npos);
}

TEST_CASE("HtmlTree: a place in a tree that was moved is still its place") {
  HtmlTree first("p");
  const Element root = first.root();
  const HtmlTree second = std::move(first);
  root.text("late");
  CHECK(second.write(false) == "<p>late</p>\n");
}
