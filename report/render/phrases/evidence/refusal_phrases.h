// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "report/answers/refusals_answer.h"

namespace dmarcq {

/// "Unknown user", "DMARC fails".
std::string_view title_of(RefusalClass) noexcept;
/// "delivered", "refused", "given up after a day".
std::string_view title_of(FinalState) noexcept;
/// "reports prove it: DMARC", "reports say it passed".
std::string_view title_of(RefusalEvidence) noexcept;

/// What a cause is and what to do about it.
struct CauseSentences {
  std::string title;             ///< "Your own DMARC policy refuses your mail"
  std::string why;               ///< whole sentences
  std::vector<std::string> fix;  ///< in order
};
CauseSentences sentences_of(const RefusalCause&);

/// Is it the sender's setup, or what receivers think? One sentence; "" where there is nothing to
/// say.
std::string sentence_of(const RefusalSplit&);

/// Which way the mail should take: a paragraph each, the first a sentence that decides.
std::vector<std::string> sentences_of(const RouteAdvice&);

}  // namespace dmarcq
