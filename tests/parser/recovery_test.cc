// SPDX-License-Identifier: MIT
// The recovery policy of parser/xml_reader.h, case by case.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "parser/xml_reader.h"
#include "tests/parser/report_dump.h"

using namespace dmarcq;

namespace {

const std::string metadata =
    "<report_metadata><org_name>o</org_name><email>e</email><report_id>1</report_id>"
    "<date_range><begin>1780272000</begin><end>1780358399</end></date_range></report_metadata>";
const std::string policy = "<policy_published><domain>shop.example</domain><p>none</p></policy_published>";
std::string record(int last, std::string_view inside = "") {
  return fmt::format("<record><row><source_ip>192.0.2.{}</source_ip><count>1</count></row>{}</record>\n", last, inside);
}
std::string report(std::string_view content) { return "<feedback>" + metadata + policy + std::string(content) + "</feedback>"; }

}  // namespace

TEST_CASE("recovery: what is kept, and what is refused") {
  struct Row { std::string_view name; std::string xml; std::string_view outcome; std::size_t records, unusable; };
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
           Row{"unknown element, wrongly nested", report("<x><y></x></y>" + r1), "malformed_xml", 0, 0},
           Row{"end tag that closes nothing", report(r1 + "</x>" + r2), "malformed_xml", 0, 0},
           Row{"stray '<' between records", report(r1 + " < " + r2), "repaired", 2, 0},
           Row{"text between records", report(r1 + " and " + r2), "ok", 2, 0},
           Row{"stray '<' in a record", report(record(1, "<identifiers><header_from>a<@b</header_from></identifiers>") + r2), "repaired", 2, 0},
           Row{"bare '&' in a record", report(record(1, "<identifiers><header_from>a&b</header_from></identifiers>") + r2), "repaired", 2, 0},
           Row{"wrong end tag in a record", report(record(1, "<x></y>") + r2), "repaired", 1, 1},
           Row{"record without an end tag", report("<record><row>" + r2), "repaired", 1, 1},
           Row{"last record without an end tag", report(r1 + "<record><row></row>"), "repaired", 1, 1},
           Row{"all records broken", report(record(1, "<x></y>") + record(2, "<x>")), "malformed_xml", 0, 0},
           Row{"wrong end tag in the metadata", "<feedback><report_metadata><email>x</mail></report_metadata></feedback>", "malformed_xml", 0, 0},
           Row{"unclosed metadata", "<feedback><report_metadata>" + policy + r1 + "</feedback>", "malformed_xml", 0, 0},
           Row{"no end tag", "<feedback>" + metadata + policy + r1, "truncated", 0, 0},
           Row{"end tag in a comment only", "<feedback>" + metadata + policy + r1 + "<!-- </feedback> -->", "truncated", 0, 0},
           Row{"end tag in CDATA only", "<feedback>" + metadata + policy + r1 + "<![CDATA[</feedback>]]>", "truncated", 0, 0},
           Row{"end tag in an open comment", "<feedback>" + metadata + policy + r1 + "<!-- </feedback>", "truncated", 0, 0},
           Row{"end tag in a comment as well", report(r1) + "<!-- </feedback> -->", "ok", 1, 0},
           Row{"end tag in a record's comment as well", report(record(1, "<!-- </feedback> </record> -->") + r2), "ok", 2, 0},
           Row{"end tag with a space", "<feedback>" + metadata + policy + r1 + "</feedback\n>", "ok", 1, 0},
           Row{"another end tag of that beginning", "<feedback>" + metadata + policy + r1 + "</feedbacks>", "truncated", 0, 0},
           Row{"DTD", "<!DOCTYPE feedback>" + report(r1), "malformed_xml", 0, 0},
           Row{"DTD between records", report(r1 + "<!DOCTYPE x [<!ENTITY a 'b'>]>" + r2), "malformed_xml", 0, 0},
           Row{"DTD in an unknown element", report("<x><!DOCTYPE x></x>" + r1), "malformed_xml", 0, 0},
           Row{"record in a record", report("<record>" + r1 + "</record>" + r2), "ok", 1, 1},
           Row{"an attribute that is not one", report("<record><row a=b></row></record>" + r2), "repaired", 1, 1},
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
    if (parsed) CHECK((parsed->well_formed ? "ok" : "repaired") == outcome);
    else CHECK(to_text(parsed.error().fault) == outcome);
    if (parsed) {
      CHECK(parsed->report.records.size() == records);
      CHECK(parsed->unusable_records == unusable);
      CHECK(parsed->well_formed == (outcome == "ok"));
      if (!parsed->well_formed) CHECK_FALSE(parsed->deviations.empty());
    }
    for (const Reading& way : {Reading{1, false}, Reading{1, true}, Reading{200, false}})
      CHECK(dump(parse_report(xml, Limits{}, way)) == dump(parsed));
  }
}

TEST_CASE("recovery: a broken document says where") {
  const auto parsed = parse_report("<feedback>\n<report_metadata>\n<email>x</mail>\n</report_metadata>\n</feedback>", Limits{});
  REQUIRE_FALSE(parsed.has_value());
  CHECK(parsed.error().text == "line 3: <email> is closed by </mail>");
}

TEST_CASE("recovery: documents made to cost time cost little") {
  std::string deep = "<feedback>", broken = "<feedback>" + metadata + policy, wide = broken, unclosed = broken, quotes = broken;
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
