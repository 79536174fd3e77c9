// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string_view>

#include "parser/calendar.h"

namespace dmarcq {

/// The date of a mail's field (RFC 5322 section 3.3), "Tue, 24 Nov 2026 09:15:00 +0100 (CET)": the
/// day of the week, the seconds and comments may be missing, years may have two digits, and zones
/// may be the words of RFC 822 (section 4.3). A missing or unknown zone counts as UTC. Nothing when
/// it is no date.
std::optional<EpochSeconds> parse_mail_date(std::string_view text);

}  // namespace dmarcq
