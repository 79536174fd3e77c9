// SPDX-License-Identifier: MIT
#include "report/render/answers/summary_metrics.h"

#include <array>
#include <string_view>

#include "report/render/answers/openmetrics.h"

namespace dmarcq {
namespace {

struct Figure {
  std::string_view name, help;
  std::uint64_t (*value)(const SummaryLine&);
};
constexpr std::array<Figure, 5> figures{
    {{"dmarcq_messages", "Messages in the reports of the days asked for.",
      [](const SummaryLine& line) { return line.domain.totals.messages; }},
     {"dmarcq_passing_messages", "Messages that pass DMARC.",
      [](const SummaryLine& line) { return line.domain.totals.dmarc_pass(); }},
     {"dmarcq_failing_messages", "Messages that fail DMARC.",
      [](const SummaryLine& line) { return line.domain.totals.dmarc_fail(); }},
     {"dmarcq_reports", "Reports on the domain.",
      [](const SummaryLine& line) { return line.domain.reports; }},
     {"dmarcq_reporters", "Who reported on the domain.",
      [](const SummaryLine& line) { return line.domain.reporters; }}}};

constexpr std::array<std::string_view, 3> policies{"none", "quarantine", "reject"};

}  // namespace

void write_summary_metrics(std::ostream& out, const SummaryAnswer& answer,
                           std::span<const ClientDomains> clients) {
  MetricsWriter metrics(out);
  for (const Figure& figure : figures) {
    metrics.family(figure.name, figure.help);
    for (const SummaryLine& line : answer.lines) {
      const std::string& domain = line.domain.domain;
      metrics.sample({{"client", client_of(clients, domain)}, {"domain", domain}},
                     figure.value(line));
    }
  }
  constexpr std::string_view last_day = "dmarcq_last_report_day_timestamp_seconds";
  metrics.family(last_day, "The last day that a report is of, its midnight in UTC.", "seconds");
  for (const SummaryLine& line : answer.lines) {
    const std::string& domain = line.domain.domain;
    metrics.sample({{"client", client_of(clients, domain)}, {"domain", domain}},
                   static_cast<std::uint64_t>(line.domain.last_day) * 86'400);
  }
  metrics.family("dmarcq_policy", "1 for the policy in force, as most reporters saw it; 0 else.");
  for (const SummaryLine& line : answer.lines)
    for (const std::string_view policy : policies) {
      const std::string& domain = line.domain.domain;
      metrics.sample(
          {{"client", client_of(clients, domain)}, {"domain", domain}, {"policy", policy}},
          line.policy.p.text() == policy ? 1 : 0);
    }
  metrics.finish();
}

}  // namespace dmarcq
