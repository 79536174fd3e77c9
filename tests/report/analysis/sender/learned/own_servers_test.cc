// SPDX-License-Identifier: MIT
// Which addresses are servers of the owner's.
#include <doctest/doctest.h>

#include "tests/report/analysis/sender/learned/learner.h"

using namespace dmarcq;

namespace {

std::string standing(const std::vector<RowSpec>& lessons, RowSpec question) {
  Learner learner(lessons);
  const RowEvidence evidence = learner.ask(question);
  const InternedString own = evidence.names.own_word();
  const bool proven = learner.known.servers.is_proven(evidence.row, own);
  const bool is_own = learner.known.servers.is_own(evidence.row, own, learner.known.history);
  return proven ? "proven" : is_own ? "own" : "-";
}

const RowSpec allowed{.ip = "203.0.113.9", .spf = "example.com pass", .evaluated = "fail/pass"};
const RowSpec question{.ip = "203.0.113.9", .spf = "x.example fail"};

RowSpec signed_mail(std::uint64_t messages, Day days) {
  RowSpec spec = allowed;
  spec.dkim = "example.com/own pass";
  spec.messages = messages;
  spec.last = spec.first + days - 1;
  return spec;
}

}  // namespace

TEST_CASE("own servers: SPF of an own domain, at an address of no service") {
  CHECK(standing({}, question) == "-");
  CHECK(standing({allowed}, question) == "own");
  RowSpec lesson = allowed;
  lesson.spf = "example.com softfail";
  CHECK(standing({lesson}, question) == "-");
  lesson.spf = "other.example pass";
  CHECK(standing({lesson}, question) == "-");
  RowSpec at_google = question;
  at_google.ip = lesson.ip = "209.85.220.41";
  lesson.spf = "example.com pass";
  CHECK(standing({lesson}, at_google) == "-");
  RowSpec of_other = question;
  of_other.from = of_other.domain = "other.example";
  CHECK(standing({allowed}, of_other) == "-");
}

TEST_CASE("own servers: near in time") {
  RowSpec lesson = allowed;
  lesson.first = lesson.last = question.last + 30;
  CHECK(standing({lesson}, question) == "own");
  lesson.first = lesson.last = question.last + 31;
  CHECK(standing({lesson}, question) == "-");
  lesson.first = lesson.last = question.first - 31;
  CHECK(standing({lesson}, question) == "-");
}

TEST_CASE("own servers: proven by what they sign for some time") {
  CHECK(standing({signed_mail(20, 5)}, question) == "proven");
  CHECK(standing({signed_mail(19, 5)}, question) == "own");
  CHECK(standing({signed_mail(20, 4)}, question) == "own");
  CHECK(standing({signed_mail(10, 2), signed_mail(10, 5)}, question) == "proven");
  CHECK(standing({signed_mail(10, 5), signed_mail(10, 2)}, question) == "proven");
}

TEST_CASE("own servers: one forged report teaches nothing but its own rows") {
  CHECK(standing({other_reporters, forged(allowed)}, question) == "-");
  CHECK(standing({other_reporters, forged(allowed)}, forged(question)) == "own");
  RowSpec lesson = signed_mail(1000, 13);
  lesson.reporters = {"forger.example"};
  CHECK(standing({other_reporters, lesson}, question) == "-");
  lesson.last += 5;
  CHECK(standing({other_reporters, lesson}, question) == "proven");
}
