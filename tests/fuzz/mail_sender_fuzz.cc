// SPDX-License-Identifier: MIT
// Who sent a mail: from any header fields, names that are domain names, and a receiver's word only
// where there is one.
#include "ingest/mail/message.h"
#include "parser/domain_name.h"
#include "parser/message_auth/authentication_results.h"
#include "parser/message_auth/mail_sender.h"
#include "tests/fuzz/fuzz.h"

namespace dmarcq::fuzz {
namespace {

void properties(std::string_view input) {
  const AuthenticationResults read = parse_authentication_results(input);
  require(read.results.size() <= most_authentication_results,
          "no more results than receivers write");
  for (const AuthenticationResult& result : read.results) {
    require(result.properties.size() <= most_authentication_properties,
            "no more properties than receivers write");
    require(!result.method.empty(), "a result has a method");
  }

  // The same bytes as a mail, which an attacker writes whole; and below the fields of the owner's
  // receiver.
  const auto message = parse_message(input, small_limits());
  if (!message) return;
  const std::vector<std::string> receivers{"mx.owner.example"};
  MailTrace trace = message->trace;
  const MailSender forged = sender_of(trace, {});
  require(!forged.named_receiver, "nobody is named");
  for (const std::string* name : {&forged.from_domain, &forged.submitter})
    require(name->empty() || is_domain_name(*name), "a sender is a domain name");
  for (const std::string& name : forged.signed_by)
    require(is_domain_name(name), "a signer is a domain name");
  trace.lines.insert(trace.lines.begin(),
                     {{MailTrace::Field::received,
                       "from x by mx.owner.example with SMTP; Sat, 1 Aug 2026 00:00:00 +0000"},
                      {MailTrace::Field::authentication_results,
                       "mx.owner.example; dmarc=fail header.from=x.example"}});
  require(sender_of(trace, receivers).verdict != MailSender::Verdict::pass,
          "what the receiver found to fail does not pass");
}

}  // namespace

std::vector<std::string> seeds() {
  return {
      "mx.owner.example; dkim=pass header.d=kestrel.example; dmarc=pass (p=NONE) header.from=kestrel.example",
      "spf=pass (sender IP is 192.0.2.9) smtp.mailfrom=\"a;b\"@kestrel.example; dmarc=pass action=none header.from=kestrel.example",
      "Received: from a by mx.owner.example (Postfix) with ESMTP; date\r\nAuthentication-Results: mx.owner.example;\r\n dmarc=pass header.from=kestrel.example\r\nDKIM-Signature: v=1; d=kestrel.example; s=x\r\n"
      "From: \"a, b\" <c@kestrel.example>\r\nSubject: Report Domain: x.example Submitter: {kestrel.example}\r\n\r\n"};
}

std::vector<std::string_view> words() {
  return {"Authentication-Results: ",
          "mx.owner.example;",
          "dmarc=pass ",
          "header.from=",
          "(",
          ")",
          "\"",
          "\\",
          ";",
          "Received: by ",
          "d=",
          "From: ",
          "<",
          ">",
          "@",
          "\r\n "};
}

}  // namespace dmarcq::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return dmarcq::fuzz::checked(data, size, {}, dmarcq::fuzz::properties);
}
