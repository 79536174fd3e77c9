// SPDX-License-Identifier: MIT
#include "report/analysis/message/route_proof.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/report/analysis/message/support.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

const std::string bounce = "mmh2xurvokdh.a-hu5amac.na63.bnc.salesforce.com";
const std::string org = "00DA0000000Hu5aMAC";

MessageRoute route(const MailFacts& mail, std::vector<DkimCheck> signatures = {}) {
  return route_of(mail, authenticated(mail, std::move(signatures)), SenderCatalogue::built_in());
}

DkimCheck passing(std::string domain, std::vector<std::string> fields = {"from"}) {
  return signature(SignatureResult::pass, std::move(domain), std::move(fields));
}

}  // namespace

TEST_CASE("route: by which signs, and what they weigh") {
  struct Row {
    const char *name, *results, *fields;
    std::vector<DkimCheck> signatures;
    const char *service, *route;
    bool proven;
  };
  for (const Row& row : {
           Row{"nothing", "", "", {}, "", "", false},
           Row{"SPF passes for a bounce name",
               "spf=pass smtp.mailfrom=a@x.na63.bnc.salesforce.com",
               "",
               {},
               "Salesforce",
               "core",
               true},
           Row{"SPF fails for one",
               "spf=fail smtp.mailfrom=a@x.na63.bnc.salesforce.com",
               "",
               {},
               "Salesforce",
               "core",
               false},
           Row{"a name that ends alike",
               "spf=pass smtp.mailfrom=a@xbnc.salesforce.com.example",
               "",
               {},
               "",
               "",
               false},
           Row{"a field that anyone can write",
               "",
               "X-SFDC-LK: 00DA0000000Hu5a\r\n",
               {},
               "Salesforce",
               "core",
               false},
           Row{"a field that a signature of From covers",
               "",
               "X-SFDC-LK: 00DA0000000Hu5a\r\n",
               {passing("kestrel.example", {"from", "x-sfdc-lk"})},
               "Salesforce",
               "core",
               true},
           Row{"twice there, covered once",
               "",
               "X-SFDC-LK: 00DA0000000Hu5a\r\nX-SFDC-LK: 00DA0000000Hu5a\r\n",
               {passing("kestrel.example", {"from", "x-sfdc-lk"})},
               "Salesforce",
               "core",
               false},
           Row{"covered by somebody else",
               "",
               "X-SFDC-LK: 00DA0000000Hu5a\r\n",
               {passing("else.example", {"from", "x-sfdc-lk"})},
               "Salesforce",
               "core",
               false},
           Row{"covered by a signature that does not pass",
               "",
               "X-SFDC-LK: 00DA0000000Hu5a\r\n",
               {signature(SignatureResult::header_changed, "kestrel.example",
                          {"from", "x-sfdc-lk"})},
               "Salesforce",
               "core",
               false},
           Row{"Message-ID", "", "Message-ID: <1@sfdc.net>\r\n", {}, "Salesforce", "core", false},
           Row{"Message-ID of Marketing Cloud",
               "",
               "Message-ID: <1@dfw1s10mta7.xt.local>\r\n",
               {},
               "Salesforce",
               "marketing-cloud",
               false},
           Row{"Feedback-ID of Marketing Cloud",
               "",
               "Feedback-ID: 1:2:192.0.2.9:sfmktgcld\r\n",
               {},
               "Salesforce",
               "marketing-cloud",
               false},
           Row{"X-Job of somebody else", "", "X-Job: 12345\r\n", {}, "", "", false},
           Row{"Account Engagement",
               "",
               "X-Pardot-Route: 1\r\n",
               {},
               "Salesforce",
               "account-engagement",
               false},
           Row{"a relay, as its fields say",
               "",
               "X-SFDCOrgRelay: 00DA0000000Hu5a\r\nX-SFDC-LK: 00DA0000000Hu5a\r\n",
               {passing("kestrel.example")},
               "Salesforce",
               "email-relay",
               false},
           Row{"a relay's fields in mail that Salesforce handed over itself",
               "spf=pass smtp.mailfrom=a@x.na63.bnc.salesforce.com",
               "X-SFDCOrgRelay: 00DA0000000Hu5a\r\n",
               {},
               "Salesforce",
               "core",
               true},
           Row{"a second signature of Amazon",
               "",
               "",
               {passing("kestrel.example"), passing("amazonses.com")},
               "Amazon SES",
               "",
               true},
           Row{"a field of Amazon that its own signature covers",
               "",
               "X-SES-Outgoing: 2026.11.24-192.0.2.9\r\n",
               {passing("amazonses.com", {"from", "x-ses-outgoing"})},
               "Amazon SES",
               "",
               true},
           Row{"inbound fields of Email-to-Case prove nothing",
               "",
               "X-SFDC-Original-RCPT: a@b.example\r\nX-SFDC-TLS-STATUS: x\r\n",
               {},
               "",
               "",
               false},
       }) {
    CAPTURE(row.name);
    const MessageRoute found = route(mail_facts(row.results, row.fields), row.signatures);
    CHECK(found.service == row.service);
    CHECK(found.route == row.route);
    CHECK((found.weight == ProofWeight::proven) == row.proven);
    CHECK_FALSE(found.contradicted);
    CHECK(std::is_sorted(
        found.proofs.begin(), found.proofs.end(),
        [](const RouteProof& a, const RouteProof& b) { return a.weight > b.weight; }));
  }
}

