// SPDX-License-Identifier: MIT
// The words of evidence, and what a Sender is by itself.
#include "report/analysis/sender/evidence.h"

#include <doctest/doctest.h>

#include <functional>
#include <vector>

using namespace dmarcq;

TEST_CASE("evidence: its words, weakest first") {
  struct Case {
    Evidence value;
    const char* word;
  };
  const std::vector<Case> weakest_first{
      {Evidence::none, "none"},       {Evidence::claimed, "claimed"},
      {Evidence::network, "network"}, {Evidence::name, "name"},
      {Evidence::learned, "learned"}, {Evidence::authenticated, "authenticated"},
      {Evidence::owner, "owner"}};
  for (std::size_t i = 0; i < weakest_first.size(); ++i) {
    CHECK(to_text(weakest_first[i].value) == weakest_first[i].word);
    if (i > 0) CHECK(weakest_first[i - 1].value < weakest_first[i].value);
  }
}

TEST_CASE("evidence: nobody is known of a Sender that nothing was said of") {
  const Sender sender;
  CHECK(sender.service.empty());
  CHECK(sender.service_id == ServiceId::other);
  CHECK(sender.service_class == ServiceClass::unknown);
  CHECK(to_text(sender.evidence) == "none");
  CHECK(sender.place == Place::unknown);
  CHECK_FALSE(sender.ambiguous);
  const Reading reading;
  CHECK_FALSE(reading.taken);
  CHECK_FALSE(reading.agrees);
}

TEST_CASE("evidence: Senders are equal only in all that they say") {
  const Sender base{.service = "Alpha", .detail = "SPF passes for alpha.example"};
  CHECK(base == Sender(base));
  const std::vector<std::function<void(Sender&)>> changes{
      [](Sender& s) { s.name = "newsletter"; },
      [](Sender& s) { s.service = "alpha"; },
      [](Sender& s) { s.route = "north"; },
      [](Sender& s) { s.service_class = ServiceClass::esp; },
      [](Sender& s) { s.evidence = Evidence::claimed; },
      [](Sender& s) { s.place = Place::home; },
      [](Sender& s) { s.ambiguous = true; },
      [](Sender& s) { s.detail.clear(); },
      [](Sender& s) { s.via = "Beta"; },
      [](Sender& s) { s.via_class = ServiceClass::gateway; },
      [](Sender& s) { s.origin_route = "core"; }};
  for (std::size_t i = 0; i < changes.size(); ++i) {
    CAPTURE(i);
    Sender other = base;
    changes[i](other);
    CHECK_FALSE(other == base);
  }
}
