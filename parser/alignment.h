// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "parser/aggregate/aggregate_report.h"

namespace dmarcq {

// Identifier alignment (RFC 9989 section 4.4), by the public suffix list: the only way without DNS.
// Receivers that walk the DNS tree may come to another organisational domain, so what is computed
// here is a second opinion, never the result. Names are compared without regard to case or a final
// dot. Safe to call from any thread; each keeps a cache of its own.

/// "example.co.uk" for "a.b.example.co.uk". A public suffix, and a name without dots, is its own.
std::string organizational_domain(std::string_view name);

/// Is a name that passed aligned with the From domain? Never when either is empty.
bool aligned(std::string_view authenticated, std::string_view header_from, Alignment mode);

/// What the raw results of a row come to.
struct Recomputed {
  bool dkim = false, spf = false;
  std::string dkim_domain, spf_domain;  ///< the name that aligned; "" when none
};
/// Nothing when the row has no From domain. Absent adkim and aspf are relaxed. Results for the HELO
/// name never count.
std::optional<Recomputed> recompute(std::string_view header_from, std::span<const DkimAuthResult>,
                                    std::span<const SpfAuthResult>, const PolicyPublished&);

/// Which list is in use: its date ("2023-02-09") and where it is from. The library prefers Debian's
/// file (package publicsuffix) over its built-in copy when that is newer.
struct SuffixList {
  std::string date, from;
};
const SuffixList& suffix_list();

}  // namespace dmarcq
