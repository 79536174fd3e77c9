// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>

#include "ingest/base/seeded_hash.h"
#include "parser/ip_address.h"

namespace dmarcq {

struct HashAddress {
  std::size_t operator()(const IpAddress& address) const {
    const auto [upper, lower] = address.number();
    return seeded_hash(upper, lower);
  }
};

/// What makes a row's source distinct: of a SourceRow, or of a DayRow.
template <class Row>
std::size_t hash_of_source(const Row& row) {
  std::size_t hash = HashAddress()(row.source_ip);
  for (const auto number : {row.domain, row.identity, row.evaluation})
    hash = (hash ^ static_cast<std::size_t>(number)) * 0x9E3779B97F4A7C15u;
  return hash ^ hash >> 31;
}
template <class Row, class OtherRow>
bool same_source(const Row& a, const OtherRow& b) {
  return a.identity == b.identity && a.source_ip == b.source_ip && a.evaluation == b.evaluation &&
         a.domain == b.domain;
}

}  // namespace dmarcq
