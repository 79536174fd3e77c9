// SPDX-License-Identifier: MIT
#include "parser/dns_record/reverse_name.h"

#include <doctest/doctest.h>

using namespace dmarcq;

TEST_CASE("addresses as names") {
  const IpAddress v4 = *IpAddress::parse("192.0.2.9"), v6 = *IpAddress::parse("2001:db8::cb01");
  CHECK(dotted_address(v4) == "192.0.2.9");
  CHECK(reversed_address(v4) == "9.2.0.192");
  CHECK(reverse_name(v4) == "9.2.0.192.in-addr.arpa");
  CHECK(dotted_address(v6) == "2.0.0.1.0.d.b.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.c.b.0.1");
  CHECK(reverse_name(v6) ==
        "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
  CHECK(dotted_address(*IpAddress::parse("::ffff:192.0.2.9")) == "192.0.2.9");
}
