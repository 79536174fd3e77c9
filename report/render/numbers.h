// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "ingest/base/text.h"         // with_thousands(), counted()
#include "report/analysis/percent.h"  // percent(), pass_rate()

namespace dmarcq {

// Numbers as people read them. Machine formats never use these.

/// "812 bytes", "1.9 GB"
std::string bytes_text(std::uint64_t);
/// "0:07", "12:40", "1:02:03"
std::string duration_text(double seconds);

}  // namespace dmarcq
