// SPDX-License-Identifier: MIT
#include "report/render/phrases/evidence/dns_phrases.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

using namespace dmarcq;

TEST_CASE("dns phrases: every fault has a word of its own and sentences") {
  std::set<std::string_view> words;
  for (int i = 0; i <= static_cast<int>(DomainFault::Kind::bimi_no_policy); ++i) {
    DomainFault fault{.kind = static_cast<DomainFault::Kind>(i),
                      .subject = "_dmarc.example.com",
                      .value = "value",
                      .other = "other",
                      .number = 12};
    if (fault.kind == DomainFault::Kind::dmarc_remark)
      fault.remark = RecordRemark{.kind = RecordRemark::Kind::no_rua};
    CAPTURE(to_text(fault.kind));
    CHECK(words.insert(to_text(fault.kind)).second);
    const std::string text = fault_text(fault);
    REQUIRE(!text.empty());
    CHECK(text.back() == '.');
    CHECK(text.find("  ") == text.npos);
  }
}

TEST_CASE("dns phrases: what they say") {
  using Kind = DomainFault::Kind;
  struct Case {
    DomainFault fault;
    const char* text;
  };
  for (
      const Case& c : {
          Case{{.kind = Kind::unanswered, .subject = "example.com", .value = "time-out"},
               "example.com could not be checked: time-out."},
          Case{
              {.kind = Kind::dmarc_readings_differ,
               .subject = "_dmarc.example.com",
               .value = "",
               .other = "reject"},
              "Receivers disagree: no DMARC policy by RFC 7489, p=reject by RFC 9989. Publish one valid record at _dmarc.example.com."},
          Case{
              {.kind = Kind::dmarc_test_mode,
               .subject = "_dmarc.example.com",
               .value = "reject",
               .other = "quarantine"},
              "t=y puts the record in test mode: receivers that follow RFC 9989 apply p=quarantine, those that do not know t apply p=reject in full. Remove t when the test is over."},
          Case{
              {.kind = Kind::dmarc_missing_semicolon,
               .subject = "_dmarc.example.com",
               .value = "v=DMARC1 p=none"},
              "A semicolon is missing at _dmarc.example.com: receivers read 'v=DMARC1 p=none' as one tag."},
          Case{
              {.kind = Kind::dmarc_version_wrong,
               .subject = "_dmarc.example.com",
               .value = "v=dmarc1"},
              "The record at _dmarc.example.com has 'v=dmarc1', so receivers do not take it for a DMARC record. It has to begin with v=DMARC1, in capitals."},
          Case{
              {.kind = Kind::dmarc_version_wrong, .subject = "_dmarc.example.com"},
              "The record at _dmarc.example.com has no v=DMARC1, so receivers do not take it for a DMARC record. It has to begin with v=DMARC1, in capitals."},
          Case{
              {.kind = Kind::spf_sender_uncovered,
               .subject = "example.com",
               .value = "Warehouse",
               .number = 1},
              "The record does not permit Warehouse, which sent 1 message with the envelope domain example.com."},
          Case{
              {.kind = Kind::spf_mistaken_modifier,
               .subject = "example.com",
               .value = "ip4=192.0.2.1",
               .other = "ip4:192.0.2.1"},
              "'ip4=192.0.2.1' in the record of example.com has no effect: '=' stands where ':' belongs, so receivers ignore it as an unknown modifier. Write 'ip4:192.0.2.1'."},
          Case{
              {.kind = Kind::spf_void, .subject = "example.com", .number = 3},
              "3 look-ups find nothing; more than 2 are a permanent error (RFC 7208 section 4.6.4)."},
          Case{
              {.kind = Kind::spf_void, .subject = "example.com", .value = "IPv6", .number = 3},
              "3 look-ups find nothing for senders with IPv6; more than 2 are a permanent error (RFC 7208 section 4.6.4)."},
          Case{
              {.kind = Kind::dmarc_remark,
               .subject = "_dmarc.example.com",
               .remark = RecordRemark{.kind = RecordRemark::Kind::not_a_policy,
                                      .tag = "sp",
                                      .value = "rejct",
                                      .reports_come = true}},
              "_dmarc.example.com: sp=rejct is not a policy (none, quarantine or reject), so receivers act as for p=none (RFC 9989 section 4.10.1)."},
      })
    CHECK(fault_text(c.fault) == c.text);
}

TEST_CASE("dns phrases: long and hostile values are cut") {
  const DomainFault fault{.kind = DomainFault::Kind::dmarc_near_miss,
                          .subject = "_dmarc.example.com",
                          .value = std::string(60'000, 'x')};
  CHECK(fault_text(fault).size() < 500);
}

TEST_CASE("block list phrases") {
  using Verdict = BlocklistResult::Verdict;
  BlocklistResult result{.subject = "192.0.2.9",
                         .list = "zen.spamhaus.org",
                         .verdict = Verdict::listed,
                         .codes = {"127.0.0.2", "127.0.0.99"},
                         .reason = "see there"};
  CHECK(blocklist_text(result) == "SBL: a source of spam (127.0.0.2); 127.0.0.99; see there");
  result.verdict = Verdict::not_listed;
  CHECK(blocklist_text(result).empty());
  result.verdict = Verdict::unknown;
  CHECK(blocklist_text(result) == "no answer");
}
