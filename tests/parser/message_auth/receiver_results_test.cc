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
  const std::string from = ip.starts_with("10.") ? "mx1" : "out.kestrel.example";
  return {Field::received, "from " + from + " ([" + ip + "]) by " + by + " with ESMTPS"};
}
MailTrace::Line results(std::string value) {
  return {Field::authentication_results, std::move(value)};
}
MailTrace::Line arc(std::string value) {
  return {Field::arc_authentication_results, std::move(value)};
}

/// Mail that came in at Microsoft from a host, with the results in front of that Received.
Lines microsoft(const std::string& from, const std::string& by) {
  const auto hop = [](const std::string& sender, const std::string& receiver) {
    return MailTrace::Line{Field::received,
                           "from " + sender + " by " + receiver + " with Microsoft SMTP Server"};
  };
  return {
      hop("PA4PR01.eurprd01.prod.outlook.com (2001:db8:6::9)", "GV2.eurprd01.prod.outlook.com"),
      hop("DB6CA0024.outlook.office365.com (2001:db8:6::8)", "PA4PR01.eurprd01.prod.outlook.com"),
      hop("DB3FT057.eop-eur04.prod.protection.outlook.com (2001:db8:6::7)",
          "DB6CA0024.outlook.office365.com"),
      results("spf=pass (sender IP is 192.0.2.9) smtp.mailfrom=kestrel.example"), hop(from, by)};
}

/// A gateway's own below those of the mailbox behind it.
Lines gateway(Lines lines) {
  lines.push_back(received("relay.filter.example"));
  lines.push_back(results("relay.filter.example; spf=pass"));
  return lines;
}

