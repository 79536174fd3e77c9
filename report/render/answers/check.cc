// SPDX-License-Identifier: MIT
#include "report/render/answers/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <sstream>
#include <tuple>

#include "report/render/answers/openmetrics.h"
#include "report/render/escape.h"
#include "report/render/json.h"
#include "report/render/numbers.h"
#include "report/render/paragraph.h"
#include "report/render/phrases/alert_phrases.h"

namespace dmarcq {
namespace {

std::vector<const CheckAnswer::One*> shown(const CheckAnswer& answer, bool all) {
  std::vector<const CheckAnswer::One*> list;
  for (const CheckAnswer::One& one : answer.alerts)
    if (all || !one.told) list.push_back(&one);
  return list;
}

}  // namespace

void write_check_text(std::ostream& out, const CheckAnswer& answer, bool all) {
  const auto list = shown(answer, all);
  const bool by_client =
      std::ranges::any_of(answer.alerts, [](const auto& one) { return !one.client.empty(); });
  const std::string indent = by_client ? "  " : "";
  const CheckAnswer::One* before = nullptr;
  for (const CheckAnswer::One* one : list) {
    const Alert& alert = one->alert;
    const bool new_client = before == nullptr || one->client != before->client,
               new_domain = new_client || alert.domain != before->alert.domain;
    if (new_domain && before != nullptr) out << '\n';
    if (by_client && new_client)
      out << (one->client.empty() ? "no client" : terminal_text(one->client)) << '\n';
    if (new_domain)
      out << indent << (alert.domain.empty() ? "all domains" : terminal_text(alert.domain)) << '\n';
    before = one;
    out << indent << "  " << to_text(one->severity) << ": " << to_text(alert.code) << '\n';
    write_paragraph(out, indent + "    ",
                    alert_text(alert) + (one->told && *one->told < answer.today
                                             ? fmt::format(" (Told on {}.)", iso_date(*one->told))
                                             : ""));
  }
}

void write_check_json(std::ostream& out, const CheckAnswer& answer, bool all,
                      JsonWriter::Style style) {
  JsonWriter json(out, style);
  json.object()
      .member("schema", "dmarcq.check/1")
      .member("today", iso_date(answer.today))
      .key("alerts")
      .array();
  for (const CheckAnswer::One* one : shown(answer, all)) {
    const Alert& alert = one->alert;
    json.object()
        .member("code", to_text(alert.code))
        .member("severity", to_text(one->severity))
        .member_or_null("client", one->client)
        .member_or_null("domain", alert.domain)
        .member_or_null("source", alert.source)
        .member("messages", alert.messages);
    json.member("since", iso_date(alert.since))
        .member("new", !one->told.has_value())
        .member("text", alert_text(alert))
        .end();
  }
  json.end().end().finish();
}

void write_check_metrics(std::ostream& out, const CheckAnswer& answer, EpochSeconds now) {
  MetricsWriter metrics(out);
  std::array<std::uint64_t, alert_severity_count> by_severity{};
  using Series = std::tuple<std::string, std::string, AlertCode, AlertSeverity>;
  std::map<Series, std::uint64_t> open;
  for (const CheckAnswer::One& one : answer.alerts) {
    ++by_severity[static_cast<std::size_t>(one.severity)];
    ++open[{one.client, one.alert.domain, one.alert.code, one.severity}];
  }
  metrics.family("dmarcq_open_alerts", "Alerts that have not cleared, by severity.");
  for (std::size_t i = 0; i < alert_severity_count; ++i)
    metrics.sample({{"severity", to_text(static_cast<AlertSeverity>(i))}}, by_severity[i]);
  metrics.family("dmarcq_alert",
                 "Alerts of a domain that have not cleared; without a domain, they concern all.");
  for (const auto& [series, alerts] : open) {
    const auto& [client, domain, code, severity] = series;
    metrics.sample({{"client", client},
                    {"domain", domain},
                    {"code", to_text(code)},
                    {"severity", to_text(severity)}},
                   alerts);
  }
  metrics.family("dmarcq_check_timestamp_seconds", "When the alerts were judged.", "seconds");
  metrics.sample({}, static_cast<std::uint64_t>(now));
  metrics.finish();
}

ResultTable check_table(const CheckAnswer& answer, bool all) {
  ResultTable table;
  table.columns = {{.key = "client", .title = "client"},
                   {.key = "domain", .title = "domain"},
                   {.key = "severity", .title = "severity"},
                   {.key = "code", .title = "code"},
                   {.key = "source", .title = "source"},
                   {.key = "messages", .title = "messages", .right = true},
                   {.key = "since", .title = "since"},
                   {.key = "new", .title = "new"},
                   {.key = "text", .title = "text"}};
  for (const CheckAnswer::One* one : shown(answer, all)) {
    const Alert& alert = one->alert;
    table.rows.push_back({one->client, alert.domain, to_text(one->severity), to_text(alert.code),
                          alert.source, alert.messages, OnDay{alert.since},
                          one->told ? "no" : "yes", alert_text(alert)});
  }
  return table;
}

std::optional<CheckMail> check_mail(const CheckAnswer& answer, bool all) {
  const auto list = shown(answer, all);
  if (list.empty()) return std::nullopt;
  std::ostringstream body;
  write_check_text(body, answer, all);
  body
      << "\nEach alert is told once until it clears; dmarcq check --all shows all that are open.\n";
  CheckMail mail{.subject = fmt::format("DMARC: {}", counted(list.size(), "alert")),
                 .body = body.str()};
  const auto to_act_on = static_cast<std::size_t>(std::ranges::count(
      list, AlertSeverity::act, [](const CheckAnswer::One* one) { return one->severity; }));
  if (list.size() == 1) {
    const Alert& alert = list.front()->alert;
    mail.subject = fmt::format("DMARC: {}{}", to_text(alert.code),
                               alert.domain.empty() ? "" : " at " + terminal_text(alert.domain));
  }
  if (to_act_on > 0)
    mail.subject += list.size() == 1 ? ", to act on" : fmt::format(", {} to act on", to_act_on);
  return mail;
}

std::string no_news_words(const CheckAnswer& answer) {
  return answer.open.empty() ? "nothing to tell"
                             : fmt::format("no news; {} open: dmarcq check --all",
                                           counted(answer.open.size(), "alert is", "alerts are"));
}

}  // namespace dmarcq
