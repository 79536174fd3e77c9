// SPDX-License-Identifier: MIT
#include "ingest/dns/key_resolver.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/support/fake_resolver.h"

using namespace dmarcq;

namespace {

/// No key, but long enough to be one.
const std::string bits(100, 'A');

}  // namespace

TEST_CASE("key files: records, PEM, base64") {
  const std::string record = "v=DKIM1; k=rsa; p=" + bits, ed25519(43, 'B');
  struct Row {
    const char* name;
    std::string text, expected;
  };
  for (const Row& row : {
           Row{"a record", record + "\n", record},
           Row{"in quotes", "\"" + record + "\"", record},
           Row{"in several strings", "\"v=DKIM1; k=rsa; \" \"p=" + bits + "\"\n", record},
           Row{"a zone's line",
               "s1._domainkey.example.com. 300 IN TXT ( \"v=DKIM1; k=rsa; \"\n \"p=" + bits +
                   "\" )",
               record},
           Row{"semicolons that are quoted", "\"v=DKIM1\\; k=rsa\\; p=" + bits + "\"", record},
           Row{"without v=", "p=" + bits, "p=" + bits},
           Row{"PEM",
               "-----BEGIN PUBLIC KEY-----\r\n" + bits.substr(0, 64) + "\r\n" + bits.substr(64) +
                   "\r\n-----END PUBLIC KEY-----\r\n",
               record},
           Row{"PEM of PKCS #1",
               "-----BEGIN RSA PUBLIC KEY-----\n" + bits + "\n-----END RSA PUBLIC KEY-----\n",
               record},
           Row{"PEM of Ed25519",
               "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA" + ed25519 +
                   "=\n-----END PUBLIC KEY-----\n",
               "v=DKIM1; k=ed25519; p=" + ed25519 + "="},
           Row{"base64", bits + "\n" + bits + "\n", record + bits},
           Row{"base64 that ends like a tag", bits + "p=\n", record + "p="},
           Row{"base64 of Ed25519", ed25519 + "=", "v=DKIM1; k=ed25519; p=" + ed25519 + "="},
       }) {
    CAPTURE(row.name);
    const auto found = KeyResolver::record_in(row.text);
    REQUIRE(found);
    CHECK(*found == row.expected);
  }
  for (const Row& row :
       {Row{"empty", "", "no DKIM key"}, Row{"words", "hello", "no DKIM key"},
        Row{"short", "AAAA", "no DKIM key"}, Row{"not base64", bits + "!", "no DKIM key"},
        Row{"an equals sign inside", bits + "=A" + bits, "no DKIM key"},
        Row{"a private key",
            "-----BEGIN PRIVATE KEY-----\n" + bits + "\n-----END PRIVATE KEY-----\n",
            "private key"},
        Row{"large", std::string(100'000, 'A'), "larger"}}) {
    CAPTURE(row.name);
    const auto found = KeyResolver::record_in(row.text);
    REQUIRE_FALSE(found);
    CHECK(found.error().find(row.expected) != std::string::npos);
  }
}

TEST_CASE("key files: which questions they answer") {
  test::FakeResolver others;
  others.text("example.com", "v=spf1 -all");
  others.text("s1._domainkey.example.com", "v=DKIM1; p=other");
  KeyResolver key("v=DKIM1; p=own", &others), alone("v=DKIM1; p=own", nullptr);
  using Status = DnsAnswer::Status;
  struct Row {
    const char* name;
    RecordType type;
    Status with_others, without;
  };
  for (const Row& row :
       {Row{"s1._domainkey.example.com", RecordType::txt, Status::found, Status::found},
        Row{"S9._DomainKey.example.org", RecordType::txt, Status::found, Status::found},
        Row{"s1._domainkey.example.com", RecordType::cname, Status::no_data, Status::unknown},
        Row{"example.com", RecordType::txt, Status::found, Status::unknown},
        Row{"_domainkey.example.org", RecordType::txt, Status::no_name, Status::unknown},
        Row{"x_domainkey.example.org", RecordType::txt, Status::no_name, Status::unknown}}) {
    CAPTURE(row.name);
    CHECK(key.ask({row.name, row.type}).status == row.with_others);
    CHECK(alone.ask({row.name, row.type}).status == row.without);
  }
  CHECK(key.txt("s1._domainkey.example.com").texts == std::vector<std::string>{"v=DKIM1; p=own"});
  CHECK(alone.ask({"example.com", RecordType::txt}).why == "DNS was not asked");
}
