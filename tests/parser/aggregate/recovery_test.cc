// SPDX-License-Identifier: MIT
// The recovery policy of parser/aggregate/xml_reader.h, case by case.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <random>
#include <string>
#include <vector>

#include "parser/aggregate/markup.h"
#include "parser/aggregate/xml_reader.h"
#include "tests/parser/report_dump.h"

using namespace dmarcq;

namespace {

const std::string metadata =
    "<report_metadata><org_name>o</org_name><email>e</email><report_id>1</report_id>"
    "<date_range><begin>1780272000</begin><end>1780358399</end></date_range></report_metadata>";
const std::string policy =
    "<policy_published><domain>shop.example</domain><p>none</p></policy_published>";
std::string record(int last, std::string_view inside = "") {
  return fmt::format(
      "<record><row><source_ip>192.0.2.{}</source_ip><count>1</count></row>{}</record>\n", last,
      inside);
}
std::string report(std::string_view content) {
  return "<feedback>" + metadata + policy + std::string(content) + "</feedback>";
}

}  // namespace

TEST_CASE("recovery: what is kept, and what is refused") {
  struct Row {
    std::string_view name;
    std::string xml;
    std::string_view outcome;
    std::size_t records, unusable;
  };
  const std::string r1 = record(1), r2 = record(2);
  for (const auto& [name, xml, outcome, records, unusable] : {
           Row{"well-formed", report(r1 + r2), "ok", 2, 0},
           Row{"text before the root", "hello " + report(r1), "repaired", 1, 0},
           Row{"stray markup before the root", "1 < 2 <b " + report(r1), "repaired", 1, 0},
           Row{"text behind the root", report(r1) + " bye", "repaired", 1, 0},
           Row{"end tag behind the root", report(r1) + "</html>", "repaired", 1, 0},
           Row{"comment behind the root", report(r1) + "<!-- bye --><?x y?>\n", "ok", 1, 0},
           Row{"unclosed element around the root", "<x>" + report(r1), "repaired", 1, 0},
           Row{"closed element around the root", "<x>" + report(r1) + "</x>", "not_a_report", 0, 0},
           Row{"second root", report(r1) + report(r2), "malformed_xml", 0, 0},
           Row{"unknown start tag that is never closed", report("<x>" + r1), "repaired", 1, 0},
           Row{"eight of them", report("<a><b><c><d><e><f><g><h>" + r1), "repaired", 1, 0},
           Row{"nine of them", report("<a><b><c><d><e><f><g><h><i>" + r1), "malformed_xml", 0, 0},
           Row{"unknown element, wrongly nested", report("<x><y></x></y>" + r1), "malformed_xml", 0,
               0},
           Row{"end tag that closes nothing", report(r1 + "</x>" + r2), "malformed_xml", 0, 0},
           Row{"stray '<' behind text, before the end", report(r1 + "x <"), "repaired", 1, 0},
           Row{"stray '<' behind text, before a record", report(r1 + "x <" + r2), "repaired", 2, 0},
           Row{"record without a start tag", report(r1.substr(8) + r2), "repaired", 1, 1},
           Row{"record whose start tag has another name", report("<recor" + r1.substr(7) + r2),
               "repaired", 1, 1},
           Row{"stray '<' between records", report(r1 + " < " + r2), "repaired", 2, 0},
           Row{"text between records", report(r1 + " and " + r2), "ok", 2, 0},
           Row{"stray '<' in a record",
               report(record(1, "<identifiers><header_from>a<@b</header_from></identifiers>") + r2),
               "repaired", 2, 0},
           Row{"bare '&' in a record",
               report(record(1, "<identifiers><header_from>a&b</header_from></identifiers>") + r2),
               "repaired", 2, 0},
           Row{"wrong end tag in a record", report(record(1, "<x></y>") + r2), "repaired", 1, 1},
           Row{"record without an end tag", report("<record><row>" + r2), "repaired", 1, 1},
           Row{"last record without an end tag", report(r1 + "<record><row></row>"), "repaired", 1,
               1},
           Row{"all records broken", report(record(1, "<x></y>") + record(2, "<x>")),
               "malformed_xml", 0, 0},
           Row{"wrong end tag in the metadata",
               "<feedback><report_metadata><email>x</mail></report_metadata></feedback>",
               "malformed_xml", 0, 0},
           Row{"unclosed metadata", "<feedback><report_metadata>" + policy + r1 + "</feedback>",
               "malformed_xml", 0, 0},
           Row{"no end tag", "<feedback>" + metadata + policy + r1, "truncated", 0, 0},
           Row{"end tag in a comment only",
               "<feedback>" + metadata + policy + r1 + "<!-- </feedback> -->", "truncated", 0, 0},
           Row{"end tag in CDATA only",
               "<feedback>" + metadata + policy + r1 + "<![CDATA[</feedback>]]>", "truncated", 0,
               0},
           Row{"end tag in an open comment",
               "<feedback>" + metadata + policy + r1 + "<!-- </feedback>", "truncated", 0, 0},
           Row{"end tag in a comment as well", report(r1) + "<!-- </feedback> -->", "ok", 1, 0},
           Row{"end tag in a record's comment as well",
               report(record(1, "<!-- </feedback> </record> -->") + r2), "ok", 2, 0},
           Row{"end tag with a space", "<feedback>" + metadata + policy + r1 + "</feedback\n>",
               "ok", 1, 0},
           Row{"another end tag of that beginning",
               "<feedback>" + metadata + policy + r1 + "</feedbacks>", "truncated", 0, 0},
           Row{"DTD", "<!DOCTYPE feedback>" + report(r1), "malformed_xml", 0, 0},
           Row{"DTD between records", report(r1 + "<!DOCTYPE x [<!ENTITY a 'b'>]>" + r2),
               "malformed_xml", 0, 0},
           Row{"DTD in an unknown element", report("<x><!DOCTYPE x></x>" + r1), "malformed_xml", 0,
               0},
           Row{"record in a record", report("<record>" + r1 + "</record>" + r2), "ok", 1, 1},
           Row{"an attribute that is not one", report("<record><row a=b></row></record>" + r2),
               "repaired", 1, 1},
           Row{"zeros behind the end", report(r1) + std::string(9, '\0'), "ok", 1, 0},
           Row{"nothing but zeros", std::string(9, '\0'), "truncated", 0, 0},
           Row{"no markup", "unused", "malformed_xml", 0, 0},
           Row{"JSON", "{\"a\": 1}", "malformed_xml", 0, 0},
           Row{"only '<'", "a < b", "malformed_xml", 0, 0},
           Row{"only a declaration", "<?xml version='1.0'?>\n", "truncated", 0, 0},
           Row{"half a root", "<feedb", "truncated", 0, 0},
           Row{"another root", "<tlsrpt/>", "not_a_report", 0, 0},
           Row{"half of another root", "<html><body", "not_a_report", 0, 0},
       }) {
    CAPTURE(name);
    const auto parsed = parse_report(xml, Limits{});
    if (parsed)
      CHECK((parsed->well_formed ? "ok" : "repaired") == outcome);
    else
      CHECK(to_text(parsed.error().fault) == outcome);
    if (parsed) {
      CHECK(parsed->report.records.size() == records);
      CHECK(parsed->unusable_records == unusable);
      CHECK(parsed->well_formed == (outcome == "ok"));
      if (!parsed->well_formed) CHECK_FALSE(parsed->deviations.empty());
    }
    for (const ParseOptions& way :
         {ParseOptions{1, false}, ParseOptions{1, true}, ParseOptions{200, false}})
      CHECK(dump(parse_report(xml, Limits{}, way)) == dump(parsed));
  }
}

