// SPDX-License-Identifier: MIT
#pragma once
#include <expected>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ingest/base/seeded_hash.h"
#include "ingest/dns/resolver.h"

namespace dmarcq {

/// Answers kept in a file: a zone, or what dig printed (zone.h). A name that is not in it is
/// unknown, not missing.
class DnsSnapshot : public Resolver {
 public:
  /// The error names the line.
  static std::expected<DnsSnapshot, std::string> parse(std::string_view text);
  TxtAnswer txt(const std::string& name) override;

 private:
  std::unordered_map<std::string, std::vector<std::string>, SeededHash> texts_;
  std::unordered_map<std::string, std::string, SeededHash> aliases_;
};

}  // namespace dmarcq
