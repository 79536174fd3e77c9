// SPDX-License-Identifier: MIT
// What rows teach together. Each part by itself: the other tests of this folder.
#include "report/analysis/sender/learned/known_senders.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/report/analysis/support.h"

using namespace dmarcq;

namespace {

const SenderCatalogue catalogue(
    "Salesforce\tesp\tcore\tspf\tbnc.salesforce.com\tproof\tseen\town\n"
    "Salesforce\tesp\tcore\tnet\t192.0.2.0/25\tnetwork\tseen\town\n"
    "Alpha\tesp\t\tspf\talpha.example\tproof\tseen\town\n"
    "Beta\tmailbox\t\tnet\t198.51.100.0/25\tnetwork\tseen\town\n"
    "Gamma\tlist\t\tspf\tgamma.example\tproof\tseen\town\n");

const std::string at_core = "192.0.2.1", at_beta = "198.51.100.1", server = "203.0.113.1",
                  elsewhere = "203.0.113.200";

struct Learned {
  World world;
  RowLookup lookup = world.lookup();
  RowNames names{lookup, catalogue};
  SenderWords words{catalogue};
  KnownSenders known;

  explicit Learned(const std::vector<RowSpec>& lessons, const Owner& owner = {}) : known(owner) {
    for (const RowSpec& lesson : lessons) {
      known.domains.add(lesson.domain);
      learn(known, evidence(lesson), catalogue, words);
    }
    conclude(known, words);
  }
  RowEvidence evidence(const RowSpec& spec) {
    const SourceRow& row = world.add(spec);
    return {.row = row, .names = names.of(row), .networks = catalogue.by_address(row.source_ip)};
  }
  /// All that is known of an address and of the selector "s" of example.com, in words.
  std::string about(const std::string& ip) {
    const RowEvidence e = evidence({.ip = ip, .spf = "x.example fail"});
    const InternedString own = e.names.own_word();
    std::string text;
    if (const auto answer = known.addresses.of(e, known.history); answer.record != nullptr)
      text += "address of " + *answer.record->service + "; ";
    if (known.servers.is_proven(e.row, own))
      text += "proven server; ";
    else if (known.servers.is_own(e.row, own, known.history))
      text += "own server; ";
    if (const auto through = deliverer(e, words); through && known.origins.is_relay(own, *through))
      text += "relay; ";
    if (const DirectSelector* const s = known.selectors.find("example.com", "s"))
      text += "key of " + (s->service.empty() ? "own" : s->service) +
              (s->authenticated ? ", authenticated; " : "; ");
    if (known.accounts.proven_orgs().contains(our_org)) text += "org; ";
    return text;
  }
};

std::string about(const std::string& ip, const std::vector<RowSpec>& lessons) {
  return Learned(lessons).about(ip);
}

const RowSpec core{.ip = at_core,
                   .spf = our_bounce + " pass",
                   .dkim = "example.com/s pass",
                   .evaluated = "pass/fail"};
/// Signed with a key of the owner's, under no name that tells where it comes from.
RowSpec signed_at(const std::string& ip, std::uint64_t messages = 100) {
  return {.ip = ip,
          .spf = "x.example fail",
          .dkim = "example.com/s pass",
          .evaluated = "pass/fail",
          .messages = messages};
}
RowSpec changed(RowSpec spec, auto&& change) {
  change(spec);
  return spec;
}

}  // namespace

TEST_CASE("known senders: what one row teaches") {
  struct Case {
    const char* name;
    std::string ip;
    RowSpec lesson;
    const char* expected;
  };
  for (const Case& c : {
           Case{"nothing passes", server, {.ip = server, .spf = "alpha.example fail"}, ""},
           Case{"Core, signed", at_core, core,
                "address of Salesforce; key of Salesforce, "
                "authenticated; org; "},
           Case{"Core, unsigned", at_core,
                changed(core, [](RowSpec& s) { s.dkim = "", s.evaluated = "fail/fail"; }),
                "address of Salesforce; "},
           Case{"Core's address, no name passes", at_core, signed_at(at_core),
                "key of Salesforce; "},
           Case{"near miss: the signature fails, too", at_core,
                changed(signed_at(at_core), [](RowSpec& s) { s.dkim = "example.com/s fail"; }), ""},
           Case{"a service that signs for customers", server,
                changed(signed_at(server), [](RowSpec& s) { s.spf = "alpha.example pass"; }),
                "address of Alpha; key of Alpha, authenticated; "},
           Case{"near miss: a list passes on what was signed before", server,
                changed(signed_at(server), [](RowSpec& s) { s.spf = "gamma.example pass"; }),
                "address of Gamma; "},
           Case{"SPF of an own domain, unsigned",
                server,
                {.ip = server, .spf = "example.com pass", .evaluated = "fail/pass"},
                "own server; "},
           Case{"near miss: at a service's address",
                at_beta,
                {.ip = at_beta, .spf = "example.com pass", .evaluated = "fail/pass"},
                ""},
           Case{"SPF of an own domain, signed", server,
                changed(signed_at(server), [](RowSpec& s) { s.spf = "example.com pass"; }),
                "proven server; key of own; "},
           Case{"a mailbox service that SPF of an own domain allows", at_beta,
                changed(signed_at(at_beta), [](RowSpec& s) { s.spf = "example.com pass"; }),
                "key of Beta; "},
       }) {
    CAPTURE(c.name);
    CHECK(about(c.ip, {c.lesson}) == c.expected);
  }
}

