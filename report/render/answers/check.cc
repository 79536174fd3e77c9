// SPDX-License-Identifier: MIT
#include "report/render/answers/check.h"

#include <fmt/format.h>

#include <sstream>

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
  const std::string* domain = nullptr;
  for (const CheckAnswer::One* one : shown(answer, all)) {
    const Alert& alert = one->alert;
    if (domain == nullptr || alert.domain != *domain) {
      if (domain != nullptr) out << '\n';
      domain = &alert.domain;
      out << (domain->empty() ? "all domains" : terminal_text(*domain)) << '\n';
    }
    out << "  " << to_text(alert.code) << '\n';
    write_paragraph(out, "    ",
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

ResultTable check_table(const CheckAnswer& answer, bool all) {
  ResultTable table;
  table.columns = {
      {.key = "domain", .title = "domain"}, {.key = "code", .title = "code"},
      {.key = "source", .title = "source"}, {.key = "messages", .title = "messages", .right = true},
      {.key = "since", .title = "since"},   {.key = "new", .title = "new"},
      {.key = "text", .title = "text"}};
  for (const CheckAnswer::One* one : shown(answer, all)) {
    const Alert& alert = one->alert;
    table.rows.push_back({alert.domain, to_text(alert.code), alert.source, alert.messages,
                          OnDay{alert.since}, one->told ? "no" : "yes", alert_text(alert)});
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
  if (list.size() == 1) {
    const Alert& alert = list.front()->alert;
    mail.subject = fmt::format("DMARC: {}{}", to_text(alert.code),
                               alert.domain.empty() ? "" : " at " + terminal_text(alert.domain));
  }
  return mail;
}

std::string no_news_words(const CheckAnswer& answer) {
  return answer.open.empty() ? "nothing to tell"
                             : fmt::format("no news; {} open: dmarcq check --all",
                                           counted(answer.open.size(), "alert is", "alerts are"));
}

}  // namespace dmarcq
