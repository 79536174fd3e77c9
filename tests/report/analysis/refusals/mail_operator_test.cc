// SPDX-License-Identifier: MIT
#include "report/analysis/refusals/mail_operator.h"

#include <doctest/doctest.h>

using namespace dmarcq;

TEST_CASE("mail operator: of a recipient's domain, a host, a refusal's words") {
  struct Row {
    const char *domain, *host, *text, *expected;
  };
  for (const Row& row : {
           Row{"gmail.com", "", "", "google"},
           Row{"GoogleMail.com", "", "", "google"},
           Row{"shop.example", "aspmx.l.google.com", "", "google"},
           Row{"shop.example", "shop-example.mail.protection.outlook.com", "", "microsoft"},
           Row{"hotmail.co.uk", "", "", "microsoft"},
           Row{"yahoo.co.jp", "", "", "yahoo.co.jp"},  // another company
           Row{"aol.com", "", "", "yahoo"},
           Row{"shop.example", "mta7.am0.yahoodns.net", "", "yahoo"},
           Row{"me.com", "", "", "apple"},
           Row{"shop.example", "eu-smtp-inbound-1.mimecast.com", "", "mimecast"},
           Row{"shop.example", "mx0a-00.pphosted.com", "", "proofpoint"},
           Row{"shop.example", "", "550 5.7.26 … d9443c01a7336 - gsmtp", "google"},
           Row{"shop.example", "", "550 5.7.1 [AM0EUR.prod.protection.outlook.com]", "microsoft"},
           // Near misses.
           Row{"gmail.com.example", "", "", "com.example"},
           Row{"notgmail.com", "", "", "notgmail.com"},
           Row{"mail.shop.example", "mx.shop.example", "550 5.1.1 unknown", "shop.example"},
           Row{"shop.example", "mx.google.com.example", "", "shop.example"},
           // Of a sandbox, which sends to nobody.
           Row{"gmail.com.invalid", "", "", "gmail.com.invalid"},
           Row{"Mail.Shop.Example.INVALID", "", "", "mail.shop.example.invalid"},
           Row{"notinvalid.example", "", "", "notinvalid.example"},
           Row{"", "", "", ""},
       }) {
    CAPTURE(row.domain);
    CAPTURE(row.host);
    CHECK(operator_of(row.domain, row.host, row.text) == row.expected);
  }
}

TEST_CASE("mail operator: of those who report") {
  struct Row {
    const char *reporter, *expected;
  };
  for (const Row& row :
       {Row{"google.com", "google"}, Row{"Google Inc.", "google"},
        Row{"Enterprise Outlook", "microsoft"}, Row{"Outlook.com", "microsoft"},
        Row{"Microsoft Corporation", "microsoft"}, Row{"Yahoo", "yahoo"}, Row{"AOL", "yahoo"},
        Row{"Mimecast", "mimecast"}, Row{"mx.shop.example", "shop.example"}, Row{"", ""}})
    CHECK(operator_of_reporter(row.reporter) == row.expected);
}
