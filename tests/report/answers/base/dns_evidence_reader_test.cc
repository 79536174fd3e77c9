// SPDX-License-Identifier: MIT
#include "report/answers/base/dns_evidence_reader.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

#include "report/answers/dns_answer.h"
#include "store/import/process.h"
#include "tests/support/fake_resolver.h"
#include "tests/support/memory_store.h"

using namespace dmarcq;
using dmarcq::test::FakeResolver;

namespace {

/// Mail of one day from an address, in a report on the policy domain.
struct Mail {
  std::string policy_domain, header_from, envelope, ip;
};

constexpr const char* day_text = "2026-10-30";

std::unique_ptr<Store> store_of(const std::vector<Mail>& mails) {
  std::unique_ptr<Store> store = test::memory_store();
  const Day day = day_from_text(day_text).value();
  const EpochSeconds begin = EpochSeconds{day} * 86'400;
  int number = 0;
  for (const Mail& mail : mails) {
    Item item;
    item.origin.source = fmt::format("file {}", ++number);
    item.bytes = fmt::format(
        "<feedback><report_metadata><org_name>google.com</org_name><email>a@google.com</email><report_id>{0}</report_id><date_range><begin>{1}</begin>"
        "<end>{2}</end></date_range></report_metadata><policy_published><domain>{3}</domain><p>none</p></policy_published><record><row>"
        "<source_ip>{6}</source_ip><count>9</count><policy_evaluated><disposition>none</disposition><dkim>fail</dkim><spf>{7}</spf></policy_evaluated></row>"
        "<identifiers><header_from>{4}</header_from></identifiers><auth_results><spf><domain>{5}</domain><result>pass</result></spf></auth_results></record></feedback>",
        number, begin, begin + 86'399, mail.policy_domain, mail.header_from, mail.envelope, mail.ip,
        mail.header_from == mail.envelope ? "pass" : "fail");
    const ProcessedItem processed = process(item, Limits{});
    store->save({&processed, 1});
  }
  return store;
}

/// The includes of example.com that no mail in the reports needed.
std::vector<std::string> unused(const std::vector<Mail>& mails) {
  FakeResolver dns;
  dns.text("example.com", "v=spf1 include:a.example.net include:b.example.net -all")
      .text("a.example.net", "v=spf1 ip4:192.0.2.0/25 -all")
      .text("b.example.net", "v=spf1 ip4:192.0.2.128/25 -all");
  const std::unique_ptr<Store> store = store_of(mails);
  const auto snapshot = store->snapshot();
  const DnsCheckAnswer answer =
      dns_check_answer(dns, snapshot.get(),
                       {.domains = {"example.com"}, .today = day_from_text(day_text).value() + 1});
  std::vector<std::string> found;
  for (const DomainFault& fault : answer.domains.front().faults)
    if (fault.kind == DomainFault::Kind::spf_include_unused) found.push_back(fault.value);
  return found;
}

}  // namespace

TEST_CASE("dns evidence: an include that only mail in another name needs is not unused") {
  using Unused = std::vector<std::string>;
  const Mail own{"example.com", "example.com", "example.com", "192.0.2.9"};
  const Mail by_b{"other.example", "other.example", "example.com", "192.0.2.200"};
  CHECK(unused({own}) == Unused{"include:b.example.net"});
  CHECK(unused({own, by_b}).empty());
  // Below the other domain, and with a policy domain that is not the name in From.
  CHECK(
      unused({own, {"other.example", "news.other.example", "example.com", "192.0.2.200"}}).empty());
  // Near misses: another envelope domain, one below the domain's, an address that nothing permits.
  for (const Mail& other :
       {Mail{"other.example", "other.example", "other.example", "192.0.2.200"},
        Mail{"other.example", "other.example", "bounce.example.com", "192.0.2.200"},
        Mail{"other.example", "other.example", "example.com", "198.51.100.7"}}) {
    CAPTURE(other.envelope + " " + other.ip);
    CHECK(unused({own, other}) == Unused{"include:b.example.net"});
  }
}

TEST_CASE("dns evidence: mail in another name is nobody's sender here") {
  const auto store = store_of({{"example.com", "example.com", "example.com", "192.0.2.9"},
                               {"other.example", "other.example", "example.com", "192.0.2.200"}});
  const auto snapshot = store->snapshot();
  const auto evidence =
      read_dns_evidence(*snapshot, {"example.com"}, day_from_text(day_text).value() + 1);
  REQUIRE(evidence.contains("example.com"));
  const DnsEvidence& found = evidence.at("example.com");
  CHECK(found.messages == 9);  // of the domain itself
  const auto other = std::ranges::find_if(
      found.mail, [](const SeenMail& mail) { return mail.ip.to_text() == "192.0.2.200"; });
  REQUIRE(other != found.mail.end());
  CHECK_FALSE(other->is_own);
  CHECK(other->messages == 9);
}