namespace {

/// An element, from its '<' to behind its end tag, and the name in its start tag.
struct Element {
  std::size_t at, end;
  std::string name;
};
std::vector<Element> elements(const std::string& xml) {
  std::vector<Element> found;
  for (std::size_t at = xml.find('<'); at != std::string::npos; at = xml.find('<', at + 1)) {
    if (xml[at + 1] == '/') continue;
    const Extent extent = element_at(xml, at, 1, 64);
    REQUIRE(extent.fault == Extent::Fault::none);
    found.push_back({at, extent.end, std::string(markup_at(xml, at).name)});
  }
  return found;
}

std::string detailed(int last) {
  return fmt::format(
      "<record><row><source_ip>192.0.2.{}</source_ip><count>{}</count><policy_evaluated><disposition>none</disposition><dkim>pass</dkim><spf>fail</spf>"
      "<reason><type>other</type><comment>c</comment></reason></policy_evaluated></row><identifiers><header_from>a.example</header_from></identifiers>"
      "<auth_results><dkim><domain>a.example</domain><result>pass</result></dkim><spf><domain>b.example</domain><result>fail</result></spf></auth_results></record>",
      last, last);
}

/// The first and the third of three records, whatever became of the second.
void check_neighbours(const std::string& xml, bool repaired_allowed) {
  CAPTURE(xml);
  const auto parsed = parse_report(xml, Limits{});
  REQUIRE(parsed.has_value());
  REQUIRE(parsed->report.records.size() >= 2);
  CHECK(parsed->report.records.front().count == 1);
  CHECK(parsed->report.records.back().count == 3);
  CHECK(parsed->report.records.size() + parsed->unusable_records >= 2);
  if (!repaired_allowed) CHECK(parsed->well_formed);
  for (const ParseOptions& way : {ParseOptions{1, false}, ParseOptions{1, true},
                                  ParseOptions{200, false}, ParseOptions{500, true}})
    CHECK(dump(parse_report(xml, Limits{}, way)) == dump(parsed));
}

}  // namespace

