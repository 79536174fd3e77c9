// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "report/answers/failures/failures_answer.h"

namespace dmarcq {

/// "DKIM", "DKIM and SPF"; "" where the report does not tell.
std::string mechanism_words(const FailedMechanisms&);
/// "delivered", "put into the spam folder", …; "" where it is not told.
std::string_view fate_words(FailureFate) noexcept;
/// "delivered, although the policy asks for rejection"; "" where it is not told.
std::string delivery_words(const JudgedFailure&);
/// What the header tells of where the mail was made, a sentence each. All of it can be forged, and
/// the first sentence says so.
std::vector<std::string> mark_sentences(const OriginMarks&);
/// What aggregate rows say of the address, and what they do not.
std::string rows_sentence(const JudgedFailure&);

/// "One failure report of it: by linkedin.com, arrived …, From example.com, failed DKIM, …"
std::string example_sentence(const FailureExample&);

/// Why there is nothing to show, and that this proves nothing.
std::string no_failures_words(const FailuresAnswer&);

/// Who sends none.
inline constexpr std::string_view few_send_them =
    "Google, Microsoft and Yahoo send no failure reports, and few others do";

}  // namespace dmarcq
