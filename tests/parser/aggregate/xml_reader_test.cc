// SPDX-License-Identifier: MIT
#include "parser/aggregate/xml_reader.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "parser/aggregate/xml_text.h"
#include "tests/parser/report_dump.h"
#include "tests/support/fixture_files.h"

using namespace dmarcq;
using test::read_file;
namespace fs = std::filesystem;

namespace {

std::vector<fs::path> fixtures() {
  std::vector<fs::path> paths = test::fixture_files("xml", ".xml");
  REQUIRE(paths.size() > 80);
  return paths;
}

std::string fixture(std::string_view name) {
  return read_file(fs::path(DMARCQ_SOURCE_DIR) / "fixtures/xml" / (std::string(name) + ".xml"));
}

std::string parsed(std::string_view xml, const ParseOptions& reading = {},
                   const Limits& limits = {}) {
  return dump(parse_report(xml, limits, reading));
}

/// All ways of going through a document, from the shortest cut to one child of the root at a time.
const ParseOptions ways[] = {{1, false},  {1, true},     {300, false},
                             {900, true}, {4096, false}, {64u << 10, false}};

const std::string full = fixture("rfc9990-full");  // before main(): no doctest macro may run here

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  const std::size_t at = text.find(what);
  REQUIRE_MESSAGE(at != std::string::npos, std::string(what));
  return text.replace(at, what.size(), by);
}

/// A report with one value in one place.
std::string with_email(std::string_view raw) {
  return replaced(full, "reports@receiver.example", raw);
}
std::string email_of(std::string_view raw) {
  const auto report = parse_report(with_email(raw), Limits{});
  REQUIRE(report.has_value());
  return report->report.metadata.email;
}

}  // namespace

TEST_CASE("report: every fixture is read as its .expected says") {
  const bool update = std::getenv("DMARCQ_UPDATE_GOLDEN") != nullptr;
  for (const fs::path& path : fixtures()) {
    CAPTURE(path.filename().string());
    const std::string now = parsed(read_file(path));
    fs::path expected = path;
    expected.replace_extension(".expected");
    if (update) std::ofstream(expected, std::ios::binary) << now;
    CHECK(now == read_file(expected));
  }
}

TEST_CASE("report: the result does not depend on how a document is gone through") {
  for (const fs::path& path : fixtures()) {
    CAPTURE(path.filename().string());
    const std::string xml = read_file(path);
    const std::string whole = parsed(xml);
    for (const ParseOptions& way : ways) {
      CAPTURE(way.chunk_size);
      CAPTURE(way.shortcut);
      CHECK(parsed(xml, way) == whole);
    }
  }
}

TEST_CASE("report: a large one is the sum of its records") {
  const std::size_t from = full.find("  <record>"), to = full.find("</feedback>");
  const std::string record = full.substr(from, to - from);
  std::string xml = full.substr(0, from);
  for (int i = 0; i < 5000; ++i) {
    xml += record;
    if (i % 700 == 3) xml += "<!-- </record> <record> -->";
    if (i % 900 == 5) xml += "<x:y xmlns:x='urn:x'><record></record></x:y>";
    if (i % 1100 == 7)
      xml += "<record><row><source_ip>none</source_ip><count>2</count></row></record>";
  }
  xml += full.substr(to);
  const std::string whole = parsed(xml);
  for (const ParseOptions& way : ways) CHECK(parsed(xml, way) == whole);
  const auto report = parse_report(xml, Limits{});
  REQUIRE(report.has_value());
  CHECK(report->report.records.size() == 5000);
  CHECK(report->unusable_records == 5);
  CHECK(report->unusable_messages == 10);
}

TEST_CASE("report: a document that is cut anywhere is refused, or equal to the whole") {
  for (const fs::path& path : fixtures()) {
    CAPTURE(path.filename().string());
    const std::string xml = read_file(path);
    const auto whole = parse_report(xml, Limits{});
    for (std::size_t length = 0; length < xml.size(); ++length) {
      const auto cut = parse_report(std::string_view(xml).substr(0, length), Limits{});
      if (!cut) continue;
      CAPTURE(length);
      if (path.stem() == "plain-two-roots" || path.stem() == "plain-wrapped")
        continue;  // a part of these is a report
      REQUIRE(whole.has_value());
      REQUIRE(cut->report.records.size() == whole->report.records.size());
      REQUIRE(cut->unusable_records == whole->unusable_records);
    }
  }
  for (std::size_t length = 0; length < full.size() - 1; ++length) {
    const auto cut = parse_report(std::string_view(full).substr(0, length), Limits{});
    CAPTURE(length);
    REQUIRE_FALSE(cut.has_value());
    CHECK(cut.error().fault == Fault::truncated);
  }
}

