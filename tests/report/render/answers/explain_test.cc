// SPDX-License-Identifier: MIT
#include "report/render/answers/explain.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "report/answers/base/judged_window.h"
#include "report/render/answers/data/explain_data.h"
#include "tests/report/answers/sample.h"
#include "tests/support/memory_store.h"

using namespace dmarcq;

namespace {

using Sentences = std::vector<std::string>;

/// An answer on a domain whose parts have figures, and no rows below them.
struct Made {
  std::unique_ptr<Store> store = test::memory_store();
  std::unique_ptr<Snapshot> snapshot = store->snapshot();
  ExplainAnswer answer;
  explicit Made(std::vector<ExplainedPart> parts) {
    answer.question.domain = answer.known.organizational = "example.com";
    answer.window = std::make_unique<JudgedWindow>(*snapshot, Filter{}, 20'001);
    answer.first_day = answer.last_day = 20'000;
    for (const ExplainedPart& part : parts) answer.totals.add(part.totals);
    answer.parts = std::move(parts);
  }
  std::string text(const std::string& subject = "example.com") const {
    std::ostringstream out;
    write_explain_text(out, answer, subject, {});
    return out.str();
  }
  nlohmann::json json(const std::string& subject = "example.com") const {
    std::ostringstream out;
    write_explain_json(out, answer, subject);
    return nlohmann::json::parse(out.str());
  }
};

ExplainedPart part(std::uint64_t pass, std::uint64_t fail, Flow flow = Flow::direct) {
  ExplainedPart made;
  made.flow = flow;
  made.totals = {.messages = pass + fail, .both = pass, .neither = fail};
  made.addresses = {IpAddress::parse("192.0.2.1").value()};
  made.first_day = made.last_day = 20'000;
  return made;
}

bool has(const std::string& text, const std::string& words) {
  return text.find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("catalogue_words: of an address, who publishes it; of a name, whose it is") {
  const CatalogueLine of_route{
      .service = "Salesforce", .route = "core", .value = "192.0.2.0/24", .source = "its page"};
  const CatalogueLine unspecified{
      .service = "Salesforce", .route = "unspecified", .value = "198.51.100.0/24"};
  const CatalogueLine name{.service = "Mailer", .value = "mailer.example"};
  ExplainQuestion address, domain;
  address.network = IpNetwork::parse("192.0.2.1");
  domain.domain = "mailer.example";
  CatalogueFacts facts;
  CHECK(catalogue_words(address, facts) ==
        Sentences{"No service that is known here publishes this address."});
  facts.lines = {&of_route, &unspecified};
  CHECK(catalogue_words(address, facts) ==
        Sentences{"Salesforce publishes 192.0.2.0/24 for core (its page).",
                  "Salesforce publishes 198.51.100.0/24."});
  facts.organizational = "mailer.example";
  facts.lines = {&name};
  CHECK(catalogue_words(domain, facts) == Sentences{"mailer.example is a name of Mailer."});
  facts.lines.clear();
  CHECK(catalogue_words(domain, facts).empty());
  facts.is_bounce_name = true;
  CHECK(catalogue_words(domain, facts) ==
        Sentences{"A bounce name of Salesforce; no org can be read from it."});
  facts.org = SalesforceOrg{"00D1a0000000001EAA", "na63"};
  facts.stack = 10;
  CHECK(catalogue_words(domain, facts) ==
        Sentences{"The name tells the Salesforce org: 00D1a0000000001EAA on instance na63.",
                  "Marketing Cloud stack 10."});
  domain.domain = "a.mailer.example";
  REQUIRE(catalogue_words(domain, facts).size() == 3);
  CHECK(catalogue_words(domain, facts)[2].starts_with(
      "Its organizational domain is mailer.example (public suffix list of "));
}

TEST_CASE("explain: the first sentence counts, and its verb agrees") {
  const auto first = [](std::uint64_t pass, std::uint64_t fail) {
    const std::string text = Made({part(pass, fail)}).text();
    return text.substr(0, text.find('\n'));
  };
  const std::string day = "example.com, 2024-10-04 (UTC): ";
  CHECK(first(1, 0) == day + "no failure in 1 message.");
  CHECK(first(0, 1) == day + "1 message fails DMARC.");
  CHECK(first(998, 1'002) == day + "1,002 of 2,000 messages fail DMARC.");
}

TEST_CASE("explain: without a finding it is said why there is none") {
  struct Row {
    ExplainedPart part;
    const char* words;
  };
  for (const Row& row :
       {Row{part(9, 0), "Finding    none: this is as it should be\n"},
        Row{part(9, 0, Flow::unknown),
            "Finding    none: it passes DMARC, though it is not known who sent it\n"},
        Row{part(9, 1), "Finding    none of the sender's making:"}})
    CHECK(has(Made({row.part}).text(), row.words));
}

TEST_CASE("explain: who sent it, by which address, and how it passes") {
  ExplainedPart shown = part(1'000, 200);
  CHECK(has(Made({shown}).text(), "\n1. 1,200 messages from an unknown sender (192.0.2.1), "));
  CHECK(
      has(Made({shown}).text(), "DMARC      83.3 % pass; DKIM aligned 1,000, SPF aligned 1,000\n"));
  shown.sender.service = "Salesforce";
  shown.sender.route = "core";
  shown.sender.ambiguous = true;
  shown.addresses.insert(IpAddress::parse("192.0.2.2").value());
  CHECK(has(Made({shown}).text(), "from Salesforce core (2 addresses), "));
  CHECK(has(Made({shown}).text(), "(ambiguous)\n"));
  shown.sender.name = "Shop";
  shown.sender.route = "unspecified";
  CHECK(has(Made({shown}).text(), "from Shop (2 addresses), "));
  CHECK(Made({part(0, 7)}).json()["senders"][0]["name"].is_null());
}

TEST_CASE("explain: what agrees is told from what was rejected; what was taken is neither") {
  ExplainedPart shown = part(1, 0);
  const auto reading = [](const char* service, bool taken, bool agrees) {
    Reading made;
    made.sender.service = service;
    made.sender.detail = "its name";
    made.taken = taken;
    made.agrees = agrees;
    made.why_not = "weaker";
    return made;
  };
  shown.readings = {reading("Taken", true, false), reading("No", false, false),
                    reading("Yes", false, true)};
  const std::string text = Made({shown}).text();
  CHECK(has(text,
            "   Agrees     Yes (none): its name. Not decisive: weaker.\n"
            "   Rejected   No (none): its name. Why not: weaker.\n"));
  CHECK_FALSE(has(text, "Taken"));
  const auto json = Made({shown}).json()["senders"][0];
  REQUIRE(json["agrees"].size() == 1);
  CHECK(json["agrees"][0]["service"] == "Yes");
  REQUIRE(json["rejected"].size() == 1);
  CHECK(json["rejected"][0]["why_not"] == "weaker");
}

TEST_CASE("explain: as many readings as asked for, eight otherwise; JSON has all") {
  Made made(std::vector<ExplainedPart>(9, part(1, 0)));
  CHECK(has(made.text(), "\n8. "));
  CHECK_FALSE(has(made.text(), "\n9. "));
  CHECK(made.text().ends_with("\n1 reading more with fewer messages: --limit 9 shows all\n"));
  made.answer.question.selection.limit = 1;
  CHECK(made.text().ends_with("\n8 readings more with fewer messages: --limit 9 shows all\n"));
  made.answer.question.selection.limit = 9;
  CHECK_FALSE(has(made.text(), "--limit"));
  CHECK(made.json()["senders"].size() == 9);
}

TEST_CASE(
    "explain: the reports that rows come from are named, the rest by a command that lists them") {
  Made made({part(5, 5)});
  const auto report = [](std::int64_t id, std::uint64_t messages) {
    return ReportOfRows{.id = id,
                        .reporter = "google.com",
                        .domain = "example.com",
                        .day = 20'000,
                        .totals = {.messages = messages, .neither = 1}};
  };
  const auto named = [&] {
    std::string text = made.text();
    text = text.substr(0, text.find("\n\n"));
    for (std::size_t at; (at = text.find("\n  ")) != std::string::npos;) text.replace(at, 3, " ");
    return text.substr(text.find("From ") == std::string::npos ? text.size() : text.find("From "));
  };
  CHECK(named().empty());
  made.answer.reports = {report(7, 1)};
  CHECK(named() == "From 1 report: 7 (google.com, 2024-10-04, 1 message)");
  for (std::int64_t id = 1; id < 1'005; ++id) made.answer.reports.push_back(report(id + 10, 1));
  struct Row {
    const char* name;
    bool says_all;
    std::optional<IpNetwork> network;
    Filter filter;
    std::string end;
  };
  const auto net = IpNetwork::parse("192.0.2.0/24");
  const Row rows[] = {
      {"a sender's name selects no reports", false, std::nullopt, {}, "--format json has all"},
      {"a network", true, net, {.networks = {*net}}, "dmarcq reports --ip 192.0.2.0/24"},
      {"a domain of ours",
       true,
       std::nullopt,
       {.domains = {"example.com"}},
       "dmarcq reports --domain example.com"},
      {"all filters",
       true,
       net,
       {.domains = {"a.example", "b.example"},
        .since = 20'000,
        .until = 20'001,
        .reporters = {"Enterprise Outlook"}},
       "dmarcq reports --ip 192.0.2.0/24 --domain a.example --domain b.example "
       "--since 2024-10-04 --until 2024-10-05 --reporter 'Enterprise Outlook'"},
      {"a name that a shell would take apart is not offered",
       true,
       net,
       {.reporters = {"a'; rm -rf x"}},
       "--format json has all"},
  };
  for (const Row& row : rows) {
    SUBCASE(row.name) {
      made.answer.filter_says_all = row.says_all;
      made.answer.question.network = row.network;
      made.answer.question.selection.filter = row.filter;
      CHECK(named().ends_with(", and 1,001 more: " + row.end));
    }
  }
  CHECK(made.json()["reports"].size() == 1'005);
  CHECK(
      made.json()["reports"][0].dump() ==
      R"({"day":"2024-10-04","dmarc_fail":1,"domain":"example.com","id":7,"messages":1,"reporter":"google.com"})");
}

TEST_CASE("explain: nothing matches, and the words of strangers") {
  CHECK(Made({}).text() == "example.com, 2024-10-04 (UTC): no failure in 0 messages.\n");
  const auto none = Made({}).json();
  CHECK(none["schema"] == "dmarcq.explain/1");
  CHECK(none["kind"] == "domain");
  CHECK(none["known"] == nlohmann::json::array());
  CHECK(none["senders"] == nlohmann::json::array());
  ExplainedPart hostile = part(1, 0);
  hostile.sender.detail = "SPF passes for a\x1b[2J\u202E\nb";
  CHECK(has(Made({hostile}).text("x\x1b[31m"), "none: SPF passes for a[2J b\n"));
  CHECK_FALSE(has(Made({hostile}).text("x\x1b[31m"), "\x1b"));
  CHECK(Made({hostile}).json("x\x1b\"")["subject"] == "x\x1b\"");
}

TEST_CASE("explain, JSON: the rows of a sender add up to its messages") {
  ExplainQuestion question;
  question.domain = test::sample_domain;
  question.today = test::sample_today();
  const auto snapshot = test::sample_snapshot();
  const ExplainAnswer answer = explain_answer(*snapshot, question);
  std::ostringstream out;
  write_explain_json(out, answer, question.domain);
  const auto senders = nlohmann::json::parse(out.str())["senders"];
  REQUIRE_FALSE(senders.empty());
  for (const auto& sender : senders) {
    std::uint64_t messages = 0;
    for (const auto& row : sender["rows"]) messages += row["messages"].get<std::uint64_t>();
    CHECK(messages == sender["messages"].get<std::uint64_t>());
  }
}

TEST_CASE("explain: one failure report as an example, and no word where there is none") {
  Made made({part(3, 1)});
  CHECK_FALSE(has(made.text(), "failure report"));
  CHECK_FALSE(made.json().contains("failure_report"));
  made.answer.failure = FailureExample{
      .failure = {.id = 7, .day = 20'000, .marks = {.category = "apiSingleMail"}}, .reports = 2};
  FailureReport& report = made.answer.failure->failure.report;
  report.reporter = "mx.example.net";
  report.header_from = "example.com";
  report.delivery_result = "reject";
  report.subject = "Dear Ann";
  const std::string text = made.text();
  CHECK(has(text, "One of 2 failure reports of it: by mx.example.net, of 2024-10-04, From"));
  CHECK(has(text, "apiSingleMail"));
  const nlohmann::json json = made.json();
  CHECK(json["failure_reports"] == 2);
  CHECK(json["failure_report"]["fate"] == "reject");
  CHECK(json["failure_report"]["header_marks"]["category"] == "apiSingleMail");
  // Whom the mail was about is told by `failures --examples` only.
  CHECK_FALSE(has(text, "Ann"));
  CHECK_FALSE(has(json.dump(), "Ann"));
}