TEST_CASE("known senders: what follows from volumes is passed on to the other parts") {
  // A server found by its share of a key's mail is proven, and the key's origin.
  CHECK(about(server, {signed_at(server)}) == "proven server; key of own; ");
  CHECK(about(elsewhere, {signed_at(server)}) == "key of own; ");
  CHECK(about(server, {signed_at(server, 19)}) == "");
  // A mailbox service that most of it comes from is its home.
  CHECK(about(elsewhere, {signed_at(at_beta), signed_at(elsewhere, 5)}) == "key of Beta; ");
  CHECK(about(elsewhere, {signed_at(at_beta, 5), signed_at(elsewhere, 15)}) == "");
  // Where the key's mail was seen direct, nothing more is looked for.
  CHECK(about(server, {core, signed_at(server)}) == "key of Salesforce, authenticated; org; ");
  // Core's bounce name without a pass: the mail began elsewhere, and a relay delivered it.
  const RowSpec relayed = changed(core, [](RowSpec& s) {
    s.ip = server;
    s.spf = our_bounce + " fail";
  });
  CHECK(about(server, {relayed}).starts_with("relay; "));
  CHECK(about(elsewhere, {relayed}).find("relay") == std::string::npos);
}

TEST_CASE("known senders: the order of rows does not matter") {
  std::vector<RowSpec> lessons{core,
                               signed_at(server),
                               signed_at(at_beta, 30),
                               {.ip = server, .spf = "example.com pass", .evaluated = "fail/pass"},
                               {.ip = elsewhere, .spf = "alpha.example pass"},
                               {.ip = elsewhere, .spf = "gamma.example pass"},
                               changed(core, [](RowSpec& s) {
                                 s.ip = elsewhere;
                                 s.spf = our_bounce_2 + " fail";
                                 s.messages = 500;
                               })};
  std::vector<std::string> expected;
  for (const std::string& ip : {at_core, at_beta, server, elsewhere})
    expected.push_back(about(ip, lessons));
  CHECK(std::ranges::count(expected, std::string()) == 0);
  for (std::size_t turn = 1; turn < lessons.size(); ++turn) {
    std::ranges::rotate(lessons, lessons.begin() + 1);
    std::size_t at = 0;
    for (const std::string& ip : {at_core, at_beta, server, elsewhere})
      CHECK(about(ip, lessons) == expected[at++]);
  }
  std::ranges::reverse(lessons);
  CHECK(about(server, lessons) == expected[2]);
}

TEST_CASE("known senders: one forged report teaches nothing in any part") {
  const RowSpec others{.ip = "203.0.113.99", .spf = "x.example fail"};
  const auto by = [](std::vector<std::string> reporters, Day days, RowSpec row) {
    row.reporters = std::move(reporters);
    row.last = row.first + days - 1;
    return row;
  };
  const RowSpec by_spf = changed(signed_at(server), [](RowSpec& s) { s.spf = "example.com pass"; });
  for (const RowSpec& lesson : {core, signed_at(at_core), by_spf}) {
    CAPTURE(lesson.ip);
    const std::string& ip = lesson.ip;
    CHECK(about(ip, {others, by({"forger.example"}, 5, lesson)}) == "");
    const std::string taught = about(ip, {lesson});
    CHECK_FALSE(taught.empty());
    CHECK(about(ip, {others, by({"one.example", "two.example"}, 5, lesson)}) == taught);
    CHECK(about(ip, {others, by({"known.example"}, 30, lesson)}) == taught);
  }
}

TEST_CASE("known senders: names beside an account, of declared domains only") {
  const auto proves = [](const Owner& owner, const std::string& name) {
    KnownSenders known(owner);
    SenderWords words(catalogue);
    learn(known, AccountName{
                     .account = our_bounce, .name = name, .first_day = 20'000, .last_day = 20'020});
    known.domains.add("example.com");
    conclude(known, words);
    return known.accounts.proven_orgs().contains(our_org);
  };
  const Owner declared{.domains = {"example.com"}};
  CHECK(proves(declared, "example.com"));
  CHECK(proves(declared, "mail.example.com"));
  CHECK_FALSE(proves(declared, "other.example"));
  CHECK_FALSE(proves(declared, "notexample.com"));
  CHECK_FALSE(proves({}, "example.com"));  // a row of it comes later, and does not count
}
