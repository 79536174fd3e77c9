// SPDX-License-Identifier: MIT
#include "report/analysis/finding/selector_health.h"

#include <doctest/doctest.h>

using namespace dmarcq;

namespace {

using C = FindingCode;
constexpr std::uint32_t key = 7;

struct Use {
  const char* selector;
  bool pass;
  Day first, last;
  std::uint64_t messages = 100;
  std::vector<std::uint32_t> reporters = {1, 2};
};

SourceRow row_of(const Use& use) {
  SourceRow row;
  row.first_day = use.first;
  row.last_day = use.last;
  row.messages = use.messages;
  for (const auto reporter : use.reporters) row.reporters.add(reporter);
  return row;
}

const SelectorKey asked{"Salesforce", "example.com", "sf1"};

SelectorRecords records_of(const std::vector<Use>& uses) {
  SelectorRecords records;
  for (const Use& use : uses) {
    SelectorRecord& record = records.of_selector[{asked.service, asked.domain, use.selector}];
    (use.pass ? record.pass : record.fail).add(row_of(use));
  }
  for (auto& [selector, record] : records.of_selector) {
    record.pass.find_bulk();
    record.fail.find_bulk();
  }
  return records;
}

Identifier::Selector seen_until(Day last, ServiceId service = ServiceId::salesforce) {
  return {.domain = "example.com",
          .selector = "sf2",
          .service = "Salesforce",
          .route = "core",
          .service_id = service,
          .first_day = last - 20,
          .last_day = last,
          .messages = 50};
}

}  // namespace

TEST_CASE("selector health: why an own signature does not pass") {
  struct Case {
    const char* name;
    std::vector<Use> uses;
    C expected;
    bool rotates = true;
    std::optional<Identifier::Selector> known = {};
  };
  const std::vector<Case> cases{
      {"it never passed", {{"sf1", false, 10, 40}}, C::dkim_key_missing},
      {"no record of it: too little is known", {{"sf2", false, 10, 40}}, C::dkim_fails_in_part},
      {"it stopped passing", {{"sf1", true, 10, 20}, {"sf1", false, 21, 40}}, C::dkim_key_missing},
      {"near miss: it fails for a day at the end",
       {{"sf1", true, 10, 40}, {"sf1", false, 40, 40, 3}},
       C::dkim_fails_in_part},
      {"it is back", {{"sf1", false, 10, 20}, {"sf1", true, 21, 40}}, C::dkim_key_missing},
      {"near miss: strays on the first day",
       {{"sf1", false, 10, 10}, {"sf1", true, 10, 40}},
       C::dkim_fails_in_part},
      {"now and then", {{"sf1", true, 10, 40}, {"sf1", false, 15, 30, 5}}, C::dkim_fails_in_part},
      {"at one reporter only",
       {{"sf1", true, 10, 40}, {"sf1", false, 15, 30, 5, {3}}},
       C::dkim_fails_at_one_reporter},
      {"near miss: it mostly passes there too",
       {{"sf1", true, 10, 40}, {"sf1", true, 10, 40, 50, {3}}, {"sf1", false, 15, 30, 5, {3}}},
       C::dkim_fails_in_part},
      {"near miss: nobody else has seen it",
       {{"sf1", true, 10, 40, 5, {3}}, {"sf1", false, 15, 30, 9, {3}}},
       C::dkim_fails_in_part},
      {"keys rotated away from one that passes",
       {{"sf2", true, 10, 25}, {"sf1", false, 26, 40}},
       C::dkim_alternate_selector},
      {"near miss: a service that does not rotate",
       {{"sf2", true, 10, 25}, {"sf1", false, 26, 40}},
       C::dkim_key_missing,
       false},
      {"keys rotated to the good one",
       {{"sf1", false, 10, 20}, {"sf2", true, 20, 40}},
       C::dkim_alternate_selector},
      {"near miss: both at once",
       {{"sf1", false, 10, 40}, {"sf2", true, 10, 40}},
       C::dkim_key_missing},
      {"near miss: the other never passed",
       {{"sf2", false, 10, 25}, {"sf1", false, 26, 40}},
       C::dkim_key_missing},
      {"near miss: it passed itself before",
       {{"sf2", true, 10, 25}, {"sf1", true, 10, 20}, {"sf1", false, 26, 40}},
       C::dkim_key_missing},
      {"one outside of these rows passed until then",
       {{"sf1", false, 26, 40}},
       C::dkim_alternate_selector,
       true,
       seen_until(25)},
      {"near miss: long before",
       {{"sf1", false, 26, 40}},
       C::dkim_key_missing,
       true,
       seen_until(20)},
      {"near miss: at another service",
       {{"sf1", false, 26, 40}},
       C::dkim_key_missing,
       true,
       seen_until(25, ServiceId::other)},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    std::vector<const Identifier::Selector*> known;
    if (c.known) known.push_back(&*c.known);
    CHECK(to_text(code_of_selector(records_of(c.uses), asked, c.rotates, known)) ==
          to_text(c.expected));
  }
}

TEST_CASE("selector health: a key that verifies elsewhere meanwhile is published") {
  struct Case {
    const char* name;
    KeyPass pass;
    bool expected;
  };
  const std::vector<Case> cases{
      {"in the midst", {20, 22, 50, "Mimecast"}, true},
      {"all the time", {1, 90, 50, "Mimecast"}, true},
      {"near miss: at the same service", {20, 22, 50, "Salesforce"}, false},
      {"near miss: before", {1, 9, 50, "Mimecast"}, false},
      {"near miss: after", {41, 60, 50, "Mimecast"}, false},
      {"near miss: on the first days, which caches blur", {8, 12, 50, "Mimecast"}, false},
      {"near miss: on the last days", {38, 44, 50, "Mimecast"}, false},
      {"near miss: a stray mail", {20, 22, 5, "Mimecast"}, false},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    SelectorRecords records = records_of({{"sf1", false, 10, 40}});
    records.passes_of_key[key].push_back(c.pass);
    CHECK(key_is_published(records, asked, key) == c.expected);
    CHECK_FALSE(key_is_published(records, asked, key + 1));
    CHECK_FALSE(key_is_published(records, {"Salesforce", "example.com", "sf9"}, key));
  }
}

TEST_CASE("selector health: strays do not stretch the days of a result") {
  const SelectorRecords records =
      records_of({{"sf1", false, 1, 1, 4}, {"sf1", false, 10, 40, 200}, {"sf1", false, 90, 90, 4}});
  const SelectorResult& fail = records.of_selector.at(asked).fail;
  CHECK(fail.first == 10);
  CHECK(fail.last == 40);
  CHECK(fail.messages == 208);
}
