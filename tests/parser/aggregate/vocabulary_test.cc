// SPDX-License-Identifier: MIT
#include "parser/aggregate/vocabulary.h"

#include <doctest/doctest.h>

#include <initializer_list>

using namespace dmarcq;

namespace {

template <class Enum>
void check_all(std::initializer_list<std::string_view> words) {
  int value = 0;
  for (const std::string_view word : words) {
    CAPTURE(word);
    const auto read = from_text<Enum>(word);
    REQUIRE(read.has_value());
    CHECK(static_cast<int>(*read) == value++);
    CHECK(to_text(*read) == word);
  }
  CHECK(to_text(static_cast<Enum>(value)) == "");  // the list above is complete
  for (const std::string_view bad : {"", " ", "Pass", "pass ", "hardfail", "\xff"}) {
    CAPTURE(bad);
    CHECK_FALSE(from_text<Enum>(bad).has_value());
  }
}

}  // namespace

TEST_CASE("vocabulary: every word reads back, and only canonical ones are read") {
  check_all<Policy>({"none", "quarantine", "reject"});
  check_all<Disposition>({"none", "pass", "quarantine", "reject"});
  check_all<Alignment>({"r", "s"});
  check_all<DmarcResult>({"pass", "fail", "unknown-pass", "unknown-fail"});
  check_all<OverrideType>({"forwarded", "sampled_out", "trusted_forwarder", "mailing_list",
                           "local_policy", "other", "policy_test_mode"});
  check_all<DkimResult>({"none", "pass", "fail", "policy", "neutral", "temperror", "permerror"});
  check_all<SpfResult>(
      {"none", "neutral", "pass", "fail", "softfail", "policy", "temperror", "permerror"});
  check_all<SpfScope>({"mfrom", "helo"});
  check_all<DiscoveryMethod>({"psl", "treewalk"});
}

TEST_CASE("vocabulary: a word is known, other or absent, and its text brings it back") {
  const Reported<SpfResult> known = SpfResult::softfail,
                            other = Reported<SpfResult>::from("hardfail"), absent;
  CHECK(known.is(SpfResult::softfail));
  CHECK_FALSE(known.absent());
  CHECK(other.other == "hardfail");
  CHECK_FALSE(other.absent());
  CHECK(absent.absent());
  for (const auto& word : {known, other, absent})
    CHECK(Reported<SpfResult>::from(word.text()) == word);
}
