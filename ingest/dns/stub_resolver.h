// SPDX-License-Identifier: MIT
#pragma once
#include <atomic>
#include <chrono>
#include <expected>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "ingest/base/seeded_hash.h"
#include "ingest/dns/resolver.h"

namespace dmarcq {

/// A stub resolver (RFC 1034 section 5.3.1): asks the name servers of this machine
/// (/etc/resolv.conf), or those given, by UDP, and by TCP what was truncated. Answers are
/// remembered, those that something does not exist too. Strangers choose the names that are asked
/// for, so what is waited for is bounded: past ten time-outs in all for answers that do not come,
/// or sixty for those that come late, everything else is unknown.
class StubResolver : public Resolver {
 public:
  struct Options {
    std::string servers;  ///< "192.0.2.53,[2001:db8::53]:5353"; "": those of the machine
    std::chrono::milliseconds timeout{3000};  ///< of the first try; there are two, and the second
                                              ///< waits longer
    const std::atomic<bool>* stop = nullptr;  ///< once set, nothing is waited for
    int patience = 1;  ///< how many times as long may be waited in all: for who asks about many
                       ///< domains, by many threads
  };
  /// The error says what is wrong with `servers`.
  static std::expected<void, std::string> check_servers(const std::string& servers);
  explicit StubResolver(Options);
  DnsAnswer ask(const DnsQuestion&) override;
  void prefetch(std::span<const DnsQuestion>) override;

  std::uint64_t given_up() const override { return given_up_; }

 private:
  std::optional<DnsAnswer> remembered(const std::string& key);
  bool may_wait();
  std::vector<DnsAnswer> ask_at_once(std::span<const DnsQuestion>);

  Options options_;
  std::mutex mutex_;
  std::unordered_map<std::string, DnsAnswer, SeededHash> known_;  ///< by "TXT example.com"
  std::size_t known_bytes_ = 0;
  std::chrono::milliseconds waited_{0}, waited_in_vain_{0};
  std::atomic<std::uint64_t> given_up_ = 0;
};

}  // namespace dmarcq
