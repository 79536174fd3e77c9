// SPDX-License-Identifier: MIT
#include "parser/dns_record/bimi_record.h"

#include "ingest/base/text.h"
#include "parser/dns_record/tag_list.h"

namespace dmarcq {
namespace {

bool is_https(std::string_view uri) {
  return uri.size() > 8 && lower(uri.substr(0, 8)) == "https://" &&
         uri.find_first_of(" \t") == uri.npos;
}

}  // namespace

bool is_bimi_record(std::string_view txt) {
  if (!txt.starts_with("v=BIMI1")) return false;
  const std::string_view rest = trimmed(txt.substr(7));
  return rest.empty() || rest.front() == ';';
}

std::expected<BimiRecord, std::string> parse_bimi_record(std::string_view txt) {
  if (!is_bimi_record(txt)) return std::unexpected("it does not begin with v=BIMI1");
  const auto tags = TagList::parse(txt);
  if (!tags) return std::unexpected("it is not a list of tag=value");
  if (!tags->has("l")) return std::unexpected("it has no l");
  BimiRecord record{.logo = std::string(tags->value("l")),
                    .evidence = std::string(tags->value("a"))};
  if (!record.logo.empty() && !is_https(record.logo))
    return std::unexpected("its l is not an https address");
  if (!record.logo.empty() && !lower(record.logo).ends_with(".svg"))
    return std::unexpected("its l does not name an SVG file");
  if (!record.evidence.empty() && !is_https(record.evidence))
    return std::unexpected("its a is not an https address");
  return record;
}

}  // namespace dmarcq
