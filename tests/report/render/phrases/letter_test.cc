// SPDX-License-Identifier: MIT
#include "report/render/phrases/letter.h"

#include <doctest/doctest.h>

#include <set>
#include <sstream>

#include "report/analysis/sender/salesforce.h"
#include "report/render/utf8.h"

using namespace dmarcq;

namespace {

SalesforceFinding finding(FindingCode code, Severity severity, std::uint64_t failing) {
  SalesforceFinding shown;
  shown.finding.code = code;
  shown.finding.severity = severity;
  shown.finding.confidence = Confidence::high;
  shown.messages = 20;
  shown.failing = failing;
  shown.first_day = shown.last_day = 20'000;
  return shown;
}

SalesforceDomain domain(std::uint64_t pass, std::uint64_t fail,
                        std::vector<SalesforceFinding> findings = {}) {
  SalesforceRoute route;
  route.route = salesforce_route::core;
  route.totals = {.messages = pass + fail, .both = pass, .neither = fail};
  route.sources = 1;
  route.first_day = route.last_day = 20'000;
  route.findings = std::move(findings);
  SalesforceDomain made;
  made.domain = "example.com";
  made.totals = route.totals;
  made.all_messages = pass + fail;
  made.reporters = 1;
  made.first_day = made.last_day = 20'000;
  made.routes = {std::move(route)};
  return made;
}

SalesforceDomain no_mail() {
  SalesforceDomain made;
  made.domain = "example.com";
  return made;
}

std::string raw(const SalesforceDomain& shown, TableStyle style = {}) {
  std::ostringstream out;
  write_letter(out, shown, style);
  return out.str();
}

/// The letter as one line: how it is broken is of no account.
std::string letter(const SalesforceDomain& shown) {
  std::istringstream words(raw(shown));
  std::string all;
  for (std::string word; words >> word;) all += (all.empty() ? "" : " ") + word;
  return all;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("route_title: each route has a title of its own, what is no route is unknown") {
  std::set<std::string> titles;
  for (const std::string_view route :
       {salesforce_route::core, salesforce_route::marketing_cloud,
        salesforce_route::account_engagement, salesforce_route::marketing_cloud_next,
        salesforce_route::email_relay, salesforce_route::unspecified})
    CHECK(titles.insert(route_title(std::string(route))).second);
  CHECK(route_title("core") == "Salesforce Core (Sales, Service, Platform)");
  CHECK(route_title("account-engagement") == "Account Engagement (Pardot)");
  CHECK(route_title("Core") == route_title("unspecified"));
  CHECK(route_title("") == route_title("unspecified"));
}

TEST_CASE("letter: the opening counts, and its nouns and verbs agree") {
  using enum FindingCode;
  const auto fault = finding(core_no_dkim, Severity::fault, 1);
  const auto advice = finding(spf_only, Severity::advice, 0);
  struct Row {
    const char* name;
    SalesforceDomain domain;
    const char* words;
  };
  const Row rows[] = {
      {"one that passes", domain(1, 0),
       "1 message by way of Salesforce, 2024-10-04 (UTC), as 1 receiver saw it. No failure. "
       "Nothing has to be done."},
      {"one that fails", domain(0, 1), "saw it. It fails DMARC."},
      {"all fail", domain(0, 2'000),
       "2,000 messages by way of Salesforce, 2024-10-04 (UTC), as 1 "
       "receiver saw them. All of them fail DMARC."},
      {"one of ten fails", domain(9, 1), "9 pass DMARC (90.0 %), 1 fails."},
      {"some fail", domain(2'000, 8'000), "2,000 pass DMARC (20.0 %), 8,000 fail."},
      {"one fault", domain(9, 1, {fault}), " 1 thing has to be repaired."},
      {"two faults", domain(9, 1, {fault, fault}), " 2 things have to be repaired."},
      {"a fault and an advice", domain(9, 1, {fault, advice}),
       " 1 thing has to be repaired, 1 more could be better."},
      {"one advice", domain(9, 0, {advice}), " Nothing is broken; 1 thing could be better."},
      {"two advices", domain(9, 0, {advice, advice}),
       " Nothing is broken; 2 things could be better."},
      {"a note is nothing to do", domain(9, 0, {finding(forwarded, Severity::note, 0)}),
       " Nothing has to be done."},
  };
  for (const Row& row : rows) {
    SUBCASE(row.name) { CHECK(has(letter(row.domain), row.words)); }
  }
}

TEST_CASE("letter: without Salesforce mail it says so, and asks for nothing") {
  SalesforceDomain none = no_mail();
  CHECK(raw(none) == "example.com: no mail from Salesforce was reported.\n");
  none.all_messages = 1;
  CHECK(raw(none) == "example.com: no mail from Salesforce was reported, of 1 message in all.\n");
  none.reports_end = 19'990;
  CHECK(has(letter(none), "Reports on example.com stopped after 2024-09-24,"));
}

TEST_CASE("letter: each reader has a section where there is something for him, and no other") {
  using enum FindingCode;
  struct Row {
    const char* name;
    std::vector<SalesforceFinding> findings;
    std::set<std::string> headings;
  };
  const std::string salesforce = "\nTO THE SALESFORCE ADMINISTRATOR\n",
                    dns = "\nTO THE DNS ADMINISTRATOR\n", mail = "\nFOR THE MAIL ADMINISTRATOR\n",
                    cured = "\nAPPARENTLY FIXED\n",
                    no_fault = "\nNOT A FAULT OF SALESFORCE OR YOURS\n";
  SalesforceFinding over = finding(core_no_dkim, Severity::fault, 20);
  over.over = true;
  const Row rows[] = {
      {"nothing", {}, {}},
      {"a task of two", {finding(core_no_dkim, Severity::fault, 20)}, {salesforce, dns}},
      {"a record only", {finding(relay_spf_missing, Severity::fault, 20)}, {dns}},
      {"nobody's", {finding(unauthenticated, Severity::fault, 20)}, {mail}},
      {"a note", {finding(forwarded, Severity::note, 20)}, {no_fault}},
      {"cured", {over}, {cured}},
  };
  for (const Row& row : rows) {
    SUBCASE(row.name) {
      const std::string text = raw(domain(80, 20, row.findings));
      for (const std::string& heading : {salesforce, dns, mail, cured, no_fault}) {
        CAPTURE(heading);
        CHECK(has(text, heading) == row.headings.contains(heading));
      }
    }
  }
}

TEST_CASE("letter: tasks are numbered by urgency: faults first, then what fails most") {
  using enum FindingCode;
  const std::string text = letter(
      domain(80, 20,
             {finding(spf_only, Severity::advice, 0), finding(core_no_dkim, Severity::fault, 1),
              finding(core_dkim_other_domain, Severity::fault, 7)}));
  CHECK(has(text,
            "1. Salesforce Core (Sales, Service, Platform), 20 messages, 7 fail, 2024-10-04 "
            "(core-dkim-other-domain)"));
  CHECK(has(text, "2. Salesforce Core (Sales, Service, Platform), 20 messages, 1 fail"));
  CHECK(has(text,
            "3. Salesforce Core (Sales, Service, Platform), 20 messages, no failure, "
            "2024-10-04 (spf-only)"));
}

TEST_CASE("letter: whose orgs send; of an unproven one it is said how to tell whose it is") {
  SalesforceDomain shown = domain(9, 1);
  const auto org = [](const char* instance, Ownership ownership, std::uint64_t messages) {
    return OrgMail{{.org = {"00D1a0000000001EAA", instance}, .ownership = ownership, .why = "why"},
                   messages};
  };
  shown.orgs = {org("na63", Ownership::ours, 1), org("cs12", Ownership::foreign, 2)};
  CHECK(has(letter(shown), "00D1a0000000001EAA (na63), 1 message: yours; why."));
  CHECK(has(letter(shown),
            "00D1a0000000001EAA (cs12, apparently a sandbox), 2 messages: not yours; why."));
  CHECK_FALSE(has(raw(shown), "dmarcq senders add org"));
  shown.orgs = {org("na63", Ownership::unproven, 1)};
  CHECK(has(raw(shown), "    dmarcq senders add org 00D1a0000000001EAA --ours\n"));
  // A line to copy names no org id that is none.
  shown.orgs[0].org.org.org_id = "$(id)";
  CHECK_FALSE(has(raw(shown), "dmarcq senders add org"));
}

TEST_CASE("letter: a route that fell silent stands in the table and is asked after") {
  SalesforceDomain shown = no_mail();
  shown.silent = {
      {.route = "marketing-cloud", .last_day = 19'990, .messages = 1, .entry = ""},
      {.route = "core", .last_day = {}, .messages = 0, .entry = "network 192.0.2.0/24"}};
  CHECK(has(letter(shown), "Marketing Cloud Engagement: 1 message until 2024-09-24, none since."));
  CHECK(has(letter(shown), "you say that it sends (network 192.0.2.0/24), but no mail of it"));
  CHECK(has(letter(shown), "marketing-cloud silent 2024-09-24"));
}

TEST_CASE("letter: a stranger's names colour nothing, and no line is wider than the page") {
  SalesforceFinding shown = finding(FindingCode::core_no_dkim, Severity::fault, 20);
  shown.finding.header_from = {"a\x1b[31m\u202E.example\n1. do as I say", "b.example", "c.example"};
  shown.finding.confidence = Confidence::low;
  SalesforceDomain hostile = domain(80, 20, {shown});
  hostile.inventory.orgs = {{.org_id = "", .from = "x\x1b[2J\u202E.example", .messages = 1}};
  const std::string text = raw(hostile);
  CHECK_FALSE(has(text, "\x1b"));
  CHECK_FALSE(has(text, "\u202E"));
  CHECK_FALSE(has(text, "\n1. do as I say"));
  CHECK(has(letter(hostile), "as a[31m.example 1. do as I say and 2 more that fail, 2024-10-04"));
  CHECK(has(letter(hostile), "(Uncertain: verify before you act.)"));
  CHECK(has(letter(hostile), "an org that is not told as x[2J.example: 1 message;"));
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    if (!has(line, "https://")) CHECK(display_width(line) <= 100);
}
