// SPDX-License-Identifier: MIT
// Which Authentication-Results are the receiver's own. Verdicts: mail_sender_test.cc.
#include "parser/message_auth/receiver_results.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace dmarcq;

namespace {

using Field = MailTrace::Field;
using Lines = std::vector<MailTrace::Line>;

MailTrace::Line received(const std::string& by, const std::string& ip = "192.0.2.9") {
  return {Field::received, "from out.kestrel.example ([" + ip + "]) by " + by + " with ESMTPS"};
}
MailTrace::Line results(std::string value) {
  return {Field::authentication_results, std::move(value)};
}

/// "id: lines", "" without; "!" behind the id of a receiver that was named.
std::string own(const Lines& lines, const std::vector<std::string>& receivers) {
  const auto found = receiver_results({.lines = lines}, receivers);
  if (!found) return "";
  std::string text = found->authserv_id + (found->named ? "!:" : ":");
  for (const std::size_t line : found->lines) text += " " + std::to_string(line);
  return text;
}

}  // namespace

TEST_CASE("receiver results: which fields are the receiver's") {
  struct Row {
    const char* name;
    Lines lines;
    std::vector<std::string> receivers;
    const char* expected;
  };
  for (const Row& row : {
           Row{"named",
               {received("mx.owner.example"), results("mx.owner.example; spf=pass")},
               {"mx.owner.example"},
               "mx.owner.example!: 1"},
           Row{"guessed",
               {received("mx.owner.example"), results("auth.owner.example; spf=pass")},
               {},
               "auth.owner.example: 1"},
           Row{"nothing to guess by", {results("mx.owner.example; spf=pass")}, {}, ""},
           Row{"four of one id, and a forged one right below under another",
               {results("mx.owner.example; a=none"), results("mx.owner.example; b=none"),
                results("forger.example; dkim=pass"), results("mx.owner.example; dkim=pass")},
               {"mx.owner.example"},
               "mx.owner.example!: 0 1"},
           Row{"a forged one in front of the receiver's: it cannot have been added later",
               {received("mx.owner.example"), results("forger.example; dkim=pass"),
                results("mx.owner.example; dkim=fail")},
               {},
               "mx.owner.example: 2"},
           Row{"hosts with private names in front of the receiver's",
               {received("store7 (Cyrus 3.9)", "10.1.2.3"),
                received("compute5.internal (LMTPProxy)", "10.1.2.4"),
                results("mx3.owner.example; dkim=pass"), received("mx3.owner.example")},
               {},
               "mx3.owner.example: 2"},
           Row{"a receiver of private name, and below it the sender's own",
               {received("exchange1.local"), received("mail.forger.example"),
                results("mail.forger.example; dkim=pass")},
               {},
               ""},
           Row{"a receiver of one label, and below it the sender's own",
               {received("exchange1"), received("mail.forger.example"),
                results("mail.forger.example; dkim=pass")},
               {},
               ""},
           Row{"below a Received of somebody else",
               {received("mx.owner.example"), received("mx.forger.example"),
                results("mx.owner.example; dkim=pass")},
               {},
               ""},
           Row{"iCloud's five",
               {results("bimi.icloud.com; bimi=none"), results("arc.icloud.com; arc=none"),
                results("dmarc.icloud.com; dmarc=pass"),
                results("dkim-verifier.icloud.com; dkim=pass"),
                results("spf.icloud.com; spf=pass")},
               {"icloud.com"},
               "bimi.icloud.com!: 0 1 2 3 4"},
           Row{"iCloud's, forged once more below",
               {results("dmarc.icloud.com; dmarc=fail"), results("spf.icloud.com; spf=pass"),
                results("dmarc.icloud.com; dmarc=pass")},
               {"icloud.com"},
               "dmarc.icloud.com!: 0 1"},
           Row{"an id that iCloud has not",
               {results("dmarc.icloud.com; dmarc=fail"),
                results("dmarc.icloud.com.forger.example; dmarc=pass")},
               {"icloud.com"},
               "dmarc.icloud.com!: 0"},
           Row{"Microsoft's has no id",
               {results("spf=pass smtp.mailfrom=x.example"),
                received("AM0PR01.eurprd01.prod.outlook.com")},
               {},
               "prod.outlook.com: 0"},
           Row{"no id, and another receiver",
               {results("spf=pass smtp.mailfrom=x.example"), received("mx.owner.example")},
               {},
               ""},
           Row{"no id, and a name that ends alike",
               {results("spf=pass smtp.mailfrom=x.example"),
                received("xprod.outlook.com.forger.example")},
               {"prod.outlook.com"},
               ""},
           Row{"somebody else is named",
               {received("mx.owner.example"), results("mx.owner.example; spf=pass")},
               {"gateway.owner.example"},
               ""},
           Row{"a gateway is named: its field, not that of the mailbox behind it",
               {results("mx.owner.example; spf=fail"), received("mx.owner.example"),
                results("gateway.filter.example; spf=pass"), received("gateway.filter.example")},
               {"gateway.filter.example"},
               "gateway.filter.example!: 2"},
       }) {
    CAPTURE(row.name);
    CHECK(own(row.lines, row.receivers) == row.expected);
  }
}

TEST_CASE("receiver results: all fields of the receiver count, and whether they are whole") {
  const Lines lines = {received("mx.owner.example"), results("mx.owner.example; spf=pass"),
                       results("mx.owner.example; dkim=pass (x")};
  const auto found = receiver_results({.lines = lines}, {});
  REQUIRE(found);
  CHECK(found->results.size() == 2);
  CHECK_FALSE(found->well_formed);
}

TEST_CASE("receiver results: by whom the mail was received last") {
  struct Row {
    const char* name;
    Lines lines;
    const char* expected;
  };
  for (const Row& row : {
           Row{"no Received", {}, ""},
           Row{"the topmost",
               {received("MX.owner.example"), received("b.example")},
               "mx.owner.example"},
           Row{"inside of Gmail",
               {{Field::received, "by 2002:a05:1::1 with SMTP id x"}, received("mx.google.com")},
               "mx.google.com"},
           Row{"a private name that took it from outside",
               {received("mx.local"), received("b.example")},
               "mx.local"},
           Row{"a private name that took it from inside",
               {received("mx.local", "10.0.0.1"), received("mx.owner.example")},
               "mx.owner.example"},
           Row{"no name, from outside", {received("mx"), received("b.example")}, ""},
       }) {
    CAPTURE(row.name);
    CHECK(last_receiving_host({.lines = row.lines}) == row.expected);
  }
}

TEST_CASE("receiver results: ids and organizations") {
  CHECK(is_receiver("mx.google.com", "mx.google.com"));
  CHECK(is_receiver("atlas7.mail.yahoo.com", "yahoo.com"));
  CHECK(is_receiver("spf.icloud.com", "icloud.com"));
  CHECK_FALSE(is_receiver("x.icloud.com", "icloud.com"));
  CHECK_FALSE(is_receiver("a.mx.owner.example", "mx.owner.example"));
  CHECK_FALSE(is_receiver("notyahoo.com", "yahoo.com"));
  CHECK(in_one_organization("a.owner.example", "b.owner.example"));
  CHECK_FALSE(in_one_organization("owner.example", "else.example"));
  CHECK_FALSE(in_one_organization("", ""));
  CHECK_FALSE(in_one_organization("", "owner.example"));
}
