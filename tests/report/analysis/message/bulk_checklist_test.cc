// SPDX-License-Identifier: MIT
#include "report/analysis/message/bulk_checklist.h"

#include <doctest/doctest.h>

#include <set>

#include "tests/report/analysis/message/support.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

ChecklistLine line_of(SenderRule rule, const MailFacts& mail,
                      std::vector<DkimCheck> signatures = {}, AppliedPolicy policy = {}) {
  const MessageAuthentication all = message_authentication(
      mail, {.signatures = std::move(signatures), .policy = std::move(policy)});
  const auto lines = bulk_checklist(mail, all, route_of(mail, all, SenderCatalogue::built_in()));
  REQUIRE(lines.size() == sender_rule_count);
  CHECK(lines[static_cast<std::size_t>(rule)].rule == rule);
  return lines[static_cast<std::size_t>(rule)];
}

const std::string
    unsubscribe = "List-Unsubscribe: <mailto:u@kestrel.example>, <https://kestrel.example/u>\r\n",
    post = "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n";

DkimCheck covering(std::vector<std::string> fields,
                   SignatureResult result = SignatureResult::pass) {
  return signature(result, "kestrel.example", std::move(fields));
}

}  // namespace

TEST_CASE("rules for senders: words of their own") {
  std::set<std::string_view> words;
  for (std::size_t i = 0; i < sender_rule_count; ++i)
    CHECK(words.insert(to_text(static_cast<SenderRule>(i))).second);
}

TEST_CASE("rules for senders: one-click unsubscribe (RFC 8058)") {
  using enum ChecklistLine::Status;
  const DkimCheck both = covering({"from", "list-unsubscribe", "list-unsubscribe-post"});
  struct Row {
    const char* name;
    std::string fields;
    std::vector<DkimCheck> signatures;
    ChecklistLine::Status status;
    RuleReason reason;
  };
  for (const Row& row : {
           Row{"both covered", unsubscribe + post, {both}, passed, RuleReason::passes},
           Row{"words in other case",
               unsubscribe + "List-Unsubscribe-Post: LIST-unsubscribe=ONE-click \r\n",
               {both},
               passed,
               RuleReason::passes},
           Row{"the first covered only",
               unsubscribe + post,
               {covering({"from", "list-unsubscribe"})},
               failed,
               RuleReason::not_signed},
           Row{"one by each of two signatures",
               unsubscribe + post,
               {covering({"from", "list-unsubscribe"}),
                covering({"from", "list-unsubscribe-post"})},
               failed,
               RuleReason::not_signed},
           Row{"not signed", unsubscribe + post, {}, failed, RuleReason::not_signed},
           Row{"covered by a signature that does not pass",
               unsubscribe + post,
               {covering(both.signed_fields, SignatureResult::body_changed)},
               failed,
               RuleReason::not_signed},
           Row{"covered, the key is not known",
               unsubscribe + post,
               {covering(both.signed_fields, SignatureResult::key_unknown)},
               not_checkable,
               RuleReason::not_known},
           Row{"not covered, whatever the key",
               unsubscribe + post,
               {covering({"from"}, SignatureResult::key_unknown)},
               failed,
               RuleReason::not_signed},
           Row{"another field was put on top of the signed one",
               "List-Unsubscribe: <https://forger.example/u>\r\n" + unsubscribe + post,
               {both},
               failed,
               RuleReason::not_signed},
           Row{"mailto alone",
               "List-Unsubscribe: <mailto:u@kestrel.example>\r\n" + post,
               {both},
               failed,
               RuleReason::only_mailto},
           Row{"http is not https",
               "List-Unsubscribe: <http://kestrel.example/u>\r\n" + post,
               {both},
               failed,
               RuleReason::only_mailto},
           Row{"no Post field", unsubscribe, {both}, failed, RuleReason::no_post_field},
           Row{"another word in it",
               unsubscribe + "List-Unsubscribe-Post: List-Unsubscribe=One-Clicks\r\n",
               {both},
               failed,
               RuleReason::no_post_field},
           Row{"a list without the field",
               "List-Id: <x.example>\r\n",
               {both},
               failed,
               RuleReason::lacks_field},
           Row{"bulk without the field",
               "Precedence: bulk\r\n",
               {both},
               failed,
               RuleReason::lacks_field},
           Row{"nothing says that it is marketing",
               "",
               {both},
               not_checkable,
               RuleReason::not_bulk},
           Row{"transactional",
               "X-Delivery: Transactional\r\n" + unsubscribe,
               {},
               not_applicable,
               RuleReason::transactional},
           Row{"automatic",
               "Auto-Submitted: auto-replied\r\n",
               {},
               not_applicable,
               RuleReason::transactional},
           Row{"not automatic", "Auto-Submitted: no\r\n", {}, not_checkable, RuleReason::not_bulk},
       }) {
    CAPTURE(row.name);
    const ChecklistLine line =
        line_of(SenderRule::one_click, mail_facts("", row.fields), row.signatures);
    CHECK(line.status == row.status);
    CHECK(line.reason == row.reason);
    CHECK(line.bulk_only);
    if (line.reason == RuleReason::transactional) CHECK_FALSE(line.value.empty());
  }
}

