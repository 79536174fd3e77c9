// SPDX-License-Identifier: MIT
#include "report/render/phrases/evidence/failure_phrases.h"

#include <doctest/doctest.h>

#include "tests/report/analysis/failures/support.h"

using namespace dmarcq;
using namespace dmarcq::test;

TEST_CASE("failure phrases: marks of the header, each only where it is") {
  CHECK(mark_sentences({}).empty());
  CHECK(mark_sentences({.list = "l.example"}) ==
        std::vector<std::string>{
            "Mailing list l.example, by the mail's header: anyone can write it."});
  const auto all = mark_sentences({.salesforce_org = "00D5f000004KsTr",
                                   .category = "x-new",
                                   .entity = "5005f",
                                   .job = "7_1",
                                   .list = "l.example"});
  REQUIRE(all.size() == 5);
  CHECK(all[0] == "Salesforce org 00D5f000004KsTrEAK, by the mail's header: anyone can write it.");
  CHECK(all[1] == "Salesforce category x-new.");
  CHECK(mark_sentences({.category = "apiSingleMail"})[0].starts_with(
      "Salesforce category apiSingleMail: "));
}

TEST_CASE("failure phrases: an example in a sentence") {
  FailureExample example{.failure = failure_from("192.0.2.1"), .reports = 1};
  CHECK(example_sentence(example) ==
        "One failure report of it: by mx.example.net, of 2024-10-04, sent by 192.0.2.1, From "
        "example.com.");
  FailureReport& report = example.failure.report;
  report.arrival = EpochSeconds{20'000} * 86'400 + 3'600;
  report.unaligned = {true, true, false};
  report.delivery_result = "delivered";
  report.dkim_domain = "example.com";
  report.dkim_selector = "s1";
  example.failure.asked = "reject";
  example.reports = 12;
  CHECK(example_sentence(example) ==
        "One of 12 failure reports of it: by mx.example.net, arrived 2024-10-04T01:00:00Z, sent by "
        "192.0.2.1, From example.com, not aligned: DKIM, DKIM d=example.com s=s1, delivered, "
        "although the policy asks for rejection.");
  report = {};
  example.failure.day = 0;
  CHECK(example_sentence(example) == "One of 12 failure reports of it: nothing else is told.");
}

TEST_CASE("failure phrases: what aggregate rows say, and that they say nothing") {
  JudgedFailure failure = failure_from("192.0.2.1");
  CHECK(rows_sentence(failure).contains("no mail of this source"));
  failure.rows = rows_of("", "", 1, 1);
  CHECK(rows_sentence(failure) == "Aggregate reports of these days: 1 of 1 message fail.");
  failure.rows->days.clear();
  CHECK(rows_sentence(failure).contains("no mail of this source"));
  failure.day = 0;
  CHECK(rows_sentence(failure) == "The report tells no day.");
  failure.report.source_ip.reset();
  CHECK(rows_sentence(failure) == "The report names no source.");
}
