// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/aggregate/vocabulary.h"
#include "parser/ip_address.h"

namespace dmarcq {

/// A mechanism or modifier of an SPF record (RFC 7208 sections 5 and 6).
struct SpfTerm {
  enum class Kind { all, include, a, mx, ptr, ip4, ip6, exists, redirect, exp, unknown_modifier };
  Kind kind = Kind::all;
  SpfResult qualifier = SpfResult::pass;  ///< pass, fail, softfail or neutral; of mechanisms
  std::string domain;  ///< domain-spec as written, with its macros; "" where there is none
  std::optional<IpNetwork> network;  ///< of ip4 and ip6; nothing when no address can match, since
                                     ///< IPv4-mapped ones count as IPv4
  unsigned prefix4 = 32, prefix6 = 128;  ///< of a and mx
  std::string text;                      ///< the whole term as written
  std::size_t position = 0;              ///< of its first byte in the record

  bool is_mechanism() const { return kind < Kind::redirect; }
  /// Does evaluating it count to the ten of section 4.6.4?
  bool costs_lookup() const;
  /// An unknown modifier with the name of a mechanism, which receivers ignore: "ip4=192.0.2.1".
  bool is_mistaken_modifier() const;
};

/// A term that is none. One is enough to make the whole record a permanent error (section 4.6).
struct SpfSyntaxFault {
  std::size_t position = 0;  ///< of the term's first byte in the record
  std::string term, reason;  ///< as written, "unknown mechanism"
};

struct SpfRecord {
  std::vector<SpfTerm> terms;  ///< in order, without those with a fault
  std::vector<SpfSyntaxFault> faults;

  /// Null without one.
  const SpfTerm* modifier(SpfTerm::Kind) const;
  /// The redirect that is followed when nothing matches: none beside `all` (section 6.1).
  const SpfTerm* followed_redirect() const;
  bool has_all() const;
};

/// Is a TXT record an SPF record: "v=spf1" alone or before a blank (section 4.5)?
bool is_spf_record(std::string_view txt);

/// Reads one (sections 4.6 and 12). At most 64 KiB are read; `txt` must be an SPF record.
SpfRecord parse_spf_record(std::string_view txt);

/// "+", "-", "~", "?".
char spf_qualifier_sign(SpfResult qualifier);

}  // namespace dmarcq
