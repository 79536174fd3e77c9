// SPDX-License-Identifier: MIT
#pragma once
#include <string_view>

namespace dmarcq {

/// The style sheet of the stakeholders' page, in one line of text without "<".
std::string_view page_style();

}  // namespace dmarcq
