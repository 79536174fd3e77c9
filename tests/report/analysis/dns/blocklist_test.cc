// SPDX-License-Identifier: MIT
#include "report/analysis/dns/blocklist.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/fake_resolver.h"

using namespace dmarcq;
using dmarcq::test::FakeResolver;

namespace {

using Verdict = BlocklistResult::Verdict;

/// bl.example.net lists addresses, dbl.example.net domains.
FakeResolver lists() {
  FakeResolver dns;
  dns.record("2.0.0.127.bl.example.net", RecordType::a, "127.0.0.2")
      .record("test.dbl.example.net", RecordType::a, "127.0.1.2")
      .record("2.0.0.127.dbl.example.net", RecordType::a, "127.0.1.255")
      .record("1.0.0.127.dbl.example.net", RecordType::a, "127.0.1.255");
  return dns;
}

BlocklistResult ask(FakeResolver& dns, const std::string& subject, const std::string& list) {
  const std::vector<std::string> subjects{subject}, names{list};
  const auto results = ask_blocklists(subjects, names, dns);
  REQUIRE(results.size() == 1);
  return results.front();
}

}  // namespace

TEST_CASE("block lists: what an answer means") {
  struct Case {
    const char *subject, *list, *name, *answer;
    Verdict verdict;
  };
  for (const Case& c : {
           Case{"192.0.2.9", "bl.example.net", "9.2.0.192.bl.example.net", "127.0.0.4",
                Verdict::listed},
           Case{"192.0.2.9", "bl.example.net", nullptr, nullptr, Verdict::not_listed},
           Case{"192.0.2.9", "bl.example.net", "9.2.0.192.bl.example.net", "127.255.255.254",
                Verdict::refused},
           Case{"192.0.2.9", "bl.example.net", "9.2.0.192.bl.example.net", "198.51.100.80",
                Verdict::not_checkable},
           Case{"2001:db8::1", "bl.example.net",
                "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.bl.example.net",
                "127.0.0.2", Verdict::listed},
           Case{"shop.example", "dbl.example.net", "shop.example.dbl.example.net", "127.0.1.2",
                Verdict::listed},
           Case{"shop.example", "dbl.example.net", nullptr, nullptr, Verdict::not_listed},
           Case{"shop.example", "bl.example.net", nullptr, nullptr, Verdict::other_kind},
           Case{"192.0.2.9", "dbl.example.net", nullptr, nullptr, Verdict::other_kind},
       }) {
    CAPTURE(c.subject);
    CAPTURE(c.list);
    FakeResolver dns = lists();
    if (c.name != nullptr) dns.record(c.name, RecordType::a, c.answer);
    CHECK(ask(dns, c.subject, c.list).verdict == c.verdict);
  }
}

TEST_CASE("block lists: test points decide whether anything follows") {
  FakeResolver everything;  // a resolver that answers every name
  everything.record("2.0.0.127.bl.example.net", RecordType::a, "127.0.0.2")
      .record("1.0.0.127.bl.example.net", RecordType::a, "127.0.0.2")
      .record("9.2.0.192.bl.example.net", RecordType::a, "127.0.0.2");
  CHECK(ask(everything, "192.0.2.9", "bl.example.net").verdict == Verdict::not_checkable);
  FakeResolver nothing;  // a list that is gone
  CHECK(ask(nothing, "192.0.2.9", "bl.example.net").verdict == Verdict::not_checkable);
  FakeResolver refusing;
  refusing.record("2.0.0.127.bl.example.net", RecordType::a, "127.255.255.254")
      .record("9.2.0.192.bl.example.net", RecordType::a, "127.255.255.254");
  CHECK(ask(refusing, "192.0.2.9", "bl.example.net").verdict == Verdict::refused);
  FakeResolver silent;
  silent.silent("2.0.0.127.bl.example.net");
  CHECK(ask(silent, "192.0.2.9", "bl.example.net").verdict == Verdict::unknown);
  // A subject is asked about only where something would follow from the answer.
  CHECK(std::ranges::none_of(nothing.asked, [](const DnsQuestion& question) {
    return question.name.starts_with("9.2.0.192");
  }));
}

TEST_CASE("block lists: the reason, and codes of known lists") {
  FakeResolver dns = lists();
  dns.record("9.2.0.192.bl.example.net", RecordType::a, "127.0.0.2")
      .text("9.2.0.192.bl.example.net", "see https://bl.example.net/?192.0.2.9");
  const BlocklistResult result = ask(dns, "192.0.2.9", "bl.example.net");
  CHECK(result.codes == std::vector<std::string>{"127.0.0.2"});
  CHECK(result.reason == "see https://bl.example.net/?192.0.2.9");
  CHECK(blocklist_meaning("zen.spamhaus.org", "127.0.0.2") == "SBL: a source of spam");
  CHECK(blocklist_meaning("key.zen.dq.spamhaus.net", "127.0.0.10").starts_with("PBL"));
  CHECK(blocklist_meaning("dbl.spamhaus.org", "127.0.1.4") == "a phishing domain");
  CHECK(blocklist_meaning("zen.spamhaus.org", "127.0.1.2").empty());
  CHECK(blocklist_meaning("bl.example.net", "127.0.0.2").empty());
}