TEST_CASE(
    "recovery: whatever happens to an element of one record, or to one of its tags, the others are read") {
  const std::string hurt = detailed(2);
  for (const Element& element : elements(hurt)) {
    CAPTURE(element.name);
    const auto with = [&](std::string changed, bool repaired_allowed) {
      check_neighbours(report(detailed(1) + changed + detailed(3)), repaired_allowed);
    };
    const std::string whole = hurt.substr(element.at, element.end - element.at),
                      end_tag = "</" + element.name + ">";
    const std::size_t end_tag_at = element.end - end_tag.size(),
                      start_end = element.at + element.name.size() + 2;
    with(std::string(hurt).erase(element.at, whole.size()), false);
    with(std::string(hurt).insert(element.at, whole), false);
    with(std::string(hurt)
             .replace(end_tag_at, end_tag.size(), "</other>")
             .replace(element.at, element.name.size() + 2, "<other>"),
         false);
    if (element.at > 0)
      with(std::string(hurt)
               .erase(element.at, whole.size())
               .insert(hurt.size() - whole.size() - 9, whole),
           false);  // to the end
    if (element.at > 0)
      with(std::string(hurt).erase(element.at, whole.size()).insert(8, whole), false);  // to the
                                                                                        // front
    with(std::string(hurt).erase(end_tag_at, end_tag.size()), true);
    with(std::string(hurt).erase(element.at, start_end - element.at), true);
    with(std::string(hurt).replace(end_tag_at, end_tag.size(), "</other>"), true);
    with(std::string(hurt).replace(element.at, element.name.size() + 2, "<other>"), true);
    with(std::string(hurt).insert(element.at, "<"), true);
    with(std::string(hurt).insert(end_tag_at, "&"), true);
  }
}

TEST_CASE("recovery: damage of any kind is read alike in pieces of any size") {
  std::mt19937 random(1);
  const auto below = [&](std::size_t bound) { return random() % bound; };
  const std::string whole = report("\n " + detailed(1) + "<!-- c -->\n" + detailed(2) +
                                   "<x:y xmlns:x='u'><z/></x:y>" + detailed(3));
  const std::string_view bits[] = {"<",   ">",      "&",    "\"",        "'",         "</",
                                   "/>",  "<!--",   "-->",  "<![CDATA[", "]]>",       "<?",
                                   "?>",  "<x>",    "</x>", "<record>",  "</record>", "</feedback>",
                                   "x <", "<a b='", "\x01", " ",         "!",         "="};
  for (int i = 0; i < 20'000; ++i) {
    std::string xml = whole;
    for (std::size_t n = 1 + below(3); n > 0; --n) {
      const std::size_t at = below(xml.size()), length = below(4) == 0 ? below(200) : below(3);
      switch (below(3)) {
        case 0: xml.erase(at, length); break;
        case 1: xml.insert(at, bits[below(std::size(bits))]); break;
        default: xml.insert(at, xml.substr(below(xml.size()), length)); break;
      }
    }
    const std::string expected = dump(parse_report(xml, Limits{}));
    CAPTURE(xml);
    for (const bool shortcut : {false, true})
      REQUIRE(dump(parse_report(xml, Limits{}, {1 + below(xml.size()), shortcut})) == expected);
  }
}

TEST_CASE("recovery: a broken document says where") {
  const auto parsed = parse_report(
      "<feedback>\n<report_metadata>\n<email>x</mail>\n</report_metadata>\n</feedback>", Limits{});
  REQUIRE_FALSE(parsed.has_value());
  CHECK(parsed.error().text == "line 3: <email> is closed by </mail>");
}

TEST_CASE("recovery: documents made to cost time cost little") {
  std::string deep = "<feedback>", broken = "<feedback>" + metadata + policy, wide = broken,
              unclosed = broken, quotes = broken;
  for (int i = 0; i < 200'000; ++i) {
    deep += "<a>";
    broken += "<record></x>";
    wide += "<record><row/></record>";
    unclosed += "<record><a>";
    quotes += "<a b='";
  }
  for (std::string* const xml : {&deep, &broken, &wide, &unclosed, &quotes}) {
    *xml += "</feedback>";
    const auto parsed = parse_report(*xml, Limits{});
    CHECK(parsed.has_value() == (xml == &wide || xml == &quotes));
    if (parsed) CHECK(parsed->report.records.empty());
  }
}
