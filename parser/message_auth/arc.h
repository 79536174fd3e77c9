// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "ingest/mail/header.h"
#include "parser/message_auth/authentication_results.h"

namespace dmarcq {

/// One step of an ARC chain (RFC 8617): what one handler of the mail says it found. ARC is on its
/// way to Historic (draft-ietf-dmarc-arc-to-historic): it is read, and proves nothing here.
struct ArcSet {
  unsigned instance = 0;
  std::string sealed_by;         ///< d= of the ARC-Seal
  std::string chain_validation;  ///< cv= of the ARC-Seal: none, pass or fail
  AuthenticationResults results;
  bool complete = false;  ///< it has all three fields, once each
};

struct ArcChain {
  std::vector<ArcSet> sets;  ///< by instance
  /// Instances 1 to n, each complete; cv=none in the first, cv=pass in the others (RFC 8617 section
  /// 5.2). The seals themselves are not checked.
  bool in_order = false;
};

inline constexpr unsigned most_arc_sets = 50;  ///< RFC 8617 section 4.2.1

/// Sets above the limit, and fields without a number, are left out.
ArcChain read_arc(const Header&);

}  // namespace dmarcq
