// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "parser/aggregate/xml_reader.h"
#include "sample_reports.h"

using namespace dmarcq;
using namespace dmarcq::test;

TEST_CASE("packed report: authentication sets read back as they were") {
  const std::vector<DkimAuthResult> dkim{
      {"example.com", "s1", DkimResult::pass, ""},
      {"", "", {}, ""},
      {"other.example", "", Reported<DkimResult>::from("odd word"), ""}};
  CHECK(dkim_set_from(dkim_set_text(dkim)) == dkim);
  const std::vector<SpfAuthResult> spf{{"example.com", SpfScope::helo, SpfResult::softfail, ""},
                                       {"b.example", {}, Reported<SpfResult>::from("unclear"), ""}};
  CHECK(spf_set_from(spf_set_text(spf)) == spf);
  const std::vector<PolicyOverrideReason> reasons{{OverrideType::local_policy, "arc=pass"},
                                                  {{}, ""},
                                                  {Reported<OverrideType>::from("new_type"), "x"}};
  CHECK(reasons_from(reasons_text(reasons)) == reasons);
  CHECK(dkim_set_from("").empty());
}

TEST_CASE("packed report: remarks go back to the results they were about") {
  Record with = record("192.0.2.1 1 pass pass");
  with.dkim.push_back({"b.example", "s2", DkimResult::fail, "bad signature"});
  with.spf[0].human_result = "192.0.2.1 is not allowed";
  Record without = with;
  without.dkim[1].human_result.clear();
  without.spf[0].human_result.clear();
  apply_remark(remark_text(with), without);
  CHECK(without.dkim == with.dkim);
  CHECK(without.spf == with.spf);
  CHECK(remark_text(record("192.0.2.1 1 pass pass")).empty());
}

TEST_CASE("packed report: what differs from record to record has an end") {
  Limits limits;
  limits.distinct_size = 10'000;
  std::string xml =
      "<feedback><report_metadata><org_name>o</org_name><report_id>1</report_id><date_range><begin>1780272000</begin><end>1780358399</end></date_range>"
      "</report_metadata><policy_published><domain>shop.example</domain><p>none</p></policy_published>";
  std::string same = xml, different = xml;
  for (int i = 0; i < 1000; ++i) {
    const auto record = [](int number) {
      return "<record><row><source_ip>192.0.2.1</source_ip><count>1</count></row><identifiers><envelope_to>" +
             std::to_string(number) + ".example</envelope_to></identifiers></record>";
    };
    same += record(1);
    different += record(i);
  }
  const auto read = [&](const std::string& text) {
    Packer packer(limits);
    const auto parsed = parse_report(text + "</feedback>", limits,
                                     {.take = [&](const Record& each) { packer.add(each); }});
    return parsed ? "" : reason_of(parsed.error());
  };
  CHECK(read(same) == "");
  CHECK(read(different) == "limit:distinct_size");
  // What follows from the records when all are read refuses nothing any more: who packs could not
  // take an error there.
  Packer packer(limits);
  auto parsed = parse_report(xml + "</feedback>", limits);
  REQUIRE(parsed);
  Record each = record("192.0.2.1 1 x x");
  each.policy_evaluated.dkim = each.policy_evaluated.spf = {};
  for (int i = 0; i < 40; ++i) {
    each.policy_evaluated.reasons = {{OverrideType::other, std::to_string(i)}};
    packer.add(each);
  }
  CHECK(packer.finish(std::move(*parsed), sha256("x")).evaluations.size() == 40);
}

TEST_CASE("packed report: what repeats is listed once, totals count messages") {
  const PackedReport packed = pack(
      parsed(
          {.lines = {"192.0.2.1 10 pass pass", "192.0.2.2 5 pass pass", "192.0.2.3 1 fail pass"}}),
      sha256("x"));
  CHECK(packed.rows.size() == 3);
  CHECK(packed.identities.size() == 2);
  CHECK(packed.evaluations.size() == 2);
  CHECK(packed.rows[0].identity == packed.rows[1].identity);
  CHECK(packed.totals.messages == 16);
  CHECK(packed.totals.both == 15);
  CHECK(packed.totals.spf_only == 1);
  CHECK(packed.totals.none == 16);
}

