// SPDX-License-Identifier: MIT
#include "report/analysis/dns/ip_intervals.h"

#include <doctest/doctest.h>

#include <random>
#include <set>

using namespace dmarcq;

namespace {

IpIntervals set_of(const std::vector<const char*>& networks, IpFamily family = IpFamily::v4) {
  std::vector<IpNetwork> parsed;
  for (const char* text : networks) parsed.push_back(*IpNetwork::parse(text));
  return IpIntervals::of(family, parsed);
}

std::string text_of(const IpIntervals& set) {
  std::string text;
  for (const IpInterval& interval : set.intervals())
    text += (text.empty() ? "" : " ") + to_text(set.family(), interval);
  return text;
}

std::string networks_of(const IpIntervals& set) {
  std::string text;
  for (const IpNetwork& network : set.networks())
    text += (text.empty() ? "" : " ") + network.to_text();
  return text;
}

}  // namespace

TEST_CASE("intervals: of networks") {
  struct Row {
    std::vector<const char*> networks;
    IpFamily family;
    const char *intervals, *merged;
  };
  using enum IpFamily;
  const Row rows[] = {
      {{}, v4, "", ""},
      {{"192.0.2.1"}, v4, "192.0.2.1", "192.0.2.1/32"},
      {{"192.0.2.0/24"}, v4, "192.0.2.0/24", "192.0.2.0/24"},
      {{"192.0.2.128/25", "192.0.2.0/25"}, v4, "192.0.2.0/24", "192.0.2.0/24"},
      {{"192.0.2.0/25", "192.0.2.64/26"}, v4, "192.0.2.0/25", "192.0.2.0/25"},
      {{"192.0.2.1", "192.0.2.3"}, v4, "192.0.2.1 192.0.2.3", "192.0.2.1/32 192.0.2.3/32"},
      {{"192.0.2.1", "192.0.2.2"}, v4, "192.0.2.1-192.0.2.2", "192.0.2.1/32 192.0.2.2/32"},
      {{"192.0.2.0", "192.0.2.1"}, v4, "192.0.2.0/31", "192.0.2.0/31"},
      {{"192.0.2.0/24", "198.51.100.0/24"},
       v4,
       "192.0.2.0/24 198.51.100.0/24",
       "192.0.2.0/24 198.51.100.0/24"},
      {{"0.0.0.0/0"}, v4, "0.0.0.0/0", "0.0.0.0/0"},
      {{"255.255.255.255", "255.255.255.254"}, v4, "255.255.255.254/31", "255.255.255.254/31"},
      {{"2001:db8::/32", "192.0.2.1"}, v4, "192.0.2.1", "192.0.2.1/32"},
      {{"2001:db8::/32", "192.0.2.1"}, v6, "2001:db8::/32", "2001:db8::/32"},
      {{"2001:db8::/33", "2001:db8:8000::/33"}, v6, "2001:db8::/32", "2001:db8::/32"},
      {{"::/0"}, v6, "::/0", "::/0"},
      {{"::/1", "8000::/1"}, v6, "::/0", "::/0"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.intervals);
    const IpIntervals set = set_of(row.networks, row.family);
    CHECK(text_of(set) == row.intervals);
    CHECK(networks_of(set) == row.merged);
  }
  CHECK(IpIntervals::all(IpFamily::v6) == set_of({"::/0"}, IpFamily::v6));
  CHECK(IpIntervals::all(IpFamily::v4) == set_of({"0.0.0.0/0"}));
}

TEST_CASE("intervals: operations") {
  const IpIntervals a = set_of({"192.0.2.0/24", "198.51.100.0/24"}),
                    b = set_of({"192.0.2.128/25", "192.0.3.0/24"});
  CHECK(text_of(a.united(b)) == "192.0.2.0/23 198.51.100.0/24");
  CHECK(text_of(a.intersected(b)) == "192.0.2.128/25");
  CHECK(text_of(a.without(b)) == "192.0.2.0/25 198.51.100.0/24");
  CHECK(text_of(b.without(a)) == "192.0.3.0/24");
  CHECK(a.without(a).empty());
  CHECK(text_of(a.without(set_of({"192.0.2.10"}))) ==
        "192.0.2.0-192.0.2.9 192.0.2.11-192.0.2.255 198.51.100.0/24");
  CHECK(text_of(IpIntervals::all(IpFamily::v4).without(set_of({"0.0.0.0/1"}))) == "128.0.0.0/1");
  CHECK(IpIntervals::all(IpFamily::v6).without(IpIntervals::all(IpFamily::v6)).empty());
  CHECK(a.contains(*IpAddress::parse("192.0.2.255")));
  CHECK_FALSE(a.contains(*IpAddress::parse("192.0.3.0")));
  CHECK_FALSE(a.contains(*IpAddress::parse("192.0.1.255")));
  CHECK_FALSE(a.contains(*IpAddress::parse("2001:db8::1")));
}

TEST_CASE("intervals: the same as sets of numbers") {
  std::mt19937 random(32);
  const auto below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
  for (const IpFamily family : {IpFamily::v4, IpFamily::v6})
    for (int round = 0; round < 300; ++round) {
      // Near both ends of the family: where numbers could run over.
      const IpNumber base = below(2) == 0 ? 0 : last_of(family) - 63;
      std::set<unsigned> numbers[2];
      IpIntervals sets[2]{IpIntervals(family), IpIntervals(family)};
      for (int i = 0; i < 2; ++i) {
        std::vector<IpInterval> intervals;
        for (unsigned n = below(6); n > 0; --n) {
          const unsigned first = below(64), last = first + below(64 - first);
          intervals.push_back({base + first, base + last});
          for (unsigned at = first; at <= last; ++at) numbers[i].insert(at);
        }
        sets[i] = IpIntervals::of(family, intervals);
      }
      const IpIntervals united = sets[0].united(sets[1]), both = sets[0].intersected(sets[1]),
                        rest = sets[0].without(sets[1]);
      for (unsigned at = 0; at < 64; ++at) {
        const bool in0 = numbers[0].contains(at), in1 = numbers[1].contains(at);
        const IpAddress address = address_of(family, base + at);
        CHECK(united.contains(address) == (in0 || in1));
        CHECK(both.contains(address) == (in0 && in1));
        CHECK(rest.contains(address) == (in0 && !in1));
      }
      CHECK(IpIntervals::of(family, united.networks()) == united);
    }
}
