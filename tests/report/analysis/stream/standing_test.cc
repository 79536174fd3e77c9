// SPDX-License-Identifier: MIT
// Whose mail a row is, by its facts alone: each standing with its near misses.
#include "report/analysis/stream/standing.h"

#include <doctest/doctest.h>

#include <set>
#include <vector>

using namespace dmarcq;

namespace {

using S = Standing;
using R = StandingReason;

struct Row {
  const char* name;
  KeyFacts facts;
  StandingVerdict expected;
};

void check(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const StandingVerdict verdict = standing_of(row.facts);
    CHECK(verdict.standing == row.expected.standing);
    CHECK(static_cast<int>(verdict.reason) == static_cast<int>(row.expected.reason));
    CHECK(static_cast<int>(verdict.naming) == static_cast<int>(row.expected.naming));
    CHECK(static_cast<int>(verdict.open) == static_cast<int>(row.expected.open));
    CHECK(verdict.of_service == row.expected.of_service);
    CHECK(verdict.answerable == row.expected.answerable);
  }
}

StandingVerdict of_account(S standing, R reason, OpenStanding open = OpenStanding::none) {
  return {.standing = standing,
          .reason = reason,
          .naming = Naming::account,
          .open = open,
          .answerable = true};
}

StandingVerdict of_server(S standing, R reason, bool answerable = false) {
  return {.standing = standing,
          .reason = reason,
          .naming = Naming::address,
          .of_service = false,
          .answerable = answerable};
}

const StandingVerdict unclaimed{
    .standing = S::possible, .reason = R::unclaimed_org, .naming = Naming::org, .answerable = true};

}  // namespace

TEST_CASE("standing: words") {
  std::set<std::string_view> words;
  for (std::size_t i = 0; i < standing_count; ++i) words.insert(to_text(static_cast<S>(i)));
  CHECK(words.size() == standing_count);
  CHECK(to_text(S::mailing_list) == "mailing-list");
}

TEST_CASE("standing: mail straight from a server of no service") {
  const KeyFacts server{.flow = Flow::direct, .place = Place::unknown};
  const auto with = [&](auto change) {
    KeyFacts facts = server;
    change(facts);
    return facts;
  };
  check({
      {"only SPF lists it", server, of_server(S::possible, R::listed_by_spf, true)},
      {"SPF passes for an own name: still only the address is listed",
       with([](auto& f) { f.spf_pass = f.spf_own = f.passes = true; }),
       of_server(S::possible, R::listed_by_spf, true)},
      {"signed", with([](auto& f) { f.dkim_aligned = f.passes = true; }),
       of_server(S::own, R::own_key)},
      {"signed, though the reporter did not find it aligned",
       with([](auto& f) { f.own_pass = true; }), of_server(S::own, R::own_key)},
      {"near miss: a signature that fails", with([](auto& f) { f.own_signature = true; }),
       of_server(S::possible, R::listed_by_spf, true)},
      {"for a sibling", with([](auto& f) { f.sibling = true; }),
       of_server(S::own, R::sibling_domain)},
      {"the server signs other mail", with([](auto& f) { f.signing_server = true; }),
       of_server(S::own, R::signing_server)},
      {"a third party's address", with([](auto& f) { f.place = Place::elsewhere; }),
       of_server(S::possible, R::listed_by_spf, true)},
      {"declared",
       with([](auto& f) { f.evidence = Evidence::owner; }),
       {.standing = S::own, .reason = R::declared}},
      {"of the class of own servers",
       with([](auto& f) { f.service_class = ServiceClass::own; }),
       {.standing = S::own, .reason = R::declared}},
      {"a relay",
       with([](auto& f) { f.place = Place::relay; }),
       {.standing = S::own, .reason = R::own_relay}},
      {"a declared relay",
       with([](auto& f) { f.place = Place::relay, f.evidence = Evidence::owner; }),
       {.standing = S::own, .reason = R::declared}},
  });
}

