// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <expected>
#include <functional>
#include <string>
#include <string_view>

#include "parser/ip_address.h"

namespace dmarcq {

/// What the macros of a domain-spec or an explanation stand for (RFC 7208 section 7.2).
struct SpfMacroValues {
  std::string local_part;                       ///< l; "postmaster" when the sender has none
  std::string sender_domain;                    ///< o
  std::string domain;                           ///< d: whose record it is
  std::string helo;                             ///< h
  std::string receiver;                         ///< r
  IpAddress ip;                                 ///< i v c
  std::int64_t now = 0;                         ///< t: seconds since 1970
  std::function<std::string()> validated_name;  ///< p; called only where it is needed. Empty:
                                                ///< "unknown"
};

enum class SpfMacroUse {
  domain_spec,  ///< of a mechanism or redirect= and exp=
  explanation,  ///< the text that exp= leads to: c, r and t are allowed (section 7.3)
};

/// Nothing, or what is wrong with the macros: "unknown macro letter 'q'".
std::expected<void, std::string> check_spf_macros(std::string_view text, SpfMacroUse);

/// Does it depend on the message: has it a macro other than d, %%, %_ and %-?
bool has_spf_macros(std::string_view domain_spec);

/// The text with its macros replaced, at most 64 KiB. `text` must have passed check_spf_macros.
std::string expand_spf_macros(std::string_view text, const SpfMacroValues&);

/// The name that a domain-spec comes to: labels are dropped at its left until it has at most 253
/// bytes (section 7.3). Lower case, no final dot.
std::string expand_spf_domain(std::string_view domain_spec, const SpfMacroValues&);

}  // namespace dmarcq
