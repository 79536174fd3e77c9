// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace dmarcq {

/// Takes the returned mail off the end of a bounce in plain text: what stands behind "--- Below
/// this line is a copy of the message." and the like, or begins with header fields. "" when there
/// is none.
std::string_view take_returned(std::string_view& text);

/// A recipient that the text of a bounce names, and what it says of it.
struct TextRefusal {
  std::string recipient;
  std::string words;  ///< from the first SMTP reply code on, if there is one; one line
};

/// The recipients in the words for people, each at the start of its line or paragraph. `not_these`:
/// addresses that a bounce names for other reasons, in the form of delivery_address(). At most
/// `most`.
std::vector<TextRefusal> refusals_in_text(std::string_view text,
                                          const std::vector<std::string>& not_these,
                                          std::size_t most);

/// What the text says of one recipient, who is known from elsewhere; "" when it says nothing.
std::string words_about(std::string_view text, std::string_view recipient);

}  // namespace dmarcq
