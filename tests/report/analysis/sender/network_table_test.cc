// SPDX-License-Identifier: MIT
// Edges of networks. The catalogue's own networks, and both families at once: names_test.cc.
#include "report/analysis/sender/network_table.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

using namespace dmarcq;

namespace {

using Positions = std::vector<std::uint32_t>;

std::vector<IpNetwork> networks(const std::vector<const char*>& texts) {
  std::vector<IpNetwork> list;
  for (const char* const text : texts) list.push_back(IpNetwork::parse(text).value());
  return list;
}

Positions holding(const NetworkTable& table, const char* address) {
  const auto found = table.holding(IpAddress::parse(address).value());
  return {found.begin(), found.end()};
}

}  // namespace

TEST_CASE("network table: nothing in it holds nothing") {
  CHECK(holding(NetworkTable(), "192.0.2.1").empty());
  CHECK(NetworkTable().all().empty());
  CHECK(holding(NetworkTable(networks({})), "2001:db8::1").empty());
}

TEST_CASE("network table: the first and the last address of a network, and those beside it") {
  struct Case {
    const char *network, *before, *first, *last, *after;
  };
  for (const Case& c : {
           Case{"192.0.2.64/26", "192.0.2.63", "192.0.2.64", "192.0.2.127", "192.0.2.128"},
           Case{"192.0.2.6/32", "192.0.2.5", "192.0.2.6", "192.0.2.6", "192.0.2.7"},
           Case{"198.51.100.0/24", "198.51.99.255", "198.51.100.0", "198.51.100.255",
                "198.51.101.0"},
           Case{"0.0.0.0/0", "::fffe:ffff:ffff", "0.0.0.0", "255.255.255.255", "::1:0:0:0"},
           Case{"2001:db8::/32", "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
                "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::"},
           Case{"2001:db8:0:1::/64", "2001:db8::ffff:ffff:ffff:ffff",
                "2001:db8:0:1::", "2001:db8:0:1:ffff:ffff:ffff:ffff", "2001:db8:0:2::"},
           Case{"2001:db8::/63", "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
                "2001:db8::", "2001:db8:0:1:ffff:ffff:ffff:ffff", "2001:db8:0:2::"},
           Case{"2001:db8:0:0:8000::/65", "2001:db8::7fff:ffff:ffff:ffff", "2001:db8::8000:0:0:0",
                "2001:db8::ffff:ffff:ffff:ffff", "2001:db8:0:1::"},
           Case{"2001:db8::6/128", "2001:db8::5", "2001:db8::6", "2001:db8::6", "2001:db8::7"},
       }) {
    CAPTURE(c.network);
    const NetworkTable table(networks({c.network}));
    CHECK(holding(table, c.before).empty());
    CHECK(holding(table, c.first) == Positions{0});
    CHECK(holding(table, c.last) == Positions{0});
    CHECK(holding(table, c.after).empty());
  }
}

TEST_CASE("network table: the most specific first, equal ones in the order of the list") {
  const NetworkTable table(networks({"192.0.2.0/24", "192.0.2.0/28", "192.0.2.0/26", "192.0.2.0/28",
                                     "192.0.2.128/25", "192.0.2.0/24"}));
  CHECK(holding(table, "192.0.2.1") == Positions{1, 3, 2, 0, 5});
  CHECK(holding(table, "192.0.2.16") == Positions{2, 0, 5});
  CHECK(holding(table, "192.0.2.64") == Positions{0, 5});
  CHECK(holding(table, "192.0.2.128") == Positions{4, 0, 5});
  CHECK(holding(table, "192.0.3.0").empty());
}

TEST_CASE("network table: IPv4 as IPv6 writes it is the same address") {
  const NetworkTable table(networks({"192.0.2.0/24", "2001:db8::/32"}));
  CHECK(holding(table, "192.0.2.9") == Positions{0});
  CHECK(holding(table, "::ffff:192.0.2.9") == Positions{0});
  CHECK(holding(table, "::ffff:192.0.3.9").empty());
  CHECK(holding(table, "::192.0.2.9").empty());  // near miss: not the mapped form
  CHECK(holding(table, "2001:db8::192.0.2.9") == Positions{1});
}

TEST_CASE("network table: every answer is a part of all()") {
  const NetworkTable table(networks({"192.0.2.0/24", "192.0.2.0/28", "2001:db8::/32"}));
  const auto all = table.all();
  for (const char* const address : {"192.0.2.1", "192.0.2.200", "2001:db8::1"}) {
    const auto answer = table.holding(IpAddress::parse(address).value());
    REQUIRE_FALSE(answer.empty());
    CHECK(answer.data() >= all.data());
    CHECK(answer.data() + answer.size() <= all.data() + all.size());
  }
}

TEST_CASE("network table: agrees with a plain search among IPv6 networks of any size") {
  std::mt19937 random(11);
  const auto bytes = [&] {
    std::string text("\x20\x01\x0d\xb8", 4);
    while (text.size() < 16) text += static_cast<char>(random() % 2 == 0 ? 0 : random() % 4);
    return text;
  };
  std::vector<IpNetwork> list;
  for (int i = 0; i < 60; ++i) {
    const auto address = IpAddress::from_bytes(bytes()).value();
    list.push_back(
        IpNetwork::parse(address.to_text() + "/" + std::to_string(random() % 129)).value());
  }
  const NetworkTable table(list);
  for (int i = 0; i < 500; ++i) {
    const auto address = IpAddress::from_bytes(bytes()).value();
    Positions plain;
    for (std::uint32_t at = 0; at < list.size(); ++at)
      if (list[at].contains(address)) plain.push_back(at);
    std::ranges::stable_sort(plain,
                             [&](auto a, auto b) { return list[a].prefix > list[b].prefix; });
    const auto found = table.holding(address);
    CHECK(Positions(found.begin(), found.end()) == plain);
  }
}
