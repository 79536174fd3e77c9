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
  SPF      worst case 2 of 10 look-ups, 1 of 2 void (IPv6)
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

TEST_CASE("dns answer: a record that is written wrong, and the one to publish") {
  FakeResolver dns;
  dns.text("example.com", "v=spf1 -all")
      .record("example.com", RecordType::mx, "0 .")
      .text("_dmarc.example.com", "v=DMARC1 p=reject rua=dmarc@example.com");
  const DnsCheckAnswer answer = ask(dns, {.domains = {"example.com"}});
  std::ostringstream out;
  write_dns_text(out, answer, false);
  CHECK(out.str() == R"(example.com: 1 fault, 1 piece of advice

  DMARC    no DMARC record applies
           FAULT   A semicolon is missing at _dmarc.example.com: receivers read
                   'v=DMARC1 p=reject rua=dmarc@example.com' as one tag.
                   Repaired: v=DMARC1; p=reject; rua=mailto:dmarc@example.com
  SPF      worst case 0 of 10 look-ups, 0 of 2 void
           example.com  [0]
             -all
  MX       null MX
           A domain without mail.
           ADVICE  The domain has no mail, but its DMARC policy is missing.
                   Publish p=reject.
)");
  std::ostringstream json;
  write_listing(json, Format::json, dns_listing(answer), {}, Formulas::guarded);
  CHECK(json.str().contains("\"repaired\": \"v=DMARC1; p=reject; rua=mailto:dmarc@example.com\""));
}

TEST_CASE("dns answer: the way to a record that is found through CNAMEs") {
  FakeResolver dns = good_domain();
  dns.alias("_dmarc.alias.example", "a.vendor.example")
      .alias("a.vendor.example", "b.vendor.example")
      .text("b.vendor.example", "v=DMARC1; p=reject; rua=mailto:dmarc@alias.example")
      .text("alias.example", "v=spf1 include:_spf.alias.example -all")
      .alias("_spf.alias.example", "spf.vendor.example")
      .text("spf.vendor.example", "v=spf1 ip4:192.0.2.0/24 -all")
      .record("alias.example", RecordType::mx, "10 mx.example.com")
      .alias("s1._domainkey.alias.example", "s1.vendor.example")
      .alias("s1.vendor.example", "gone.vendor.example")
      .alias("_mta-sts.alias.example", "sts.vendor.example")
      .text("sts.vendor.example", "v=STSv1; id=1")
      .alias("_smtp._tls.alias.example", "tls.vendor.example")
      .text("tls.vendor.example", "v=TLSRPTv1; rua=mailto:t@alias.example")
      .alias("default._bimi.alias.example", "bimi.vendor.example")
      .text("bimi.vendor.example", "v=BIMI1; l=; a=");
  const DnsCheckAnswer answer =
      ask(dns, {.domains = {"alias.example", "example.com"}, .selectors = {"s1"}});
  std::ostringstream out;
  write_dns_text(out, answer, false);
  const std::string text = out.str();
  for (const char* line :
       {"           _dmarc.alias.example: CNAME to a.vendor.example, b.vendor.example\n",
        "             include:_spf.alias.example  [1]  (CNAME to spf.vendor.example)\n",
        "s1: missing, CNAME to s1.vendor.example, gone.vendor.example\n",
        "           CNAME to sts.vendor.example\n", "           CNAME to tls.vendor.example\n",
        "           CNAME to bimi.vendor.example\n"}) {
    CAPTURE(std::string(line));
    CHECK(text.contains(line));
  }
  CHECK(!text.substr(text.find("\nexample.com: ")).contains("CNAME"));
  // It leads to a name of which nothing is known.
  FakeResolver silent = good_domain();
  silent.alias("_dmarc.sub.example.com", "x.vendor.example").silent("x.vendor.example");
  std::ostringstream unknown;
  write_dns_text(unknown, ask(silent, {.domains = {"sub.example.com"}}), false);
  CHECK(unknown.str().contains("_dmarc.sub.example.com: CNAME to x.vendor.example\n"));
  CHECK(unknown.str().contains("could not be checked: CNAME to\n"));
}

TEST_CASE("dns answer: nothing answered is not nothing there") {
  FakeResolver dns;
  dns.silent("example.com").silent("_dmarc.example.com");
  const DnsCheckAnswer answer = ask(dns, {.domains = {"example.com"}});
  CHECK(!answer.answered());
  CHECK(!answer.has_faults());
}

TEST_CASE("dns answer: of a policy that is not known nothing follows") {
  struct Row {
    bool silent;
    std::vector<DomainFault::Kind> faults;
  };
  using Kind = DomainFault::Kind;
  for (const Row& row : {Row{true, {}}, Row{false, {Kind::parked_policy, Kind::bimi_no_policy}}}) {
    FakeResolver dns;
    dns.text("example.com", "v=spf1 -all")
        .record("example.com", RecordType::mx, "0 .")
        .text("default._bimi.example.com", "v=BIMI1; l=https://example.com/logo.svg; a=");
    if (row.silent)
      dns.silent("_dmarc.example.com");
    else
      dns.text("_dmarc.example.com", "v=DMARC1; p=none; rua=mailto:dmarc@example.com");
    const DomainHealth health = ask(dns, {.domains = {"example.com"}}).domains.front();
    std::vector<Kind> kinds;
    for (const DomainFault& fault : health.faults)
      if (fault.kind == Kind::parked_policy || fault.kind == Kind::bimi_no_policy)
        kinds.push_back(fault.kind);
    CHECK(kinds == row.faults);
    CHECK(health.parked);
  }
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
  write_listing(json, Format::json, dns_listing(answer), {}, Formulas::guarded);
  CHECK(json.str().starts_with("{\n  \"schema\": \"dmarcq.dns/1\""));
}

TEST_CASE("dns flatten: what is proved, where the published record exceeds the limits") {
  struct Row {
    const char *record, *words;
  };
  for (const Row& row : {
           Row{"v=spf1 mx a:mx.example.com ~all", "; proved equal: every address"},
           Row{"v=spf1 mx a:mx.example.com mx ~all", "; proved equal apart from look-up limits"},
       }) {
    CAPTURE(row.record);
    FakeResolver dns;
    dns.text("example.com", row.record)
        .record("example.com", RecordType::mx, "10 mx.example.com")
        .record("mx.example.com", RecordType::a, "203.0.113.5");
    std::ostringstream out;
    write_flat_records(out, "example.com", flatten_spf("example.com", dns), row.record,
                       "2026-01-05");
    CHECK(out.str().contains(row.words));
    CHECK(out.str().contains("example.com. IN TXT \"v=spf1 ip4:203.0.113.5 ~all\""));
  }
}