TEST_CASE("report: one wrong byte anywhere is a report or an error") {
  const std::string small = fixture("plain-one-record");
  for (std::size_t at = 0; at < small.size(); ++at) {
    for (const char byte :
         {'\0', '<', '>', '&', '/', '"', '!', ' ', '\n', 'x', ':', '\x80', '\xFF', ']', '-', '?'}) {
      std::string xml = small;
      xml[at] = byte;
      const std::string whole = parsed(xml);
      CAPTURE(at);
      CAPTURE(byte);
      REQUIRE(is_utf8(whole));
      REQUIRE(parsed(xml, {1, false}) == whole);
    }
  }
}

TEST_CASE("report: without any one element it is kept, unless that makes it a report") {
  struct Required {
    std::string_view element, lack;
  };
  const Required required[] = {{"report_metadata", "no report_metadata"},
                               {"date_range", "no date_range in report_metadata"},
                               {"begin", "no begin in date_range"},
                               {"end", "no end in date_range"},
                               {"policy_published", "no policy_published"},
                               {"domain", "no domain in policy_published"}};
  std::vector<std::string> seen;
  for (std::size_t at = full.find('<', full.find("<feedback") + 1); at != std::string::npos;
       at = full.find('<', at + 1)) {
    if (full[at + 1] == '/') continue;
    const std::size_t name_end = full.find_first_of(" >", at);
    const std::string name = full.substr(at + 1, name_end - at - 1);
    const std::string end_tag = "</" + name + ">";
    const std::size_t end = full.find(end_tag, at) + end_tag.size();
    CAPTURE(name);
    const bool first = std::find(seen.begin(), seen.end(), name) == seen.end();
    seen.push_back(name);

    std::string gone = full, renamed = full, doubled = full;
    gone.erase(at, end - at);
    renamed.replace(end - end_tag.size(), end_tag.size(), "</other>")
        .replace(at + 1, name.size(), "other");
    doubled.insert(at, full.substr(at, end - at));

    for (const std::string& xml : {gone, renamed}) {
      const auto report = parse_report(xml, Limits{});
      const auto* const is_required =
          std::find_if(std::begin(required), std::end(required),
                       [&](const Required& r) { return r.element == name; });
      if (first && is_required != std::end(required)) {
        REQUIRE_FALSE(report.has_value());
        CHECK(report.error().fault == Fault::invalid_report);
        CHECK(report.error().text == is_required->lack);
      } else {
        REQUIRE(report.has_value());
        const bool unusable = name == "row" || name == "source_ip" || name == "count";
        CHECK(report->report.records.size() == (unusable || name == "record" ? 0 : 1));
        CHECK(report->unusable_records == (unusable ? 1 : 0));
      }
      CHECK(parsed(xml, {1, false}) == parsed(xml));
    }
    const auto report = parse_report(doubled, Limits{});
    REQUIRE(report.has_value());
    CHECK(report->report.metadata.begin == 1780272000);
    const bool repeats = name == "record" || name == "error" ||
                         (!first && (name == "dkim" || name == "spf"));
    CHECK(report->report.records.size() == (name == "record" ? 2 : 1));
    CHECK(report->deviations.size() == (repeats ? 0 : 1));
  }
  CHECK(seen.size() > 40);
}

TEST_CASE("report: text that is split in any way is one text") {
  const std::string_view text = "a.b-c@d.example";
  for (std::size_t i = 0; i <= text.size(); ++i) {
    for (const std::string_view between :
         {"<!-- x -->", "<![CDATA[]]>", "<?pi?>", "<!-- ]]> > -->"}) {
      std::string raw(text);
      raw.insert(i, between);
      CHECK(email_of(raw) == text);
    }
    if (i == text.size()) continue;
    std::string raw(text);
    raw.replace(i, 1, fmt::format("&#{};", static_cast<int>(text[i])));
    CHECK(email_of(raw) == text);
    raw.assign(text).replace(i, 1, fmt::format("<![CDATA[{}]]>", text[i]));
    CHECK(email_of(raw) == text);
  }
  CHECK(email_of("<![CDATA[a]]> <![CDATA[b]]>") == "a b");
  CHECK(email_of("<![CDATA[&lt;]]>&lt;") == "&lt;<");
  CHECK(email_of("  <!-- a -->\n x \n<!-- b -->  ") == "x");
}

