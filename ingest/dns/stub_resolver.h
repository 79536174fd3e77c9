// SPDX-License-Identifier: MIT
#pragma once
#include <atomic>
#include <chrono>
#include <expected>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "ingest/base/seeded_hash.h"
#include "ingest/dns/resolver.h"

namespace dmarcq {

/// A stub resolver (RFC 1034 section 5.3.1): asks the name servers of this machine
/// (/etc/resolv.conf), or those given, and remembers the answers. Strangers choose the names that
/// are asked for, so what is waited for is bounded: past ten time-outs in all for answers that do
/// not come, or sixty for those that come late, everything else is unknown.
class StubResolver : public Resolver {
 public:
  struct Options {
    std::string servers;  ///< "192.0.2.53,[2001:db8::53]:5353"; "": those of the machine
    std::chrono::milliseconds timeout{3000};  ///< of the first try; there are two, and the second
                                              ///< waits longer
    const std::atomic<bool>* stop = nullptr;  ///< once set, nothing is waited for
  };
  /// The error says what is wrong with `servers`.
  static std::expected<void, std::string> check_servers(const std::string& servers);
  explicit StubResolver(Options);
  TxtAnswer txt(const std::string& name) override;

  std::uint64_t given_up() const override { return given_up_; }

 private:
  Options options_;
  std::mutex mutex_;
  std::unordered_map<std::string, TxtAnswer, SeededHash> known_;
  std::chrono::milliseconds waited_{0}, waited_in_vain_{0};
  std::atomic<std::uint64_t> given_up_ = 0;
};

}  // namespace dmarcq
