// SPDX-License-Identifier: MIT
#pragma once
#include <atomic>
#include <memory>

#include "ingest/dns/resolver.h"
#include "report/cli/args/config.h"
#include "report/cli/terminal/io.h"

namespace dmarcq {

/// A line on standard error when name servers were silent for so long that they were no longer
/// asked.
void warn_of_silence(Io&, const Resolver&);

/// What answers questions to DNS in this run: --dns or [dns] ask, or the file of --snapshot; null
/// when nothing does, which is the default. Throws UsageError, FileError.
class DnsChoice {
 public:
  DnsChoice(const Args&, const Settings&, const std::atomic<bool>* stop);
  ~DnsChoice();
  Resolver* resolver() const { return resolver_.get(); }
  void warn_of_silence(Io& io) const {
    if (resolver_) dmarcq::warn_of_silence(io, *resolver_);
  }

 private:
  std::unique_ptr<Resolver> resolver_;
};

/// For commands that are about DNS: the file of --snapshot; else the name servers of --nameserver
/// or the configuration, with --timeout. Throws UsageError, FileError.
std::unique_ptr<Resolver> asked_resolver(const Args&, const Settings&,
                                         const std::atomic<bool>* stop);

/// Addresses of name servers as the configuration has them. UsageError else; `place` says where
/// they stand.
void check_dns_servers(const std::string& place, const std::string& servers);

}  // namespace dmarcq
