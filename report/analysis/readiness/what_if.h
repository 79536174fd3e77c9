// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "ingest/dns/zone.h"
#include "report/analysis/stream/streams.h"

namespace dmarcq {

/// A policy to try on stored mail. What is not given stays as it was published.
struct PolicyTrial {
  std::optional<std::string> p, sp, np;
  std::optional<bool> adkim_strict, aspf_strict, testing;
  /// "p=reject,adkim=s,t=y". The error is a sentence; pct is refused, since RFC 9989 removed it.
  static std::expected<PolicyTrial, std::string> parse(std::string_view);
};

/// What a policy asks receivers to do with messages.
struct Asked {
  std::uint64_t none = 0, quarantine = 0, reject = 0;  ///< none: passes, or fails and is let
                                                       ///< through
  std::uint64_t affected() const { return quarantine + reject; }
  std::uint64_t messages() const { return none + quarantine + reject; }
  void add(const Asked&);
};

/// One line: what would have been asked, and what happened.
struct WhatIfLine {
  Asked asked;
  Asked happened;            ///< the dispositions that receivers told
  Asked asked_without_test;  ///< at receivers that do not know t=y
  /// Messages whose result changes: they passed DMARC and would fail, or the other way round.
  std::uint64_t more_failures = 0, fewer_failures = 0;
  void add(const WhatIfLine&);
};

struct WhatIf {
  WhatIfLine all;
  std::array<WhatIfLine, flow_count> by_flow{};
  std::array<WhatIfLine, standing_count> by_standing{};
  std::map<std::string, WhatIfLine> by_sender;  ///< by label; with the standing in brackets where
                                                ///< that is not own or possible
  std::map<Day, WhatIfLine> by_day;
  std::map<std::uint32_t, WhatIfLine> by_reporter;
  struct Subdomain {
    WhatIfLine line;
    bool exists = true;  ///< authenticated mail or mail of the owner came from it, or the zone has
                         ///< it; else np applies
    bool known = true;   ///< false: nothing tells whether it exists
  };
  std::map<std::string, Subdomain> by_subdomain;  ///< From domains below the policy domain
};

/// Applies the trial to the mail of streams' window. What passes is the reporter's word, unless the
/// trial changes adkim or aspf: then the raw results are aligned anew. np is for names that do not
/// exist, which reports do not tell: a name counts as existing when any mail was authenticated for
/// it or a name below, a sender of the owner uses it, or the zone has it. Messages of excluded
/// senders are left out, and codes that are pretended fixed pass. Receivers need not do what is
/// asked: overrides are not foreseen.
WhatIf what_if(const Timeline&, const RowLookup&, const Streams&, const Scenario&,
               const PolicyTrial&, const Zone* = nullptr);

}  // namespace dmarcq
