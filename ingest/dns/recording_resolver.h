// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

#include "ingest/dns/resolver.h"

namespace dmarcq {

/// Passes questions on, and keeps them with their answers. What was only prefetched is not kept.
class RecordingResolver : public Resolver {
 public:
  /// The resolver must live as long as this.
  explicit RecordingResolver(Resolver& resolver) : resolver_(resolver) {}

  DnsAnswer ask(const DnsQuestion&) override;
  void prefetch(std::span<const DnsQuestion> questions) override { resolver_.prefetch(questions); }
  std::uint64_t given_up() const override { return resolver_.given_up(); }

  std::map<DnsQuestion, DnsAnswer> answers() const;
  /// A file for DnsSnapshot with all of them, sorted by name. `taken`: "2026-11-30T15:40:00Z".
  std::string snapshot(std::string_view taken) const;

 private:
  Resolver& resolver_;
  mutable std::mutex mutex_;
  std::map<DnsQuestion, DnsAnswer> answers_;  ///< names are folded
};

}  // namespace dmarcq
