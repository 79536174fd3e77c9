// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "parser/aggregate/vocabulary.h"
#include "parser/message_auth/dkim.h"
#include "parser/message_auth/mail_facts.h"

namespace dmarcq {

/// Does a name align with the From domain (RFC 9989 section 4.4)?
struct AlignedModes {
  bool relaxed = false, strict = false;
  bool in(Alignment mode) const { return mode == Alignment::strict ? strict : relaxed; }
};
AlignedModes aligned_modes(std::string_view authenticated, std::string_view header_from);

/// SPF of one mail.
struct SpfColumn {
  /// Of MAIL FROM; of HELO where that is empty (RFC 7208 section 2.4). As the receiver tells it,
  /// else as Return-Path does: a forwarder's that wrote the sender anew (SRS), not the first one.
  std::string domain;
  std::string mail_from;     ///< the address, or its domain where no more is known; "" when it was
                             ///< empty, or nothing is known
  bool null_sender = false;  ///< MAIL FROM was empty: a bounce or an automatic reply
  std::string said;          ///< the receiver's word: "pass"; "" without one
  std::optional<SpfResult> recomputed;
  std::string why;  ///< of `recomputed`, or why there is none
  AlignedModes aligned;
  std::optional<bool> passes;  ///< the receiver's word where it can be believed, else recomputed
};

/// One DKIM signature of one mail.
struct DkimColumn {
  DkimCheck check;
  std::string said;      ///< the receiver's word on this signature; "" without one
  bool expired = false;  ///< x= had passed when the mail was received
  AlignedModes aligned;
  std::optional<bool> passes;  ///< as for SPF
  /// Does h= name the field (lower case) as often as the mail has it? One more could be added on
  /// top without breaking the signature.
  bool covers(std::string_view field, const MailFacts&) const;
};

/// The DMARC record that applies, from wherever it is known.
struct AppliedPolicy {
  enum class From { nowhere, dns, reports, receiver };
  From from = From::nowhere;
  std::string domain;  ///< that the record is published for; "" when that is not known
  std::string policy;  ///< what it asks for this From domain: none, quarantine, reject; "" when
                       ///< that is not known, or there is no record
  bool none_published = false;  ///< DNS was asked, and there is no record
  bool several = false;  ///< there are several at one name: receivers differ in what they make of
                         ///< it
  Alignment adkim = Alignment::relaxed, aspf = Alignment::relaxed;
};

struct DmarcColumn {
  std::string said;         ///< "pass", "fail", "none", "bestguesspass"; "" without one
  std::string said_policy;  ///< "p=REJECT sp=NONE dis=NONE", "action=none": as the receiver wrote
                            ///< it
  std::optional<bool> recomputed;  ///< from what was recomputed of SPF and DKIM, without a word of
                                   ///< the receiver's; nothing where that leaves it open
  std::optional<bool> passes;      ///< the receiver's word where it can be believed, else by what
                                   ///< `passes` of SPF and DKIM
  AppliedPolicy policy;
  /// The receiver found one thing, and checking again another.
  bool is_disputed() const { return passes && recomputed && *passes != *recomputed; }
};

struct MessageAuthentication {
  SpfColumn spf;
  std::vector<DkimColumn> dkim;  ///< in the order of the signatures
  DmarcColumn dmarc;
  /// Does some signature sign with an aligned domain, whatever it comes to?
  bool signed_as_from() const;
  /// Does an aligned signature pass, by the alignment that the policy asks for?
  bool passes_by_dkim() const;
  bool passes_by_spf() const;
};

/// What was checked again beside the receiver's words.
struct Rechecked {
  std::vector<DkimCheck> signatures;
  std::optional<SpfResult> spf;
  std::string spf_why;  ///< "the address is not known", "DNS was not asked"
  AppliedPolicy policy;
};

/// What SPF is checked for, and what the receiver said of it; the rest is left open.
SpfColumn spf_identity(const MailFacts&);

MessageAuthentication message_authentication(const MailFacts&, Rechecked);

}  // namespace dmarcq
