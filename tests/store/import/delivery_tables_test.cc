// SPDX-License-Identifier: MIT
#include "store/import/delivery_tables.h"

#include <doctest/doctest.h>

using namespace dmarcq;

namespace {

const std::string header =
    "Date/Time,Internal Message ID,Mail Event,Recipient,Sender,Remote Host,Bytes Transferred,User ID,Message ID Header,Retry Count,"
    "Seconds in Queue,Delivery Stage,Relay Address\r\n";
std::string row(const std::string& moment) {
  return moment + ",16/A4-1-2,R,a@example.net,b@example.com,10.0.0.1,1,,<m@sfdc.net>,0,0,,\r\n";
}

}  // namespace

TEST_CASE("delivery tables: those that are known, and any with a map") {
  struct Row {
    const char* name;
    std::string head;
    bool known, with_map;
  };
  const DeliveryTables plain, mapped({{"email", "Adresse"}, {"date", "Wann"}});
  for (const Row& row :
       {Row{"Salesforce's log", header + row("14/10/2026 09:00"), true, true},
        Row{"any other table", "Adresse,Wann\r\na@example.net,2026-10-14\r\n", false, true},
        Row{"a piece that was cut before", "#dmarcq-table first-row=2\n" + header, false, false},
        Row{"text", "Dear all,\n\nsee below.\n", false, false}, Row{"nothing", "", false, false}}) {
    CAPTURE(row.name);
    CHECK(plain.knows(row.head) == row.known);
    CHECK(mapped.knows(row.head) == row.with_map);
  }
}

TEST_CASE("delivery tables: a map that fits no table is the owner's mistake") {
  struct Row {
    const char* name;
    std::vector<std::string> heads;
    const char* fault;
  };
  const std::string fitting = "Adresse,Wann\r\na@example.net,2026-10-14\r\n",
                    other = "E-Mail,Wann\r\na@example.net,2026-10-14\r\n",
                    headless = "a@example.net,2026-10-14\r\nb@example.net,2026-10-14\r\n";
  const char* const fault = "no column 'Adresse', which the map names; the table has E-Mail, Wann";
  for (const Row& row :
       {Row{"it fits", {fitting}, ""}, Row{"it does not", {other}, fault},
        Row{"it fits one", {other, fitting}, ""}, Row{"no table", {"Dear all,\n\nsee\n"}, ""},
        Row{"a log that needs none", {header + ::row("14/10/2026 09:00")}, ""},
        Row{"a first line of data: no address is told",
            {headless},
            "no column 'Adresse', which the map names; the table has @example.net, 2026-10-14"}}) {
    CAPTURE(row.name);
    const DeliveryTables tables({{"email", "Adresse"}, {"date", "Wann"}});
    for (const std::string& head : row.heads) tables.knows(head);
    CHECK(tables.map_fault() == row.fault);
  }
  CHECK(DeliveryTables().map_fault() == "");
}

TEST_CASE("delivery tables: a day above 12 in any piece decides for all") {
  struct Row {
    const char *name, *first, *second, *dates;
  };
  for (const Row& each :
       {Row{"far down, the day first", "05/10/2026 09:00", "23/10/2026 09:00", "day-first"},
        Row{"far down, the month first", "10/05/2026 09:00", "10/23/2026 09:00", "month-first"},
        Row{"within 31 days one way only", "09/10/2026 09:00", "09/11/2026 09:00",
            "month-first"}}) {
    CAPTURE(each.name);
    const auto survey = DeliveryTables().survey();
    survey->add(header + row(each.first));
    survey->add(header + row(each.second));
    std::string preamble = survey->preamble(20'001, {});
    std::string_view text = preamble;
    const TablePreamble read = take_table_preamble(text);
    REQUIRE(read.dates);
    CHECK(to_text(*read.dates) == each.dates);
    CHECK(read.first_row == 20'001);
    CHECK(text.empty());
  }
}

TEST_CASE("delivery tables: where the dates fit both, the day of the file decides") {
  const auto survey = DeliveryTables().survey();
  survey->add(header + row("05/10/2026 09:00"));
  const auto dates = [&](const char* written) {
    std::string preamble = survey->preamble(2, EpochSeconds{*day_from_text(written)} * 86'400);
    std::string_view text = preamble;
    return to_text(take_table_preamble(text).dates.value());
  };
  CHECK(dates("2026-10-06") == "day-first");
  CHECK(dates("2026-05-11") == "month-first");
}

TEST_CASE("delivery tables: that the order was guessed stands in the first piece, and no other") {
  struct Row {
    const char *name, *first, *second;
    bool guessed;
  };
  for (const Row& each : {Row{"all fit both", "05/10/2026 09:00", "06/10/2026 09:00", true},
                          Row{"one decides", "05/10/2026 09:00", "23/10/2026 09:00", false},
                          Row{"the year first", "2026-10-05 09:00", "2026-10-06 09:00", false}}) {
    CAPTURE(each.name);
    const auto survey = DeliveryTables().survey();
    survey->add(header + row(each.first));
    survey->add(header + row(each.second));
    CHECK(survey->preamble(2, {}).contains(" guessed=yes") == each.guessed);
    CHECK(!survey->preamble(20'001, {}).contains("guessed"));
  }
}

TEST_CASE("delivery tables: tables in UTF-16 are known") {
  std::string bytes = "\xff\xfe";
  for (const char c : header + row("14/10/2026 09:00")) (bytes += c) += '\0';
  CHECK(DeliveryTables().knows(bytes));
  CHECK(DeliveryTables().knows(bytes.substr(0, bytes.size() - 1)));
  CHECK(!DeliveryTables().knows(bytes.substr(2)));
}

TEST_CASE("delivery tables: a map goes with each piece") {
  const ColumnMap map = {{"email", "E Mail"}, {"date", "When"}};
  std::string preamble = DeliveryTables(map).survey()->preamble(2, {});
  std::string_view text = preamble;
  CHECK(take_table_preamble(text).map == map);
}
