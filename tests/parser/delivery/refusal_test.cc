// SPDX-License-Identifier: MIT
// Why receivers refuse, by their words; codes in texts.
#include "parser/delivery/refusal.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

using namespace dmarcq;
using enum RefusalClass;

TEST_CASE("refusals: classes by the receiver's words") {
  struct Row {
    const char* text;
    RefusalClass expected;
  };
  for (
      const Row& row : {
          Row{"550 5.7.1 Delivery not authorized, message discarded", sender_unverified},
          Row{"554 Email address is not verified. The following identities failed the check: a@example.com",
              sender_unverified},
          Row{"550 5.7.68 TenantInboundAttribution; Direct Send not allowed", tenant_route},
          Row{"550 5.7.64 TenantAttribution; Relay Access Denied", tenant_route},
          Row{"550 Rejected by header based Anti-Spoofing policy: jane@example.com", spoof_local},
          Row{"550 5.7.515 Access denied, example.com does not meet the required authentication level",
              auth_bulk},
          Row{"550-5.7.26 Unauthenticated email from example.com is not accepted due to\r\n550-5.7.26 domain's DMARC policy.",
              auth_dmarc},
          Row{"550 5.7.509 Access denied", auth_dmarc},
          Row{"421 4.7.32 From: header is not aligned", auth_dmarc},
          Row{"550 5.7.26 The MAIL FROM domain [example.com] has an SPF record with a hard fail",
              auth_spf},
          Row{"550 5.7.23 rejected", auth_spf},
          Row{"550 5.7.30 no valid signature", auth_dkim},
          Row{"550 5.7.26 the sender is unauthenticated", auth_any},
          Row{"550-5.7.26 This mail\n550 5.7.26 has been blocked", auth_any},
          Row{"550 5.7.25 The sending address has no name", ptr},
          Row{"450 4.7.25 cannot find your reverse hostname, [192.0.2.1]", ptr},
          Row{"550 5.7.29 This mail was not sent over a TLS connection", tls},
          Row{"451 4.7.5 [internal] TLS negotiation failed", tls},
          Row{"421 4.7.28 Unusual rate of mail from your address", rate},
          Row{"421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred", rate},
          Row{"451 4.7.1 Greylisting in action, please come back later", greylist},
          Row{"451 Internal resources are temporarily unavailable", greylist},
          Row{"554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org",
              rep_list},
          Row{"550 5.7.1 part of their network is on our block list (S3140)", rep_list},
          Row{"550 5.7.606 Access denied, banned sending IP [192.0.2.1]", rep_ip},
          Row{"554 5.7.1 [CS01] Message rejected", rep_ip},
          Row{"550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup", rcpt_rule},
          Row{"550 Administrative prohibition - envelope blocked", rcpt_rule},
          Row{"550 5.7.1 Message contains a virus", content},
          Row{"554 5.7.0 Reject, id=12-3 - SPAM", content},
          Row{"550 5.1.1 <jane@example.net>: Recipient address rejected: User unknown",
              unknown_user},
          Row{"550 5.1.10 RESOLVER.ADR.RecipientNotFound", unknown_user},
          Row{"550 5.4.1 Recipient address rejected: Access denied", unknown_user},
          Row{"554 delivery error: dd This user doesn\xE2\x80\x99t have an account", unknown_user},
          Row{"550 5.2.1 The mailbox is disabled", disabled},
          Row{"554.30 refused", disabled},
          Row{"452 4.2.2 The recipient is over quota", mailbox_full},
          Row{"552 the mailbox is full", mailbox_full},
          Row{"554 5.4.4 [internal] Domain Lookup Failed", rcpt_dns},
          Row{"Host or domain name not found. Name service error for name=example.invalid",
              rcpt_dns},
          Row{"556 5.1.10 null MX", rcpt_dns},
          Row{"556 domain publishes a null MX", rcpt_dns},
          Row{"421 4.4.0 [internal] no mail servers could be reached", rcpt_network},
          Row{"connect to mx.example.net[192.0.2.1]:25: Connection timed out", rcpt_network},
          Row{"451 4.3.0 Temporary lookup failure", rcpt_system},
          Row{"554 5.7.1 <jane@example.net>: Relay access denied", relay},
          Row{"552 5.3.4 Message size exceeds fixed limit", size},
          Row{"550 5.7.1 Messages missing a valid address in From: header", format},
          Row{"450 4.1.8 <a@example.com>: Sender address rejected: Domain not found", sender_dns},
          Row{"Recipient is on the account-level suppression list", suppressed},
          Row{"554 5.7.9 Message not accepted for policy reasons", policy_other},
          Row{"550 5.7.1 refused", policy_other},
          Row{"451 something", rcpt_system},
          Row{"250 2.0.0 OK", unclassified},
          Row{"550", unclassified},
          Row{"", unclassified},
      }) {
    CAPTURE(row.text);
    CHECK(to_text(classify_refusal(row.text)) == to_text(row.expected));
  }
}