/// "id: lines"; "!" behind the id of a receiver that was named, "v" where the fields count for that
/// alone. Without: "" or "? id" of one that may have come with the mail.
std::string own(const Lines& lines, const std::vector<std::string>& receivers) {
  const auto found = receiver_results({.lines = lines}, receivers);
  const auto unproven = unproven_results({.lines = lines}, receivers);
  CHECK((!found || !unproven));
  if (!found) return unproven ? "? " + unproven->authserv_id : "";
  std::string text = found->authserv_id + (found->named ? "!" : "") +
                     (found->below_takeover ? "v:" : ":");
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
  for (
      const Row& row : {
          Row{"named",
              {results("mx.owner.example; spf=pass"), received("mx.owner.example")},
              {"mx.owner.example"},
              "mx.owner.example!: 0"},
          Row{"guessed",
              {results("auth.owner.example; spf=pass"), received("mx.owner.example")},
              {},
              "auth.owner.example: 0"},
          Row{"named, as mail filters put it",
              {received("mx.owner.example"), results("mx.owner.example; spf=pass")},
              {"mx.owner.example"},
              "mx.owner.example!v: 1"},
          Row{"named, below a signature that came with the mail",
              {received("mx.owner.example"),
               {Field::dkim_signature, "v=1"},
               results("mx.owner.example; spf=pass")},
              {"mx.owner.example"},
              "? mx.owner.example"},
          Row{"not named, where it may have come with the mail",
              {received("mx.owner.example"), results("mx.owner.example; spf=pass")},
              {},
              "? mx.owner.example"},
          Row{"Gmail's own, with its copy for ARC",
              {{Field::received, "by 2002:a05:1::1 with SMTP id x"},
               arc("i=1; mx.google.com;\t dkim=pass header.i=@kestrel.example"),
               received("mx.google.com"),
               results("mx.google.com; dkim=pass header.i=@kestrel.example")},
              {},
              "mx.google.com: 3"},
          Row{"the same, named",
              {arc("i=2; mx.google.com; dkim=pass"), received("mx.google.com"),
               results("mx.google.com; dkim=pass")},
              {"mx.google.com"},
              "mx.google.com!: 2"},
          Row{"a copy that says something else",
              {arc("i=1; mx.google.com; dkim=fail"), received("mx.google.com"),
               results("mx.google.com; dkim=pass")},
              {"mx.google.com"},
              "? mx.google.com"},
          Row{"a copy that came with the mail as well",
              {received("mx.google.com"), arc("i=1; mx.google.com; dkim=pass"),
               results("mx.google.com; dkim=pass")},
              {"mx.google.com"},
              "? mx.google.com"},
          Row{"a large provider never leaves its own below",
              {received("mx.google.com"), results("mx.google.com; dkim=pass")},
              {"mx.google.com"},
              "? mx.google.com"},
          Row{"Yahoo's own, and one that came with the mail",
              {results("atlas7.mail.yahoo.com; dkim=fail"), received("atlas7.mail.yahoo.com"),
               results("atlas7.mail.yahoo.com; dkim=pass")},
              {"yahoo.com"},
              "atlas7.mail.yahoo.com!: 0"},
          Row{"iCloud's stand below, and each counts once",
              {{Field::received, "from p00-icloudmta by p154-mailgateway with SMTP id 1"},
               received("p00-icloudmta-smtpin (Postfix)"),
               results("dmarc.icloud.com; dmarc=pass"),
               results("spf.icloud.com; spf=pass"),
               results("dmarc.icloud.com; dmarc=fail")},
              {"icloud.com"},
              "dmarc.icloud.com!v: 2 3"},
          Row{"iCloud's, not named",
              {received("st43p00im.me.com"), results("dmarc.icloud.com; dmarc=pass")},
              {},
              "? icloud.com"},
          Row{"Microsoft's hosts hand on under several names",
              microsoft("mail.kestrel.example (192.0.2.9)", "x.mail.protection.outlook.com"),
              {},
              "prod.outlook.com: 3"},
          Row{"the same, named",
              microsoft("mail.kestrel.example (192.0.2.9)", "x.mail.protection.outlook.com"),
              {"prod.outlook.com"},
              "prod.outlook.com!: 3"},
          Row{"Microsoft's name in HELO",
              {received("AM0PR01.eurprd01.prod.outlook.com"),
               {Field::received,
                "from y.prod.outlook.com (192.0.2.66) by x.mail.protection.outlook.com with Microsoft SMTP Server"},
               results("spf=pass smtp.mailfrom=x.example")},
              {"prod.outlook.com"},
              "? prod.outlook.com"},
          Row{"a gateway that was named, in front of Microsoft 365",
              gateway(microsoft("eu-smtp-1.filter.example (198.51.100.7)",
                                "x.mail.protection.outlook.com")),
              {"relay.filter.example"},
              "relay.filter.example!v: 6"},
          Row{"near miss: in HELO stands another",
              gateway(
                  microsoft("mail.forger.example (198.51.100.7)", "x.mail.protection.outlook.com")),
              {"relay.filter.example"},
              "? relay.filter.example"},
          Row{"near miss: it was not named, so Microsoft's own counts",
              gateway(microsoft("eu-smtp-1.filter.example (198.51.100.7)",
                                "x.mail.protection.outlook.com")),
              {},
              "prod.outlook.com: 3"},
          Row{"an internal address in HELO",
              {{Field::received,
                "from [10.0.0.1] (forger.example [192.0.2.66]) by mx.owner.example with ESMTPS"},
               results("mx.owner.example; dkim=pass"),
               received("mx.owner.example")},
              {},
              "? mx.owner.example"},
          Row{"an internal address in HELO, and no other told",
              {{Field::received, "from [10.0.0.1] by mx.owner.example with ESMTPS"},
               results("mx.owner.example; dkim=pass"),
               received("mx.owner.example")},
              {},
              "? mx.owner.example"},
          Row{"an internal address that the receiver saw",
              {{Field::received, "from [10.0.0.1] (helo=mx1) by mx.owner.example with ESMTPS"},
               results("mx.owner.example; dkim=pass"),
               received("mx.owner.example")},
              {},
              "mx.owner.example: 1"},
          Row{"between a Received of the receiver and one that claims to be",
              {received("mx.owner.example"), results("mx.owner.example; dkim=pass"),
               received("mx.owner.example")},
              {},
              "? mx.owner.example"},
          Row{"a receiver's name in HELO is the sender's word",
              {{Field::received,
                "from in.owner.example ([192.0.2.66]) by mx.owner.example with ESMTPS"},
               results("mx.owner.example; dkim=pass"),
               received("in.owner.example")},
              {},
              "? mx.owner.example"},
          Row{"a reverse name is the receiver's",
              {{Field::received,
                "from in.owner.example (in.owner.example [192.0.2.66]) by mx.owner.example with ESMTPS"},
               results("mx.owner.example; dkim=pass"),
               received("in.owner.example")},
              {},
              "mx.owner.example: 1"},
          Row{"nothing to guess by", {results("mx.owner.example; spf=pass")}, {}, ""},
          Row{"four of one id, and a forged one right below under another",
              {results("mx.owner.example; a=none"), results("mx.owner.example; b=none"),
               results("forger.example; dkim=pass"), results("mx.owner.example; dkim=pass")},
              {"mx.owner.example"},
              "mx.owner.example!: 0 1"},
          Row{"a forged one in front of the receiver's: it cannot have been added later",
              {results("forger.example; dkim=pass"), results("mx.owner.example; dkim=fail"),
               received("mx.owner.example")},
              {},
              "mx.owner.example: 1"},
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
              "? mx.owner.example"},
          Row{"iCloud's five",
              {results("bimi.icloud.com; bimi=none"), results("arc.icloud.com; arc=none"),
               results("dmarc.icloud.com; dmarc=pass"),
               results("dkim-verifier.icloud.com; dkim=pass"), results("spf.icloud.com; spf=pass")},
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
              "gateway.filter.example!v: 2"},
          Row{"a gateway whose own Received the mailbox took the mail from",
              {results("mx.owner.example; spf=fail"),
               {Field::received,
                "from gateway.filter.example (gateway.filter.example [198.51.100.7]) by mx.owner.example with ESMTPS"},
               results("gateway.filter.example; spf=pass"),
               received("gateway.filter.example")},
              {"gateway.filter.example"},
              "gateway.filter.example!: 2"},
      }) {
    CAPTURE(row.name);
    CHECK(own(row.lines, row.receivers) == row.expected);
  }
}

TEST_CASE("receiver results: all fields of the receiver count, and whether they are whole") {
  const Lines lines = {results("mx.owner.example; spf=pass"),
                       results("mx.owner.example; dkim=pass (x"), received("mx.owner.example")};
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
