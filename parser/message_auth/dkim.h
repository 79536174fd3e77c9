// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/dns/resolver.h"
#include "parser/calendar.h"

namespace dmarcq {

enum class SignatureResult {
  pass,
  body_changed,    ///< the body is not the one that was signed; told without a key
  header_changed,  ///< the body is, but the signature is none of this header by this key: a signed
                   ///< field was changed, or the key
  malformed,  ///< the DKIM-Signature is none that can be checked, or one by rules that are too weak
              ///< (RFC 8301)
  key_missing,   ///< DNS has no key there, or a revoked one
  key_unusable,  ///< what DNS has there is none, too weak, or not for this signature
  key_unknown,   ///< DNS was not asked, or did not answer
};

/// What a DKIM-Signature of a mail comes to.
struct DkimCheck {
  SignatureResult result = SignatureResult::malformed;
  std::string domain, selector;  ///< d=, s=; "" when the field has none. Domain names, as far as
                                 ///< they are not malformed
  std::string algorithm;         ///< a=, lower case: "rsa-sha256"
  std::string identity;          ///< domain of i=, d= where it is missing
  std::string signature_start;   ///< first characters of b=, by which receivers tell signatures
                                 ///< apart (RFC 6008)
  std::optional<EpochSeconds> signed_at, expires;  ///< t=, x=
  int key_bits = 0;                                ///< of the RSA key, where there is one
  std::string reason;                              ///< of anything but pass
  /// With header_changed: the RSA signature was made with the key that DNS has (so a signed field
  /// was changed) or with another one. Nothing where that cannot be told.
  std::optional<bool> made_with_key;
  /// With header_changed: the signature holds without this tag in front of the subject: "[EXT]".
  std::string subject_tag;
  bool testing = false;  ///< the key says t=y: treated like no signature (RFC 6376 section 3.6.1)
  std::size_t unsigned_tail = 0;           ///< bytes of the body behind l=, by anybody
  std::vector<std::string> signed_fields;  ///< h=, lower case, in order; a name may come more than
                                           ///< once
};

inline constexpr std::size_t most_checked_signatures = 5;  ///< of one mail; real ones have one to
                                                           ///< three

/// Checks the DKIM signatures of a mail (RFC 6376 section 6, RFC 8463), from the top, at most
/// `most_checked_signatures` of those whose d= is `wanted`. `mail`: as it was received; lines may
/// end in LF alone, as files have them. x= and t= are told but not looked at: whether a signature
/// was in time is a question to the moment of receipt. Never throws for bad input.
std::vector<DkimCheck> check_dkim(std::string_view mail, Resolver&,
                                  const std::function<bool(std::string_view domain)>& wanted);

/// Where DNS has the key of a signature.
std::string key_name(const DkimCheck&);

}  // namespace dmarcq
