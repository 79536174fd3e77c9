// SPDX-License-Identifier: MIT
// Received fields as mail servers write them.
#include "parser/message_auth/received.h"

#include <doctest/doctest.h>

#include <string>

using namespace dmarcq;

namespace {

/// "helo ptr [ip] > by with protocol id=id from=sender tls @time"
std::string read_as(std::string_view value) {
  const ReceivedHop hop = parse_received(value);
  std::string text = hop.helo + " " + hop.ptr + " [" + (hop.ip ? hop.ip->to_text() : "") + "] > " +
                     hop.by + " with " + hop.protocol;
  if (!hop.id.empty()) text += " id=" + hop.id;
  if (!hop.envelope_from.empty()) text += " from=" + hop.envelope_from;
  if (hop.encrypted) text += " tls";
  if (hop.time) text += " @" + std::to_string(*hop.time);
  return text;
}

}  // namespace

TEST_CASE("received: every server's way of writing it") {
  struct Row {
    const char *name, *value, *expected;
  };
  for (
      const Row& row : {
          Row{"Gmail",
              "from out.kestrel.example (out.kestrel.example. [192.0.2.9]) by mx.google.com with ESMTPS id x1si2 for <a@example.net> (version=TLS1_3 cipher=TLS_AES_256_GCM_SHA384 bits=256/256); Tue, 24 Nov 2026 08:15:00 +0000",
              "out.kestrel.example out.kestrel.example [192.0.2.9] > mx.google.com with ESMTPS id=x1si2 tls @1795508100"},
          Row{"Gmail, inside",
              "by 2002:a05:7022:1111:b0:1:2 with SMTP id x; Tue, 24 Nov 2026 08:15:01 -0800",
              "  [] >  with SMTP id=x @1795536901"},
          Row{"Postfix",
              "from mx.kestrel.example (out.kestrel.example [IPv6:2001:db8::9]) (using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)) (No client certificate requested) by mail.example.net (Postfix) with ESMTPS id 4X for <a@example.net>; Tue, 24 Nov 2026 08:15:00 +0000 (UTC)",
              "mx.kestrel.example out.kestrel.example [2001:db8::9] > mail.example.net with ESMTPS id=4X tls @1795508100"},
          Row{"Postfix, no reverse name: that of the cipher is none",
              "from mx.kestrel.example (unknown [192.0.2.9]) (using TLSv1.2 with cipher X (256/256 bits)) by mail.example.net (Postfix) with ESMTP id 4X; x",
              "mx.kestrel.example  [192.0.2.9] > mail.example.net with ESMTP id=4X tls"},
          Row{"Postfix, a login",
              "from [10.0.0.5] (unknown [10.0.0.5]) by mail.example.net (Postfix) with ESMTPSA id 1",
              "  [10.0.0.5] > mail.example.net with ESMTPSA id=1 tls"},
          Row{"Exim",
              "from [192.0.2.9] (helo=mx.kestrel.example) by mail.example.net with esmtps (TLS1.3) tls TLS_AES_256_GCM_SHA384 (Exim 4.96) (envelope-from <a@kestrel.example>) id 1r-0-1; x",
              "mx.kestrel.example  [192.0.2.9] > mail.example.net with esmtps id=1r-0-1 from=a@kestrel.example tls"},
          Row{"Microsoft",
              "from mx.kestrel.example (192.0.2.9) by DB1EUR.mail.protection.outlook.com (10.1.1.1) with Microsoft SMTP Server (version=TLS1_2, cipher=X) id 15.20.1 via Frontend Transport; x",
              "mx.kestrel.example  [192.0.2.9] > db1eur.mail.protection.outlook.com with Microsoft SMTP Server id=15.20.1 tls"},
          Row{"Exchange",
              "from mx.kestrel.example (192.0.2.9) by ex1.example.net (10.1.1.1) with Microsoft SMTP Server (TLS) id 14.3; x",
              "mx.kestrel.example  [192.0.2.9] > ex1.example.net with Microsoft SMTP Server id=14.3 tls"},
          Row{"Sendmail",
              "from kestrel.example (mail@out.kestrel.example [192.0.2.9]) by mail.example.net (8.17.1/8.17.1) with ESMTP id 3A; x",
              "kestrel.example out.kestrel.example [192.0.2.9] > mail.example.net with ESMTP id=3A"},
          Row{"Sendmail does not trust the reverse name",
              "from kestrel.example (smtp.bank.example [192.0.2.9] (may be forged)) by mail.example.net with ESMTP id 3A; x",
              "kestrel.example  [192.0.2.9] > mail.example.net with ESMTP id=3A"},
          Row{"qmail",
              "from unknown (HELO mx.kestrel.example) (192.0.2.9) by mail.example.net with SMTP; 24 Nov 2026 08:15:00 -0000",
              "mx.kestrel.example  [192.0.2.9] > mail.example.net with SMTP @1795508100"},
          Row{"Yahoo",
              "from 192.0.2.9 (EHLO mx.kestrel.example) by 10.197.34.77 with SMTPs (version=TLS1_2 cipher=X); x",
              "mx.kestrel.example  [192.0.2.9] >  with SMTPs tls"},
          Row{"Salesforce's ecelerity",
              "from [10.2.3.4] ([10.2.3.4:50000] helo=app.ops.sfdc.net) by mx1.mta.salesforce.com (envelope-from <a=kestrel.example__x@y.bnc.salesforce.com>) (ecelerity 4.2.38 r(Core)) with ESMTPS id AA/BB; x",
              "app.ops.sfdc.net  [10.2.3.4] > mx1.mta.salesforce.com with ESMTPS id=AA/BB from=a=kestrel.example__x@y.bnc.salesforce.com tls"},
          Row{"Mimecast",
              "from mx.kestrel.example (mx.kestrel.example [192.0.2.9]) by relay.example.com with ESMTP with STARTTLS (version=TLSv1.3, cipher=X) id uk-mta-1; x",
              "mx.kestrel.example mx.kestrel.example [192.0.2.9] > relay.example.com with ESMTP id=uk-mta-1 tls"},
          Row{"a host alone in the comment",
              "from kestrel (out.kestrel.example) by mail.example.net with SMTP",
              "kestrel out.kestrel.example [] > mail.example.net with SMTP"},
          Row{"HTTP", "by mail.example.net with HTTP; x", "  [] > mail.example.net with HTTP"},
          Row{"words of the grammar as names",
              "from by.example ([192.0.2.9]) by with.example with SMTP",
              "by.example  [192.0.2.9] > with.example with SMTP"},
          Row{"a name that says TLS is no encryption",
              "from tlsv1.example (tls.example [192.0.2.9]) by mail.example.net with SMTP",
              "tlsv1.example tls.example [192.0.2.9] > mail.example.net with SMTP"},
          Row{"no names", "from a_b!c by d,e with", "  [] >  with "},
          Row{"semicolons in comments",
              "from mx.kestrel.example (x; y [192.0.2.9]) by mail.example.net; Tue, 24 Nov 2026 08:15:00 +0000",
              "mx.kestrel.example  [192.0.2.9] > mail.example.net with  @1795508100"},
          Row{"a comment that is not closed",
              "from mx.kestrel.example (out.kestrel.example [192.0.2.9] by mail.example.net",
              "mx.kestrel.example out.kestrel.example [192.0.2.9] >  with "},
          Row{"empty", "", "  [] >  with "},
      }) {
    CAPTURE(row.name);
    CHECK(read_as(row.value) == row.expected);
  }
}

