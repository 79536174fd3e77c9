// SPDX-License-Identifier: MIT
#include "parser/aggregate/plain_record.h"

#include <doctest/doctest.h>

#include <string>

using namespace dmarcq;

namespace {

/// "record(row(source_ip=192.0.2.1)…)": names and raw values, with '#' at names without meaning.
std::string text_of(PlainNode node) {
  std::string text = std::string(node.name());
  if (node.tag({}) == Tag::unknown) text += "#";
  if (!node.has_children()) return text + "=" + std::string(node.value());
  text += "(";
  for (PlainNode child = node.first_child(); child; child = child.next_sibling())
    text += (text.ends_with('(') ? "" : " ") + text_of(child);
  return text + ")";
}

/// "" when it is not plain.
std::string read(std::string_view text, const Limits& limits = {}) {
  ElementNames names;
  REQUIRE(names.root("feedback", "<feedback xmlns='urn:d' xmlns:x='urn:x'>", 10));
  PlainRecords records(names, limits);
  std::size_t at = 0;
  const Plain* const record = records.next(text, at);
  CHECK((record != nullptr || at == 0));
  if (record == nullptr) return "";
  CHECK(text.substr(0, at).ends_with("</record>"));
  return text_of(record);
}

}  // namespace

TEST_CASE("plain record: elements with elements, or with text") {
  struct Row {
    const char *name, *text, *expected;
  };
  const Row rows[] = {
      {"one element", "<record><row><count>1</count></row></record>", "record(row(count=1))"},
      {"indented",
       "\r\n  <record>\n\t<row>\n          <count>1</count>\n <dkim>a</dkim></row>\n</record>\n",
       "record(row(count=1 dkim=a))"},
      {"siblings behind what has children",
       "<record><row><count>1</count></row><spf><domain>a</domain></spf><dkim>x</dkim></record>",
       "record(row(count=1) spf(domain=a) dkim=x)"},
      {"no text, or white space alone", "<record><count></count><row>\n</row></record>",
       "record(count= row=)"},
      {"text that is raw", "<record><domain> a&amp;b\n</domain></record>",
       "record(domain= a&amp;b\n)"},
      {"beyond ASCII", "<record><domain>b\xc3\xbc\xff</domain></record>",
       "record(domain=b\xc3\xbc\xff)"},
      {"text with '>' and quotes", "<record><domain>a>\"b'</domain></record>",
       "record(domain=a>\"b')"},
      {"names without meaning", "<record><count>1</count><note>2</note><x:dkim>3</x:dkim></record>",
       "record(count=1 note#=2 x:dkim#=3)"},
      {"our names with a prefix", "<record><d:count>1</d:count></record>", "record(d:count=1)"},
      {"a second record behind it", "<record><t>1</t></record><record><t>2</t></record>",
       "record(t=1)"},
      {"one child that is called record", "<record><record>1</record></record>",
       "record(record=1)"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(read(row.text) == row.expected);
  }
}

TEST_CASE("plain record: everything else is left alone") {
  for (const char* text : {"",
                           "<",
                           "<record",
                           "<record>",
                           "<record><t>1</t>",
                           "<record><t>1</t></record",
                           "x<record><t>1</t></record>",
                           "<row><t>1</t></row>",
                           "</record>",
                           "<Record></Record>",
                           "<record a=\"1\"><t>1</t></record>",
                           "<record><t a='1'>1</t></record>",
                           "<record ><t>1</t></record>",
                           "<record><t >1</t></record>",
                           "<record><t>1</t ></record>",
                           "<record><t>1</ t></record>",
                           "<record><t>1</t></record >",
                           "<record><t/></record>",
                           "<record/>",
                           "<record><!-- c --><t>1</t></record>",
                           "<record><t>1<!-- c --></t></record>",
                           "<record><t><![CDATA[1]]></t></record>",
                           "<record><?pi ?><t>1</t></record>",
                           "<record><!DOCTYPE t><t>1</t></record>",
                           "<record><t>1</s></record>",
                           "<record><t>1</tt></record>",
                           "<record><tt>1</t></record>",
                           "<record><row><t>1</row></t></record>",
                           "<record>x<t>1</t></record>",
                           "<record><t>1</t>x</record>",
                           "<record><row><t>1</t>x</row></record>",
                           "<record><t>1<2</t></record>",
                           "<record><t>1</t></record1>",
                           "<record><>1</></record>",
                           "<record><1>1</1></record>"}) {
    CAPTURE(text);
    CHECK(read(text) == "");
  }
  CHECK(read(std::string("<record><t\0>1</t\0></record>", 27)) == "");
}

TEST_CASE("plain record: cut anywhere there is none") {
  const std::string text =
      "<record>\n <row><count>12</count><note>x</note></row>\n <spf></spf>\n</record>";
  REQUIRE(read(text) == "record(row(count=12 note#=x) spf=)");
  for (std::size_t size = 0; size < text.size(); ++size) {
    const std::string part = text.substr(0, size);  // a copy: a byte too far is seen by sanitizers
    CHECK(read(part) == "");
  }
}

TEST_CASE("plain record: the shape of a text is told with it") {
  ElementNames names;
  PlainRecords records(names, {});
  std::size_t at = 0;
  const std::string text =
      "<record><t>plain</t><t>Upper</t><t>a&amp;b</t><t> a</t><t>b\xc3\xbc</t></record>";
  const Plain* const record = records.next(text, at);
  REQUIRE(record != nullptr);
  const bool plain[] = {true, true, false, false, false};
  std::size_t number = 0;
  for (PlainNode node = PlainNode(record).first_child(); node; node = node.next_sibling()) {
    CAPTURE(number);
    REQUIRE(number < std::size(plain));
    CHECK(node.shape().plain == plain[number]);
    if (plain[number]) CHECK(node.shape().has_upper == (number == 1));
    ++number;
  }
  CHECK(number == std::size(plain));
}

TEST_CASE("plain record: what was read before leaves nothing behind") {
  ElementNames names;
  PlainRecords records(names, {});
  const std::string text =
      "<record><row><count>1</count><t>x</t></row><spf>a</spf></record>\n"
      "<record><t></t></record>\n<record><row><count>2</count></row></record>rest";
  std::size_t at = 0;
  std::string all;
  while (const Plain* const record = records.next(text, at)) all += text_of(record) + "\n";
  CHECK(all == "record(row(count=1 t=x) spf=a)\nrecord(t=)\nrecord(row(count=2))\n");
  CHECK(text.substr(at) == "rest");
}

TEST_CASE("plain record: depth and size end at their limits") {
  const std::string text = "<record><row><t>1</t></row></record>";  // at depth 2, 3 and 4
  Limits limits;
  for (const std::size_t depth : {1, 2, 3, 4, 5}) {
    CAPTURE(depth);
    limits.xml_depth = depth;
    CHECK((read(text, limits) != "") == (depth >= 4));
  }
  limits = {};
  for (const std::size_t more : {0, 1, 2}) {
    CAPTURE(more);
    limits.element_size = text.size() - 1 + more;
    CHECK((read("\n" + text, limits) != "") == (more >= 1));
  }
  std::string deep = "<record>", wide = "<record>";
  for (int i = 0; i < 100'000; ++i) deep += "<row>", wide += "<t>1</t>";
  CHECK(read(deep) == "");
  limits = {};
  limits.xml_depth = 200'000;
  CHECK(read(deep, limits) == "");
  CHECK(read(wide + "</record>") == "");  // left to those who measure it
}
