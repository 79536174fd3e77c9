// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "report/render/mail_message.h"

namespace dmarcq {

/// Addresses as people write them after a flag: "a@example.com" or "Name <a@example.com>". Throws
/// UsageError naming the flag.
MailAddress address_argument(std::string_view flag, const std::string& text);
/// Each text may hold several, separated by commas.
std::vector<MailAddress> addresses_argument(std::string_view flag,
                                            const std::vector<std::string>& texts);

}  // namespace dmarcq