TEST_CASE("refusals: near misses") {
  struct Row {
    const char* text;
    RefusalClass expected;
  };
  for (const Row& row : {
           // Words inside addresses say nothing.
           Row{"550 5.1.1 <dmarc-reports@example.net> user unknown", unknown_user},
           Row{"550 5.1.1 <spamhaus@virus.example> user unknown", unknown_user},
           // A code within another number is none.
           Row{"550 15.7.515 host 192.0.5.7.515.1", unclassified},
           Row{"550 5.7.5151", unclassified},
           Row{"550 5.7.26.1", unclassified},
           // "spf" and "dkim" stand alone.
           Row{"550 jspf3 failed", unclassified},
           Row{"550 SPF failed", auth_spf},
           // The text beats the code.
           Row{"550 5.1.1 rejected by DMARC policy", auth_dmarc},
       }) {
    CAPTURE(row.text);
    CHECK(to_text(classify_refusal(row.text)) == to_text(row.expected));
  }
  // Only the first 2000 bytes count.
  CHECK(classify_refusal(std::string(1990, 'x') + " dmarc") == auth_dmarc);
  CHECK(classify_refusal(std::string(2100, 'x') + " dmarc") == unclassified);
  CHECK(classify_refusal(std::string("\xff\x00\xfe", 3)) == unclassified);
}

TEST_CASE("refusals: each class has a word of its own and its traits") {
  std::set<std::string_view> words;
  for (std::size_t i = 0; i < refusal_class_count; ++i) {
    const auto refusal = static_cast<RefusalClass>(i);
    CHECK(words.insert(to_text(refusal)).second);
    CHECK(refusal_class_from(to_text(refusal)) == refusal);
    // Who repairs something does not lose the recipient.
    const RefusalTraits traits = traits_of(refusal);
    if (traits.technical || traits.reputation) CHECK(traits.suppress == Suppress::no);
    CHECK(!(traits.technical && traits.reputation));
  }
  CHECK(!refusal_class_from("auth_dmarc"));
  CHECK(to_text(auth_dmarc) == "AUTH_DMARC");
  CHECK(traits_of(auth_dmarc).fault == RefusalFault::sender_authentication);
  CHECK(traits_of(unknown_user).suppress == Suppress::yes);
  CHECK(traits_of(mailbox_full).suppress == Suppress::soft);
  CHECK(traits_of(rep_list).reputation);
}

TEST_CASE("refusals: codes") {
  struct Row {
    const char* text;
    int basic;
    const char* enhanced;
  };
  for (const Row& row : {
           Row{"550 5.1.1 no", 550, "5.1.1"},
           Row{"550-5.7.26 no", 550, "5.7.26"},
           Row{"550", 550, ""},
           Row{"smtp; 421 4.7.0 later", 421, "4.7.0"},
           Row{"host mx.example.net[192.0.2.1] said: 554 5.7.1 no", 554, "5.7.1"},
           Row{"5.2.2 (mailbox full)", 0, "5.2.2"},
           Row{"#5.1.1 bad address", 0, "5.1.1"},
           Row{"192.0.2.1 refused", 0, ""},
           Row{"5.7.26.1", 0, ""},
           Row{"message 1550 5 of 250x", 0, ""},
           Row{"", 0, ""},
       }) {
    CAPTURE(row.text);
    CHECK(smtp_codes(row.text).basic == row.basic);
    CHECK(smtp_codes(row.text).enhanced == row.enhanced);
  }
  CHECK(with_codes("no such user", "550", "5.1.1") == "550 5.1.1 no such user");
  CHECK(with_codes("550 no such user", "554", "5.1.1") == "550 5.1.1 no such user");
  CHECK(with_codes("550 5.7.1 no", "554", "5.0.0") == "550 5.7.1 no");
  CHECK(with_codes("no", "", "5.0.0") == "no");
  CHECK(with_codes("no", "bounce", "x") == "no");
  CHECK(is_own_words("421 4.4.0 [Internal] no"));
  CHECK(!is_own_words("421 internal error"));
}
