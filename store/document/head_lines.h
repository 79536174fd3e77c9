// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "parser/aggregate/aggregate_report.h"

namespace dmarcq {

// Lists of a report's head as text: one entry a line, fields separated by tabs (parsed text holds
// neither).
std::vector<std::string> lines_of(std::string_view text);
std::string error_lines(const std::vector<std::string>& errors);
std::vector<Deviation> deviations_of(std::string_view text);
std::string deviation_lines(const std::vector<Deviation>&);

}  // namespace dmarcq
