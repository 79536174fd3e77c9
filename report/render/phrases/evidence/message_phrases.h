// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "report/answers/message_answer.h"

namespace dmarcq {

/// What a rule for senders asks for: "One-click unsubscribe".
std::string_view title_of(SenderRule) noexcept;
/// Why it is held or not, one sentence.
std::string sentence_of(const ChecklistLine&);
std::string sentence_of(const MessageNote&);
/// "SPF passes for x.bnc.salesforce.com", "X-SFDC-LK: 00D… (anyone can write it)".
std::string sentence_of(const RouteProof&);
/// Which feature of Salesforce sends mail of this X-SFDC-EmailCategory, and where it is set up; the
/// word itself where it is not known.
std::string feature_words(std::string_view category);
/// What a signature comes to: "passes", "body changed", "the key was not looked up".
std::string signature_words(const DkimColumn&);
/// The outcome in a sentence.
std::string dmarc_sentence(const MessageAnswer&);
/// "no", "relaxed", "strict"
std::string_view aligned_words(const AlignedModes&) noexcept;
/// What to do, in order. The last ones say what would settle open questions.
std::vector<std::string> next_steps(const MessageAnswer&);

}  // namespace dmarcq