TEST_CASE("standing: mail straight from a service") {
  const KeyFacts service{.flow = Flow::direct,
                         .place = Place::home,
                         .evidence = Evidence::authenticated,
                         .service_class = ServiceClass::esp};
  const auto with = [&](auto change) {
    KeyFacts facts = service;
    change(facts);
    return facts;
  };
  const auto identity = of_account(S::possible, R::default_identity, OpenStanding::identity);
  const auto customer = of_account(S::foreign, R::other_customer, OpenStanding::account);
  check({
      {"nothing of the owner in it", service, identity},
      {"it passes",
       with([](auto& f) { f.passes = true; }),
       {.standing = S::own, .reason = R::authenticated}},
      {"SPF passes for an own name",
       with([](auto& f) { f.spf_pass = f.spf_own = true; }),
       {.standing = S::own, .reason = R::authenticated}},
      {"near miss: SPF fails for an own name", with([](auto& f) { f.spf_own = true; }), identity},
      {"signed for an own name, and broken",
       with([](auto& f) { f.own_signature = true; }),
       {.standing = S::own, .reason = R::service_signs}},
      {"only a tenant's name looks like it",
       with([](auto& f) { f.guessed = f.own_signature = true; }),
       of_account(S::possible, R::similar_tenant, OpenStanding::identity)},
      {"for a sibling",
       with([](auto& f) { f.sibling = true; }),
       {.standing = S::own, .reason = R::sibling_domain}},
      {"a mailbox service knows its tenants",
       with([](auto& f) { f.service_class = ServiceClass::mailbox; }),
       {.standing = S::own, .reason = R::own_tenant}},
      {"SPF passes for the service's own name",
       with([](auto& f) { f.spf_pass = f.spf_of_service = true; }), identity},
      {"SPF passes for a customer's", with([](auto& f) { f.spf_pass = true; }), customer},
      {"near miss: and fails", with([](auto& f) { f.spf_pass = false; }), identity},
  });
}

TEST_CASE("standing: Salesforce orgs") {
  const KeyFacts core{.flow = Flow::direct,
                      .place = Place::home,
                      .evidence = Evidence::authenticated,
                      .service_class = ServiceClass::esp,
                      .spf_pass = true,
                      .spf_of_service = true,
                      .named = true,
                      .has_org = true};
  const auto with = [&](auto change) {
    KeyFacts facts = core;
    change(facts);
    return facts;
  };
  const auto in_foreign_flow = [&](auto change) {
    KeyFacts facts = core;
    facts.flow = Flow::foreign;
    change(facts);
    return facts;
  };
  check({
      {"nobody claimed it", core, unclaimed},
      {"it passes",
       with([](auto& f) { f.passes = true; }),
       {.standing = S::own, .reason = R::authenticated}},
      {"signed, though not found aligned",
       with([](auto& f) { f.own_pass = true; }),
       {.standing = S::own, .reason = R::authenticated}},
      {"for a sibling",
       with([](auto& f) { f.sibling = true; }),
       {.standing = S::own, .reason = R::sibling_domain}},
      {"the owner's",
       with([](auto& f) { f.org_ownership = Ownership::ours; }),
       {.standing = S::own, .reason = R::own_org}},
      {"not the owner's, even if it passes",
       with([](auto& f) { f.org_ownership = Ownership::foreign, f.passes = true; }),
       {.standing = S::foreign, .reason = R::disowned_org}},
      {"beside a proven one", in_foreign_flow([](auto&) {}), unclaimed},
      {"beside a proven one, and it passes",
       in_foreign_flow([](auto& f) { f.passes = true; }),
       {.standing = S::own, .reason = R::passes}},
      {"beside a proven one, disowned by id",
       in_foreign_flow([](auto& f) { f.org_ownership = Ownership::foreign; }),
       of_account(S::foreign, R::disowned)},
      {"beside a proven one, disowned by another entry",
       in_foreign_flow([](auto& f) { f.disowned = true; }),
       {.standing = S::foreign, .reason = R::disowned}},
      {"the same, of no known name",
       in_foreign_flow([](auto& f) { f.disowned = true, f.named = false; }),
       of_account(S::foreign, R::disowned)},
      {"near miss: no org", in_foreign_flow([](auto& f) { f.has_org = false; }),
       of_account(S::foreign, R::other_customer, OpenStanding::account)},
  });
}

