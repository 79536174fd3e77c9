// SPDX-License-Identifier: MIT
// From rows to streams: what is told apart, what is told together.
#include "report/analysis/stream/streams.h"

#include <doctest/doctest.h>

#include "tests/report/analysis/readiness/policy_support.h"

using namespace dmarcq;

namespace {

Streams streams_of(LongWorld& w, const Scenario& scenario = {}) {
  const RowLookup lookup = w.world.lookup();
  return find_streams(w.timeline, lookup, {},
                      {.first = w.first,
                       .last = w.last,
                       .window_first = w.last - 29,
                       .domain = w.domain,
                       .scenario = scenario});
}

std::vector<std::string> labels(const Streams& streams) {
  std::vector<std::string> list;
  for (const Stream& stream : streams.list)
    list.push_back(std::string(to_text(stream.standing)) + " " + stream.label());
  return list;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("streams: own mail is told apart by From, spoofing is one") {
  LongWorld w;
  w.mail(healthy_core);
  w.mail(with(healthy_core, [](RowSpec& s) {
    s.from = "news.example.com", s.dkim = "news.example.com/sf2 pass";
  }));
  w.mail(healthy_ses);
  for (const char* ip : {"203.0.113.1", "198.51.100.200"})
    w.mail({.ip = ip, .messages = 3, .first = w.last - 1, .last = w.last - 1});
  w.finish();
  const Streams streams = streams_of(w);
  CHECK(labels(streams) == Lines{"own Amazon SES", "own Salesforce core",
                                 "own Salesforce core (news.example.com)",
                                 "spoofed mail that looks like spoofing"});
  const Stream& core = streams.list[1];
  CHECK(core.selectors == std::set<std::string>{"sf1._domainkey.example.com"});
  CHECK(core.failing_selectors.empty());
  CHECK(core.total(w.first, w.last).messages() == 120u * 3 * 20);
  CHECK(core.counts.size() == 120u * 3);
  CHECK(streams.list[3].total(w.first, w.last).fail == 18);
  // Every row and key of the window leads to its stream.
  REQUIRE(streams.stream_of_row.size() == streams.window.rows.size());
  for (const std::uint32_t stream : streams.stream_of_row) CHECK(stream < streams.list.size());
}

TEST_CASE("streams: a scenario takes senders out, or repairs a code") {
  LongWorld w;
  w.mail(with(healthy_core, [](RowSpec& s) { s.dkim = "", s.evaluated = "fail/fail"; }));
  w.mail(healthy_ses);
  w.finish();
  const Streams all = streams_of(w);
  REQUIRE(all.list.size() == 2);
  const Streams without = streams_of(w, {.exclude = {"amazon"}});
  REQUIRE(without.list.size() == 1);
  CHECK(without.list.front().service == "Salesforce");
  const Streams fixed = streams_of(w, {.fixed = {FindingCode::core_no_dkim}});
  const auto fails = [&](const Streams& streams, Day first) {
    std::uint64_t sum = 0;
    for (const Stream& stream : streams.list) sum += stream.total(first, w.last).fail;
    return sum;
  };
  CHECK(fails(all, w.last - 29) == 30u * 3 * 20);
  CHECK(fails(fixed, w.last - 29) == 0);
  CHECK(fails(fixed, w.first) == 0);  // a code is of the rows, whatever their days
}
