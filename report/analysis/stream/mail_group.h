// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include "report/analysis/stream/stream.h"

namespace dmarcq {

/// What readers ask of a message in their name. One definition for all who count by it: mail that
/// passes is authenticated; of mail that fails, whose it is decides (Standing), as in readiness.
enum class MailGroup : std::uint8_t {
  authenticated,  ///< passes DMARC
  needs_fixing,   ///< the owner's, and fails
  unidentified,   ///< may be the owner's, or keeps coming without an explanation, and fails
  spoofing,       ///< somebody else's under this name, and fails: strangers, other customers
  forwarded,      ///< came by a forwarder or a mailing list, and fails
  temporary,      ///< failed for a temporary error: neither pass nor fail (RFC 9989 section 5.3.6)
};
inline constexpr std::size_t mail_group_count = 6;
/// Messages by MailGroup.
using GroupCounts = std::array<std::uint64_t, mail_group_count>;

MailGroup group_of_failing(Standing) noexcept;
void add_to(GroupCounts&, Standing, const StreamCount&);

}  // namespace dmarcq
