// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "ingest/dns/dns_snapshot.h"
#include "ingest/dns/mta_sts_fetch.h"
#include "ingest/dns/recording_resolver.h"
#include "parser/domain_name.h"
#include "report/analysis/dns/spf_health.h"
#include "report/cli/args/database.h"
#include "report/cli/args/dates.h"
#include "report/cli/args/dns_choice.h"
#include "report/cli/args/filters.h"
#include "report/cli/cmd.h"
#include "report/cli/listing.h"
#include "report/cli/terminal/file_text.h"
#include "report/cli/terminal/signals.h"
#include "report/render/answers/dns.h"
#include "report/render/paragraph.h"

namespace dmarcq {
namespace {

constexpr std::size_t most_subjects = 100;  // of block lists, which count questions

std::string domain_operand(const std::string& text) {
  std::string domain = asked_domain(text);
  if (!is_domain_name(domain))
    throw UsageError(fmt::format("'{}' is not a domain name", text), "example.com");
  return domain;
}

void add_once(std::vector<std::string>& list, std::string text) {
  if (std::ranges::find(list, text) == list.end()) list.push_back(std::move(text));
}

MtaStsPolicySource fetched_policies(const Args& args, const std::atomic<bool>& stop) {
  if (args.has("--snapshot"))
    throw UsageError("--fetch-policy asks the web server of today, --snapshot says what DNS said");
  HttpsSettings https{.stop = &stop};
  https.ca_file = args.value("--ca-file").value_or("");
  return {.copy = {}, .fetch = [https](const std::string& domain) {
            return fetch_mta_sts_policy(domain, https);
          }};
}

DnsCheckQuestion question_of(const Args& args, const std::atomic<bool>& stop) {
  DnsCheckQuestion question;
  question.today = today();
  for (const std::string& text : args.operands) question.domains.push_back(domain_operand(text));
  std::ranges::stable_sort(question.domains);
  const auto repeated = std::ranges::unique(question.domains);
  question.domains.erase(repeated.begin(), repeated.end());
  for (const std::string& text : args.values("--selector")) {
    std::string selector = asked_domain(text);
    if (!is_domain_name(selector + "._domainkey"))
      throw UsageError(fmt::format("--selector: '{}' is not a DKIM selector", text));
    add_once(question.selectors, std::move(selector));
  }
  if (const auto text = args.value("--address")) {
    question.address = IpAddress::parse(*text);
    if (!question.address)
      throw UsageError(fmt::format("--address: '{}' is not an IP address", *text));
  }
  if (args.has("--ca-file") && !args.has("--fetch-policy"))
    throw UsageError("--ca-file goes with --fetch-policy");
  if (const auto file = args.value("--mta-sts-policy")) {
    if (args.has("--fetch-policy"))
      throw UsageError("--mta-sts-policy and --fetch-policy cannot be combined");
    if (question.domains.size() > 1) throw UsageError("--mta-sts-policy goes with one domain");
    question.sts_policy.copy = file_text(*file);
  } else if (args.has("--fetch-policy")) {
    question.sts_policy = fetched_policies(args, stop);
  }
  return question;
}

/// The reports to compare with: none where there is no database, unless one was named.
std::unique_ptr<Snapshot> reports_of(const Args& args, const Settings& settings, Io& io) {
  if (!args.has("--db") && !settings.database.may_exist()) return nullptr;
  return open_for_reading(settings, io);
}

void require_answers(const DnsCheckAnswer& answer, const Args& args) {
  if (answer.answered()) return;
  const std::string& why = answer.domains.front().dmarc.walk.front().answer.why;
  throw FileError(fmt::format("DNS gave no answer: {}", why.empty() ? "unknown" : why),
                  args.has("--snapshot") ? "dmarcq dns fetch DOMAIN > FILE makes a snapshot"
                                         : "--nameserver ADDRESS, or --snapshot FILE");
}

bool is_lacking(std::string_view why) { return why.ends_with(DnsSnapshot::not_in_it); }

std::string fetch_hint(std::string_view domains) {
  return fmt::format("dmarcq dns fetch {} > FILE takes a snapshot with all that is asked", domains);
}

/// A file that answers some questions and not others may pass for a whole one.
void warn_of_lacks(Io& io, const DnsCheckAnswer& answer) {
  std::string lacking;
  for (const DomainHealth& health : answer.domains)
    if (std::ranges::any_of(health.faults, [](const DomainFault& fault) {
          return fault.kind == DomainFault::Kind::unanswered && is_lacking(fault.value);
        }))
      lacking += (lacking.empty() ? "" : " ") + health.domain;
  if (!lacking.empty())
    write_paragraph(
        io.err, "",
        fmt::format("warning: some answers are not in the snapshot; {}", fetch_hint(lacking)),
        any_width);
}

}  // namespace

Exit run_dns_check(const Args& args, Io& io) {
  const Settings settings = settings_of(args);
  const StopOnSignal stop;
  DnsCheckQuestion question = question_of(args, stop.flag());
  const std::unique_ptr<Resolver> resolver = asked_resolver(args, settings, &stop.flag());
  const std::unique_ptr<Snapshot> reports = reports_of(args, settings, io);
  const DnsCheckAnswer answer = dns_check_answer(*resolver, reports.get(), std::move(question));
  warn_of_silence(io, *resolver);
  require_answers(answer, args);
  warn_of_lacks(io, answer);
  if (const Format format = format_of(args); format == Format::table)
    write_dns_text(io.out, answer, style_of(io).colour);
  else
    show(io, format, dns_listing(answer));
  return args.has("--exit-code") && answer.has_faults() ? Exit::found : Exit::done;
}

Exit run_dns_fetch(const Args& args, Io& io) {
  const Settings settings = settings_of(args);
  const StopOnSignal stop;
  DnsCheckQuestion question = question_of(args, stop.flag());
  const std::unique_ptr<Resolver> resolver = asked_resolver(args, settings, &stop.flag());
  const std::unique_ptr<Snapshot> reports = reports_of(args, settings, io);
  RecordingResolver recording(*resolver);
  const DnsCheckAnswer answer = dns_check_answer(recording, reports.get(), std::move(question));
  // 'dns flatten' needs every address of the hosts that a and mx name.
  for (const std::string& domain : answer.question.domains) flatten_spf(domain, recording);
  warn_of_silence(io, *resolver);
  require_answers(answer, args);
  io.out << recording.snapshot(rfc3339(now_seconds(answer.question.today)));
  return Exit::done;
}

Exit run_dns_flatten(const Args& args, Io& io) {
  const Settings settings = settings_of(args);
  const std::string domain = domain_operand(args.operands.front());
  const StopOnSignal stop;
  const std::unique_ptr<Resolver> resolver = asked_resolver(args, settings, &stop.flag());
  if (const auto file = args.value("--check")) {
    auto flat = DnsSnapshot::parse(file_text(*file));
    if (!flat) throw UsageError(fmt::format("{}: {}", *file, flat.error()));
    const SpfDrift drift = spf_drift(domain, *resolver, *flat);
    write_drift(io.out, domain, drift);
    if (std::ranges::any_of(drift.faults, is_lacking))
      say_error(io, fmt::format("{}: the snapshot lacks an answer", domain), fetch_hint(domain));
    if (drift.is_equal()) return Exit::done;
    return drift.faults.empty() ? Exit::found : Exit::io;
  }
  const SpfFlattening flat = flatten_spf(domain, *resolver);
  for (const std::string& fault : flat.faults)
    say_error(io, fmt::format("{}: {}", domain, fault),
              is_lacking(fault) ? fetch_hint(domain) : "");
  if (flat.records.empty()) return Exit::found;
  write_flat_records(io.out, domain, flat, find_spf_record(domain, *resolver).record,
                     iso_date(today()));
  return flat.is_equal ? Exit::done : Exit::found;
}

Exit run_dns_blocklist(const Args& args, Io& io) {
  const Settings settings = settings_of(args);
  std::vector<std::string> lists, subjects;
  for (const std::string& text : args.values("--list")) add_once(lists, domain_operand(text));
  if (lists.empty()) lists = settings.dns.blocklists;
  if (lists.empty())
    throw UsageError("no block list to ask",
                     "--list ZONE, or blocklists = [\"zen.spamhaus.org\"] below [dns] in the "
                     "configuration");
  for (const std::string& text : args.operands) {
    const auto address = IpAddress::parse(text);
    add_once(subjects, address ? address->to_text() : domain_operand(text));
    if (subjects.size() > most_subjects)
      throw UsageError(fmt::format("at most {} addresses and domains can be asked about at once",
                                   most_subjects));
  }
  const StopOnSignal stop;
  const std::unique_ptr<Resolver> resolver = asked_resolver(args, settings, &stop.flag());
  const std::vector<BlocklistResult> results = ask_blocklists(subjects, lists, *resolver);
  warn_of_silence(io, *resolver);
  show(io, format_of(args), blocklist_listing(results));
  const bool listed = std::ranges::any_of(results, [](const BlocklistResult& result) {
    return result.verdict == BlocklistResult::Verdict::listed;
  });
  return args.has("--exit-code") && listed ? Exit::found : Exit::done;
}

}  // namespace dmarcq
