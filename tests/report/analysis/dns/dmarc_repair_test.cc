// SPDX-License-Identifier: MIT
#include "report/analysis/dns/dmarc_repair.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace dmarcq;

namespace {

using Kind = DomainFault::Kind;
using Kinds = std::vector<Kind>;

Kinds kinds_of(const RecordRepair& repair) {
  Kinds kinds;
  for (const RecordRepair::Defect& defect : repair.defects) kinds.push_back(defect.kind);
  return kinds;
}

constexpr const char* good = "v=DMARC1; p=none; rua=mailto:d@example.com";

}  // namespace

TEST_CASE("dmarc repair: each defect by its name, and the record without it") {
  struct Row {
    const char* text;
    Kinds kinds;
    const char* record;
  };
  for (const Row& row : {
           // A semicolon that is missing.
           Row{"v=DMARC1 p=none", {Kind::dmarc_missing_semicolon}, "v=DMARC1; p=none"},
           Row{"v=DMARC1p=none", {Kind::dmarc_missing_semicolon}, "v=DMARC1; p=none"},
           Row{"v=DMARC1, p=none, rua=mailto:d@example.com", {Kind::dmarc_missing_semicolon}, good},
           Row{"v=DMARC1; p = none, rua=mailto:d@example.com",
               {Kind::dmarc_missing_semicolon},
               good},
           Row{"v=DMARC1; p=nonerua=mailto:d@example.com", {Kind::dmarc_missing_semicolon}, good},
           Row{"v=DMARC1; p=none rua=mailto:d@example.com", {Kind::dmarc_missing_semicolon}, good},
           Row{"v=DMARC1; p=none,", {Kind::dmarc_missing_semicolon}, "v=DMARC1; p=none"},
           Row{"v=DMARC1; rua=mailto:d@example.com, p=none",
               {Kind::dmarc_missing_semicolon},
               "v=DMARC1; rua=mailto:d@example.com; p=none"},
           Row{"v=DMARC1; adkim=s aspf=s; p=reject",
               {Kind::dmarc_missing_semicolon},
               "v=DMARC1; adkim=s; aspf=s; p=reject"},
           // Escapes.
           Row{"v=DMARC1\\; p=none\\; rua=mailto:d@example.com", {Kind::dmarc_escapes}, good},
           Row{"v=DMARC1\\059 p=none\\059 rua=mailto:d@example.com", {Kind::dmarc_escapes}, good},
           Row{"v=DMARC1; p=none\\", {Kind::dmarc_escapes}, "v=DMARC1; p=none"},
           // Quotes.
           Row{"\"v=DMARC1; p=none; rua=mailto:d@example.com\"",
               {Kind::dmarc_foreign_quotes},
               good},
           Row{"\"v=DMARC1; p=none; rua=mai\" \"lto:d@example.com\"",
               {Kind::dmarc_foreign_quotes},
               good},
           Row{"v=DMARC1; p=\u201cnone\u201d; rua=mailto:d@example.com",
               {Kind::dmarc_foreign_quotes},
               good},
           Row{"\\\"v=DMARC1\\; p=none\\\"",
               {Kind::dmarc_escapes, Kind::dmarc_foreign_quotes},
               "v=DMARC1; p=none"},
           // The version.
           Row{"p=none; v=DMARC1", {Kind::dmarc_version_not_first}, "v=DMARC1; p=none"},
           Row{"v=dmarc1; p=none", {Kind::dmarc_version_wrong}, "v=DMARC1; p=none"},
           Row{"DMARC1; p=none", {Kind::dmarc_version_wrong}, "v=DMARC1; p=none"},
           Row{"v=DMARC; p=none", {Kind::dmarc_version_wrong}, "v=DMARC1; p=none"},
           Row{"p=none; rua=mailto:d@example.com", {Kind::dmarc_version_wrong}, good},
           Row{" v=DMARC1; p=none", {Kind::dmarc_leading_blank}, "v=DMARC1; p=none"},
           Row{"\u00a0v=DMARC1; p=none", {Kind::dmarc_leading_blank}, "v=DMARC1; p=none"},
           // Addresses.
           Row{"v=DMARC1; p=none; rua=mailto:a@example.com; mailto:b@example.com",
               {Kind::rua_blanks},
               "v=DMARC1; p=none; rua=mailto:a@example.com,mailto:b@example.com"},
           Row{"v=DMARC1; p=none; rua=d@example.com", {}, good},
           // Two at once.
           Row{"v=dmarc1 p=none", {Kind::dmarc_version_wrong, Kind::dmarc_missing_semicolon}, ""},
       }) {
    CAPTURE(row.text);
    const RecordRepair repair = repair_of(row.text);
    Kinds kinds = kinds_of(repair), expected = row.kinds;
    std::ranges::sort(kinds);
    std::ranges::sort(expected);
    CHECK(kinds == expected);
    if (*row.record != '\0') CHECK(repair.record == row.record);
  }
}