TEST_CASE("received: whose word the address is") {
  struct Row {
    const char *value, *ip;
    bool claimed;
  };
  for (const Row& row : {
           Row{"from [10.0.0.1] (out.forger.example [192.0.2.66]) by mx.example.net", "192.0.2.66",
               false},
           Row{"from 10.0.0.1 ([192.0.2.66]) by mx.example.net", "192.0.2.66", false},
           Row{"from [10.0.0.1] [192.0.2.66] by mx.example.net", "192.0.2.66", false},
           Row{"from [10.0.0.1] by mx.example.net", "10.0.0.1", true},
           Row{"from [10.0.0.1] (may be forged) by mx.example.net", "10.0.0.1", true},
           Row{"from [192.0.2.9] (helo=[10.0.0.1]) by mx.example.net", "192.0.2.9", false},
           Row{"from 192.0.2.9 (EHLO mx.kestrel.example) by mx.example.net", "192.0.2.9", false},
           Row{"from unknown (HELO [10.0.0.1]) (192.0.2.9) by mx.example.net", "192.0.2.9", false},
       }) {
    CAPTURE(row.value);
    const ReceivedHop hop = parse_received(row.value);
    REQUIRE(hop.ip);
    CHECK(hop.ip->to_text() == row.ip);
    CHECK(hop.ip_is_claimed == row.claimed);
  }
}

TEST_CASE("received: hostile lengths") {
  CHECK(parse_received(std::string(1'000'000, '(')).by.empty());
  std::string words;
  for (int i = 0; i < 100'000; ++i) words += "with a ";
  CHECK(parse_received("with Microsoft " + words).protocol.size() < 100);
  CHECK(parse_received("with Microsoft " + std::string(10'000, 'a')).protocol.size() < 20'000);
}

TEST_CASE("received: addresses and names inside of organizations") {
  for (const char* text : {"10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "127.0.0.1",
                           "169.254.1.1", "100.64.0.1", "::1", "fc00::1", "fd12::1", "fe80::1",
                           "2002:a05:7022::1", "2002:c0a8:1::1"}) {
    CAPTURE(text);
    CHECK(is_internal(IpAddress::parse(text).value()));
  }
  for (const char* text : {"11.0.0.1", "172.32.0.1", "172.15.255.255", "192.169.0.1", "100.128.0.1",
                           "2001:db8::1", "2002:c000:209::1", "192.0.2.1"}) {
    CAPTURE(text);
    CHECK_FALSE(is_internal(IpAddress::parse(text).value()));
  }
  for (const char* name : {"mx.corp", "a.b.internal", "printer.local", "x.home.arpa", "local"}) {
    CAPTURE(name);
    CHECK(is_private_name(name));
  }
  for (const char* name : {"local.example", "notlocal", "xinternal", "home.arpa.example", ""}) {
    CAPTURE(name);
    CHECK_FALSE(is_private_name(name));
  }
}
