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
           Row{"'v=DMARC1; p=none'", {Kind::dmarc_foreign_quotes}, "v=DMARC1; p=none"},
           Row{"'v=DMARC1; p=none;'", {Kind::dmarc_foreign_quotes}, "v=DMARC1; p=none"},
           Row{"v=DMARC1; p=none;`", {Kind::dmarc_foreign_quotes}, "v=DMARC1; p=none"},
           Row{"'v=DMARC1; p=none; rua=mailto:d@example.com'", {Kind::dmarc_foreign_quotes}, good},
           Row{"v=DMARC1; p='none'; rua=mailto:d@example.com", {Kind::dmarc_foreign_quotes}, good},
           Row{"v=DMARC1; p=`none`; rua=mailto:d@example.com", {Kind::dmarc_foreign_quotes}, good},
           Row{"v=DMARC1; p=\u2018none\u2019; rua=mailto:d@example.com",
               {Kind::dmarc_foreign_quotes},
               good},
           Row{"v=DMARC1; p=none; rua='mailto:d@example.com'", {Kind::dmarc_foreign_quotes}, good},
           Row{"v=DMARC1; p=none; rua=mailto:d@example.com'", {Kind::dmarc_foreign_quotes}, good},
           Row{"v='DMARC1' p='none'; rua=mailto:d@example.com",
               {Kind::dmarc_foreign_quotes, Kind::dmarc_missing_semicolon},
               good},
           Row{"v=DMARC1; p=none; rua='mailto:o'neil@example.com'",
               {Kind::dmarc_foreign_quotes},
               "v=DMARC1; p=none; rua=mailto:o'neil@example.com"},
           Row{"v=DMARC1; p=none rua=mailto:o'neil@example.com",
               {Kind::dmarc_missing_semicolon},
               "v=DMARC1; p=none; rua=mailto:o'neil@example.com"},
           // A known tag has the fault, and an unknown one stands beside it: not clear.
           Row{"v=DMARC1\\; p=none\\; note=\"hi\"", {Kind::dmarc_escapes}, ""},
           Row{"v=DMARC1; p=\"none\"; note=a\\b", {Kind::dmarc_foreign_quotes}, ""},
           Row{"v=DMARC1; \"p=none\"", {Kind::dmarc_foreign_quotes}, "v=DMARC1; p=none"},
           // The version.
           Row{"p=none; v=DMARC1", {Kind::dmarc_version_not_first}, "v=DMARC1; p=none"},
           Row{"v=dmarc1; p=none", {Kind::dmarc_version_wrong}, "v=DMARC1; p=none"},
           Row{"DMARC1; p=none", {Kind::dmarc_version_wrong}, "v=DMARC1; p=none"},
           Row{"v=DMARC; p=none", {Kind::dmarc_version_wrong}, "v=DMARC1; p=none"},
           Row{"p=none; rua=mailto:d@example.com", {Kind::dmarc_version_wrong}, good},
           Row{" v=DMARC1; p=none", {Kind::dmarc_leading_blank}, "v=DMARC1; p=none"},
           Row{"\u00a0v=DMARC1; p=none", {Kind::dmarc_leading_blank}, "v=DMARC1; p=none"},
           // A tag right behind an address: two strings of a TXT record, joined without a blank.
           Row{"v=DMARC1; p=none; rua=mailto:d@example.comruf=mailto:e@example.com",
               {Kind::dmarc_missing_semicolon},
               "v=DMARC1; p=none; rua=mailto:d@example.com; ruf=mailto:e@example.com"},
           Row{"v=DMARC1; rua=mailto:a@example.com,mailto:d@example.comsp=none; p=none",
               {Kind::dmarc_missing_semicolon},
               "v=DMARC1; rua=mailto:a@example.com,mailto:d@example.com; sp=none; p=none"},
           Row{"v=DMARC1; rua=mailto:d@example.com!10mpct=50; p=none",
               {Kind::dmarc_missing_semicolon},
               "v=DMARC1; rua=mailto:d@example.com!10m; pct=50; p=none"},
           Row{"v=DMARC1; rua=mailto:d@example.esp=none",
               {Kind::dmarc_missing_semicolon},
               "v=DMARC1; rua=mailto:d@example.es; p=none"},
           // Addresses.
           Row{"v=DMARC1; p=none; rua=mailto:a@example.com; mailto:b@example.com",
               {Kind::rua_blanks},
               "v=DMARC1; p=none; rua=mailto:a@example.com,mailto:b@example.com"},
           Row{"v=DMARC1; p=none; rua=d@example.com", {}, good},
           // Two at once.
           Row{"v=dmarc1 p=none", {Kind::dmarc_version_wrong, Kind::dmarc_missing_semicolon}, ""},
       }) {
    CAPTURE(std::string(row.text));
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
        "v=DMARC1; p=none; rua=mailto:d@example.com?subject=p=none", "v=DMARC1; p=none; x=a p=b",
        "v=DMARC1; p=none; rua=mailto:o'neil@example.com",
        "v=DMARC1; p=none; rua=mailto:'d@example.com",
        "v=DMARC1; p=none; rua=mailto:a`b@example.com; ruf=mailto:a'b@example.com",
        "v=DMARC1; p=none; rua=mailto:a@example.com,mailto:o'neil@example.com",
        "v=DMARC1; p=none; note=\"hi\"", "v=DMARC1; note=\"hi\"; p=none",
        "v=DMARC1; p=none; n=it's a note", "v=DMARC1; p=none; n='hi'",
        "v=DMARC1; p=none; comment=a\\b", "v=DMARC1; comment=a\\; p=none",
        "v=DMARC1; p=none; x=\u201chi\u201d",
        // No tag behind a domain.
        "v=DMARC1; p=none; rua=mailto:ruf=x@example.com",
        "v=DMARC1; p=none; rua=mailto:a@example.com,mailto:ruf=x@example.com",
        "v=DMARC1; p=none; rua=mailto:d@example.comnote=x",
        "v=DMARC1; p=none; rua=mailto:d@example.com/ruf=x",
        "v=DMARC1; p=none; rua=mailto:d@ruf=mailto:e@example.com"}) {
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
           Row{"o'neil@example.com", "mailto:o'neil@example.com"},
           Row{"o\u2019neil@example.com", ""},
           Row{"a`b@example.com", ""},
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
           Row{"an address for it", {"v=DMARC1; p=none", "rua=mailto:d@example.com"}, good},
           Row{"a policy for it",
               {"v=DMARC1; rua=mailto:d@example.com", "p=none"},
               "v=DMARC1; rua=mailto:d@example.com; p=none"},
           Row{"a policy and its friends",
               {"v=DMARC1", "p=reject; sp=none", "adkim=s"},
               "v=DMARC1; p=reject; sp=none; adkim=s"},
           // It has a policy of its own, which receivers act on: no other one is proposed.
           Row{"sp beside a policy", {"v=DMARC1; p=reject", "sp=none"}, ""},
           Row{"np beside a policy", {"v=DMARC1; p=reject", "np=none"}, ""},
           Row{"t beside a policy", {"v=DMARC1; p=reject", "t=y"}, ""},
           Row{"pct beside a policy", {"pct=0", "v=DMARC1; p=quarantine"}, ""},
           Row{"psd beside a policy", {"v=DMARC1; p=reject", "psd=y"}, ""},
           Row{"a mode beside a policy", {"v=DMARC1; P=Reject", "rf=afrf; adkim=s"}, ""},
           Row{"one of several", {"v=DMARC1; p=reject", "rua=mailto:d@example.com", "aspf=r"}, ""},
           Row{"a tag twice", {good, "p=reject"}, ""},
           Row{"another text beside", {good, "google-site-verification=abc"}, ""},
           Row{"a sentence beside", {good, "see our page"}, ""},
       }) {
    CAPTURE(row.name);
    CHECK(joined_record(row.texts) == row.joined);
  }
}

TEST_CASE("dmarc repair: a text of tags alone") {
  for (const char* text : {"sp=none", "t=y", "pct=0", "p=reject; rua=mailto:d@example.com"})
    CHECK_MESSAGE(is_part_of_record(text), text);
  for (const char* text :
       {"", "v=DMARC1; p=none", "MS=ms123", "sp=rejct", "t=yes", "p=none x", "sp=none; x=1",
        "google-site-verification=abc", "see our page", "sp=none rua=mailto:d@example.com"})
    CHECK_FALSE_MESSAGE(is_part_of_record(text), text);
}
