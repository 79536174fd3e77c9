// SPDX-License-Identifier: MIT
#include "parser/aggregate/deviation_log.h"

#include <utility>

#include "ingest/base/seeded_hash.h"
#include "parser/aggregate/field_text.h"

namespace dmarcq {
namespace {

constexpr std::size_t longest_found = 200;

}  // namespace

void DeviationLog::add(std::size_t record, std::string_view where, std::string_view found,
                       std::string_view read_as) {
  if (!is_new(record > 0, where, found, read_as)) return;
  std::string path;
  if (record > 0) path = "record[" + std::to_string(record) + (where.empty() ? "]" : "]/");
  path += where;
  keep(std::move(path), found, read_as);
}

void DeviationLog::add_at(std::string_view place, std::string_view where, std::string_view found,
                          std::string_view read_as) {
  if (!is_new(!place.empty(), where, found, read_as)) return;
  std::string path(place);
  if (!place.empty() && !where.empty()) path += '/';
  path += where;
  keep(std::move(path), found, read_as);
}

bool DeviationLog::is_new(std::uint64_t key, std::string_view where, std::string_view found,
                          std::string_view read_as) {
  if (out_.size() >= capacity) return false;
  const SeededHash hash;
  for (const std::string_view part : {where, found, read_as})
    key = (key ^ hash(part)) * 0x9E3779B97F4A7C15u + 1;
  return seen_.insert(key).second;
}

void DeviationLog::keep(std::string path, std::string_view found, std::string_view read_as) {
  if (out_.size() == capacity - 1)
    out_.push_back({"", "", "further deviations not listed"});
  else
    out_.push_back({std::move(path), shortened(found, longest_found), std::string(read_as)});
}

}  // namespace dmarcq