TEST_CASE(
    "packed report: anything but pass is not aligned, anything unknown is not a disposition") {
  Totals totals;
  PolicyEvaluated odd;
  odd.dkim = Reported<DmarcResult>::from("softfail");
  odd.disposition = Reported<Disposition>::from("sampled_out");
  totals.add(odd, 3);
  CHECK(totals.neither == 3);
  CHECK(totals.none == 3);
  CHECK(totals.dmarc_fail() == 3);
}

TEST_CASE(
    "packed report: what the reporter does not say in a readable word is unknown, and its raw results decide, as the policy aligns them") {
  struct Row {
    const char* name;
    const char *said_dkim, *said_spf;  ///< the reporter's words; "" unreadable or missing
    const char *header_from, *dkim, *dkim_result, *spf, *spf_result;
    SpfScope scope;
    Alignment mode;
    const char *shown_dkim, *shown_spf;
  };
  const auto relaxed = Alignment::relaxed, strict = Alignment::strict;
  const auto mfrom = SpfScope::mfrom, helo = SpfScope::helo;
  const Row rows[] = {
      {"both pass", "", "", "example.com", "example.com", "pass", "example.com", "pass", mfrom,
       strict, "unknown-pass", "unknown-pass"},
      {"relaxed", "", "", "example.com", "mail.example.com", "pass", "b.example.com", "pass", mfrom,
       relaxed, "unknown-pass", "unknown-pass"},
      {"strict", "", "", "example.com", "mail.example.com", "pass", "b.example.com", "pass", mfrom,
       strict, "unknown-fail", "unknown-fail"},
      {"passes for another", "", "", "example.com", "example.net", "pass", "b.example.net", "pass",
       mfrom, relaxed, "unknown-fail", "unknown-fail"},
      {"nothing passes", "", "", "example.com", "example.com", "fail", "example.com", "softfail",
       mfrom, relaxed, "unknown-fail", "unknown-fail"},
      {"HELO never counts", "", "", "example.com", "example.com", "none", "example.com", "pass",
       helo, relaxed, "unknown-fail", "unknown-fail"},
      {"no From: the policy domain", "", "", "", "kestrel.example", "pass", "", "none", mfrom,
       relaxed, "unknown-pass", "unknown-fail"},
      {"one of two said", "fail", "", "example.com", "example.com", "pass", "example.com", "pass",
       mfrom, relaxed, "fail", "unknown-pass"},
      {"the other said", "", "pass", "example.com", "example.com", "fail", "example.com", "fail",
       mfrom, relaxed, "unknown-fail", "pass"},
      {"near miss: the word of a raw result is no pass", "softfail", "none", "example.com",
       "example.com", "pass", "example.com", "pass", mfrom, relaxed, "softfail", "none"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Record made = record("192.0.2.1 7 pass pass");
    made.header_from = row.header_from;
    made.policy_evaluated.dkim = Reported<DmarcResult>::from(row.said_dkim);
    made.policy_evaluated.spf = Reported<DmarcResult>::from(row.said_spf);
    made.dkim = {{row.dkim, "s1", Reported<DkimResult>::from(row.dkim_result), ""}};
    made.spf = {{row.spf, row.scope, Reported<SpfResult>::from(row.spf_result), ""}};
    ParsedReport report = parsed({.domain = "kestrel.example", .lines = {"192.0.2.2 1 pass pass"}});
    report.report.policy_published.adkim = report.report.policy_published.aspf = row.mode;
    report.report.records.insert(report.report.records.begin(), made);
    const PackedReport packed = pack(std::move(report), sha256("x"));
    REQUIRE(packed.rows.size() == 2);
    const PackedReport::Evaluation& shown = packed.evaluations[packed.rows[0].evaluation];
    CHECK(shown.dkim == row.shown_dkim);
    CHECK(shown.spf == row.shown_spf);
    CHECK(packed.evaluations[packed.rows[1].evaluation].dkim == "pass");
    CHECK(packed.evaluations.size() == 2);  // nothing is left of what was unknown
    const bool dkim = std::string_view(row.shown_dkim).ends_with("pass"),
               spf = std::string_view(row.shown_spf).ends_with("pass");
    CHECK(packed.totals.messages == 8);
    CHECK(packed.totals.both == 1 + (dkim && spf ? 7 : 0));
    CHECK(packed.totals.neither == (dkim || spf ? 0 : 7));
  }
}

TEST_CASE("digest: SHA-256 of the empty string and of abc") {
  CHECK(to_hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(to_hex(sha256("abc")) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
