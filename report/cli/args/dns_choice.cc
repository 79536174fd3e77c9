// SPDX-License-Identifier: MIT
#include "report/cli/args/dns_choice.h"

#include <fmt/format.h>

#include "ingest/base/text.h"
#include "ingest/dns/dns_snapshot.h"
#ifdef DMARCQ_DNS
#include "ingest/dns/stub_resolver.h"
#endif
#include "report/cli/args/filters.h"
#include "report/cli/terminal/file_text.h"
#include "report/render/paragraph.h"

namespace dmarcq {
namespace {

std::unique_ptr<Resolver> snapshot_of_file(const std::string& file) {
  auto snapshot = DnsSnapshot::parse(file_text(file));
  if (!snapshot) throw UsageError(fmt::format("{}: {}", file, snapshot.error()));
  return std::make_unique<DnsSnapshot>(std::move(*snapshot));
}

std::unique_ptr<Resolver> name_servers_of([[maybe_unused]] const DnsSettings& settings,
                                          [[maybe_unused]] const std::atomic<bool>* stop,
                                          [[maybe_unused]] int patience) {
#ifdef DMARCQ_DNS
  return std::make_unique<StubResolver>(
      StubResolver::Options{.servers = settings.servers,
                            .timeout = std::chrono::seconds(settings.timeout),
                            .stop = stop,
                            .patience = patience});
#else
  throw UsageError("this dmarcq was built without DNS support (-DDMARCQ_DNS=OFF)",
                   "--snapshot FILE");
#endif
}

}  // namespace

DnsChoice::DnsChoice(const Args& args, const Settings& settings, const std::atomic<bool>* stop) {
  if (const auto file = args.value("--snapshot")) {
    if (args.has("--dns")) throw UsageError("--dns and --snapshot cannot be combined");
    resolver_ = snapshot_of_file(*file);
  } else if (args.has("--dns") || settings.dns.ask) {
    resolver_ = name_servers_of(settings.dns, stop, 1);
  }
}

DnsChoice::~DnsChoice() = default;

std::unique_ptr<Resolver> asked_resolver(const Args& args, const Settings& settings,
                                         const std::atomic<bool>* stop) {
  const auto servers = args.value("--nameserver");
  const auto timeout = args.value("--timeout");
  if (const auto file = args.value("--snapshot")) {
    if (servers || timeout)
      throw UsageError("--snapshot cannot be combined with --nameserver or --timeout");
    return snapshot_of_file(*file);
  }
  DnsSettings dns = settings.dns;
  if (servers) {
    check_dns_servers("--nameserver", *servers);
    dns.servers = *servers;
  }
  if (timeout) {
    const std::uint64_t seconds = number_argument("--timeout", *timeout);
    if (seconds < 1 || seconds > 60)
      throw UsageError(fmt::format("--timeout: '{}' is not 1 to 60 seconds", *timeout));
    dns.timeout = static_cast<unsigned>(seconds);
  }
  // A thousand domains are asked about by many threads, whose waits add up.
  constexpr int for_many_domains = 100;
  return name_servers_of(dns, stop, for_many_domains);
}

void warn_of_silence(Io& io, const Resolver& resolver) {
  if (const std::uint64_t unasked = resolver.given_up(); unasked > 0)
    write_paragraph(io.err, "",
                    fmt::format("warning: the name servers did not answer in time; {} not asked",
                                counted(unasked, "more question was", "more questions were")),
                    any_width);
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
