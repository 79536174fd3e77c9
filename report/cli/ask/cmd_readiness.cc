// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "ingest/base/text.h"
#include "ingest/dns/dns_snapshot.h"
#include "ingest/dns/zone.h"
#include "report/analysis/dns/dmarc_repair.h"
#include "report/analysis/readiness/readiness.h"
#include "report/analysis/readiness/what_if.h"
#include "report/answers/base/timeline_reader.h"
#include "report/answers/next_record.h"
#include "report/answers/portfolio/portfolio_answer.h"
#include "report/answers/readiness_answer.h"
#include "report/cli/args/database.h"
#include "report/cli/args/dates.h"
#include "report/cli/args/dns_choice.h"
#include "report/cli/args/filters.h"
#include "report/cli/cmd.h"
#include "report/cli/listing.h"
#include "report/cli/terminal/file_text.h"
#include "report/render/answers/portfolio.h"
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

// ---- all domains

PortfolioQuestion portfolio_question(const Args& args, const Settings& settings) {
  for (const std::string_view flag :
       {"--record", "--zone", "--what-if", "--exclude", "--fixed", "--explain"})
    if (args.has(flag))
      throw UsageError(fmt::format("{} needs a domain", flag),
                       fmt::format("dmarcq readiness DOMAIN {} …", flag));
  PortfolioQuestion question{.domains = {},
                             .as_of = today(),
                             .target = args.value("--to").value_or(""),
                             .limits = settings.readiness,
                             .trusted_only = args.has("--trusted-only")};
  if (const auto window = args.value("--window"))
    question.window_days = window_argument(*window, question.as_of);
  return question;
}

Exit show_portfolio(const Args& args, Io& io, const Settings& settings) {
  PortfolioQuestion question = portfolio_question(args, settings);
  const DnsChoice dns(args, settings, nullptr);
  question.dns = dns.resolver();
  const std::unique_ptr<Snapshot> snapshot = open_for_reading(settings, io);
  PortfolioDomains domains = portfolio_domains(*snapshot);
  question.domains = std::move(domains.names);
  const Format format = format_of(args);
  const bool whole = format == Format::json || format == Format::ndjson;
  std::vector<std::string> answers(question.domains.size());
  std::vector<DomainVerdict> verdicts =
      whole ? readiness_answers(*snapshot, question,
                                [&](std::size_t place, const ReadinessAnswer& answer) {
                                  std::ostringstream text;
                                  write_readiness_json(text, answer, false,
                                                       JsonWriter::Style::compact);
                                  answers[place] = std::move(text).str();
                                })
            : domain_verdicts(*snapshot, question);
  drop_governed(verdicts);
  sort_by_need(verdicts);
  if (verdicts.empty()) say_nothing_found(io, *snapshot, {});
  if (whole) {
    std::map<std::string_view, std::size_t> places;
    for (std::size_t i = 0; i < question.domains.size(); ++i)
      places.emplace(question.domains[i], i);
    for (const DomainVerdict& verdict : verdicts) io.out << answers[places.at(verdict.domain)];
  } else {
    show(io, format, portfolio_listing(verdicts, domains.left_out));
  }
  dns.warn_of_silence(io);
  const bool all_ready = !verdicts.empty() &&
                         std::ranges::all_of(verdicts, [](const DomainVerdict& verdict) {
                           return verdict.state == DomainVerdict::State::ready ||
                                  verdict.state == DomainVerdict::State::at_goal;
                         });
  return args.has("--exit-code") && !all_ready ? Exit::found : Exit::done;
}

// ---- one domain

/// What points into a question.
struct Given {
  std::optional<Zone> zone;
  std::optional<DnsSnapshot> zone_as_dns;
  std::optional<PolicyRecord> record;
};

ReadinessQuestion question_of(const Args& args, const Settings& settings, const DnsChoice& dns,
                              Given& given) {
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
  if (const auto file = args.value("--zone")) {
    auto parsed = Zone::parse(file_text(*file), question.domain);
    if (!parsed) throw UsageError(fmt::format("{}: {}", *file, parsed.error()));
    given.zone = std::move(*parsed);
    question.zone = &*given.zone;
    given.zone_as_dns.emplace(*given.zone, DnsSnapshot::Coverage::whole);
    question.dns = &*given.zone_as_dns;
  }
  if (dns.resolver() != nullptr) question.dns = dns.resolver();
  if (const auto text = args.value("--record"))
    given.record = record_argument(*text);
  else if (question.dns != nullptr)
    given.record = record_in_dns(*question.dns, question.domain);
  if (given.record) question.record = &*given.record;
  return question;
}

ReadinessExtras extras_of(const Args& args) {
  ReadinessExtras extras{.trusted_only = args.has("--trusted-only"), .trial = {}, .trial_text = {}};
  if (const auto text = args.value("--what-if")) {
    auto parsed = PolicyTrial::parse(*text);
    if (!parsed)
      throw UsageError(fmt::format("--what-if: {}", parsed.error()),
                       "as in --what-if p=reject,sp=quarantine,adkim=s");
    extras.trial = *parsed;
    extras.trial_text = *text;
  }
  return extras;
}

Exit show_domain(const Args& args, Io& io, const Settings& settings) {
  const Format format = format_of(args);
  if (format != Format::table && format != Format::json && format != Format::ndjson)
    throw UsageError(
        fmt::format("--format {} is for all domains together", *args.value("--format")),
        "one domain is shown as table, json or ndjson");
  const DnsChoice dns(args, settings, nullptr);
  Given given;
  const ReadinessQuestion question = question_of(args, settings, dns, given);
  const ReadinessExtras extras = extras_of(args);
  const std::unique_ptr<Snapshot> snapshot = open_for_reading(settings, io);
  // A domain that sends no mail may well have no reports.
  if (!sends_no_mail(owner_of(*snapshot), question.domain))
    require_known(*snapshot, question.domain);
  const ReadinessAnswer answer = readiness_answer(*snapshot, question, extras);
  if (format == Format::table)
    write_readiness_text(io.out, answer, args.has("--explain"), io.out_terminal.colour);
  else
    write_readiness_json(
        io.out, answer, args.has("--explain"),
        format == Format::json ? JsonWriter::Style::pretty : JsonWriter::Style::compact);
  dns.warn_of_silence(io);
  const bool ready = answer.judged.readiness.verdict == Verdict::ready;
  return args.has("--exit-code") && !ready ? Exit::found : Exit::done;
}

}  // namespace

Exit run_readiness(const Args& args, Io& io) {
  const Settings settings = settings_of(args);
  if (args.has("--all") && !args.operands.empty())
    throw UsageError("--all and a domain cannot be combined",
                     fmt::format("dmarcq readiness {}", args.operands.front()));
  return args.operands.empty() ? show_portfolio(args, io, settings)
                               : show_domain(args, io, settings);
}

}  // namespace dmarcq