TEST_CASE("dmarc repair: near misses, which are written as they should be") {
  for (const char* text :
       {good, "v=DMARC1", "v=DMARC1;p=none;", "v = DMARC1 ; p = none ; ", "v=DMARC1; P=None",
        "v=DMARC1; p=none; rua=mailto:a@example.com, mailto:b@example.com",
        "v=DMARC1; p=none; rua=mailto:d@example.com!10m; fo=1:d:s; pct=100; ri=86400",
        "v=DMARC1; p=none; rua=mailto:sp=x@example.com",
        "v=DMARC1; p=none; rua=mailto:d@example.com?subject=p=none", "v=DMARC1; p=none; x=a p=b"}) {
    CAPTURE(text);
    CHECK(repair_of(text).defects.empty());
  }
}

TEST_CASE("dmarc repair: no record where it is not clear what was meant") {
  for (const char* text : {"v=DMARC1 p=quarantine p=reject",  // which?
                           "v=DMARC1\\; p=rejct",             // a policy that is none
                           "v=DMARC1 p=none; reject",         // a tag without a value
                           "v=DMARC1 p=none; adkim=strict", "v=DMARC1 p=none; pct=half",
                           "v=DMARC1 p=none; fo=2", "v=DMARC1\\; p=none; rua=https://example.com/x",
                           "v=DMARC1 p=none; unknown=1",            // a tag that nobody knows
                           "v=TLSRPTv1; rua=mailto:d@example.com",  // another record
                           "v=DMARC1 p=none; rua=see our page",
                           "\"v=DMARC1; p=none; rua=mailto:\x1b[2J@example.com\""}) {
    CAPTURE(text);
    CHECK(repair_of(text).record.empty());
  }
  CHECK(repair_of("").record.empty());
  CHECK(repair_of("v=DMARC1 p=none" + std::string(10'000, ' ')).record.empty());
  CHECK(repair_of(std::string(4'000, '\\')).record.empty());
  CHECK(repair_of(std::string(4'000, '=')).record.empty());
}

TEST_CASE("dmarc repair: report addresses") {
  struct Row {
    const char *value, *repaired;
  };
  for (const Row& row : {
           Row{"mailto:a@example.com", "mailto:a@example.com"},
           Row{"a@example.com", "mailto:a@example.com"},
           Row{"malto:a@example.com", "mailto:a@example.com"},
           Row{"mailto://a@example.com", "mailto:a@example.com"},
           Row{"mailto: a@example.com", "mailto:a@example.com"},
           Row{"mailto:a@example.com mailto:b@example.com",
               "mailto:a@example.com,mailto:b@example.com"},
           Row{"a@example.com;b@example.net", "mailto:a@example.com,mailto:b@example.net"},
           Row{"mailto:a@example.com!10m", "mailto:a@example.com!10m"},
           Row{"https://reports.example.com", ""},
           Row{"https://u@reports.example.com", ""},
           Row{"mailto:example.com", ""},
           Row{"mailto:a@not_a name", ""},
           Row{"a@example.com,postmaster", ""},
           Row{"mailto:<a@example.com>", ""},
           Row{"", ""},
       }) {
    CAPTURE(row.value);
    CHECK(repaired_addresses(row.value) == row.repaired);
  }
}

TEST_CASE("dmarc repair: one record in several TXT records") {
  struct Row {
    const char* name;
    std::vector<std::string> texts;
    const char* joined;
  };
  for (const Row& row : {
           Row{"two", {"v=DMARC1;", "p=none; rua=mailto:d@example.com"}, good},
           Row{"in any order", {"rua=mailto:d@example.com", "v=DMARC1; p=none"}, good},
           Row{"one is one", {good}, ""},
           Row{"two records", {good, good}, ""},
           Row{"a tag twice", {good, "p=reject"}, ""},
           Row{"another text beside", {good, "google-site-verification=abc"}, ""},
           Row{"a sentence beside", {good, "see our page"}, ""},
       }) {
    CAPTURE(row.name);
    CHECK(joined_record(row.texts) == row.joined);
  }
}
