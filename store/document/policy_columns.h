// SPDX-License-Identifier: MIT
#pragma once
#include "parser/aggregate/aggregate_report.h"

namespace dmarcq {

/// A policy of any engine's row, from nine columns on: p, sp, np, pct, adkim, aspf, fo, testing,
/// discovery_method. The domain is for the caller to add.
template <class Row>
PolicyPublished policy_from(const Row& row, int column) {
  PolicyPublished policy;
  const auto next = [&] { return row.text(column++); };
  policy.p = Reported<Policy>::from(next());
  policy.sp = Reported<Policy>::from(next());
  policy.np = Reported<Policy>::from(next());
  policy.pct = next();
  policy.adkim = Reported<Alignment>::from(next());
  policy.aspf = Reported<Alignment>::from(next());
  policy.fo = next();
  policy.testing = next();
  policy.discovery_method = Reported<DiscoveryMethod>::from(next());
  return policy;
}

}  // namespace dmarcq
