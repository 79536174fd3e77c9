// SPDX-License-Identifier: MIT
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/dns/resolver.h"
#include "ingest/mail/trace.h"

namespace dmarcq {

/// Who a mail is from, and what its receiver found out about that.
struct MailSender {
  /// What the receiver's Authentication-Results say of DMARC (or, where they come to nothing there,
  /// of an aligned DKIM signature).
  enum class Verdict {
    unknown,
    pass,
    fail,
    signature,  ///< not the receiver's word: an aligned DKIM signature was checked with the
                ///< domain's key (signed_for_from)
  };
  std::string from_domain;  ///< of From, as it is compared; "" when there is none or more than one
  std::vector<std::string> signed_by;  ///< d= of the DKIM signatures there are, checked or not;
                                       ///< sorted
  std::string submitter;  ///< domain that the subject announces (RFC 9990 section 3.5.2); "" when
                          ///< it is none
  Verdict verdict = Verdict::unknown;
  std::string authserv_id;      ///< whose verdict it is; "" without one
  bool named_receiver = false;  ///< that is one whom the owner named as his: what it says is true.
                                ///< Else it may be forged
};

/// `receivers`: as for receiver_results(), which says whose word counts. Where none does, results
/// that may have come with the mail still speak against its sender and, if no receiver was named,
/// for him, which then proves nothing.
MailSender sender_of(const MailTrace&, std::span<const std::string> receivers);

/// Where DNS has the key of a DKIM signature that proves who sent the mail: it passes, is aligned
/// with From (relaxed, RFC 9989 section 4.4) and signs the whole body. "" when none does, which
/// proves nothing: keys are changed, and lists and gateways change mail. `mail`: the one that the
/// trace is of.
std::string signed_for_from(std::string_view mail, const MailTrace&, Resolver&);

}  // namespace dmarcq
