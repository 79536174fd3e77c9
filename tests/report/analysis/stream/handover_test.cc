// SPDX-License-Identifier: MIT
#include "report/analysis/stream/handover.h"

#include <doctest/doctest.h>

#include "report/analysis/sender/salesforce.h"

using namespace dmarcq;

namespace {

constexpr Day end = 20'119;

Stream core_of(Standing standing, Day first, Day last, std::uint64_t a_day) {
  Stream stream;
  stream.domain = stream.from = "example.com";
  stream.service = salesforce_service;
  stream.route = salesforce_route::core;
  stream.sender = "Salesforce core";
  stream.standing = standing;
  for (Day day = first; day <= last; ++day)
    stream.counts.push_back({.day = day, .dkim_only = a_day});
  return stream;
}

}  // namespace

TEST_CASE("handover: one sender began when the other stopped, at a similar pace") {
  struct Row {
    const char* name;
    SenderLife before, fresh;
    bool expected;
  };
  const SenderLife before{end - 100, end - 20, 8'100};  // a hundred a day
  for (const Row& row : {
           Row{"the next day", before, {end - 19, end, 2'000}, true},
           Row{"a week later", before, {end - 13, end, 1'400}, true},
           Row{"near miss: eight days later", before, {end - 12, end, 1'300}, false},
           Row{"a week of both", before, {end - 27, end, 2'800}, true},
           Row{"near miss: eight days of both", before, {end - 28, end, 2'900}, false},
           Row{"three times as much", before, {end - 19, end, 6'000}, true},
           Row{"near miss: more", before, {end - 19, end, 6'001}, false},
           Row{"near miss: less than a third", before, {end - 19, end, 666}, false},
           Row{"silent for three days", {end - 100, end - 3, 9'800}, {end - 2, end, 300}, true},
           Row{"near miss: for two", {end - 100, end - 2, 9'900}, {end - 1, end, 200}, false},
           Row{"near miss: the fresh one is the older",
               {end - 10, end - 5, 600},
               {end - 11, end, 1'200},
               false},
       }) {
    CAPTURE(row.name);
    CHECK(is_hand_over(row.before, row.fresh, end) == row.expected);
  }
}

TEST_CASE("handover: from a proven sender of the same service, route and From only") {
  const auto found = [](auto change) {
    Streams streams;
    streams.last = end;
    streams.list = {core_of(Standing::own, end - 100, end - 20, 100),
                    core_of(Standing::possible, end - 19, end, 100)};
    change(streams.list[0], streams.list[1]);
    return handed_over_from(streams.list[1], streams) == &streams.list[0];
  };
  CHECK(found([](Stream&, Stream&) {}));
  CHECK_FALSE(found([](Stream& before, Stream&) { before.standing = Standing::possible; }));
  CHECK_FALSE(found([](Stream& before, Stream&) { before.from = "news.example.com"; }));
  CHECK_FALSE(found([](Stream& before, Stream&) { before.route = "marketing-cloud"; }));
  CHECK_FALSE(found([](Stream& before, Stream&) { before.domain = "example.net"; }));
  CHECK_FALSE(found([](Stream& before, Stream&) { before.counts.clear(); }));
  CHECK_FALSE(found([](Stream&, Stream& fresh) { fresh.standing = Standing::own; }));
  CHECK_FALSE(found([](Stream&, Stream& fresh) { fresh.counts.clear(); }));
}

TEST_CASE("continuity: mail under one key that takes another path goes on") {
  struct Row {
    const char* name;
    const char* service;
    const char* route;
    const char* selector;
    bool continues;
  };
  for (const Row& row : {
           Row{"a relay was introduced", "Salesforce", "email-relay", "sf1._domainkey.example.com",
               true},
           Row{"a server of the owner's", "", "", "sf1._domainkey.example.com", true},
           Row{"near miss: another key", "Salesforce", "email-relay", "k2._domainkey.example.com",
               false},
           Row{"near miss: another service", "Amazon SES", "", "sf1._domainkey.example.com", false},
       }) {
    CAPTURE(row.name);
    Stream before = core_of(Standing::own, end - 100, end - 20, 100);
    before.selectors = {"sf1._domainkey.example.com"};
    Stream after = core_of(Standing::own, end - 19, end, 100);
    after.service = row.service;
    after.route = row.route;
    after.selectors = {row.selector};
    const auto list = with_continuity({before, after});
    CHECK(list[0].continued == row.continues);
    CHECK(list[1].continues == row.continues);
    CHECK_FALSE(list[0].continues);
    CHECK_FALSE(list[1].continued);
  }
}
