// SPDX-License-Identifier: MIT
#include "report/analysis/failures/judged_failure.h"

#include <doctest/doctest.h>

#include "tests/report/analysis/failures/support.h"

using namespace dmarcq;
using namespace dmarcq::test;

TEST_CASE("judged failure: what became of the mail") {
  struct Row {
    const char* word;
    FailureFate fate;
  };
  for (const Row& row : std::initializer_list<Row>{{"delivered", FailureFate::delivered},
                                                   {"spam", FailureFate::spam},
                                                   {"policy", FailureFate::policy},
                                                   {"reject", FailureFate::reject},
                                                   {"other", FailureFate::other},
                                                   {"smg-policy-action", FailureFate::other},
                                                   {"delivered-ish", FailureFate::other},
                                                   {"", FailureFate::not_told}}) {
    CAPTURE(row.word);
    CHECK(fate_of({.delivery_result = row.word}) == row.fate);
  }
}

TEST_CASE("judged failure: which mechanism failed") {
  struct Row {
    const char* name;
    Unaligned unaligned;
    std::vector<std::string> auth_failure;
    FailedMechanisms failed;
  };
  for (const Row& row : std::initializer_list<Row>{
           {"both", {true, true, true}, {"dmarc"}, {true, true}},
           {"one", {true, true, false}, {"dmarc"}, {true, false}},
           {"stated: none, whatever else", {true, false, false}, {"spf"}, {false, false}},
           {"not stated: by the kind", {}, {"spf"}, {false, true}},
           {"a signature", {}, {"bodyhash"}, {true, false}},
           {"a signature and SPF", {}, {"signature", "spf"}, {true, true}},
           {"only DMARC", {}, {"dmarc"}, {false, false}},
           {"of neither", {}, {"adsp", "x-spf"}, {false, false}},
           {"nothing", {}, {}, {false, false}},
       }) {
    CAPTURE(row.name);
    CHECK(failed_mechanisms({.auth_failure = row.auth_failure, .unaligned = row.unaligned}) ==
          row.failed);
  }
}

TEST_CASE("judged failure: the policy that a report tells") {
  struct Row {
    const char *exim, *results, *from, *policy;
  };
  for (const Row& row : std::initializer_list<Row>{
           {"Reject", "", "example.com", "reject"},
           {"None, Accept", "", "example.com", "none"},
           {"Quarantine", "", "example.com", "quarantine"},
           {"No policy published", "", "example.com", ""},
           {"rejected", "", "example.com", ""},
           {"", "dmarc=fail (p=REJECT; dis=none) header.from=example.com", "example.com", "reject"},
           {"", "dmarc=fail (p=reject sp=none)", "example.com", "reject"},
           {"", "dmarc=fail (p=reject sp=none)", "news.example.com", "none"},
           {"", "dmarc=fail (p=reject)", "news.example.com", "reject"},
           {"", "dmarc=fail (sp=reject)", "example.com", ""},
           {"", "dmarc=fail (p=rejected)", "example.com", ""},
           {"", "dmarc=fail header.from=example.com", "example.com", ""},
           {"", "", "example.com", ""},
       }) {
    CAPTURE(row.exim);
    CAPTURE(row.results);
    CAPTURE(row.from);
    CHECK(policy_in({.policy_result = row.exim,
                     .reported_domain = "example.com",
                     .header_from = row.from,
                     .authentication_results = row.results}) == row.policy);
  }
}

TEST_CASE("judged failure: delivered against the policy") {
  JudgedFailure failure = failure_from("192.0.2.1");
  failure.report.delivery_result = "delivered";
  failure.asked = "reject";
  CHECK(is_let_through(failure));
  failure.asked = "quarantine";
  CHECK_FALSE(is_let_through(failure));
  failure.asked = "reject";
  failure.report.delivery_result = "spam";
  CHECK_FALSE(is_let_through(failure));
  failure.report.delivery_result = "delivered";
  failure.report.kind = FailureKind::complaint;
  CHECK_FALSE(is_let_through(failure));
}

TEST_CASE("judged failure: whose mail it is") {
  using By = FailureOrigin::By;
  constexpr const char *ours = "00D5f000004KsTrEAK", *ours15 = "00D5f000004KsTr",
                       *other = "00DA0000000Hu5aMAC";
  struct Row {
    const char* name;
    std::optional<RowsOfAddress> rows;
    OriginMarks marks;
    const char *service, *route, *org;
    By service_by, org_by;
  };
  const RowsOfAddress core = rows_of("Salesforce", "core", 9, 9, {ours});
  const RowsOfAddress shared = rows_of("Salesforce", "core", 9, 9, {ours, other});
  const RowsOfAddress unknown = rows_of("", "", 9, 9);
  for (const Row& row : std::initializer_list<Row>{
           {"nothing", {}, {}, "", "", "", By::nothing, By::nothing},
           {"rows", core, {}, "Salesforce", "core", ours, By::rows, By::rows},
           {"several orgs", shared, {}, "Salesforce", "core", "", By::rows, By::nothing},
           {"the header tells which",
            shared,
            {.salesforce_org = ours15},
            "Salesforce",
            "core",
            ours,
            By::rows,
            By::rows},
           {"the header names another",
            core,
            {.salesforce_org = other},
            "Salesforce",
            "core",
            other,
            By::rows,
            By::header},
           {"only the header",
            {},
            {.salesforce_org = ours15},
            "Salesforce",
            "core",
            ours,
            By::header,
            By::header},
           {"rows of nobody known",
            unknown,
            {.category = "apiSingleMail"},
            "Salesforce",
            "core",
            "",
            By::header,
            By::nothing},
           {"a job of Marketing Cloud",
            {},
            {.job = "7_1"},
            "Salesforce",
            "marketing-cloud",
            "",
            By::header,
            By::nothing},
           {"a list alone is no sender",
            {},
            {.list = "l.example"},
            "",
            "",
            "",
            By::nothing,
            By::nothing},
       }) {
    CAPTURE(row.name);
    JudgedFailure failure = failure_from("192.0.2.1");
    failure.rows = row.rows;
    failure.marks = row.marks;
    const FailureOrigin origin = origin_of(failure);
    CHECK(origin.service == row.service);
    CHECK(origin.route == row.route);
    CHECK(origin.org == row.org);
    CHECK(origin.service_by == row.service_by);
    CHECK(origin.org_by == row.org_by);
  }
  JudgedFailure failure = failure_from("192.0.2.1");
  failure.rows = core;
  failure.rows->claimed = true;
  CHECK(origin_of(failure).service_by == By::claimed_rows);
}