TEST_CASE("rules for senders: SPF, DKIM, DMARC") {
  using enum ChecklistLine::Status;
  using enum SignatureResult;
  struct Row {
    const char* results;
    std::vector<DkimCheck> signatures;
    ChecklistLine::Status spf, dkim, dmarc;
  };
  for (const Row& row : {
           Row{"spf=pass smtp.mailfrom=a@else.example; dmarc=pass header.from=kestrel.example",
               {signature(pass)},
               passed,
               passed,
               passed},
           Row{"spf=fail smtp.mailfrom=a@else.example; dmarc=fail header.from=kestrel.example",
               {},
               failed,
               failed,
               failed},
           Row{"", {signature(key_unknown)}, not_checkable, not_checkable, not_checkable},
           Row{"",
               {signature(body_changed), signature(key_unknown)},
               not_checkable,
               not_checkable,
               not_checkable},
           Row{"",
               {signature(body_changed), signature(pass)},
               not_checkable,
               passed,
               not_checkable},
           Row{"dmarc=none", {signature(pass)}, not_checkable, passed, failed},
           Row{"dmarc=bestguesspass", {signature(pass)}, not_checkable, passed, failed},
       }) {
    CAPTURE(row.results);
    const MailFacts mail = mail_facts(row.results);
    CHECK(line_of(SenderRule::spf, mail, row.signatures).status == row.spf);
    CHECK(line_of(SenderRule::dkim, mail, row.signatures).status == row.dkim);
    CHECK(line_of(SenderRule::dmarc, mail, row.signatures).status == row.dmarc);
  }
  const MailFacts mail = mail_facts("");
  CHECK(line_of(SenderRule::dmarc, mail, {signature(pass)},
                {.from = AppliedPolicy::From::dns, .policy = "none"})
            .status == passed);
  const ChecklistLine none = line_of(SenderRule::dmarc, mail, {signature(pass)},
                                     {.from = AppliedPolicy::From::dns, .none_published = true});
  CHECK(none.status == failed);
  CHECK(none.reason == RuleReason::missing);
}

