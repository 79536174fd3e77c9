// SPDX-License-Identifier: MIT
// Any bytes give a report or an error, the same one however the document is gone through, and only clean text.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "parser/xml_reader.h"
#include "parser/xml_text.h"
#include "tests/parser/report_dump.h"

namespace {

void require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "parse_report_fuzz: %s\n", what);
  std::abort();
}

bool is_clean(std::string_view text) {
  for (const char c : text)
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7F) return false;
  return dmarcq::is_utf8(text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view xml(reinterpret_cast<const char*>(data), size);
  dmarcq::Limits limits;
  const auto parsed = dmarcq::parse_report(xml, limits);
  const std::string text = dump(parsed);
  require(is_clean(text), "control characters or invalid UTF-8");
  require(text == dump(dmarcq::parse_report(xml, limits, {1, false})), "the result depends on the size of the pieces");
  require(text == dump(dmarcq::parse_report(xml, limits, {700, true})), "the result depends on the shortcut");
  if (parsed) {
    require(parsed->report.metadata.begin >= 0 && parsed->report.metadata.begin <= parsed->report.metadata.end, "date range");
    require(!parsed->report.policy_published.domain.empty(), "no domain");
    require(parsed->deviations.size() <= 200, "too many deviations");
    require(parsed->well_formed || !parsed->deviations.empty(), "a repair without a note");
  }
  return 0;
}
