// SPDX-License-Identifier: MIT
#pragma once
#include <string_view>

namespace dmarcq {

// Apple Mail's .emlx: a line with the number of bytes of the mail, the mail, and a property list.

/// What follows the line with the number; "" when the first line is another.
std::string_view after_emlx_number(std::string_view bytes) noexcept;

/// The mail of an .emlx. The number is believed where it leads to the property list or to the end.
/// A transfer that changes line ends makes it wrong; then the mail reaches up to the property list,
/// or to the end where there is none.
std::string_view mail_of_emlx(std::string_view bytes) noexcept;

}  // namespace dmarcq
