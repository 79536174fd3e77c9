// SPDX-License-Identifier: MIT
#include "report/answers/dns_answer.h"

#include <doctest/doctest.h>

#include <sstream>

#include "report/render/answers/dns.h"
#include "tests/support/fake_resolver.h"

using namespace dmarcq;
using dmarcq::test::FakeResolver;

namespace {

FakeResolver good_domain() {
  FakeResolver dns;
  dns.text("example.com", "v=spf1 include:_spf.example.net mx ~all")
      .text("_spf.example.net", "v=spf1 ip4:192.0.2.0/24 -all")
      .text("_dmarc.example.com", "v=DMARC1; p=reject; rua=mailto:dmarc@example.com")
      .record("example.com", RecordType::mx, "10 mx.example.com")
      .record("mx.example.com", RecordType::a, "203.0.113.5");
  return dns;
}

DnsCheckAnswer ask(FakeResolver& dns, DnsCheckQuestion question) {
  return dns_check_answer(dns, nullptr, std::move(question));
}

}  // namespace

TEST_CASE("dns answer: a domain in order") {
  FakeResolver dns = good_domain();
  const DnsCheckAnswer answer =
      ask(dns, {.domains = {"example.com"}, .address = IpAddress::parse("192.0.2.9")});
  CHECK(answer.answered());
  CHECK(!answer.has_faults());
  REQUIRE(answer.domains.size() == 1);
  const DomainHealth& health = answer.domains.front();
  CHECK(health.faults.size() == 1);  // no selectors to check
  CHECK(health.spf.lookups == 2);
  REQUIRE(health.spf_of_address);
  CHECK(health.spf_of_address->result == SpfResult::pass);
  CHECK(health.spf_of_address->lookups == 1);
  std::ostringstream out;
  write_dns_text(out, answer, false);
  CHECK(out.str() == R"(example.com: no faults

  DMARC    p=reject, by the record of example.com
           v=DMARC1; p=reject; rua=mailto:dmarc@example.com
  Reports  rua dmarc@example.com: the same organization
  SPF      worst case 2 of 10 look-ups, 0 of 2 void
           for the given address: pass by include:_spf.example.net, after 1
           look-up and 0 void ones
           example.com  [2]
             include:_spf.example.net  [1]
               ip4:192.0.2.0/24
               -all
             mx  [1]
             ~all
  DKIM     note    DKIM was not checked: no report shows a selector. Name one
                   with --selector.
  MX       mx.example.com
)");
}

TEST_CASE("dns answer: nothing answered is not nothing there") {
  FakeResolver dns;
  dns.silent("example.com").silent("_dmarc.example.com");
  const DnsCheckAnswer answer = ask(dns, {.domains = {"example.com"}});
  CHECK(!answer.answered());
  CHECK(!answer.has_faults());
}

TEST_CASE("dns answer: hostile text in DNS") {
  FakeResolver dns;
  std::string spf = "v=spf1";
  for (int i = 0; i < 3'000; ++i) spf += " bad" + std::to_string(i) + ":x";
  dns.text("example.com", spf)
      .text("_dmarc.example.com", "v=dmarc1\x1b[2J\n" + std::string(9'000, 'x'));
  const DnsCheckAnswer answer = ask(dns, {.domains = {"example.com"}});
  CHECK(answer.has_faults());
  CHECK(answer.domains.front().faults.size() <= 200);
  std::ostringstream out;
  write_dns_text(out, answer, false);
  CHECK(out.str().find('\x1b') == std::string::npos);
  std::ostringstream json;
  write_dns_json(json, answer);
  CHECK(json.str().starts_with("{\n  \"schema\": \"dmarcq.dns/1\""));
}
