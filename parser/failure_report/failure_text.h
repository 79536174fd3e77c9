// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace dmarcq {

/// What the words for people tell of a failure. Exim (and so cPanel) writes nothing else; other
/// reports say the same in their feedback part as a rule, OpenDMARC all but the time.
struct FailureText {
  bool about_authentication = false;                     ///< else of a complaint
  std::string domain, source_ip, arrival;                ///< as written; "" where they do not tell
  std::string spf_aligned, dkim_aligned, policy_result;  ///< of Exim: "yes", "no"; "None, Accept"
};

/// Nothing where the text is no such report, or one that somebody quotes or forwards: what makes it
/// one is a sentence, which begins a line near the top (behind the banner of a gateway at most),
/// and an address or a domain.
std::optional<FailureText> read_failure_text(std::string_view text);

}  // namespace dmarcq
