// SPDX-License-Identifier: MIT
// Who sent a mail, and whose word counts for it.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "parser/message_auth/mail_sender.h"
#include "parser/message_auth/receiver_results.h"

using namespace dmarcq;

namespace {

using Field = MailTrace::Field;
using Verdict = MailSender::Verdict;

MailTrace::Line received(std::string by) {
  return {Field::received, "from out.kestrel.example (out.kestrel.example [192.0.2.9]) by " +
                               std::move(by) + " with ESMTPS id 1; Sat, 1 Aug 2026 00:00:00 +0000"};
}
MailTrace::Line results(std::string value) {
  return {Field::authentication_results, std::move(value)};
}

}  // namespace

TEST_CASE("mail sender: the domain of From, as DMARC takes it") {
  struct Row {
    const char *from, *expected;
  };
  for (const Row& row : {
           Row{"a@kestrel.example", "kestrel.example"},
           Row{"Reports <noreply@Mail.Kestrel.EXAMPLE>", "mail.kestrel.example"},
           Row{"\"Reports, <x@else.example>\" <noreply@kestrel.example>", "kestrel.example"},
           Row{"noreply@bank.example <a@kestrel.example>", "kestrel.example"},
           Row{"(x@else.example) a@kestrel.example (y@else.example)", "kestrel.example"},
           Row{"a@kestrel.example, b@kestrel.example", "kestrel.example"},
           Row{"\"b@else.example\"@kestrel.example", "kestrel.example"},
           Row{"a@b\xc3\xbc"
               "cher.example",
               "xn--bcher-kva.example"},
           Row{"a@kestrel.example, b@else.example", ""},
           Row{"<a@kestrel.example> <b@else.example>", ""},
           Row{"a@localhost", ""},
           Row{"a@[192.0.2.1]", ""},
           Row{"Reports", ""},
           Row{"", ""},
       }) {
    CAPTURE(row.from);
    CHECK(sender_of({.from = row.from}, {}).from_domain == row.expected);
  }
}

TEST_CASE("mail sender: submitter and signers") {
  struct Row {
    const char *subject, *expected;
  };
  for (
      const Row& row : {
          Row{"Report Domain: kestrel.example Submitter: google.com Report-ID: <1>", "google.com"},
          Row{"[Preview] Report Domain: kestrel.example Submitter: {mail.example.net} Report-ID: 1",
              "mail.example.net"},
          Row{"report domain: kestrel.example submitter:reports@example.net", "example.net"},
          Row{"Report Domain: {kestrel.example} Submitter: {Amazon SES} Report-ID: 1", ""},
          Row{"Hello", ""},
      }) {
    CAPTURE(row.subject);
    CHECK(sender_of({.subject = row.subject}, {}).submitter == row.expected);
  }
  const MailSender sender =
      sender_of({.lines = {{Field::dkim_signature,
                            "v=1; a=rsa-sha256; d=kestrel.example; s=x; bh=d=else.example"},
                           {Field::dkim_signature, "v=1; d = Alpha.Example ; s=y"},
                           {Field::dkim_signature, "v=1; s=y"}}},
                {});
  CHECK(sender.signed_by == std::vector<std::string>{"alpha.example", "kestrel.example"});
}

