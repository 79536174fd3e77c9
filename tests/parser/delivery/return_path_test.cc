// SPDX-License-Identifier: MIT
// What an envelope sender says: the From address that Salesforce encodes, the numbers of Marketing
// Cloud, and senders that forwarders wrote anew.
#include "parser/delivery/return_path.h"

#include <doctest/doctest.h>

using namespace dmarcq;
using Kind = ReturnPath::Kind;

TEST_CASE("return path: kinds") {
  struct Row {
    const char* text;
    Kind kind;
    const char *address, *header_from, *forwarder;
  };
  constexpr const char* core =
      "info=example.com__k2f@0a1b.00dxx0000000001aaa.um8.bnc.salesforce.com";
  for (const Row& row : {
           Row{"<>", Kind::null, "", "", ""},
           Row{"", Kind::none, "", "", ""},
           Row{"postmaster", Kind::none, "", "", ""},
           Row{"a b@example.com", Kind::none, "", "", ""},
           Row{"<User@Example.COM>", Kind::plain, "User@example.com", "", ""},
           Row{core, Kind::salesforce_core, core, "info@example.com", ""},
           Row{"<a=b=example.com__x__1@h.bnc.salesforce.com>", Kind::plain,
               "a=b=example.com__x__1@h.bnc.salesforce.com", "", ""},
           Row{"a=Example.COM__x@h.bnc.salesforce.com", Kind::salesforce_core,
               "a=Example.COM__x@h.bnc.salesforce.com", "a@example.com", ""},
           Row{"a=example.com@h.bnc.salesforce.com", Kind::plain,
               "a=example.com@h.bnc.salesforce.com", "", ""},
           Row{"info=example.com__k2f@bnc.salesforce.com.example.net", Kind::plain,
               "info=example.com__k2f@bnc.salesforce.com.example.net", "", ""},
           Row{"SRS0=HHH=TT=example.com=user@forward.example.net", Kind::plain, "user@example.com",
               "", "forward.example.net"},
           Row{"SRS0+abcd=TT=h.bnc.salesforce.com=info=example.com__k2f@forward.example.net",
               Kind::salesforce_core, "info=example.com__k2f@h.bnc.salesforce.com",
               "info@example.com", "forward.example.net"},
           Row{"SRS1=GGG=one.example.org==HHH=TT=example.com=user@two.example.net", Kind::plain,
               "user@example.com", "", "two.example.net"},
           Row{"SRS0=HHH=user@forward.example.net", Kind::plain,
               "SRS0=HHH=user@forward.example.net", "", ""},
           Row{"prvs=1234abcdef=user@example.com", Kind::plain, "user@example.com", "", ""},
           Row{"prvs=user/1234abcdef@example.com", Kind::plain, "user@example.com", "", ""},
           Row{"btv1==123456789ab==user@example.com", Kind::plain, "user@example.com", "", ""},
           Row{"prvs=user@example.com", Kind::plain, "prvs=user@example.com", "", ""},
       }) {
    CAPTURE(row.text);
    const ReturnPath path = parse_return_path(row.text);
    CHECK(path.kind == row.kind);
    CHECK(path.address == row.address);
    CHECK(path.header_from == row.header_from);
    CHECK(path.forwarder == row.forwarder);
  }
  CHECK(parse_return_path("user@Example.com").domain == "example.com");
}

TEST_CASE("return path: the five numbers of Marketing Cloud") {
  const ReturnPath path = parse_return_path("bounce-12_HTML-345-67-89-10@bounce.e.example.com");
  CHECK(path.kind == Kind::marketing_cloud);
  CHECK(path.marketing_cloud == ReturnPath::MarketingCloud{12, 345, 67, 89, 10});
  CHECK(parse_return_path("bounce-1_TEXT-2-3-4-5@b.example.com").marketing_cloud.has_value());
  for (const char* text :
       {"bounce-1_HTML-2-3-4@b.example.com", "bounce-1_HTML-2-3-4-5-6@b.example.com",
        "bounce-1-2-3-4-5@b.example.com", "bounce-_HTML-2-3-4-5@b.example.com",
        "reply-1_HTML-2-3-4-5@b.example.com",
        "bounce-1_HTML-2-3-4-99999999999999999999@b.example.com"}) {
    CAPTURE(text);
    CHECK(parse_return_path(text).kind == Kind::plain);
  }
}
