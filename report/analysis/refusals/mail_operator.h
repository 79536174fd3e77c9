// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

namespace dmarcq {

/// Who runs the mail server that a recipient's domain is received by, as far as its name, the host
/// or the words of a refusal tell: "google", "microsoft", "yahoo", "apple", "mimecast",
/// "proofpoint"; else the recipient's organizational domain, or the whole domain below .invalid.
/// Equal for the reports of the same operator (operator_of_reporter()).
std::string operator_of(std::string_view recipient_domain, std::string_view remote_host,
                        std::string_view text);

/// The operator that a reporter's name or organizational domain stands for.
std::string operator_of_reporter(std::string_view reporter);

}  // namespace dmarcq
