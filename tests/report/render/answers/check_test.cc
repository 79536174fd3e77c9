// SPDX-License-Identifier: MIT
#include "report/render/answers/check.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "report/render/utf8.h"

using namespace dmarcq;

namespace {

constexpr Day today = 20'000;  // 2024-10-04

CheckAnswer::One one(const std::string& domain, const std::string& source,
                     std::optional<Day> told = std::nullopt,
                     AlertSeverity severity = AlertSeverity::look, const std::string& client = {}) {
  return {.alert = {.code = AlertCode::sender_vanished,
                    .domain = domain,
                    .source = source,
                    .messages = 40,
                    .since = today - 3,
                    .facts = VanishedSenderFacts{.last_seen = today - 3, .longest_silence = 2}},
          .told = told,
          .severity = severity,
          .client = client};
}

CheckAnswer answer(std::vector<CheckAnswer::One> alerts) {
  CheckAnswer made;
  made.today = today;
  for (const CheckAnswer::One& each : alerts)
    made.open.push_back({each.alert.key(), each.alert.since, each.told.value_or(today)});
  made.alerts = std::move(alerts);
  return made;
}

std::string text_of(const CheckAnswer& shown, bool all) {
  std::ostringstream out;
  write_check_text(out, shown, all);
  return out.str();
}

nlohmann::json json_of(const CheckAnswer& shown, bool all) {
  std::ostringstream out;
  write_check_json(out, shown, all);
  return nlohmann::json::parse(out.str());
}

const std::string silent =
    "has not been seen since 2024-10-01; before, it was never silent for more than 2 days.";

}  // namespace

TEST_CASE("check: a domain is named once, above its alerts; one of no domain is of all") {
  CHECK(text_of(answer({one("", "A"), one("a.example", "B"), one("a.example", "C"),
                        one("b.example", "D")}),
                false) == "all domains\n  look: sender-vanished\n    A " + silent +
                              "\n\na.example\n  look: sender-vanished\n    B " + silent +
                              "\n  look: sender-vanished\n    C " + silent +
                              "\n\nb.example\n  look: sender-vanished\n    D " + silent + "\n");
  CHECK(text_of(answer({}), true).empty());
}

TEST_CASE("check: what was told before is shown only where all is asked for") {
  const CheckAnswer mixed = answer({one("a.example", "Old", today - 2),
                                    one("a.example", "Today", today), one("b.example", "New")});
  const std::string news = text_of(mixed, false), all = text_of(mixed, true);
  CHECK(news == "b.example\n  look: sender-vanished\n    New " + silent + "\n");
  CHECK(all.find("2024-10-02.)") != std::string::npos);
  CHECK(all.find("(Told") == all.rfind("(Told"));
  // Told a moment ago needs no date.
  CHECK(all.find("2024-10-04") == std::string::npos);
  CHECK(all.find("Today " + silent) != std::string::npos);

  CHECK(json_of(mixed, false)["alerts"].size() == 1);
  const auto alerts = json_of(mixed, true)["alerts"];
  REQUIRE(alerts.size() == 3);
  CHECK(alerts[0]["new"] == false);
  CHECK(alerts[1]["new"] == false);
  CHECK(alerts[2]["new"] == true);

  CHECK(text_of(answer({one("a.example", "Old", today - 2)}), false).empty());
  CHECK(json_of(answer({one("a.example", "Old", today - 2)}), false)["alerts"].empty());
}

TEST_CASE("check, JSON: all members of an alert, null where it concerns all") {
  const auto shown = json_of(answer({one("", ""), one("a.example", "B")}), false);
  CHECK(shown["schema"] == "dmarcq.check/1");
  CHECK(shown["today"] == "2024-10-04");
  CHECK(shown["alerts"][0]["domain"].is_null());
  CHECK(shown["alerts"][0]["source"].is_null());
  CHECK(shown["alerts"][1] == nlohmann::json{{"code", "sender-vanished"},
                                             {"severity", "look"},
                                             {"client", nullptr},
                                             {"domain", "a.example"},
                                             {"source", "B"},
                                             {"messages", 40},
                                             {"since", "2024-10-01"},
                                             {"new", true},
                                             {"text", "B " + silent}});
}

TEST_CASE("check: strangers' names colour no terminal, break no line of a mail and end no string") {
  const CheckAnswer hostile =
      answer({one("a\x1b[31m\r\nBcc: x@b.example\u202E", "\"B\"\x1b]0;t\x07\n")});
  const std::string text = text_of(hostile, false);
  CHECK(text.starts_with("a[31m  Bcc: x@b.example\n  look: sender-vanished\n"));
  const auto mail = check_mail(hostile, false);
  REQUIRE(mail.has_value());
  CHECK(mail->subject == "DMARC: sender-vanished at a[31m  Bcc: x@b.example");
  for (const std::string& harmless : {text, mail->body}) {
    CHECK(harmless.find('\x1b') == std::string::npos);
    CHECK(harmless.find("\u202E") == std::string::npos);
  }
  CHECK(json_of(hostile, false)["alerts"][0]["source"] == "\"B\"\x1b]0;t\x07\n");
}