TEST_CASE("mail sender: whose results are believed") {
  const std::string
      pass = "dkim=pass header.d=kestrel.example; dmarc=pass header.from=kestrel.example",
      fail = "dkim=fail header.d=kestrel.example; dmarc=fail header.from=kestrel.example";
  struct Row {
    const char* name;
    std::vector<MailTrace::Line> lines;
    std::vector<std::string> receivers;
    Verdict verdict;
    bool named;
  };
  for (
      const Row& row : {
          Row{"the receiver that was named",
              {received("mx.owner.example"), results("mx.owner.example; " + pass)},
              {"mx.owner.example"},
              Verdict::pass,
              true},
          Row{"above the Received line",
              {results("mx.owner.example; " + pass), received("mx.owner.example")},
              {"mx.owner.example"},
              Verdict::pass,
              true},
          Row{"one below the name is not it",
              {received("mx.owner.example"), results("x.mx.owner.example; " + pass)},
              {"mx.owner.example"},
              Verdict::unknown,
              false},
          Row{"but with a provider of many hosts",
              {results("atlas7.free.mail.yahoo.com; " + pass), received("mx.owner.example")},
              {"yahoo.com"},
              Verdict::pass,
              true},
          Row{"a name that only ends alike",
              {received("mx.owner.example"), results("notyahoo.com; " + pass)},
              {"yahoo.com"},
              Verdict::unknown,
              false},
          Row{"a field for each method, under an id of its own",
              {results("bimi.icloud.com; bimi=none"),
               results("dmarc.icloud.com; dmarc=pass header.from=kestrel.example"),
               results("spf.icloud.com; spf=pass")},
              {"icloud.com"},
              Verdict::pass,
              true},
          Row{"a forged one among these",
              {results("bimi.icloud.com; bimi=none"), results("dmarc.icloud.com; dmarc=none"),
               results("spf.icloud.com; spf=pass"), results("dmarc.icloud.com; " + pass),
               results("x.icloud.com; " + pass)},
              {"icloud.com"},
              Verdict::unknown,
              true},
          Row{"several fields under one id",
              {results("mx1.messagingengine.com; x-csa=none"),
               results("mx1.messagingengine.com; arc=none"),
               results("mx1.messagingengine.com; " + pass), received("mx.owner.example")},
              {"messagingengine.com"},
              Verdict::pass,
              true},
          Row{"one of these further below",
              {received("mx.owner.example"), results("mx.owner.example; spf=pass"),
               received("mx.else.example"), results("mx.owner.example; " + pass)},
              {"mx.owner.example"},
              Verdict::unknown,
              true},
          Row{"a forged one below the true one",
              {received("mx.owner.example"), results("mx.owner.example; " + fail),
               results("mx.owner.example; " + pass)},
              {"mx.owner.example"},
              Verdict::fail,
              true},
          Row{"a forged one under another id",
              {received("mx.owner.example"), results("mx.owner.example; spf=pass"),
               results("x.mx.owner.example; " + pass)},
              {"mx.owner.example"},
              Verdict::unknown,
              true},
          Row{"another name of From's organization",
              {received("mx.owner.example"),
               results("mx.owner.example; dmarc=pass header.from=out.kestrel.example")},
              {"mx.owner.example"},
              Verdict::pass,
              true},
          Row{"DMARC passed for nobody knows whom",
              {received("mx.owner.example"), results("mx.owner.example; dmarc=pass")},
              {"mx.owner.example"},
              Verdict::unknown,
              true},
          Row{"DMARC was not looked at, an aligned signature",
              {received("mx.owner.example"),
               results("mx.owner.example; dmarc=skipped; dkim=pass header.d=kestrel.example")},
              {"mx.owner.example"},
              Verdict::pass,
              true},
          Row{"a stranger's",
              {received("mx.owner.example"), results("mx.else.example; " + pass)},
              {"mx.owner.example"},
              Verdict::unknown,
              false},
          Row{"nobody named, where it may have come with the mail",
              {received("mx.owner.example"), results("mx.owner.example; " + pass)},
              {},
              Verdict::pass,
              false},
          Row{"nobody named, and nobody writes against himself",
              {received("mx.owner.example"), results("mx.owner.example; " + fail)},
              {},
              Verdict::fail,
              false},
          Row{"the same of a large provider that was named",
              {received("mx.google.com"), results("mx.google.com; " + fail)},
              {"mx.google.com"},
              Verdict::fail,
              false},
          Row{"a stranger's word against the sender",
              {received("mx.owner.example"), results("mx.else.example; " + fail)},
              {},
              Verdict::unknown,
              false},
          Row{"a large provider's, where it may have come with the mail",
              {received("mx.google.com"), results("mx.google.com; " + pass)},
              {"mx.google.com"},
              Verdict::unknown,
              false},
          Row{"nobody named, the receiver's own",
              {results("mx.owner.example; " + pass), received("mx.owner.example")},
              {},
              Verdict::pass,
              false},
          Row{"nobody named, another host of the receiver's",
              {results("auth.owner.example; " + pass), received("in1.owner.example")},
              {},
              Verdict::pass,
              false},
          Row{"nobody named, a stranger's",
              {received("mx.owner.example"), results("mx.else.example; " + pass)},
              {},
              Verdict::unknown,
              false},
          Row{"somebody is named who says nothing: nobody is guessed",
              {received("mx.owner.example"), results("mx.owner.example; " + pass)},
              {"mx.else.example"},
              Verdict::unknown,
              false},
          Row{"nobody named, a hop before",
              {received("mx.owner.example"), received("mx.else.example"),
               results("mx.else.example; " + pass)},
              {},
              Verdict::unknown,
              false},
          Row{"a hop within the provider by address only",
              {{Field::received,
                "by 2002:a05:7022:1111 with SMTP id x; Sat, 1 Aug 2026 00:00:00 +0000"},
               {Field::arc_authentication_results, "i=1; mx.google.com; " + pass},
               received("mx.google.com"),
               results("mx.google.com; " + pass)},
              {},
              Verdict::pass,
              false},
          Row{"no id, at Microsoft",
              {results(pass), received("XX.eurprd01.prod.outlook.com")},
              {"prod.outlook.com"},
              Verdict::pass,
              true},
          Row{"no id, at Microsoft, not named",
              {results(pass), received("XX.eurprd01.prod.outlook.com")},
              {},
              Verdict::pass,
              false},
          Row{"no id, elsewhere",
              {received("mx.owner.example"), results(pass)},
              {},
              Verdict::unknown,
              false},
          Row{"no id, elsewhere, Microsoft named",
              {received("mx.owner.example"), results(pass)},
              {"prod.outlook.com"},
              Verdict::unknown,
              false},
          Row{"no results",
              {received("mx.owner.example")},
              {"mx.owner.example"},
              Verdict::unknown,
              false},
          Row{"DMARC passed for another From",
              {received("mx.owner.example"),
               results("mx.owner.example; dmarc=pass header.from=else.example")},
              {"mx.owner.example"},
              Verdict::fail,
              true},
          Row{"two results of DMARC",
              {received("mx.owner.example"),
               results(
                   "mx.owner.example; dmarc=pass header.from=kestrel.example; dmarc=fail header.from=kestrel.example")},
              {"mx.owner.example"},
              Verdict::fail,
              true},
          Row{"no DMARC, an aligned signature",
              {received("mx.owner.example"),
               results("mx.owner.example; dkim=pass header.i=@mail.kestrel.example")},
              {"mx.owner.example"},
              Verdict::pass,
              true},
          Row{"no DMARC, somebody else's signature",
              {received("mx.owner.example"),
               results("mx.owner.example; dkim=pass header.d=else.example")},
              {"mx.owner.example"},
              Verdict::unknown,
              true},
          Row{"DMARC could not be looked up",
              {received("mx.owner.example"),
               results("mx.owner.example; dmarc=temperror header.from=kestrel.example")},
              {"mx.owner.example"},
              Verdict::unknown,
              true},
          Row{"DMARC fails in spite of a signature",
              {received("mx.owner.example"),
               results(
                   "mx.owner.example; dkim=pass header.d=kestrel.example; dmarc=fail header.from=kestrel.example")},
              {"mx.owner.example"},
              Verdict::fail,
              true},
          Row{"a quote is open: anybody may have written what follows",
              {received("mx.owner.example"),
               results("mx.owner.example; spf=fail smtp.mailfrom=\"x; " + pass)},
              {"mx.owner.example"},
              Verdict::unknown,
              true},
      }) {
    CAPTURE(row.name);
    const MailSender sender =
        sender_of({.lines = row.lines, .from = "a@kestrel.example"}, row.receivers);
    CHECK(static_cast<int>(sender.verdict) == static_cast<int>(row.verdict));
    CHECK(sender.named_receiver == row.named);
  }
}

TEST_CASE("mail sender: providers by their IMAP server") {
  CHECK(receivers_of_imap_host("imap.gmail.com") == std::vector<std::string>{"mx.google.com"});
  CHECK(receivers_of_imap_host("Outlook.Office365.com") ==
        std::vector<std::string>{"prod.outlook.com"});
  CHECK(receivers_of_imap_host("imap.gmail.com.else.example").empty());
  CHECK(receivers_of_imap_host("").empty());
}
