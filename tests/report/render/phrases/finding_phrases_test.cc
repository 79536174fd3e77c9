// SPDX-License-Identifier: MIT
#include "report/render/phrases/finding_phrases.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace dmarcq;

TEST_CASE(
    "finding phrases: every code of the catalogue has all sentences, with nothing left open") {
  for (std::size_t i = 0; i < finding_code_count; ++i) {
    const auto code = static_cast<FindingCode>(i);
    CAPTURE(to_text(code));
    CHECK(traits_of(code).code == code);
    CHECK(finding_code_from_text(to_text(code)) == code);
    const FindingSentences sentences = sentences_of(code);
    CHECK_FALSE(sentences.cause.empty());
    CHECK_FALSE(sentences.verify.empty());
    CHECK_FALSE(references_of(code).empty());
    CHECK_FALSE(sentences.fix.empty());
    CHECK(sentences.fix.size() == traits_of(code).roles.size());
    CHECK_FALSE(sentences.cause.contains('{'));
    CHECK_FALSE(sentences.verify.contains('{'));
    for (const std::string& step : sentences.fix) CHECK_FALSE(step.contains('{'));
  }
  CHECK_FALSE(finding_code_from_text("healthy"));
  CHECK_FALSE(finding_code_from_text(""));
}

TEST_CASE("finding phrases: placeholders") {
  const NamedOrg proven{.org_id = "00D1a0000000001EAA", .instance = "na63", .messages = 1'200};
  const NamedOrg open{
      .org_id = "00D1a0000000002EAA", .instance = "cs12", .messages = 1, .unproven = true};
  struct Row {
    const char* name;
    const char* text;
    FindingNames names;
    const char* expected;
  };
  const std::vector<Row> rows{
      {"a name", "as {from}.", {.header_from = "example.com"}, "as example.com."},
      {"a name that is not known", "as {from}.", {}, "as your domain."},
      {"a name that is none", "as {from}.", {.header_from = "a; id"}, "as your domain."},
      {"two names",
       "{selector}._domainkey.{d}",
       {.selector = "s1", .signing_domain = "example.org"},
       "s1._domainkey.example.org"},
      {"no placeholder", "a {unknown} {", {}, "a {unknown} {"},
      {"blanks at the end", "a {org_question}", {}, "a"},
      {"a day", "since {since}", {.since = Day{20'000}}, "since 2024-10-04"},
      {"no day", "since {since}", {}, "since then"},
      {"unsigned", "{unsigned}", {}, "without a DKIM signature"},
      {"signed for another domain",
       "{unsigned}",
       {.signing_domain = "example.net"},
       "signed only for example.net, which is not known to be a domain of yours"},
      {"signed for what is no name",
       "{unsigned}",
       {.signing_domain = "$(id)"},
       "without a signature of yours"},
      {"no gateway", "{gateway}", {}, "an unknown gateway"},
      {"orgs",
       "{orgs}",
       {.orgs = {proven, open}, .more_orgs = 2},
       "00D1a0000000001EAA (na63, 1,200 messages), 00D1a0000000002EAA (cs12, apparently a "
       "sandbox, 1 message) and 2 more"},
      {"no orgs", "{orgs}", {}, "org unknown"},
      {"the org with most messages", "{org}", {.orgs = {proven, open}}, "00D1a0000000001EAA"},
      {"what is no org id", "{org}", {.orgs = {{.org_id = "00D; id"}}}, "ID"},
      {"only an unproven org is asked for",
       "{is_org_yours}",
       {.orgs = {proven, open}},
       "Is 00D1a0000000002EAA yours?"},
      {"two of them",
       "{is_org_yours}",
       {.orgs = {open, open}},
       "Is 00D1a0000000002EAA or 00D1a0000000002EAA yours?"},
      {"proven orgs raise no question", "{is_org_yours}", {.orgs = {proven}}, ""},
      {"a question with its meaning",
       "{org_question}",
       {.orgs = {open}},
       "Is 00D1a0000000002EAA yours? If not, another Salesforce customer is using your name."},
      {"selectors for a new key",
       "{new1} {new2}",
       {.new_selector = "sf3", .new_alternate = "sf4"},
       "sf3 sf4"},
      {"selectors by default", "{new1} {new2}", {}, "sf1 sf2"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(fill(row.text, row.names) == row.expected);
  }
}

TEST_CASE("finding phrases: a domain that sends no mail is told in the cause") {
  FindingNames names{.header_from = "parked.example"};
  CHECK_FALSE(sentences_of(FindingCode::unauthenticated, names).cause.contains("sends no mail"));
  names.sends_no_mail = true;
  CHECK(sentences_of(FindingCode::unauthenticated, names)
            .cause.ends_with("so all of it is spoofed."));
}

TEST_CASE("finding phrases: references are told one by one") {
  CHECK(references_of(FindingCode::core_no_dkim).size() == 2);
  CHECK(references_of(FindingCode::spf_permerror) ==
        std::vector<std::string_view>{"RFC 7208 section 4.6.4"});
}
