// SPDX-License-Identifier: MIT
#include "report/cli/args/dns_choice.h"

#include <fmt/format.h>

#include "ingest/base/text.h"
#include "ingest/dns/dns_snapshot.h"
#ifdef DMARCQ_DNS
#include "ingest/dns/stub_resolver.h"
#endif
#include "report/cli/terminal/file_text.h"

namespace dmarcq {

DnsChoice::DnsChoice(const Args& args, const Settings& settings,
                     [[maybe_unused]] const std::atomic<bool>* stop) {
  if (const auto file = args.value("--snapshot")) {
    if (args.has("--dns")) throw UsageError("--dns and --snapshot cannot be combined");
    auto snapshot = DnsSnapshot::parse(file_text(*file));
    if (!snapshot) throw UsageError(fmt::format("{}: {}", *file, snapshot.error()));
    resolver_ = std::make_unique<DnsSnapshot>(std::move(*snapshot));
  } else if (args.has("--dns") || settings.dns.ask) {
#ifdef DMARCQ_DNS
    resolver_ = std::make_unique<StubResolver>(
        StubResolver::Options{.servers = settings.dns.servers,
                              .timeout = std::chrono::seconds(settings.dns.timeout),
                              .stop = stop});
#else
    throw UsageError("this dmarcq was built without DNS support (-DDMARCQ_DNS=OFF)",
                     "--snapshot FILE");
#endif
  }
}

DnsChoice::~DnsChoice() = default;

void DnsChoice::warn_of_silence(Io& io) const {
  const std::uint64_t unasked = resolver_ ? resolver_->given_up() : 0;
  if (unasked > 0)
    io.err << fmt::format("warning: the name servers did not answer in time; {} not asked\n",
                          counted(unasked, "more question was", "more questions were"));
}

void check_dns_servers([[maybe_unused]] const std::string& place,
                       [[maybe_unused]] const std::string& servers) {
#ifdef DMARCQ_DNS
  if (const auto fine = StubResolver::check_servers(servers); !fine)
    throw UsageError(fmt::format("{}: {}", place, fine.error()),
                     "\"192.0.2.53\", or \"127.0.0.1:5353\"");
#endif
}

}  // namespace dmarcq
