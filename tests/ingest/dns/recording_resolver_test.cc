// SPDX-License-Identifier: MIT
#include "ingest/dns/recording_resolver.h"

#include <doctest/doctest.h>

#include "ingest/dns/dns_snapshot.h"

using namespace dmarcq;

TEST_CASE("a recording has what was asked, and nothing else") {
  auto source = DnsSnapshot::parse(
      "example.com. 300 IN TXT \"v=spf1 -all\"\nexample.com. 300 IN A 192.0.2.1\n"
      "www.example.com. 60 IN CNAME example.com.\nother.example.com. 300 IN TXT \"x\"\n"
      ";; NXDOMAIN gone.example.com.\n");
  REQUIRE(source);
  RecordingResolver recording(*source);
  const DnsQuestion questions[] = {{"www.example.com", RecordType::a},
                                   {"www.example.com", RecordType::txt},
                                   {"gone.example.com", RecordType::txt},
                                   {"Example.com.", RecordType::txt},
                                   {"example.com", RecordType::mx}};
  recording.prefetch(questions);
  CHECK(recording.answers().empty());
  for (const DnsQuestion& question : questions) (void)recording.ask(question);
  (void)recording.ask({"example.com", RecordType::txt});
  CHECK(recording.answers().size() == 5);
  const std::string text = recording.snapshot("2026-11-30T15:40:00Z");
  CHECK(text ==
        ";; dmarcq dns snapshot, taken 2026-11-30T15:40:00Z\n"
        "example.com. 300 IN TXT \"v=spf1 -all\"\n"
        ";; UNKNOWN example.com. MX not in the snapshot\n"
        ";; NXDOMAIN gone.example.com.\n"
        "www.example.com. 60 IN CNAME example.com.\n"
        "example.com. 60 IN A 192.0.2.1\n"
        "example.com. 60 IN TXT \"v=spf1 -all\"\n");
  auto again = DnsSnapshot::parse(text);
  REQUIRE(again);
  CHECK(again->taken() == "2026-11-30T15:40:00Z");
  for (const DnsQuestion& question : questions) {
    CAPTURE(question.name);
    CHECK(again->ask(question).status == source->ask(question).status);
    CHECK(again->ask(question).data == source->ask(question).data);
  }
  CHECK(again->ask({"other.example.com", RecordType::txt}).status == DnsAnswer::Status::unknown);
}
