// SPDX-License-Identifier: MIT
#pragma once
#include <span>
#include <vector>

#include "report/analysis/stream/scope.h"
#include "report/analysis/stream/stream.h"

namespace dmarcq {

/// What decides how messages of one source and one day are counted.
struct MailResult {
  bool spf = false, dkim = false;  ///< aligned
  bool repaired = false;           ///< pretended to be signed
  bool temporary = false;          ///< fails for a temporary error
  bool rescued = false;            ///< fails, and is delivered whatever the policy
  bool quarantined = false, rejected = false;

  bool fails() const { return !spf && !dkim && !temporary; }
};
void add_messages(StreamCount&, const MailResult&, std::uint64_t messages);

/// The counts of each stream of the list, by day, then reporter. `streams` has stream_of_key,
/// window and judgement; `fixed` are the codes that are pretended to be repaired.
std::vector<std::vector<StreamCount>> count_mail(const Streams& streams, const Timeline&,
                                                 const PublishedPolicies&, Identifier&,
                                                 std::span<const FindingCode> fixed);

}  // namespace dmarcq