TEST_CASE("standing: mail that came round") {
  const KeyFacts forwarded{.flow = Flow::forwarded, .own_signature = true};
  const KeyFacts list{.flow = Flow::mailing_list, .service_class = ServiceClass::list};
  const auto with = [](KeyFacts facts, auto change) {
    change(facts);
    return facts;
  };
  const auto as = [](Naming naming, OpenStanding open = OpenStanding::none) {
    return StandingVerdict{
        .standing = S::forwarded, .reason = R::forwarded, .naming = naming, .open = open};
  };
  check({
      {"an own signature broken at a stranger's", forwarded,
       as(Naming::forwarders, OpenStanding::broken)},
      {"near miss: it is good", with(forwarded, [](auto& f) { f.own_pass = true; }),
       as(Naming::forwarders)},
      {"near miss: it passes", with(forwarded, [](auto& f) { f.passes = true; }),
       as(Naming::forwarders)},
      {"near miss: there is none", with(forwarded, [](auto& f) { f.own_signature = false; }),
       as(Naming::forwarders)},
      {"near miss: at a known place", with(forwarded, [](auto& f) { f.place = Place::elsewhere; }),
       as(Naming::forwarders, OpenStanding::none)},
      {"near miss: the forwarder's SPF passes", with(forwarded, [](auto& f) { f.spf_pass = true; }),
       as(Naming::stranger)},
      {"the owner's SPF passes", with(forwarded, [](auto& f) { f.spf_pass = f.spf_own = true; }),
       as(Naming::forwarders)},
      {"who runs the address is known", with(forwarded, [](auto& f) { f.via = f.spf_pass = true; }),
       as(Naming::via)},
      {"a list service",
       list,
       {.standing = S::mailing_list, .reason = R::mailing_list, .naming = Naming::sender}},
      {"a list at whatever service",
       with(list, [](auto& f) { f.service_class = ServiceClass::esp; }),
       {.standing = S::mailing_list, .reason = R::mailing_list, .naming = Naming::stranger}},
  });
}

TEST_CASE("standing: mail whose way is not known") {
  const KeyFacts unknown{.flow = Flow::unknown};
  const auto with = [&](auto change) {
    KeyFacts facts = unknown;
    change(facts);
    return facts;
  };
  const auto stranger = [](R reason) {
    return StandingVerdict{.standing = S::spoofed,
                           .reason = reason,
                           .naming = Naming::stranger,
                           .open = OpenStanding::stranger,
                           .of_service = false,
                           .answerable = true};
  };
  const auto passed_on = [](Naming naming) {
    return StandingVerdict{
        .standing = S::forwarded, .reason = R::unknown_path, .naming = naming, .of_service = false};
  };
  check({
      {"nothing ties it to the owner", unknown, stranger(R::no_tie)},
      {"SPF of a stranger does not", with([](auto& f) { f.spf_pass = true; }), stranger(R::no_tie)},
      {"nor a signature that fails", with([](auto& f) { f.own_signature = true; }),
       stranger(R::broken_signature)},
      {"a good signature", with([](auto& f) { f.own_signature = f.own_pass = true; }),
       passed_on(Naming::forwarders)},
      {"a good signature beside a forwarder's SPF",
       with([](auto& f) { f.passes = f.spf_pass = true; }), passed_on(Naming::stranger)},
      {"with a key that no direct sender has",
       with([](auto& f) { f.passes = f.spf_pass = f.new_selector = true; }),
       {.standing = S::own, .reason = R::own_key, .of_service = false}},
      {"near miss: such a key, and SPF fails",
       with([](auto& f) { f.passes = f.new_selector = true; }), passed_on(Naming::forwarders)},
      {"from the service's own network",
       with([](auto& f) { f.place = Place::home, f.evidence = Evidence::network; }),
       of_account(S::unidentified, R::service_network)},
      {"near miss: only claimed",
       with([](auto& f) { f.place = Place::home, f.evidence = Evidence::claimed; }),
       stranger(R::no_tie)},
      {"near miss: another's address",
       with([](auto& f) { f.place = Place::elsewhere, f.evidence = Evidence::network; }),
       stranger(R::no_tie)},
  });
}
