// SPDX-License-Identifier: MIT
#pragma once
#include <expected>
#include <string>
#include <string_view>

#include "ingest/dns/resolver.h"

namespace dmarcq {

/// Answers every question for a DKIM key (below "_domainkey") with one key that the user has in a
/// file; all else goes on to another resolver, or is unknown without one.
class KeyResolver : public Resolver {
 public:
  /// `text`: a key record ("v=DKIM1; k=rsa; p=…"), also quoted and in several strings as a zone has
  /// it, a public key in PEM, or its base64 alone. The error says what it is instead.
  static std::expected<std::string, std::string> record_in(std::string_view text);

  KeyResolver(std::string record, Resolver* others) : record_(std::move(record)), others_(others) {}
  DnsAnswer ask(const DnsQuestion&) override;

 private:
  std::string record_;
  Resolver* others_;
};

}  // namespace dmarcq
