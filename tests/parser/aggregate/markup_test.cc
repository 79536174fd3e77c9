// SPDX-License-Identifier: MIT
#include "parser/aggregate/markup.h"

#include <doctest/doctest.h>

#include <string_view>
#include <utility>
#include <vector>

using namespace dmarcq;
using Kind = Markup::Kind;

TEST_CASE("markup: what begins at a '<'") {
  struct Row {
    std::string_view text;
    Kind kind;
    std::size_t length;
    std::string_view name;
  };
  for (const auto& [text, kind, length, name] : {
           Row{"<a>b", Kind::start, 3, "a"},
           Row{"<a >b", Kind::start, 4, "a"},
           Row{"<d:a-b.c_1 x='>' y = \"<\">b", Kind::start, 25, "d:a-b.c_1"},
           Row{"<a/>b", Kind::empty, 4, "a"},
           Row{"<a x='1'/>b", Kind::empty, 10, "a"},
           Row{"</a>b", Kind::end, 4, "a"},
           Row{"</a\n>b", Kind::end, 5, "a"},
           Row{"<!-- <a> -->b", Kind::comment, 12, ""},
           Row{"<!-->b-->c", Kind::comment, 9, ""},
           Row{"<![CDATA[<a>]]]>b", Kind::cdata, 16, ""},
           Row{"<?php echo '>'; ?>b", Kind::instruction, 18, ""},
           Row{"<!DOCTYPE a>b", Kind::doctype, 9, ""},
           Row{"<a@b>", Kind::stray, 1, ""},
           Row{"< a>", Kind::stray, 1, ""},
           Row{"<1>", Kind::stray, 1, ""},
           Row{"<=>", Kind::stray, 1, ""},
           Row{"<a b>", Kind::stray, 1, ""},
           Row{"<a b=c>", Kind::stray, 1, ""},
           Row{"<a b='c'd='e'>", Kind::stray, 1, ""},
           Row{"<a/ >", Kind::stray, 1, ""},
           Row{"</a b>", Kind::stray, 1, ""},
           Row{"</>", Kind::stray, 1, ""},
           Row{"<!x>", Kind::stray, 1, ""},
           Row{"<? >", Kind::stray, 1, ""},
           Row{"<a<b>", Kind::cut_short, 2, "a"},
           Row{"<a x='1' <b>", Kind::cut_short, 9, "a"},
       }) {
    CAPTURE(text);
    const Markup markup = markup_at(text, 0);
    CHECK(markup.kind == kind);
    CHECK(markup.end == length);
    if (kind != Kind::stray) CHECK(markup.name == name);
    if (kind == Kind::stray || kind == Kind::cut_short || kind == Kind::doctype) continue;
    for (std::size_t cut = 1; cut < length; ++cut) {
      CAPTURE(cut);
      CHECK(markup_at(text.substr(0, cut), 0).kind == Kind::unfinished);
    }
  }
}

TEST_CASE("markup: the extent of an element") {
  using Fault = Extent::Fault;
  struct Row {
    std::string_view text;
    Fault fault;
    std::size_t end;
  };
  for (const auto& [text, fault, end] : {
           Row{"<a><b/>c<b x='</a>'></b><!-- </a> --><![CDATA[</a>]]></a>d", Fault::none, 57},
           Row{"<a/>d", Fault::none, 4},
           Row{"<a><b></a>", Fault::mismatch, 6},
           Row{"<a><b></b>", Fault::unfinished, 10},
           Row{"<a><!-- </a>", Fault::unfinished, 3},
           Row{"<a><b><b><b/></b></b></a>", Fault::too_deep, 9},
           Row{"<a><!DOCTYPE b></a>", Fault::doctype, 3},
       }) {
    CAPTURE(text);
    const Extent extent = element_at(text, 0, 2, 4);
    CHECK(extent.fault == fault);
    CHECK(extent.end == end);
    CHECK_FALSE(extent.repairs);
  }
  CHECK(element_at("<a>1 < 2</a>", 0, 1, 9).repairs);
  CHECK(element_at("<a x='1' y='2'><b/></a>", 0, 1, 9).nodes == 4);
}

TEST_CASE("markup: repairs") {
  const std::string_view text = "<a><x@y> & 1 < 2 <b</a>";
  CHECK(repaired(text) == "<a>&lt;x@y> & 1 &lt; 2 </a>");
  CHECK(first_flaws(text).stray == "<x@y> & 1 ");
  CHECK(first_flaws(text).cut == "<b");
  CHECK(first_flaws("<a></a>").stray == "");
}

TEST_CASE("markup: names, attributes, lines") {
  CHECK(local_name("d:row") == "row");
  CHECK(prefix_of("d:row") == "d");
  CHECK(local_name("row") == "row");
  CHECK(prefix_of("row") == "");
  std::vector<std::pair<std::string_view, std::string_view>> attributes;
  for (Attributes each("<f xmlns = 'urn:a' xmlns:x=\"a=b\" z='' >"); each.next();)
    attributes.emplace_back(each.name, each.value);
  REQUIRE(attributes.size() == 3);
  CHECK(attributes[0] == std::pair<std::string_view, std::string_view>("xmlns", "urn:a"));
  CHECK(attributes[1] == std::pair<std::string_view, std::string_view>("xmlns:x", "a=b"));
  CHECK(attributes[2] == std::pair<std::string_view, std::string_view>("z", ""));
  CHECK_FALSE(Attributes("<f a= b").next());
  CHECK(line_of("a\nb\nc", 0) == 1);
  CHECK(line_of("a\nb\nc", 4) == 3);
  CHECK(line_of("a\nb\nc", 400) == 3);
}
