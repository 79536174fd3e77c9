// SPDX-License-Identifier: MIT
#include "ingest/dns/dns_snapshot.h"

#include <doctest/doctest.h>

using namespace dmarcq;

TEST_CASE("answers from a file") {
  using Status = TxtAnswer::Status;
  auto snapshot = DnsSnapshot::parse(
      "; as dig prints it\n"
      "s1._domainkey.Example.com. 300 IN TXT \"v=DKIM1; \" \"p=abc\"\n"
      "s2._domainkey.example.com.\t300\tIN\tCNAME\tS2.keys.example.net.\n"
      "s2.keys.example.net. 300 IN TXT \"one\"\n"
      "s2.keys.example.net. 300 IN TXT \"two\"\n"
      "loop.example.com. 300 IN CNAME loop.example.com.\n"
      "a.example.com. 300 IN A 192.0.2.1\n");
  REQUIRE(snapshot);
  struct Row {
    const char* name;
    Status status;
    std::vector<std::string> texts;
  };
  const Row rows[] = {
      {"s1._domainkey.example.com", Status::found, {"v=DKIM1; p=abc"}},
      {"S1._domainkey.example.com.", Status::found, {"v=DKIM1; p=abc"}},
      {"s2._domainkey.example.com", Status::found, {"one", "two"}},
      {"loop.example.com", Status::unknown, {}},
      {"a.example.com", Status::unknown, {}},
      {"nowhere.example.com", Status::unknown, {}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const TxtAnswer answer = snapshot->txt(row.name);
    CHECK(answer.status == row.status);
    CHECK(answer.texts == row.texts);
  }
  CHECK_FALSE(DnsSnapshot::parse("nothing"));
  CHECK_FALSE(DnsSnapshot::parse("a.example.com. TXT \"open\n"));
  CHECK_FALSE(DnsSnapshot::parse(""));
}
