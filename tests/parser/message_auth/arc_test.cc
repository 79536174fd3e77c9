// SPDX-License-Identifier: MIT
#include "parser/message_auth/arc.h"

#include <doctest/doctest.h>

#include <string>

using namespace dmarcq;

namespace {

std::string seal(int instance, const std::string& cv, const std::string& domain = "a.example") {
  return "ARC-Seal: i=" + std::to_string(instance) + "; a=rsa-sha256; t=1; cv=" + cv +
         "; d=" + domain + "; s=x; b=AA==\r\n";
}
std::string signature(int instance) {
  return "ARC-Message-Signature: i=" + std::to_string(instance) +
         "; a=rsa-sha256; d=a.example;\r\n"
         " s=x; h=from; bh=AA==; b=AA==\r\n";
}
std::string results(int instance, const std::string& words = "dmarc=pass header.from=b.example") {
  return "ARC-Authentication-Results: i=" + std::to_string(instance) + "; mx.a.example;\r\n " +
         words + "\r\n";
}
std::string set(int instance, const std::string& cv) {
  return seal(instance, cv) + signature(instance) + results(instance);
}

/// "1 a.example none dmarc=pass; … in order"
std::string read_as(const std::string& fields) {
  const std::string mail = fields + "From: b@b.example\r\n\r\n";
  const auto header = read_header(mail, 1u << 20);
  REQUIRE(header);
  const ArcChain chain = read_arc(*header);
  std::string text;
  for (const ArcSet& one : chain.sets) {
    text += std::to_string(one.instance) + " " + one.sealed_by + " " + one.chain_validation;
    for (const AuthenticationResult& result : one.results.results)
      text += " " + result.method + "=" + result.result;
    text += one.complete ? "; " : " incomplete; ";
  }
  return text + (chain.in_order ? "in order" : "");
}

}  // namespace

TEST_CASE("ARC: chains, whole and not") {
  struct Row {
    const char* name;
    std::string fields;
    const char* expected;
  };
  for (const Row& row : {
           Row{"none", "", ""},
           Row{"one set", set(1, "none"), "1 a.example none dmarc=pass; in order"},
           Row{"two sets", set(2, "pass") + set(1, "none"),
               "1 a.example none dmarc=pass; 2 a.example pass dmarc=pass; in order"},
           Row{"the first set has nothing to validate", set(1, "pass"),
               "1 a.example pass dmarc=pass; "},
           Row{"the second says that the chain is broken", set(2, "fail") + set(1, "none"),
               "1 a.example none dmarc=pass; 2 a.example fail dmarc=pass; "},
           Row{"a gap", set(3, "pass") + set(1, "none"),
               "1 a.example none dmarc=pass; 3 a.example pass dmarc=pass; "},
           Row{"the first is missing", set(2, "pass"), "2 a.example pass dmarc=pass; "},
           Row{"no signature", seal(1, "none") + results(1),
               "1 a.example none dmarc=pass incomplete; "},
           Row{"two seals", set(1, "none") + seal(1, "none"),
               "1 a.example none dmarc=pass incomplete; "},
           Row{"no seal", signature(1) + results(1), "1   dmarc=pass incomplete; "},
           Row{"instances that are none",
               seal(0, "none") + seal(51, "pass") + seal(-1, "none") +
                   "ARC-Seal: i=x; cv=none\r\nARC-Seal: cv=none\r\nARC-Seal:\r\n"
                   "ARC-Authentication-Results: mx.a.example; dmarc=pass\r\n"
                   "ARC-Authentication-Results: i=1\r\n",
               ""},
           Row{"words are folded",
               "ARC-SEAL: i = 1 ; cv=NONE; d= A.Example ; s=x; b=A\r\n" + signature(1) + results(1),
               "1 a.example none dmarc=pass; in order"},
           Row{"another field", "X-ARC-Seal: i=1; cv=none\r\nARC-Sealed: i=1\r\n", ""},
       }) {
    CAPTURE(row.name);
    CHECK(read_as(row.fields) == row.expected);
  }
  std::string many;
  for (int i = 1; i <= 200; ++i) many += set(i, i == 1 ? "none" : "pass");
  many += "\r\n";
  const auto header = read_header(many, 1u << 20);
  REQUIRE(header);
  CHECK(read_arc(*header).sets.size() == most_arc_sets);
}
