// SPDX-License-Identifier: MIT
#include "report/analysis/own.h"

#include <doctest/doctest.h>

#include <utility>

using namespace dmarcq;

TEST_CASE("own: direct mail, never forwarded or foreign mail") {
  const std::pair<Flow, bool> cases[] = {{Flow::direct, true},
                                         {Flow::forwarded, false},
                                         {Flow::mailing_list, false},
                                         {Flow::foreign, false},
                                         {Flow::unknown, false}};
  for (const auto& [flow, own] : cases) {
    RowVerdict verdict;
    verdict.flow = flow;
    CAPTURE(to_text(flow));
    CHECK(is_direct_own(verdict) == own);
  }
}

TEST_CASE("Salesforce's mail: proven or relayed, never a mere name") {
  Sender proven, claimed, google;
  proven.service = claimed.service = "Salesforce";
  proven.service_id = claimed.service_id = ServiceId::salesforce;
  proven.route = "core";
  proven.evidence = Evidence::authenticated;
  claimed.evidence = Evidence::claimed;
  google.service = "Google Workspace / Gmail";
  google.evidence = Evidence::authenticated;
  RowVerdict plain, relayed;
  relayed.codes.set(static_cast<std::size_t>(FindingCode::relay_unsigned));
  CHECK(is_salesforce(plain, proven));
  CHECK(salesforce_route_of(plain, proven) == "core");
  CHECK_FALSE(is_salesforce(plain, claimed));
  CHECK_FALSE(is_salesforce(plain, google));
  CHECK(is_salesforce(relayed, google));
  CHECK(salesforce_route_of(relayed, google) == "email-relay");
  CHECK(salesforce_route_of(relayed, proven) == "core");
}
