// SPDX-License-Identifier: MIT
#include "report/render/answers/sources.h"

#include <doctest/doctest.h>

#include <sstream>

using namespace dmarcq;

namespace {

SourceGroup line(const std::string& label, std::uint64_t pass, std::uint64_t fail) {
  SourceGroup group;
  group.label = label;
  group.ip = IpAddress::parse("192.0.2.1").value();
  group.addresses = 1;
  group.service = "Salesforce";
  group.route = "core";
  group.header_from = {"example.com", "example.net"};
  group.totals.messages = pass + fail;
  group.totals.both = pass;
  group.totals.neither = fail;
  group.totals.none = pass + fail;
  group.first_day = 20'000;
  group.last_day = 20'001;
  group.reporters = 2;
  if (fail > 0) group.why = "not signed";
  return group;
}

SourcesAnswer answer(GroupBy by, std::vector<SourceGroup> lines) {
  SourcesAnswer answer;
  answer.question.by = by;
  answer.shown = lines.size();
  for (const SourceGroup& group : lines) {
    answer.all.totals.add(group.totals);
    answer.all.first_day = 20'000;
    answer.all.last_day = 20'001;
  }
  answer.all.groups = lines.size();
  answer.lines = std::move(lines);
  return answer;
}

std::string written(const SourcesAnswer& shown, Format format) {
  std::ostringstream out;
  write_listing(out, format, sources_listing(shown, format), {}, Formulas::guarded);
  return out.str();
}

}  // namespace

TEST_CASE("sources: each grouping has its first column, in CSV as in JSON") {
  struct Row {
    GroupBy by;
    const char* key;
  };
  for (const Row& row : {Row{GroupBy::source, "source_ip"}, Row{GroupBy::ip, "source_ip"},
                         Row{GroupBy::service, "service"}, Row{GroupBy::route, "service"},
                         Row{GroupBy::subnet, "subnet"}, Row{GroupBy::domain, "domain"},
                         Row{GroupBy::reporter, "reporter"}, Row{GroupBy::day, "day"}}) {
    CAPTURE(row.key);
    const SourcesAnswer shown = answer(row.by, {line("x", 9, 1)});
    CHECK(written(shown, Format::csv).starts_with(std::string(row.key) + ","));
    CHECK(written(shown, Format::json).find(std::string("\"") + row.key + "\"") !=
          std::string::npos);
  }
}

TEST_CASE("sources: CSV abbreviates nothing, and leaves out what a group has several of") {
  SourceGroup mixed = line("192.0.2.0/24", 9, 1);
  mixed.several_services = mixed.several_routes = true;
  const std::string table = written(answer(GroupBy::subnet, {mixed}), Format::plain);
  CHECK(table.find("Salesforce and others") != std::string::npos);
  CHECK(table.find("example.com +1") != std::string::npos);
  const std::string csv = written(answer(GroupBy::subnet, {mixed}), Format::csv);
  CHECK(csv.find("192.0.2.0/24,,,") != std::string::npos);
  CHECK(csv.find("example.com example.net") != std::string::npos);
  CHECK(csv.find("and others") == std::string::npos);
}

TEST_CASE("sources: the sentence above the table") {
  struct Row {
    std::uint64_t pass, fail;
    const char* words;
  };
  for (const Row& row :
       {Row{10, 0, "no failure in 10 messages"}, Row{0, 1, "1 message fails DMARC"},
        Row{9, 1, "1 of 10 messages fails DMARC"}}) {
    CAPTURE(row.words);
    const std::string above =
        sources_listing(answer(GroupBy::source, {line("192.0.2.1", row.pass, row.fail)}),
                        Format::table)
            .above;
    CHECK(above.starts_with("1 source, "));
    CHECK(above.ends_with(row.words));
  }
  CHECK(sources_listing(answer(GroupBy::source, {}), Format::table).above.empty());
}

TEST_CASE("sources: totals stand below several lines only, and what is left out is counted") {
  SourcesAnswer two = answer(GroupBy::source, {line("192.0.2.1", 9, 1), line("192.0.2.2", 1, 0)});
  CHECK(written(two, Format::table).find("total") != std::string::npos);
  two.shown = 1;
  CHECK(written(two, Format::table).find("1 source more: leave --limit out") != std::string::npos);
  CHECK(written(answer(GroupBy::source, {line("192.0.2.1", 9, 1)}), Format::table).find("total") ==
        std::string::npos);
}

TEST_CASE("disagreements: none, and none to compare") {
  DisagreementsAnswer nothing;
  CHECK(disagreements_listing(nothing).below.empty());
  nothing.messages = 812;
  REQUIRE(disagreements_listing(nothing).below.size() == 1);
  CHECK(disagreements_listing(nothing).below.front().ends_with("in 812 messages"));
}
