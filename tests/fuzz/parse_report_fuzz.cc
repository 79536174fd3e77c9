// SPDX-License-Identifier: MIT
// Any bytes give a report or an error, the same one however the document is gone through, and only
// clean text.
#include "parser/aggregate/xml_reader.h"
#include "tests/fuzz/fuzz.h"
#include "tests/parser/report_dump.h"

namespace dmarcq::fuzz {
namespace {

void properties(std::string_view xml) {
  Limits limits;
  const auto parsed = parse_report(xml, limits);
  const std::string text = dump(parsed);
  require(is_clean(text, "\n"), "control characters or invalid UTF-8");
  require(text == dump(parse_report(xml, limits, {1, false})),
          "the result depends on the size of the pieces");
  require(text == dump(parse_report(xml, limits, {700, true})),
          "the result depends on the shortcut");
  if (parsed) {
    require(parsed->report.metadata.begin >= 0 &&
                parsed->report.metadata.begin <= parsed->report.metadata.end,
            "date range");
    require(!parsed->report.policy_published.domain.empty(), "no domain");
    require(parsed->deviations.size() <= 200, "too many deviations");
    require(parsed->well_formed || !parsed->deviations.empty(), "a repair without a note");
  }
  const auto bounded = parse_report(xml, small_limits());
  if (!parsed && bounded) require(false, "a low limit cures nothing");
}

}  // namespace

std::vector<std::string> seeds() { return {}; }

std::vector<std::string_view> words() {
  return {"<",
          ">",
          "/",
          "&",
          "\"",
          "'",
          "<!--",
          "-->",
          "<![CDATA[",
          "]]>",
          "<?",
          "?>",
          "</",
          "/>",
          "&#x0;",
          "&amp;",
          "<!DOCTYPE",
          "=",
          "<record>",
          "</record>",
          "</feedback>",
          "<feedback>",
          "xmlns:d=\"u\"",
          "d:",
          "<a>",
          "</a>",
          "<count>",
          "<source_ip>",
          "<auth_results>",
          "<dkim>",
          "<result>pass</result>",
          "<xs:schema>",
          "&lt;"};
}

}  // namespace dmarcq::fuzz

// Each document is read four times, in pieces and in whole, and written out.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return dmarcq::fuzz::checked(data, size, {.microseconds_per_byte = 4, .bytes_per_byte = 100},
                               dmarcq::fuzz::properties);
}
