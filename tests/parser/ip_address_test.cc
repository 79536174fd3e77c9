// SPDX-License-Identifier: MIT
#include "parser/ip_address.h"

#include <doctest/doctest.h>

using namespace dmarcq;

TEST_CASE("ip: addresses are read in any form and written in one (RFC 5952)") {
  struct Row {
    std::string_view input, expected;
  };
  for (const auto& [input, expected] : {
           Row{"192.0.2.1", "192.0.2.1"},
           Row{" \t192.0.2.1\r\n", "192.0.2.1"},
           Row{"0.0.0.0", "0.0.0.0"},
           Row{"255.255.255.255", "255.255.255.255"},
           Row{"2001:DB8::1", "2001:db8::1"},
           Row{"2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1"},
           Row{"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
           Row{"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
           Row{"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
           Row{"::", "::"},
           Row{"::1", "::1"},
           Row{"1::", "1::"},
           Row{"::192.0.2.1", "::c000:201"},
           Row{"::ffff:192.0.2.1", "192.0.2.1"},
           Row{"::FFFF:c000:0201", "192.0.2.1"},
           Row{"64:ff9b::192.0.2.1", "64:ff9b::c000:201"},
       }) {
    CAPTURE(input);
    const auto address = IpAddress::parse(input);
    REQUIRE(address.has_value());
    CHECK(address->to_text() == expected);
    CHECK(IpAddress::parse(expected) == address);
    CHECK(IpAddress::from_bytes(address->bytes()) == address);
    CHECK(address->is_v4() == (address->bytes().size() == 4));
  }
}

TEST_CASE("ip: what is no address is nothing") {
  using namespace std::string_view_literals;
  for (const std::string_view input :
       {""sv,
        " "sv,
        "192.0.2"sv,
        "192.0.2.256"sv,
        "192.0.2.01"sv,
        "192.0.2.1."sv,
        ".192.0.2.1"sv,
        "192.0.2.1/32"sv,
        "192.0.2.1:25"sv,
        "192.0.2.1 192.0.2.2"sv,
        "192.0.2.1\0"sv,
        "0192.0.2.1"sv,
        "192.0.2.-1"sv,
        "3221225985"sv,
        "0xC0.0.2.1"sv,
        "::ffff:092.0.2.1"sv,
        "fe80::1%eth0"sv,
        "[2001:db8::1]"sv,
        "2001:db8::1::"sv,
        "2001:db8"sv,
        "::ffff:192.0.2.1\0x"sv,
        "12345::"sv,
        ":::"sv,
        "localhost"sv,
        "::1111111111111111111111111111111111111111111111111111111111111"sv}) {
    CAPTURE(input);
    CHECK_FALSE(IpAddress::parse(input).has_value());
  }
  CHECK_FALSE(IpAddress::from_bytes("12345").has_value());
  CHECK_FALSE(IpAddress::from_bytes("").has_value());
}

TEST_CASE("ip: the default address is written") { CHECK(IpAddress().to_text() == "0.0.0.0"); }

TEST_CASE("ip: networks") {
  struct Row {
    std::string_view input, expected;
  };
  for (const auto& [input, expected] : {
           Row{"192.0.2.0/24", "192.0.2.0/24"},
           Row{"192.0.2.77/24", "192.0.2.0/24"},
           Row{"192.0.2.77", "192.0.2.77/32"},
           Row{"0.0.0.0/0", "0.0.0.0/0"},
           Row{"203.0.113.255/25", "203.0.113.128/25"},
           Row{"2001:db8:ffff::/33", "2001:db8:8000::/33"},
           Row{"2001:db8::1", "2001:db8::1/128"},
           Row{"::ffff:192.0.2.1/120", "192.0.2.0/24"},
           Row{"::ffff:192.0.2.1", "192.0.2.1/32"},
           Row{"::/0", "::/0"},
       }) {
    CAPTURE(input);
    const auto network = IpNetwork::parse(input);
    REQUIRE(network.has_value());
    CHECK(network->to_text() == expected);
    CHECK(network->contains(network->address));
    CHECK(IpNetwork::parse(expected) == network);
  }
  for (const std::string_view bad :
       {"", "/24", "192.0.2.0/", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/024", "192.0.2.0/24/24",
        "2001:db8::/129", "192.0.2.0 /24", "::ffff:192.0.2.0/24", "192.0.2.0/2x",
        "192.0.2.0/9999"}) {
    CAPTURE(bad);
    CHECK_FALSE(IpNetwork::parse(bad).has_value());
  }
}

TEST_CASE("ip: a network contains its addresses and no others") {
  const auto contains = [](std::string_view network, std::string_view address) {
    return IpNetwork::parse(network)->contains(*IpAddress::parse(address));
  };
  CHECK(contains("192.0.2.0/25", "192.0.2.127"));
  CHECK_FALSE(contains("192.0.2.0/25", "192.0.2.128"));
  CHECK(contains("0.0.0.0/0", "203.0.113.9"));
  CHECK_FALSE(contains("0.0.0.0/0", "2001:db8::1"));
  CHECK_FALSE(contains("::/0", "192.0.2.1"));
  CHECK(contains("::/0", "2001:db8::1"));
  CHECK(contains("2001:db8::/31", "2001:db9::1"));
  CHECK_FALSE(contains("2001:db8::/32", "2001:db9::1"));
  CHECK(contains("192.0.2.1", "::ffff:192.0.2.1"));
  CHECK_FALSE(contains("192.0.2.1/32", "192.0.2.2"));
}
