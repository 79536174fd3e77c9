// SPDX-License-Identifier: MIT
#pragma once
#include <string>

namespace dmarcq {

/// Section CONFIGURATION of the man page: every key, as setting_tables() has it.
void append_configuration(std::string& page);

/// Section CODES: findings, alerts and gates, from the tables by which they are made.
void append_codes(std::string& page);

}  // namespace dmarcq
