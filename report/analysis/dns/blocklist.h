// SPDX-License-Identifier: MIT
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/dns/resolver.h"

namespace dmarcq {

/// What a block list (RFC 5782) says of an address or a domain.
struct BlocklistResult {
  enum class Verdict {
    listed,
    not_listed,
    refused,        ///< 127.255.255.x: the list does not answer this resolver; never a listing
    not_checkable,  ///< the list's test points do not answer as they have to, so nothing follows
    other_kind,     ///< a list of domains was asked about an address, or the other way round
    unknown,        ///< DNS did not answer
  };
  std::string subject;  ///< address or domain
  std::string list;     ///< "zen.spamhaus.org"
  Verdict verdict = Verdict::unknown;
  std::vector<std::string> codes;  ///< the addresses in the answer: "127.0.0.2"
  std::string reason;              ///< the list's TXT record; "" without one
  std::string why;                 ///< of unknown
};
std::string_view to_text(BlocklistResult::Verdict) noexcept;

/// One line for each subject and list, in this order. The test points of each list are asked first:
/// 127.0.0.2 and "test" have to be listed, 127.0.0.1 and "invalid" must not be (RFC 5782 section
/// 5). Subjects are addresses or folded domain names.
std::vector<BlocklistResult> ask_blocklists(std::span<const std::string> subjects,
                                            std::span<const std::string> lists, Resolver&);

/// What a code of a known list means, "SBL: a known source of spam"; "" for others.
std::string_view blocklist_meaning(std::string_view list, std::string_view code);

}  // namespace dmarcq
