// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "sample_reports.h"

using namespace dmarcq;
using namespace dmarcq::test;

TEST_CASE("packed report: authentication sets read back as they were") {
  const std::vector<DkimAuthResult> dkim{{"example.com", "s1", DkimResult::pass, ""}, {"", "", {}, ""}, {"other.example", "", Word<DkimResult>::from("odd word"), ""}};
  CHECK(dkim_set_from(dkim_set_text(dkim)) == dkim);
  const std::vector<SpfAuthResult> spf{{"example.com", SpfScope::helo, SpfResult::softfail, ""}, {"b.example", {}, Word<SpfResult>::from("unclear"), ""}};
  CHECK(spf_set_from(spf_set_text(spf)) == spf);
  const std::vector<PolicyOverrideReason> reasons{{OverrideType::local_policy, "arc=pass"}, {{}, ""}, {Word<OverrideType>::from("new_type"), "x"}};
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

TEST_CASE("packed report: what repeats is listed once, totals count messages") {
  const PackedReport packed = pack(parsed({.lines = {"192.0.2.1 10 pass pass", "192.0.2.2 5 pass pass", "192.0.2.3 1 fail pass"}}), sha256("x"));
  CHECK(packed.rows.size() == 3);
  CHECK(packed.identities.size() == 2);
  CHECK(packed.evaluations.size() == 2);
  CHECK(packed.rows[0].identity == packed.rows[1].identity);
  CHECK(packed.totals.messages == 16);
  CHECK(packed.totals.both == 15);
  CHECK(packed.totals.spf_only == 1);
  CHECK(packed.totals.none == 16);
}

TEST_CASE("packed report: anything but pass is not aligned, anything unknown is not a disposition") {
  Totals totals;
  PolicyEvaluated odd;
  odd.dkim = Word<DmarcResult>::from("softfail");
  odd.disposition = Word<Disposition>::from("sampled_out");
  totals.add(odd, 3);
  CHECK(totals.neither == 3);
  CHECK(totals.none == 3);
  CHECK(totals.dmarc_fail() == 3);
}

TEST_CASE("digest: SHA-256 of the empty string and of abc") {
  CHECK(to_hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(to_hex(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