TEST_CASE("route: signs of one weight that contradict each other") {
  const MailFacts mail = mail_facts("", "X-SFDC-LK: 00DA0000000Hu5a\r\nX-SG-EID: x\r\n");
  CHECK(route(mail).contradicted);
  // A proof outweighs a claim.
  CHECK_FALSE(route(mail, {passing("sendgrid.net")}).contradicted);
  CHECK(route(mail, {passing("sendgrid.net")}).service == "SendGrid");
}

TEST_CASE("route: the host and address that handed the mail over") {
  const auto with_trace = [](const std::string& trace) {
    auto facts = read_mail_facts(trace + "From: a@kestrel.example\r\n\r\n", Limits{}, {});
    REQUIRE(facts);
    return route(*facts);
  };
  const std::string host = "smtp14-ph2-sp4.mta.salesforce.com",
                    by = " by mx.owner.example with ESMTPS id 1; x\r\n";
  const MessageRoute handed =
      with_trace("Received: from " + host + " (" + host + " [13.110.14.214])" + by);
  CHECK(handed.route == "core");
  CHECK(handed.weight == ProofWeight::proven);
  // HELO is the sender's own word; a name below the handover as well.
  const MessageRoute helo = with_trace("Received: from " + host + " (unknown [192.0.2.9])" + by);
  CHECK(helo.route == "core");
  CHECK(helo.weight == ProofWeight::claimed);
  const MessageRoute below = with_trace("Received: from x (x.example [192.0.2.9])" + by +
                                        "Received: from app by " + host + " with ESMTPS; x\r\n");
  CHECK(below.weight == ProofWeight::claimed);
  // Without a Received, Received-SPF is anybody's word.
  CHECK(with_trace("Received-SPF: pass client-ip=13.110.14.214\r\n").proofs.empty());
}

TEST_CASE("route: the org, and how it is known") {
  struct Row {
    const char* name;
    std::string results, fields;
    std::vector<DkimCheck> signatures;
    std::string org_id;
    bool proven;
    std::string other = {};
  };
  for (const Row& row : {
           Row{"the bounce name", "spf=pass smtp.mailfrom=a@" + bounce, "", {}, org, true},
           Row{"without a pass", "spf=fail smtp.mailfrom=a@" + bounce, "", {}, org, false},
           Row{"the field", "", "X-SFDC-LK: 00DA0000000Hu5a\r\n", {}, org, false},
           Row{"of 18 characters", "", "X-SFDC-LK:  " + org + " \r\n", {}, org, false},
           Row{"a signed field",
               "",
               "X-SFDC-LK: 00DA0000000Hu5a\r\n",
               {passing("kestrel.example", {"from", "x-sfdc-lk"})},
               org,
               true},
           Row{"the relay's field", "", "X-SFDCOrgRelay: 00DA0000000Hu5a\r\n", {}, org, false},
           Row{"a signed field against a bounce name without a pass",
               "spf=fail smtp.mailfrom=a@" + bounce,
               "X-SFDC-LK: 00D000000000001\r\n",
               {passing("kestrel.example", {"from", "x-sfdc-lk"})},
               "00D000000000001EAA",
               true,
               org},
           Row{"a field against a bounce name that passes",
               "spf=pass smtp.mailfrom=a@" + bounce,
               "X-SFDC-LK: 00D000000000001\r\n",
               {},
               org,
               true,
               "00D000000000001EAA"},
           Row{"a signed field against a bounce name that passes",
               "spf=pass smtp.mailfrom=a@" + bounce,
               "X-SFDC-LK: 00D000000000001\r\n",
               {passing("kestrel.example", {"from", "x-sfdc-lk"})},
               org,
               true,
               "00D000000000001EAA"},
           Row{"two fields, neither proven",
               "",
               "X-SFDC-LK: 00D000000000001\r\nX-SFDCOrgRelay: 00DA0000000Hu5a\r\n",
               {},
               "00D000000000001EAA",
               false,
               org},
           Row{"the field and the bounce name agree",
               "spf=pass smtp.mailfrom=a@" + bounce,
               "X-SFDC-LK: 00DA0000000Hu5a\r\n",
               {},
               org,
               true},
           Row{"16 characters", "", "X-SFDC-LK: 00DA0000000Hu5aM\r\n", {}, "", false},
           Row{"no org", "", "X-SFDC-LK: 005A0000000Hu5a\r\n", {}, "", false},
           Row{"not letters", "", "X-SFDC-LK: 00DA0000000H<5a\r\n", {}, "", false},
           Row{"none", "", "", {}, "", false},
       }) {
    CAPTURE(row.name);
    const MessageRoute found = route(mail_facts(row.results, row.fields), row.signatures);
    CHECK(found.org_id == row.org_id);
    CHECK(found.org_proven == row.proven);
    CHECK(found.other_org == row.other);
  }
  const MessageRoute told = route(
      mail_facts("",
                 "X-SFDC-EmailCategory: apiSingleMail\r\nX-SFDCRelayAddr: relay.kestrel.example\r\n"
                 "X-SFDC-User: 005A\r\nX-SFDC-ORGTYPE: FREE\r\nX-SFDC-App: coreapp-sandbox\r\n"));
  CHECK(told.feature == "apiSingleMail");
  CHECK(told.relay_host == "relay.kestrel.example");
  CHECK(told.user_id == "005A");
  CHECK(told.developer_org);
  CHECK(told.sandbox);
  CHECK_FALSE(route(mail_facts("", "X-SFDC-ORGTYPE: PAID\r\nX-SFDC-App: coreapp\r\n")).sandbox);
}