TEST_CASE("report: limits are named") {
  const auto error_with = [](const Limits& limits, const std::string& xml) {
    for (const ParseOptions& way : ways) CHECK(parsed(xml, way, limits) == parsed(xml, {}, limits));
    const auto report = parse_report(xml, limits);
    return report ? "" : reason_of(report.error());
  };
  Limits limits;
  limits.records = 1;
  CHECK(error_with(limits, full) == "");
  CHECK(error_with(limits, replaced(full, "</feedback>", "<record></record></feedback>")) ==
        "limit:records");
  limits = {};
  limits.xml_depth = 5;
  CHECK(error_with(limits, full) == "");
  limits.xml_depth = 4;
  CHECK(error_with(limits, full) == "limit:xml_depth");

  limits = {};
  limits.xml_namespaces = 1;
  CHECK(error_with(limits, replaced(full, "<feedback", "<feedback xmlns:b='u'")) == "");
  CHECK(error_with(limits, replaced(full, "<feedback", "<feedback xmlns:b='u' xmlns:c='u'")) ==
        "limit:xml_namespaces");

  limits = {};
  const std::size_t record_at = full.find("<record>"),
                    record_size = full.find("</record>") + 9 - record_at;
  limits.element_size = record_size;
  CHECK(error_with(limits, full) == "");
  limits.element_size = record_size - 1;
  CHECK(error_with(limits, full) == "limit:element_size");
  CHECK(error_with(limits, replaced(full, "</feedback>",
                                    "<x>" + std::string(record_size, 'a') + "</x></feedback>")) ==
        "limit:element_size");
  limits.element_size = record_size;
  CHECK(error_with(limits, replaced(full, "</feedback>",
                                    "<x>" + std::string(record_size, 'a') + "</x></feedback>")) ==
        "");
  CHECK(error_with(limits, replaced(full, "<feedback",
                                    "<feedback a='" + std::string(record_size, 'a') + "'")) ==
        "limit:element_size");
  CHECK(error_with(limits,
                   replaced(full, "</org_name>", std::string(record_size, 'a') + "</org_name>")) ==
        "limit:element_size");

  const auto nested = [](int levels) {
    std::string open, close;
    for (int i = 0; i < levels; ++i) open += "<x>", close += "</x>";
    return open + close;
  };
  limits = {};
  for (const std::string_view place :
       {"</feedback>", "</record>", "</row>", "</dkim>", "</spf>", "</report_metadata>", "</email>",
        "</begin>", "</policy_published>", "</policy_evaluated>", "</header_from>",
        "</human_result>", "</version>"}) {
    CAPTURE(place);
    CHECK(error_with(limits, replaced(full, place, nested(58) + std::string(place))) == "");
    CHECK(error_with(limits, replaced(full, place, nested(64) + std::string(place))) ==
          "limit:xml_depth");
    CHECK(error_with(limits, replaced(full, place, nested(100'000) + std::string(place))) ==
          "limit:xml_depth");
  }
}

TEST_CASE("report: what is too much of one record is cut with a note, the row is kept") {
  Limits limits;
  limits.dkim_results = 1;
  limits.spf_results = 0;
  limits.reasons = 1;
  limits.field_size = 10;
  const std::string reason = "<reason><type>other</type></reason>";
  const std::string xml =
      replaced(full, "</policy_evaluated>", reason + reason + "</policy_evaluated>");
  const auto report = parse_report(xml, limits);
  REQUIRE(report.has_value());
  REQUIRE(report->report.records.size() == 1);
  const Record& record = report->report.records[0];
  CHECK(record.count == 812);
  CHECK(record.dkim.size() == 1);
  CHECK(record.spf.size() == 0);
  CHECK(record.policy_evaluated.reasons.size() == 1);
  CHECK(record.header_from == "shop.examp");
  CHECK(report->deviations.size() >= 6);
  for (const ParseOptions& way : ways) CHECK(parsed(xml, way, limits) == dump(report));
}

TEST_CASE("report: deviations that repeat are one, and there is an end to them") {
  const std::size_t from = full.find("  <record>"), to = full.find("</feedback>");
  std::string same = full.substr(0, from), different = same;
  for (int i = 0; i < 500; ++i) {
    same += replaced(full.substr(from, to - from), "<disposition>pass", "<disposition>odd");
    different += replaced(full.substr(from, to - from), "<disposition>pass",
                          fmt::format("<disposition>odd{}", i));
  }
  const auto one = parse_report(same + "</feedback>", Limits{}),
             many = parse_report(different + "</feedback>", Limits{});
  REQUIRE(one.has_value());
  REQUIRE(many.has_value());
  CHECK(one->deviations == std::vector<Deviation>{{"record[1]/row/policy_evaluated/disposition",
                                                   "odd", "unknown word, kept"}});
  CHECK(many->deviations.size() == 200);
  CHECK(many->deviations[198].path == "record[199]/row/policy_evaluated/disposition");
  CHECK(many->deviations[199].read_as == "further deviations not listed");
}

TEST_CASE("report: all its text is valid UTF-8 and without control characters") {
  for (const std::string_view raw : {"\x01", "&#1;", "\xC2\x85", "\xFF\xFE", "&#x9F;", "a\tb\nc\rd",
                                     "\xE2\x82", "<![CDATA[\x7f]]>"}) {
    const std::string email = email_of("x" + std::string(raw) + "y");
    CAPTURE(email);
    CHECK(is_utf8(email));
    for (const char c : email) CHECK((static_cast<unsigned char>(c) >= 0x20 && c != 0x7F));
    CHECK(email.find("\xC2\x85") == std::string::npos);
  }
}
