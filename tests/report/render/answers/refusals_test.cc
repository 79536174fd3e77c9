// SPDX-License-Identifier: MIT
#include "report/render/answers/refusals.h"

#include <doctest/doctest.h>

#include <sstream>

#include "tests/report/answers/refusals_support.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

void fill(RefusalsDesk& desk) {
  desk.log({std::string("2026-10-14 09:00,P,ann@gmail.com,") + dmarc_words,
            "2026-10-15 10:00,P,bob@shop.example,550 5.1.1 <bob@shop.example> User unknown",
            "2026-10-16 10:00,D,cleo@shop.example,"});
}

std::string text_of(const RefusalsAnswer& answer, unsigned width = 80) {
  std::ostringstream out;
  write_refusals_text(out, answer, RefusalsQuestion::By::why, {.width = width});
  return out.str();
}

std::size_t letters(std::string_view line) {  // of UTF-8
  return static_cast<std::size_t>(
      std::ranges::count_if(line, [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace

TEST_CASE("refusals: for people, within 80 columns, without addresses") {
  RefusalsDesk desk;
  fill(desk);
  const std::string text = text_of(desk.ask());
  for (const char* there :
       {"3 mails to one recipient each, 2026-10-14 to 2026-10-16 (UTC days): 1", "AUTH_DMARC",
        "UNKNOWN_USER", "no reports", "1. Mail is not authenticated", "2. Addresses of no use",
        "Route: Stay on Salesforce Core: repair DKIM."}) {
    CAPTURE(there);
    CHECK(text.contains(there));
  }
  for (const char* person : {"ann", "bob", "cleo@"})
    CHECK_FALSE(text.contains(std::string(person) + "@"));
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) CHECK_MESSAGE(letters(line) <= 80, line);
}

TEST_CASE("refusals: where nothing was refused, only what became of the mail") {
  RefusalsDesk desk;
  desk.log({"2026-10-16 10:00,D,cleo@shop.example,"});
  const std::string text = text_of(desk.ask());
  CHECK(text == "1 mail to one recipient each, 2026-10-16 (UTC): 1 delivered.\n");
}

TEST_CASE("refusals: of many days the latest, of other lines those with most mails") {
  RefusalsDesk desk;
  std::vector<std::string> rows;
  for (int i = 1; i <= 28; ++i) {
    rows.push_back(
        fmt::format("2026-09-{:02} 09:00,P,a@company{}.example,550 5.1.1 User unknown", i, i));
    if (i > 1)
      rows.push_back(
          fmt::format("2026-09-{:02} 10:00,P,a@company{}.example,550 5.1.1 User unknown", i, i));
  }
  desk.log(rows);
  const auto text = [&](RefusalsQuestion::By by) {
    std::ostringstream out;
    write_refusals_text(out, desk.ask({.by = by}), by, {.width = 0});
    return out.str();
  };
  const std::string days = text(RefusalsQuestion::By::day);
  CHECK(days.contains("\n2026-09-28 "));
  CHECK_FALSE(days.contains("\n2026-09-03 "));
  CHECK(days.contains("\n3 lines more of earlier days: --format json has all\n"));
  const std::string domains = text(RefusalsQuestion::By::recipient_domain);
  CHECK_FALSE(domains.contains("\ncompany1.example "));
  CHECK(domains.contains("\n3 lines more with fewer mails: --format json has all\n"));
}

TEST_CASE("refusals: for programs") {
  RefusalsDesk desk;
  fill(desk);
  std::ostringstream out;
  write_refusals_json(out, desk.ask(), RefusalsQuestion::By::why);
  const std::string json = out.str();
  for (const char* there :
       {"\"schema\": \"dmarcq.refusals/1\"", "\"refused\": 2", "\"group\": \"AUTH_DMARC\"",
        "\"no-reports\": 1", "\"cause\": \"authentication\"", "\"repair-dkim\"",
        "\"technical\": 1"}) {
    CAPTURE(there);
    CHECK(json.contains(there));
  }
  CHECK_FALSE(json.contains("ann@"));
  const ResultTable table = refusals_table(desk.ask());
  CHECK(table.rows.size() == 2);
  for (const auto& row : table.rows) CHECK(row.size() == table.columns.size());
}

TEST_CASE("refusals: lists for Data Loader") {
  const auto csv = [](std::vector<BounceListRow> rows, BounceListQuestion::List kind) {
    BounceList list;
    list.rows = std::move(rows);
    std::ostringstream out;
    write_bounce_list(out, list, kind);
    return out.str();
  };
  using List = BounceListQuestion::List;
  const BounceListRow bounced{
      .id = "1", .reason = "550 5.1.1 UNKNOWN_USER (ses)", .date = "2026-11-24T09:15:00.000Z"},
      out{.id = "2", .opt_out = true};
  CHECK(
      csv({bounced}, List::suppress) ==
      "Id,EmailBouncedReason,EmailBouncedDate\n1,550 5.1.1 UNKNOWN_USER (ses),2026-11-24T09:15:00.000Z\n");
  CHECK(
      csv({bounced, out}, List::suppress) ==
      "Id,EmailBouncedReason,EmailBouncedDate,HasOptedOutOfEmail\n1,550 5.1.1 UNKNOWN_USER (ses),2026-11-24T09:15:00.000Z,\n2,,,true\n");
  CHECK(csv({{.id = "1"}}, List::release) == "Id,EmailBouncedReason,EmailBouncedDate\n1,,\n");
  CHECK(csv({}, List::suppress) == "Id,EmailBouncedReason,EmailBouncedDate\n");
}
