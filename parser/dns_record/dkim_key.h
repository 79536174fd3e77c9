// SPDX-License-Identifier: MIT
#pragma once
#include <expected>
#include <string>
#include <string_view>

#include "parser/dns_record/public_key.h"

namespace dmarcq {

/// A DKIM key record (RFC 6376 section 3.6.1, RFC 8463).
struct DkimKey {
  enum class Type { rsa, ed25519 };
  Type type = Type::rsa;
  PublicKey key;
  bool testing = false;       ///< t=y: its signatures count like none
  bool exact_domain = false;  ///< t=s: i= of the signature may be of no domain below d=
};

/// One of several ways in which a record is no key that mail can be checked with; "revoked" when p=
/// is empty.
struct KeyFault {
  bool revoked = false;
  std::string reason;
};

/// Reads a TXT record. Keys of fewer than 1024 bits (RFC 8301) and of more than 8192 (what it costs
/// to check them) are refused.
std::expected<DkimKey, KeyFault> parse_dkim_key(std::string_view record);

}  // namespace dmarcq
