// SPDX-License-Identifier: MIT
#pragma once
#include <compare>
#include <cstdint>
#include <string>

namespace dmarcq {

/// Where something was found. Carried along, never recomputed: the prefix of every message about an
/// input, and stored with every report and problem.
struct Origin {
  std::string source;       ///< file, or mailbox URL without credentials
  std::uint64_t index = 0;  ///< 1-based number of the mail in a source that holds many; 0: the
                            ///< source is the item
  std::string message_id;   ///< of the mail, empty when it has none
  std::string part;  ///< "a.zip/b.xml": the attachment and the members inside; empty: the item
                     ///< itself

  friend auto operator<=>(const Origin&, const Origin&) = default;
};

/// "inbox.mbox:118 a.zip/b.xml"
std::string to_text(const Origin&);

}  // namespace dmarcq
