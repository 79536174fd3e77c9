// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>

#include "store/conflicts.h"

using namespace dmarcq;

namespace {

using Document = CompetingReports::Document;

Document document(std::int64_t id, std::vector<std::uint64_t> rows, bool well_formed = true,
                  std::int64_t messages = 0) {
  return {.id = id,
          .well_formed = well_formed,
          .records = static_cast<std::int64_t>(rows.size()),
          .messages = messages,
          .digest = std::string(1, static_cast<char>(id)),
          .rows = std::move(rows)};
}

Document sent(Document document, std::int64_t weight, std::string party) {
  document.weight = weight;
  document.party = std::move(party);
  return document;
}

/// What a set comes to, by the rule as the header says it: every pair compared, in order of weight,
/// then completeness.
std::map<std::int64_t, DocumentState> by_the_rule(std::vector<Document> set) {
  std::ranges::sort(set, [](const Document& a, const Document& b) {
    return std::tuple(-a.weight, !a.well_formed, -a.records, -a.messages, a.digest) <
           std::tuple(-b.weight, !b.well_formed, -b.records, -b.messages, b.digest);
  });
  std::map<std::int64_t, DocumentState> states;
  std::vector<const Document*> accepted;
  for (Document& d : set) {
    std::ranges::sort(d.rows);
    bool subsumed = d.records == 0 && !accepted.empty();
    std::size_t shared = 0;
    bool stranger = false;
    for (const Document* other : accepted) {
      std::vector<std::uint64_t> common;
      std::ranges::set_intersection(d.rows, other->rows, std::back_inserter(common));
      subsumed |= !common.empty() && common.size() == d.rows.size();
      shared = std::max(shared, common.size());
      stranger |= !d.party.empty() && !other->party.empty() && d.party != other->party;
    }
    states[d.id] = subsumed                   ? DocumentState::subsumed
                   : shared == 0 && !stranger ? DocumentState::accepted
                                              : DocumentState::conflict;
    if (states[d.id] == DocumentState::accepted) accepted.push_back(&d);
  }
  return states;
}

/// The states after each was added in turn, as told by add().
std::map<std::int64_t, DocumentState> one_by_one(const std::vector<Document>& set) {
  CompetingReports rivals({});
  std::map<std::int64_t, DocumentState> states;
  for (const Document& d : set)
    for (const Document* changed : rivals.add(d)) states[changed->id] = changed->state;
  return states;
}

}  // namespace

TEST_CASE("rival documents: what is accepted, subsumed and in conflict") {
  using enum DocumentState;
  struct Row {
    const char* name;
    std::vector<Document> set;
    std::map<std::int64_t, DocumentState> expected;
  };
  for (const Row& row : {
           Row{"a shorter copy",
               {document(1, {1, 2, 3}), document(2, {1, 2})},
               {{1, accepted}, {2, subsumed}}},
           Row{"parts",
               {document(1, {1, 2}), document(2, {3}), document(3, {4})},
               {{1, accepted}, {2, accepted}, {3, accepted}}},
           Row{"a contradiction",
               {document(1, {1, 2}), document(2, {1, 9})},
               {{1, accepted}, {2, conflict}}},
           Row{"the same record twice is not the same as once",
               {document(1, {1, 1}), document(2, {1})},
               {{1, accepted}, {2, subsumed}}},
           Row{"more of one record than the other has",
               {document(1, {1, 1, 5}, false), document(2, {1, 2, 3, 4})},
               {{2, accepted}, {1, conflict}}},
           Row{"nothing beside something",
               {document(1, {}), document(2, {7})},
               {{1, subsumed}, {2, accepted}}},
           Row{"nothing twice", {document(1, {}), document(2, {})}, {{1, accepted}, {2, subsumed}}},
           Row{"the well-formed one wins",
               {document(1, {1, 2, 3}, false), document(2, {1, 2})},
               {{2, accepted}, {1, conflict}}},
           Row{"who is displaced frees another",
               {document(1, {1, 2, 3}), document(2, {3, 4}), document(3, {4})},
               {{1, accepted}, {2, conflict}, {3, accepted}}},
           Row{"the trusted one wins, however small",
               {sent(document(1, {1, 2, 3}), 0, "-x"), sent(document(2, {1, 9}), 2, "+")},
               {{2, accepted}, {1, conflict}}},
           Row{"a stranger adds nothing to a report",
               {sent(document(1, {1, 2}), 2, "+"), sent(document(2, {7, 8, 9}), 0, "-x")},
               {{1, accepted}, {2, conflict}}},
           Row{"nor one stranger to another's",
               {sent(document(1, {1, 2}), 0, "-x"), sent(document(2, {7}), 0, "-y")},
               {{1, accepted}, {2, conflict}}},
           Row{"parts by one sender",
               {sent(document(1, {1, 2}), 0, "-x"), sent(document(2, {7}), 0, "-x")},
               {{1, accepted}, {2, accepted}}},
           Row{"a file may be a part",
               {sent(document(1, {1, 2}), 2, "+"), sent(document(2, {7}), 1, ""),
                sent(document(3, {8}), 0, "-x")},
               {{1, accepted}, {2, accepted}, {3, conflict}}},
           Row{"a copy is a copy, whoever sent it",
               {sent(document(1, {1, 2}), 2, "+"), sent(document(2, {1}), 0, "-x")},
               {{1, accepted}, {2, subsumed}}},
       }) {
    CAPTURE(row.name);
    CHECK(by_the_rule(row.set) == row.expected);
    std::vector<Document> set = row.set;
    do {
      CHECK(one_by_one(set) == row.expected);
    } while (std::ranges::next_permutation(set, {}, &Document::id).found);
  }
}

TEST_CASE("rival documents: any set in any order, loaded or added, comes to what the rule says") {
  std::mt19937 dice(20261129);
  const auto below = [&](unsigned n) { return static_cast<std::uint64_t>(dice() % n); };
  for (int round = 0; round < 3000; ++round) {
    std::vector<Document> set;
    const auto size = 1 + below(9);
    const auto rows = 1 + static_cast<unsigned>(below(8));
    for (std::uint64_t id = 1; id <= size; ++id) {
      std::vector<std::uint64_t> keys(below(5));
      for (auto& key : keys) key = below(rows);
      set.push_back(document(static_cast<std::int64_t>(id), keys, below(4) != 0,
                             static_cast<std::int64_t>(below(3))));
      if (round % 2 == 0) continue;
      const auto weight = static_cast<std::int64_t>(below(3));
      set.back() = sent(set.back(), weight,
                        weight == 2 ? "+" : std::vector<std::string>{"", "-x", "-y"}[below(3)]);
    }
    const auto expected = by_the_rule(set);
    CHECK(one_by_one(set) == expected);
    // Some were stored before.
    const auto known = below(static_cast<unsigned>(set.size()));
    std::vector<Document> stored(set.begin(), set.begin() + static_cast<std::ptrdiff_t>(known));
    auto states = by_the_rule(stored);
    CompetingReports rivals(stored);
    for (std::size_t i = known; i < set.size(); ++i)
      for (const Document* changed : rivals.add(set[i])) states[changed->id] = changed->state;
    CHECK(states == expected);
  }
}
