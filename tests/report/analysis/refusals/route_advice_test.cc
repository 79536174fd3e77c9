// SPDX-License-Identifier: MIT
#include "report/analysis/refusals/route_advice.h"

#include <doctest/doctest.h>

#include "tests/report/analysis/refusals/support.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

using Cause = RefusalCause::Kind;
using Kind = RouteAdvice::Kind;

RefusalCause cause(Cause kind, std::set<std::string> receivers = {}, bool repaired = false) {
  RefusalCause made;
  made.kind = kind;
  made.receivers = std::move(receivers);
  made.repaired = repaired;
  return made;
}

}  // namespace

TEST_CASE("route advice: by what is not repaired") {
  struct Row {
    const char* name;
    std::vector<RefusalCause> causes;
    std::vector<Kind> expected;
  };
  for (const Row& row : {
           Row{"nothing", {}, {Kind::stay}},
           Row{"the recipients' matter",
               {cause(Cause::recipient), cause(Cause::network), cause(Cause::rate),
                cause(Cause::content)},
               {Kind::stay}},
           Row{"authentication", {cause(Cause::authentication)}, {Kind::repair_dkim}},
           Row{"repaired",
               {cause(Cause::authentication, {}, true), cause(Cause::dmarc_enforced, {}, true)},
               {Kind::stay}},
           Row{"proven, and reputation: the mail has no name yet",
               {cause(Cause::dmarc_enforced), cause(Cause::reputation, {"google", "yahoo"})},
               {Kind::repair_dkim}},
           Row{"reputation at one", {cause(Cause::reputation, {"google"})}, {Kind::one_operator}},
           Row{"reputation at two",
               {cause(Cause::reputation, {"google", "yahoo"})},
               {Kind::change}},
           Row{"own tenant",
               {cause(Cause::own_tenant), cause(Cause::own_gateway)},
               {Kind::repair_tenant}},
           Row{"Email Relay", {cause(Cause::relay_connector)}, {Kind::repair_relay}},
           Row{"not verified", {cause(Cause::sender_unverified)}, {Kind::verify_domain}},
           Row{"several",
               {cause(Cause::own_tenant), cause(Cause::authentication)},
               {Kind::repair_dkim, Kind::repair_tenant}},
       }) {
    CAPTURE(row.name);
    CHECK(route_advice(row.causes, {}).kinds == row.expected);
  }
}

TEST_CASE("route advice: how much mail there is a day, and by which way") {
  std::vector<LogLine> lines;
  for (int i = 0; i < 6; ++i)
    lines.push_back({.mail = "m" + std::to_string(i), .hour = i < 3 ? 1.0 : 30.0});
  const Outcomes found(lines);
  const RouteAdvice advice = route_advice({}, found.all);
  CHECK(advice.mails_a_day == doctest::Approx(3));
  CHECK(advice.from_core);
  const Outcomes other({{.source = DeliverySource::ses}});
  CHECK_FALSE(route_advice({}, other.all).from_core);
  CHECK(route_advice({}, {}).mails_a_day == 0);
}
