// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "report/analysis/message/message_authentication.h"
#include "report/analysis/message/route_proof.h"

namespace dmarcq {

/// Something about one mail that its reader should know. Sentences: message_phrases.h.
struct MessageNote {
  enum class Kind : std::uint8_t {
    // How far the file can be trusted.
    no_trace,            ///< no Received: exported from a Sent folder, or put together by hand
    receiver_not_named,  ///< results are taken as the receiver's, and nothing proves it. value: id
    results_below,       ///< results count only because the owner named the receiver. value: id
    results_unproven,    ///< they bear the receiver's id where they may have come with the mail,
                         ///< and are not believed. value: id; other: "provider" of a large one
                         ///< that never writes there, "named" of one that the owner named
    claims_only,         ///< Authentication-Results that are not the receiver's. value: how many
    results_broken,      ///< the receiver's field has an open quote or comment: not believed
    bare_line_ends,
    // What broke.
    body_changed,    ///< value: d=
    subject_tagged,  ///< value: the tag; other: d=
    header_changed,  ///< value: d=
    other_key,       ///< signed with another key than the one in DNS. value: selector; other: d=
    key_missing,     ///< value: selector; other: d=
    key_testing,
    expired,
    unsigned_tail,  ///< value: bytes; other: d=
    weak_key,       ///< value: bits; other: d=
    not_signed_as_from,
    dmarc_disputed,  ///< DMARC by the receiver's words, and checked again. value: "pass" or "fail",
                     ///< the receiver's
    said_otherwise,  ///< the receiver said pass, and it does not verify now, or the other way
                     ///< round. value: d=
    // What the mail is.
    null_sender,
    forwarded,           ///< value: the field that tells
    several_from,        ///< value: their number; other: the domain where they have one
    name_holds_address,  ///< the display name shows another address. value: it
    reply_elsewhere,     ///< replies go to another domain. value: it
    self_to_self,        ///< Microsoft 365: from outside, as a domain of the recipient's own tenant
    junked,              ///< Microsoft: put into the junk folder. value: why
    sandbox,
    other_org,  ///< a field names another org. value: it; other: the one that counts
    developer_org,
    arc,         ///< value: who sealed first; other: what that one found of DMARC
    arc_broken,  ///< sets are missing, or not in order. value: their number
  };
  Kind kind{};
  std::string value, other;
};
std::string_view to_text(MessageNote::Kind) noexcept;  ///< "body-changed"

std::vector<MessageNote> message_notes(const MailFacts&, const MessageAuthentication&,
                                       const MessageRoute&);

}  // namespace dmarcq