TEST_CASE("check: lines are broken under their text") {
  std::istringstream lines(text_of(answer({one("a.example", std::string(90, 'x'))}), false));
  std::string line;
  std::getline(lines, line);
  std::getline(lines, line);
  for (std::size_t n = 0; std::getline(lines, line); ++n) {
    CHECK(display_width(line) <= 100);
    CHECK(line.starts_with("    "));
    CHECK((line[4] != ' '));
  }
}

TEST_CASE("check: clients stand above their domains") {
  const auto of = [](const char* client, const char* domain, AlertSeverity severity) {
    return one(domain, "S", std::nullopt, severity, client);
  };
  const CheckAnswer shown =
      answer({of("Harbor", "b.example", AlertSeverity::act),
              of("Harbor", "a.example", AlertSeverity::look), of("", "", AlertSeverity::look),
              of("", "c.example", AlertSeverity::know)});
  std::string text = text_of(shown, false);
  for (std::size_t at; (at = text.find("    S " + silent + "\n")) != text.npos;)
    text.erase(at, std::string("    S " + silent + "\n").size());
  CHECK(
      text ==
      "Harbor\n  b.example\n    act: sender-vanished\n  \n  a.example\n    look: sender-vanished\n  "
      "\nno client\n  all domains\n    look: sender-vanished\n  \n  c.example\n    know: "
      "sender-vanished\n  ");
  CHECK(json_of(shown, false)["alerts"][0]["client"] == "Harbor");
  CHECK(json_of(shown, false)["alerts"][0]["severity"] == "act");
  CHECK(json_of(shown, false)["alerts"][2]["client"].is_null());
  const CheckAnswer part = shown.of_client("Harbor");
  CHECK(part.alerts.size() == 2);
  CHECK(shown.of_client("").alerts.size() == 2);
  CHECK(shown.of_client("Nobody").alerts.empty());
  CHECK(check_mail(part, false)->subject == "DMARC: 2 alerts, 1 to act on");
  CHECK(check_mail(shown.of_client(""), false)->subject == "DMARC: 2 alerts");
  CHECK(check_mail(answer({of("Harbor", "b.example", AlertSeverity::act)}), false)->subject ==
        "DMARC: sender-vanished at b.example, to act on");
}

TEST_CASE("check, metrics: open alerts, told or not, by severity and by domain") {
  const CheckAnswer shown =
      answer({one("a.example", "A", today, AlertSeverity::act, "Har\"bor"),
              one("a.example", "B", std::nullopt, AlertSeverity::act, "Har\"bor"),
              one("", "C", std::nullopt, AlertSeverity::know)});
  std::ostringstream out;
  write_check_metrics(out, shown, 1'728'000'000);
  CHECK(
      out.str() ==
      "# TYPE dmarcq_open_alerts gauge\n"
      "# HELP dmarcq_open_alerts Alerts that have not cleared, by severity.\n"
      "dmarcq_open_alerts{severity=\"act\"} 2\n"
      "dmarcq_open_alerts{severity=\"look\"} 0\n"
      "dmarcq_open_alerts{severity=\"know\"} 1\n"
      "# TYPE dmarcq_alert gauge\n"
      "# HELP dmarcq_alert Alerts of a domain that have not cleared; without a domain, they concern "
      "all.\n"
      "dmarcq_alert{client=\"\",domain=\"\",code=\"sender-vanished\",severity=\"know\"} 1\n"
      "dmarcq_alert{client=\"Har\\\"bor\",domain=\"a.example\",code=\"sender-vanished\",severity="
      "\"act\"} 2\n"
      "# TYPE dmarcq_check_timestamp_seconds gauge\n"
      "# UNIT dmarcq_check_timestamp_seconds seconds\n"
      "# HELP dmarcq_check_timestamp_seconds When the alerts were judged.\n"
      "dmarcq_check_timestamp_seconds 1728000000\n"
      "# EOF\n");
}

TEST_CASE("check_mail: nothing where there is nothing to show, a subject that counts the rest") {
  const auto subject = [](std::vector<CheckAnswer::One> alerts, bool all) {
    const auto mail = check_mail(answer(std::move(alerts)), all);
    return mail ? mail->subject : std::string("no mail");
  };
  const auto old = one("a.example", "Old", today - 1), fresh = one("a.example", "New");
  CHECK(subject({}, false) == "no mail");
  CHECK(subject({}, true) == "no mail");
  CHECK(subject({old}, false) == "no mail");
  CHECK(subject({old}, true) == "DMARC: sender-vanished at a.example");
  CHECK(subject({one("", "A")}, false) == "DMARC: sender-vanished");
  CHECK(subject({old, fresh}, false) == "DMARC: sender-vanished at a.example");
  CHECK(subject({old, fresh}, true) == "DMARC: 2 alerts");
  const CheckAnswer two = answer({old, fresh});
  CHECK(check_mail(two, false)->body.starts_with(text_of(two, false)));
  CHECK(check_mail(two, true)->body.starts_with(text_of(two, true)));
}

TEST_CASE("no_news_words: what is open is counted") {
  CheckAnswer quiet;
  CHECK(no_news_words(quiet) == "nothing to tell");
  quiet.open.resize(1);
  CHECK(no_news_words(quiet) == "no news; 1 alert is open: dmarcq check --all");
  quiet.open.resize(3);
  CHECK(no_news_words(quiet) == "no news; 3 alerts are open: dmarcq check --all");
}
