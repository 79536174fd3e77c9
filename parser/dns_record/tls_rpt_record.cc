// SPDX-License-Identifier: MIT
#include "parser/dns_record/tls_rpt_record.h"

#include <algorithm>

#include "ingest/base/text.h"
#include "parser/dns_record/tag_list.h"

namespace dmarcq {
namespace {

constexpr std::size_t most_destinations = 50;

}  // namespace

bool is_tls_rpt_record(std::string_view txt) {
  if (!txt.starts_with("v=TLSRPTv1")) return false;
  const std::string_view rest = trimmed(txt.substr(10));
  return rest.empty() || rest.front() == ';';
}

std::expected<std::vector<std::string>, std::string> tls_rpt_destinations(std::string_view txt) {
  if (!is_tls_rpt_record(txt)) return std::unexpected("it does not begin with v=TLSRPTv1");
  const auto tags = TagList::parse(txt);
  if (!tags) return std::unexpected("it is not a list of tag=value");
  if (!tags->has("rua")) return std::unexpected("it has no rua");
  std::vector<std::string> destinations;
  const std::string_view rua = tags->value("rua");
  for (std::size_t at = 0; at <= rua.size();) {
    const std::size_t end = std::min(rua.find(',', at), rua.size());
    const std::string_view uri = trimmed(rua.substr(at, end - at));
    at = end + 1;
    const std::string folded = lower(uri);
    const bool is_mail = folded.starts_with("mailto:") && folded.find('@') != folded.npos;
    const bool is_web = folded.starts_with("https://") && folded.size() > 8;
    if ((!is_mail && !is_web) || uri.find_first_of(" \t") != uri.npos)
      return std::unexpected("'" + std::string(uri.substr(0, 80)) +
                             "' in its rua is neither a mailto: nor an https: address");
    if (destinations.size() == most_destinations)
      return std::unexpected("its rua has more than 50 addresses");
    destinations.emplace_back(uri);
  }
  return destinations;
}

}  // namespace dmarcq
