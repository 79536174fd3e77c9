// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "report/cli/keep/sender_list.h"

using namespace dmarcq;

namespace {
constexpr Day now = 20'778;  // 2026-11-21

std::string one(const std::string& kind, const std::string& value, const std::string& name = "x",
                const std::string& service = "", const std::string& route = "") {
  const auto checked = checked_entry(
      {.kind = kind, .value = value, .name = name, .service = service, .route = route}, now);
  if (!checked)
    return "! " + checked.error().text +
           (checked.error().hint.empty() ? "" : " | " + checked.error().hint);
  return checked->kind + " " + checked->value +
         (checked->service.empty() ? "" : " " + checked->service) +
         (checked->route.empty() ? "" : " " + checked->route);
}
}  // namespace

TEST_CASE("senders: entries are normalised") {
  struct Row {
    std::string kind, value, expected;
  };
  for (const Row& row : {Row{"network", "192.0.2.7", "network 192.0.2.7/32"},
                         Row{"Network", " 2001:DB8::/32 ", "network 2001:db8::/32"},
                         Row{"spf_domain", "Mail.Example.COM.", "spf-domain mail.example.com"},
                         Row{"no-mail", "*.example.net", "no-mail example.net"},
                         Row{"org", "00D8E000000RvNd", "org 00D8E000000RvNdUAK"},
                         Row{"org", "00D8E000000RvNdUAK", "org 00D8E000000RvNdUAK"},
                         Row{"dkim-selector", "SF1", "dkim-selector sf1"},
                         Row{"dkim-selector", "sf1._domainkey.Example.com",
                             "dkim-selector sf1._domainkey.example.com"},
                         Row{"relay", "microsoft 365", "relay Microsoft 365"},
                         Row{"relay", "192.0.2.0/24", "relay 192.0.2.0/24"},
                         Row{"mailing-list", "lists.example.org", "mailing-list lists.example.org"},
                         Row{"mailing-list", "192.0.2.0/24", "mailing-list 192.0.2.0/24"}}) {
    CAPTURE(row.value);
    CHECK(one(row.kind, row.value) == row.expected);
  }
  CHECK(one("network", "192.0.2.7", "", "salesforce", "Core") ==
        "network 192.0.2.7/32 Salesforce core");
  CHECK(one("network", "192.0.2.7", "", "", "core") == "network 192.0.2.7/32 Salesforce core");
  const auto verified = checked_entry({.kind = "verified", .value = "example.com"}, now);
  REQUIRE(verified);
  CHECK(verified->since == now);
}

TEST_CASE("senders: what cannot be meant is refused, with a way out") {
  struct Row {
    std::string kind, value, says;
  };
  for (const Row& row :
       {Row{"orgs", "x", "did you mean 'org'?"},
        Row{"network", "192.0.2", "neither an address nor a network"},
        Row{"network", "192.0.2.0/33", "neither an address nor a network"},
        Row{"org", "00D", "15 or 18"}, Row{"org", "001D00000000001", "15 or 18"},
        Row{"org", "00D8E000000RvNdUAB", "as written the id would be 00D8E000000RvNdUAK"},
        Row{"no-mail", "postmaster@example.net", "did you mean example.net?"},
        Row{"spf-domain", "https://example.net/x", "did you mean example.net?"},
        Row{"spf-domain", "example", "write it as in DNS"},
        Row{"spf-domain", "b\xC3\xBC ro.example", "is no domain"},
        Row{"spf-domain", "192.0.2.1", "is no domain"},
        Row{"dkim-selector", "a b", "is no selector"},
        Row{"relay", "Microsoft 356", "Microsoft 365"}, Row{"no-mail", "  ", "is empty"}}) {
    CAPTURE(row.value);
    const std::string found = one(row.kind, row.value);
    CAPTURE(found);
    CHECK(found.starts_with("! "));
    CHECK(found.find(row.says) != std::string::npos);
  }
  CHECK(one("network", "192.0.2.7", "").find("whose is it?") != std::string::npos);
  CHECK(one("network", "192.0.2.7", "", "Salesfroce").find("did you mean 'Salesforce'?") !=
        std::string::npos);
  CHECK(one("network", "192.0.2.7", "", "", "cor").find("did you mean 'core'?") !=
        std::string::npos);
  CHECK(one("network", "192.0.2.7", "", "Amazon SES", "core").find("not of Amazon SES") !=
        std::string::npos);
  CHECK_FALSE(checked_entry({.kind = "no-mail", .value = "example.com", .ours = false}, now));
  CHECK_FALSE(checked_entry({.kind = "no-mail", .value = "example.com", .since = 1}, now));
}

TEST_CASE("senders: a list in CSV, TSV or with semicolons") {
  for (const std::string text :
       {"kind,value,name\nnetwork,192.0.2.7,\"Warehouse, north\"\n",
        "kind\tvalue\tname\r\nnetwork\t192.0.2.7\tWarehouse, north\r\n",
        "\xEF\xBB\xBFvalue;KIND;name\n\n# a remark\n192.0.2.7;network;Warehouse, north"}) {
    CAPTURE(text);
    const SenderList list = read_sender_list(text, now);
    CHECK(list.faults.empty());
    REQUIRE(list.entries.size() == 1);
    CHECK(list.entries[0].value == "192.0.2.7/32");
    CHECK(list.entries[0].name == "Warehouse, north");
    CHECK(list.entries[0].ours);
  }
  const SenderList list = read_sender_list(
      "id,kind,value,ours,since\n7,org,00D8E000000RvNd,no,\n,verified,example.com,,2026-10-01\n",
      now);
  CHECK(list.faults.empty());
  REQUIRE(list.entries.size() == 2);
  CHECK_FALSE(list.entries[0].ours);
  CHECK(list.entries[1].since == now - 51);
}

TEST_CASE("senders: faults of a list are told by line, all of them") {
  const SenderList list = read_sender_list(
      "kind,value,name,ours\norg,00D,,\nnetwork,192.0.2.1,\"two\nlines\",\nnetwork,192.0.2.1,again,\nnetwork,192.0.2.3,a,maybe\nno-mail,example.com,,,more\n",
      now);
  std::vector<std::size_t> lines;
  for (const ListFault& fault : list.faults) lines.push_back(fault.line);
  CHECK(lines == std::vector<std::size_t>{2, 5, 6, 7});
  CHECK(list.entries.size() == 1);
  CHECK(read_sender_list("", now).faults.size() == 1);
  CHECK(
      read_sender_list("kind,valeu\n", now).faults.at(0).fault.text.find("did you mean 'value'?") !=
      std::string::npos);
  CHECK(read_sender_list("kind\n", now).faults.at(0).fault.text.find("no column 'value'") !=
        std::string::npos);
  CHECK(read_sender_list("kind,value\norg,\"00D\n", now)
            .faults.at(0)
            .fault.text.find("never closed") != std::string::npos);
}