TEST_CASE("rules for senders: the hop by which the mail came in") {
  using enum ChecklistLine::Status;
  struct Row {
    const char *name, *received;
    ChecklistLine::Status tls, name_found;
  };
  for (const Row& row : {
           Row{"encrypted, with a name",
               "from x (out.kestrel.example [192.0.2.9]) by mx.owner.example with ESMTPS id 1; x",
               passed, passed},
           Row{"clear text, no name",
               "from x (unknown [192.0.2.9]) by mx.owner.example with ESMTP id 1; x", failed,
               not_checkable},
           Row{"no protocol", "from x ([192.0.2.9]) by mx.owner.example; x", not_checkable,
               not_checkable},
           Row{"no address", "from x by mx.owner.example with ESMTPS; x", not_checkable,
               not_checkable},
       }) {
    CAPTURE(row.name);
    const auto mail = read_mail_facts(
        std::string("Received: ") + row.received + "\r\nFrom: a@kestrel.example\r\n\r\n", Limits{},
        {});
    REQUIRE(mail);
    const ChecklistLine tls = line_of(SenderRule::tls, *mail);
    CHECK(tls.status == row.tls);
    CHECK((tls.google && !tls.yahoo && !tls.microsoft));
    CHECK(line_of(SenderRule::reverse_dns, *mail).status == row.name_found);
  }
  // Of a service's own hosts, it is the service's business.
  const ChecklistLine line = line_of(
      SenderRule::reverse_dns, mail_facts("spf=pass smtp.mailfrom=a@x.na63.bnc.salesforce.com"));
  CHECK(line.status == not_applicable);
  CHECK(line.value == "Salesforce");
}

TEST_CASE("rules for senders: a header that is in order") {
  using enum ChecklistLine::Status;
  const std::string date = "Date: Tue, 24 Nov 2026 08:15:00 +0000\r\n",
                    id = "Message-ID: <1@kestrel.example>\r\n";
  struct Row {
    const char* name;
    std::string fields;
    ChecklistLine::Status status;
    const char* value;
  };
  for (const Row& row :
       {Row{"whole", date + id, passed, ""}, Row{"no date", id, failed, "Date"},
        Row{"a date that is none", "Date: today\r\n" + id, failed, "Date"},
        Row{"no Message-ID", date, failed, "Message-ID"},
        Row{"a Message-ID without an @", date + "Message-ID: <1>\r\n", failed, "Message-ID"},
        Row{"two subjects", date + id + "Subject: a\r\nSubject: b\r\n", failed, "subject"},
        Row{"two To", date + id + "To: a@b.example\r\nTo: c@b.example\r\n", failed, "to"},
        Row{"two Received are usual", date + id + "Received: by x.example; x\r\n", passed, ""}}) {
    CAPTURE(row.name);
    const ChecklistLine line = line_of(SenderRule::well_formed, mail_facts("", row.fields));
    CHECK(line.status == row.status);
    CHECK(line.value == row.value);
  }
  for (const auto& [from, reason] :
       {std::pair{"From: a@kestrel.example\r\n", RuleReason::passes},
        {"", RuleReason::missing},
        {"From: a@kestrel.example\r\nFrom: b@kestrel.example\r\n", RuleReason::several},
        {"From: a@kestrel.example, b@kestrel.example\r\n", RuleReason::several},
        {"From: Kestrel\r\n", RuleReason::not_an_address},
        {"From: a@localhost\r\n", RuleReason::not_an_address}}) {
    CAPTURE(from);
    const ChecklistLine line = line_of(SenderRule::one_from, mail_facts("", "", "", from));
    CHECK(line.reason == reason);
    CHECK((line.status == passed) == (reason == RuleReason::passes));
  }
}

TEST_CASE("rules for senders: the link in the text, and what no mail shows") {
  using enum ChecklistLine::Status;
  CHECK(line_of(SenderRule::unsubscribe_link, mail_facts("", "", "unsubscribe\r\n")).status ==
        passed);
  CHECK(line_of(SenderRule::unsubscribe_link, mail_facts("", unsubscribe)).reason ==
        RuleReason::no_link);
  CHECK(line_of(SenderRule::unsubscribe_link, mail_facts("")).reason == RuleReason::not_bulk);
  const ChecklistLine rate = line_of(SenderRule::spam_rate, mail_facts(""));
  CHECK(rate.status == not_checkable);
  CHECK((rate.google && rate.yahoo && !rate.microsoft));
}
