// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "ingest/base/text.h"
#include "ingest/dns/dns_snapshot.h"
#include "ingest/dns/zone.h"
#include "report/analysis/dns/dmarc_discovery.h"
#include "report/analysis/dns/dmarc_repair.h"
#include "report/analysis/readiness/readiness.h"
#include "report/analysis/readiness/what_if.h"
#include "report/answers/base/timeline_reader.h"
#include "report/answers/next_record.h"
#include "report/answers/readiness_answer.h"
#include "report/cli/args/database.h"
#include "report/cli/args/dates.h"
#include "report/cli/args/dns_choice.h"
#include "report/cli/args/filters.h"
#include "report/cli/cmd.h"
#include "report/cli/listing.h"
#include "report/cli/terminal/file_text.h"
#include "report/render/answers/readiness.h"

namespace dmarcq {
namespace {

unsigned window_argument(const std::string& text, Day now) {
  const Day day = day_argument("--window", text, now);
  if (day >= now)
    throw UsageError(fmt::format("--window: '{}' is no length", text), "write 30d, 8w, 3mo");
  return static_cast<unsigned>(now - day);
}

std::vector<FindingCode> codes_argument(const std::vector<std::string>& words) {
  std::vector<FindingCode> codes;
  for (const std::string& word : words) {
    const auto code = finding_code_from_text(word);
    if (!code)
      throw UsageError(fmt::format("--fixed: '{}' is no finding", word),
                       "codes stand in the blockers, and in 'dmarcq sources': core-no-dkim …");
    codes.push_back(*code);
  }
  return codes;
}

PolicyRecord record_argument(const std::string& text) {
  auto record = PolicyRecord::parse(text);
  if (record) return std::move(*record);
  const std::string repaired = repair_of(text).record;
  throw UsageError(
      fmt::format("the DMARC record: {}", record.error()),
      fmt::format("{} --record \"{}\"", repaired.empty() ? "as in" : "it may be meant as",
                  repaired.empty() ? "v=DMARC1; p=none; rua=mailto:dmarc@example.com" : repaired));
}

}  // namespace

Exit run_readiness(const Args& args, Io& io) {
  const Settings settings = settings_of(args);
  ReadinessQuestion question;
  question.domain = asked_domain(args.operands.front());
  question.today = today();
  question.target = args.value("--to").value_or("");
  if (const auto window = args.value("--window"))
    question.window_days = window_argument(*window, question.today);
  question.limits = settings.readiness;
  for (const std::string& words : args.values("--exclude"))
    question.scenario.exclude.push_back(lower(words));
  question.scenario.fixed = codes_argument(args.values("--fixed"));
  std::optional<Zone> zone;
  std::optional<DnsSnapshot> zone_as_dns;
  if (const auto file = args.value("--zone")) {
    auto parsed = Zone::parse(file_text(*file), question.domain);
    if (!parsed) throw UsageError(fmt::format("{}: {}", *file, parsed.error()));
    zone = std::move(*parsed);
    question.zone = &*zone;
    zone_as_dns.emplace(*zone, DnsSnapshot::Coverage::whole);
    question.dns = &*zone_as_dns;
  }
  const DnsChoice dns(args, settings, nullptr);
  if (dns.resolver() != nullptr) question.dns = dns.resolver();
  std::optional<PolicyRecord> record;
  std::string record_text = args.value("--record").value_or("");
  if (record_text.empty() && question.dns != nullptr) {
    const TxtAnswer answer = question.dns->txt("_dmarc." + question.domain);
    for (const std::string& text : answer.texts)
      if (is_dmarc_record(text) && PolicyRecord::parse(text)) record_text = text;
  }
  if (!record_text.empty()) {
    record = record_argument(record_text);
    question.record = &*record;
  }
  ReadinessExtras extras{.trusted_only = args.has("--trusted-only"), .trial = {}, .trial_text = {}};
  if (const auto text = args.value("--what-if")) {
    auto parsed = PolicyTrial::parse(*text);
    if (!parsed)
      throw UsageError(fmt::format("--what-if: {}", parsed.error()),
                       "as in --what-if p=reject,sp=quarantine,adkim=s");
    extras.trial = *parsed;
    extras.trial_text = *text;
  }

  const std::unique_ptr<Snapshot> snapshot = open_for_reading(settings, io);
  // A domain that sends no mail may well have no reports.
  if (!sends_no_mail(owner_of(*snapshot), question.domain))
    require_known(*snapshot, question.domain);
  const ReadinessAnswer answer = readiness_answer(*snapshot, question, extras);
  if (format_of(args) == Format::json)
    write_readiness_json(io.out, answer, args.has("--explain"));
  else
    write_readiness_text(io.out, answer, args.has("--explain"), io.out_terminal.colour);
  dns.warn_of_silence(io);
  const bool ready = answer.judged.readiness.verdict == Verdict::ready;
  return args.has("--exit-code") && !ready ? Exit::found : Exit::done;
}

}  // namespace dmarcq
