// SPDX-License-Identifier: MIT
// The list of senders: ids of services, names, hints, networks.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <stdexcept>

#include "report/analysis/sender/catalogue.h"

using namespace dmarcq;

TEST_CASE("catalogue: every service that a rule speaks of is in the list, under one name") {
  const auto& lines = SenderCatalogue::built_in().lines();
  std::set<std::string_view> names;
  for (std::size_t i = 1; i < service_id_count; ++i) {
    const auto id = static_cast<ServiceId>(i);
    const std::string_view name = display_name(id);
    CAPTURE(name);
    CHECK(names.insert(name).second);
    CHECK(service_id(name) == id);
    CHECK(std::ranges::any_of(lines, [&](const auto& line) { return line.service == name; }));
  }
  for (const auto& line : lines) {
    CAPTURE(line.service);
    CHECK(line.service_id == service_id(line.service));
    CHECK((line.service_id == ServiceId::other) == !names.contains(line.service));
  }
}

TEST_CASE("catalogue: names that are not quite a service's are some other service") {
  for (const char* const name :
       {"", "salesforce", "Salesforce ", "SALESFORCE", "Google", "Gmail", "Google Workspace",
        "Microsoft", "SendGrid or Mailgun", "Mailgun"}) {
    CAPTURE(name);
    CHECK(service_id(name) == ServiceId::other);
  }
  CHECK(display_name(ServiceId::other).empty());
}

TEST_CASE("catalogue: who sends through whom") {
  using enum ServiceId;
  CHECK(sends_through(klaviyo, sendgrid));
  CHECK(sends_through(atlassian, sparkpost));
  CHECK(sends_through(google_groups, google_workspace));
  CHECK_FALSE(sends_through(sendgrid, klaviyo));
  CHECK_FALSE(sends_through(google_workspace, google_groups));
  CHECK_FALSE(sends_through(sendgrid, sendgrid));
  CHECK_FALSE(sends_through(other, other));
  CHECK_FALSE(sends_through(klaviyo, other));
}

TEST_CASE("catalogue: look-ups") {
  const SenderCatalogue list(
      "# date: 2026-01-02\n"
      "A\tesp\t\tspf\ta.example\tproof\tseen\tseen\n"
      "A\tesp\t\tnet\t192.0.2.0/24\tnetwork\tseen\tseen\n"
      "B\tmailbox\t\tdkim\tsub.a.example\tproof\tseen\tseen\n"
      "B\tmailbox\t\tnet\t192.0.2.7/32\tnetwork\tseen\tseen\n"
      "B\tmailbox\t\tselector\tk#\thint\tseen\tseen\n");
  CHECK(list.date() == "2026-01-02");
  REQUIRE(list.by_name("x.a.example") != nullptr);
  CHECK(list.by_name("x.a.example")->service == "A");
  CHECK(list.by_name("y.sub.a.example")->service == "B");
  CHECK(list.by_name("xa.example") == nullptr);
  CHECK(list.by_name("example") == nullptr);
  CHECK(list.by_name("") == nullptr);
  const auto near = list.by_address(*IpAddress::parse("192.0.2.7"));
  REQUIRE(near.size() == 2);
  CHECK(near[0]->service == "B");
  CHECK(near[1]->service == "A");
  CHECK(list.by_address(*IpAddress::parse("192.0.3.7")).empty());
  CHECK(list.knows_networks_of("A"));
  CHECK_FALSE(list.knows_networks_of("B"));  // one address is a sample, not a published range
  CHECK(list.hints_for_selector("k12").size() == 1);
  CHECK(list.hints_for_selector("k").empty());
  CHECK(list.hints_for_selector("k1x").empty());
}

TEST_CASE("catalogue: a bad line is refused with its number") {
  for (const char* const text :
       {"A\tesp\n", "A\tnobody\t\tspf\ta.example\tproof\tseen\tseen\n",
        "A\tesp\t\tspf\t\tproof\tseen\tseen\n", "\tesp\t\tspf\ta.example\tproof\tseen\tseen\n",
        "A\tesp\t\tspf\ta.example\tproof\tseen\tseen\tmore\n"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(SenderCatalogue{text}, std::invalid_argument);
  }
}
