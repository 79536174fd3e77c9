// SPDX-License-Identifier: MIT
#include "report/analysis/client.h"

#include <doctest/doctest.h>

using namespace dmarcq;

TEST_CASE("client of a domain: who lists it or the nearest above, else another name beside it") {
  const std::vector<ClientDomains> clients{
      {"Harbor", {"harbor.example", "www.pier.example"}},
      {"Mill", {"mill.harbor.example", "mill.example"}},
      {"Pier", {"pier.example"}},
  };
  struct Row {
    const char *domain, *client;
  };
  for (const Row& row : {
           Row{"harbor.example", "Harbor"},
           Row{"news.harbor.example", "Harbor"},
           Row{"mill.harbor.example", "Mill"},
           Row{"a.mill.harbor.example", "Mill"},
           Row{"grist-mill.harbor.example", "Harbor"},
           Row{"mill.example", "Mill"},
           Row{"pier.example", "Pier"},
           Row{"www.pier.example", "Harbor"},
           Row{"ftp.pier.example", "Pier"},
           Row{"notpier.example", ""},
           Row{"example", ""},
           Row{"", ""},
       }) {
    CAPTURE(row.domain);
    CHECK(client_of(clients, row.domain) == row.client);
  }
  // Only a name below is listed: its organizational domain is of the same owner.
  const std::vector<ClientDomains> below{{"Quay", {"mail.quay.example"}}};
  CHECK(client_of(below, "quay.example") == "Quay");
  CHECK(client_of(below, "news.quay.example") == "Quay");
  CHECK(client_of({}, "quay.example").empty());
}
