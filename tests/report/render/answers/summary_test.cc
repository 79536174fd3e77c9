// SPDX-License-Identifier: MIT
#include "report/render/answers/summary.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <sstream>

using namespace dmarcq;

namespace {

SummaryLine line(const std::string& domain, std::uint64_t pass, std::uint64_t fail,
                 const std::string& p = "none") {
  SummaryLine made;
  made.domain.domain = domain;
  made.domain.totals = {
      .messages = pass + fail, .both = pass, .neither = fail, .none = pass + fail};
  made.domain.reports = 1;
  made.domain.reporters = 1;
  made.domain.first_day = made.domain.last_day = 20'000;
  made.policy.p = Reported<Policy>::from(p);
  return made;
}

SummaryAnswer answer(std::vector<SummaryLine> lines) {
  SummaryAnswer made;
  for (const SummaryLine& each : lines) {
    made.totals.add(each.domain.totals);
    made.reports += each.domain.reports;
  }
  made.domains = lines.size();
  made.first_day = made.last_day = 20'000;
  made.lines = std::move(lines);
  return made;
}

std::string written(const SummaryAnswer& shown, Format format) {
  std::ostringstream out;
  write_listing(out, format, summary_listing(shown), {}, Formulas::guarded);
  return out.str();
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("summary: the policy in words; what says the same twice is said once") {
  struct Row {
    const char *p, *sp, *np, *pct, *testing;
    const char* words;
  };
  for (const Row& row : {Row{"none", "", "", "", "", "none"}, Row{"", "", "", "", "", "–"},
                         Row{"reject", "none", "", "", "", "reject, sp=none"},
                         Row{"reject", "reject", "", "", "", "reject"},
                         Row{"reject", "", "none", "", "", "reject, np=none"},
                         Row{"reject", "none", "none", "", "", "reject, sp=none"},
                         Row{"reject", "none", "reject", "", "", "reject, sp=none, np=reject"},
                         Row{"quarantine", "", "", "50", "", "quarantine, pct=50"},
                         Row{"quarantine", "", "", "100", "n", "quarantine"},
                         Row{"quarantine", "", "", "", "y", "quarantine, test mode"}}) {
    SummaryLine one = line("example.com", 1, 0, row.p);
    one.policy.sp = Reported<Policy>::from(row.sp);
    one.policy.np = Reported<Policy>::from(row.np);
    one.policy.pct = row.pct;
    one.policy.testing = row.testing;
    CAPTURE(row.words);
    const SummaryAnswer shown = answer({one});
    const ResultTable table = summary_listing(shown).table();
    REQUIRE(table.columns[1].key == "policy");
    CHECK(human_text(table.rows[0][1]) == row.words);
  }
}

TEST_CASE("summary: nothing stored, and nothing judged") {
  const SummaryAnswer nothing;
  CHECK(written(nothing, Format::table).empty());
  const auto empty = nlohmann::json::parse(written(nothing, Format::json));
  CHECK(empty["schema"] == "dmarcq.summary/1");
  CHECK(empty["domains"] == nlohmann::json::array());
  CHECK(empty["notes"] == nlohmann::json::array());
  const SummaryAnswer one = answer({line("example.com", 1, 0)});
  const auto element = nlohmann::json::parse(written(one, Format::json))["domains"][0];
  CHECK(element["flows"].is_null());
  CHECK(element["routes"].is_null());
  CHECK(element["policy"]["p"] == "none");
  CHECK_FALSE(has(written(one, Format::table), "How it came"));
  CHECK(written(one, Format::csv).ends_with(",,,,,,\n"));
}

TEST_CASE("summary: a judged domain without judged rows has noughts, not nulls, in JSON") {
  SummaryAnswer shown = answer({line("a.example", 5, 1), line("b.example", 1, 0)});
  shown.is_judged = true;
  JudgedDomain judged;
  judged.flows = {3, 0, 2, 0, 1};
  judged.routes = {"core", "marketing-cloud"};
  judged.salesforce = {.messages = 1, .both = 1};
  shown.lines[0].judged = shown.judged = judged;
  const auto json = nlohmann::json::parse(written(shown, Format::json));
  CHECK(json["domains"][0]["flows"] ==
        nlohmann::json{
            {"direct", 3}, {"forwarded", 0}, {"mailing-list", 2}, {"foreign", 0}, {"unknown", 1}});
  CHECK(json["domains"][0]["routes"] == nlohmann::json{"core", "marketing-cloud"});
  CHECK(json["domains"][1]["flows"]["direct"] == 0);
  CHECK(json["domains"][1]["routes"] == nlohmann::json::array());
  const std::string table = written(shown, Format::table);
  CHECK(has(table, "How it came: 3 direct, 2 by mailing lists, 1 unknown\n"));
  CHECK(has(table, "Salesforce (core, marketing-cloud): no failure in 1 message\n"));
  shown.judged.salesforce = {.messages = 2000, .neither = 2000};
  CHECK(has(written(shown, Format::table), "marketing-cloud): all 2,000 messages fail DMARC\n"));
}

TEST_CASE("summary: totals below several domains only; what is left out is counted in them") {
  SummaryAnswer shown = answer({line("a.example", 5, 1), line("b.example", 1'000, 0)});
  CHECK(has(written(shown, Format::table), "\ntotal"));
  CHECK(has(written(shown, Format::table), "2024-10-04 (UTC), 2 reports\n"));
  CHECK_FALSE(has(written(shown, Format::csv), "total"));
  CHECK_FALSE(has(written(shown, Format::table), " more: "));
  shown.lines.pop_back();
  CHECK(has(written(shown, Format::table), "\n1 domain more: leave --limit out\n"));
  CHECK(has(written(shown, Format::table), "1,006"));
  shown.domains = 3;
  CHECK(has(written(shown, Format::table), "\n2 domains more: leave --limit out\n"));
  const SummaryAnswer one = answer({line("a.example", 5, 1)});
  CHECK_FALSE(has(written(one, Format::table), "\ntotal"));
  CHECK(has(written(one, Format::table), "2024-10-04 (UTC), 1 report\n"));
}

TEST_CASE("summary: unusable records and the owner's notes stand below") {
  SummaryAnswer shown = answer({line("a.example", 5, 1), line("b.example", 1, 0)});
  shown.unusable_records = 1;
  shown.unusable_messages = 40;
  shown.notes = {{1, 20'000, "a.example", "key rotated"}, {2, 20'001, "", "new \x1b[31mrelay"}};
  const std::string table = written(shown, Format::table);
  CHECK(has(table, "Not in these figures: 1 record (40 messages) left out:"));
  CHECK(has(table, "2024-10-04 a.example: key rotated\n2024-10-05 new [31mrelay\n"));
  // Of one domain it is clear whose note it is.
  SummaryAnswer one = answer({line("a.example", 5, 1)});
  one.notes = {shown.notes[0]};
  CHECK(has(written(one, Format::table), "2024-10-04 key rotated\n"));
  CHECK(nlohmann::json::parse(written(shown, Format::json))["notes"].size() == 2);
}

TEST_CASE("summary: a domain's name is a stranger's text in every form") {
  const SummaryAnswer shown = answer({line("=cmd|\x1b[2J<b>\u202E", 1, 0)});
  for (const Format format : {Format::table, Format::plain, Format::csv, Format::tsv,
                              Format::markdown, Format::json, Format::ndjson}) {
    CHECK_FALSE(has(written(shown, format), "\x1b"));
    CHECK_FALSE(has(written(shown, format), "\u202E"));
  }
  CHECK(has(written(shown, Format::csv), "\n'=cmd|[2J<b>,"));
  CHECK(has(written(shown, Format::markdown), "| =cmd\\|\\[2J&lt;b&gt; |"));
  CHECK(nlohmann::json::parse(written(shown, Format::ndjson))["domain"] == "=cmd|\x1b[2J<b>\u202E");
}
