// SPDX-License-Identifier: MIT
#pragma once
#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "report/analysis/message/message_authentication.h"

namespace dmarcq::test {

/// A mail as its receiver mx.owner.example has it, which wrote `results`, from 192.0.2.9.
inline MailFacts mail_facts(const std::string& results, const std::string& fields = {},
                            const std::string& text = "Hello\r\n",
                            const std::string& from = "From: Kestrel <a@kestrel.example>\r\n") {
  const std::string trace =
      "Received: from out.kestrel.example (out.kestrel.example [192.0.2.9]) by mx.owner.example "
      "with ESMTPS id 1; Tue, 24 Nov 2026 08:15:00 +0000\r\n";
  auto facts = read_mail_facts(
      (results.empty() ? "" : "Authentication-Results: mx.owner.example; " + results + "\r\n") +
          trace + fields + from + "\r\n" + text,
      Limits{}, {});
  REQUIRE(facts);
  return std::move(*facts);
}

/// A signature that was checked.
inline DkimCheck signature(SignatureResult result, std::string domain = "kestrel.example",
                           std::vector<std::string> fields = {"from"}) {
  return {.result = result,
          .domain = domain,
          .selector = "sf1",
          .identity = domain,
          .signature_start = "AbCdEfGhIjKl",
          .signed_fields = std::move(fields)};
}

/// What comes of the mail with these signatures, without DNS for the rest.
inline MessageAuthentication authenticated(const MailFacts& mail,
                                           std::vector<DkimCheck> signatures = {}) {
  return message_authentication(mail, {.signatures = std::move(signatures)});
}

}  // namespace dmarcq::test
