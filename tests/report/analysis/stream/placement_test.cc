// SPDX-License-Identifier: MIT
// What decides the standing of a row, and by what its sender is called. Verdicts are written down
// as they are; the rule itself: standing_test.cc.
#include "report/analysis/stream/placement.h"

#include <doctest/doctest.h>

#include "tests/report/analysis/support.h"

using namespace dmarcq;

namespace {

const SenderCatalogue catalogue(
    "Alpha\tesp\t\tspf\talpha.example\tproof\tseen\town\n"
    "Salesforce\tesp\tmarketing-cloud\tspf\texacttarget.com\tproof\tseen\town\n");

const std::string nobodys_ip = "203.0.113.7";

/// A row with its verdict and its sender.
struct Judged {
  RowSpec row = {};
  Flow flow = Flow::unknown;
  Sender sender = {};
  bool has_org = false;
  Ownership ownership = Ownership::unproven;
};

const Sender alpha{.service = "Alpha",
                   .service_class = ServiceClass::esp,
                   .evidence = Evidence::authenticated,
                   .place = Place::home};

struct Placed {
  World world;
  Words words;
  std::vector<SourceRow> rows;
  Judgement j;
  Identifier who;

  Placed(const Judged& judged, const std::vector<RowSpec>& lessons = {}, const Owner& owner = {})
      : who(world.lookup(), owner, catalogue) {
    RowSpec spec = judged.row;
    if (spec.ip == RowSpec{}.ip) spec.ip = nobodys_ip;
    rows.push_back(world.add(spec));
    std::vector<SourceRow> learned = rows;
    for (const RowSpec& lesson : lessons) learned.push_back(world.add(lesson));
    who.learn(learned);
    who.conclude();
    j.senders = {judged.sender};
    RowVerdict& verdict = j.rows.emplace_back();
    verdict.flow = judged.flow;
    verdict.dkim_aligned = spec.evaluated.starts_with("pass");
    verdict.spf_aligned = spec.evaluated.ends_with("pass");
    verdict.ownership = judged.ownership;
    if (judged.has_org) {
      verdict.org = 0;
      j.orgs.emplace_back().org.org_id = our_org;
    }
  }
  Placement place(const StreamScope& scope = {}) {
    return dmarcq::place(rows, j, scope, who, words).at(0);
  }
  KeyFacts facts() {
    return facts_of(rows[0], j.rows[0], who.names(rows[0]), j.senders[0], true, who);
  }
};

/// "standing sender [answer value]"
std::string text(const Judged& judged) {
  Placed placed(judged);
  const Placement p = placed.place();
  std::string line = std::string(to_text(p.standing)) + " " + *p.sender;
  if (p.answer != AnswerKind::none)
    line += " [" + std::string(answer_kinds[static_cast<std::size_t>(p.answer)]) + " " +
            *p.answer_value + "]";
  CHECK((p.answer == AnswerKind::none) == (p.answer_value == nullptr));
  return line;
}

}  // namespace

TEST_CASE("placement: labels of senders") {
  CHECK(service_label({}) == "");
  CHECK(service_label({.service = "Alpha"}) == "Alpha");
  CHECK(service_label({.service = "Salesforce", .route = "core"}) == "Salesforce core");
  CHECK(service_label({.name = "our crm", .service = "Salesforce", .route = "core"}) == "our crm");
}

TEST_CASE("placement: mail of nobody we know is called by the name that passes, else the address") {
  struct Case {
    const char* name;
    RowSpec row;
    const char* expected;
  };
  for (const Case& c : {
           Case{"nothing passes",
                {.spf = "other.example fail", .dkim = "other.example/s fail"},
                "spoofed 203.0.113.7 [network 203.0.113.7]"},
           Case{"an IPv6 host is its /64",
                {.ip = "2001:db8:0:1:a:b:c:d"},
                "spoofed 2001:db8:0:1::/64 [network 2001:db8:0:1::/64]"},
           Case{"SPF passes",
                {.spf = "bounce.other.example pass"},
                "spoofed other.example [spf-domain other.example]"},
           Case{"a signature passes",
                {.dkim = "mail.other.example/s pass"},
                "spoofed other.example [dkim-domain other.example]"},
           Case{"SPF before the signature",
                {.spf = "one.example pass", .dkim = "two.example/s pass"},
                "spoofed one.example [spf-domain one.example]"},
           Case{"near miss: HELO is no name",
                {.spf = "helo other.example pass"},
                "spoofed 203.0.113.7 [network 203.0.113.7]"},
       }) {
    CAPTURE(c.name);
    CHECK(text({.row = c.row}) == c.expected);
  }
  Placed placed({.row = {.spf = "other.example pass"}, .sender = alpha});
  placed.j.senders[0].place = Place::unknown;
  const Placement p = placed.place();
  CHECK(*p.service == "");  // a guess says nothing
  CHECK(*p.route == "");
  CHECK(p.from == nullptr);  // it is not the owner's
}

TEST_CASE("placement: SPF and a signature that pass for one name") {
  const auto good = [](const std::string& spf, const std::string& dkim) {
    return Placed({.row = {.spf = spf, .dkim = dkim}}).place().good_name;
  };
  CHECK(good("other.example pass", "other.example/s pass"));
  CHECK(good("bounce.other.example pass", "Mail.Other.Example/s pass"));
  CHECK_FALSE(good("other.example pass", "third.example/s pass"));
  CHECK_FALSE(good("other.example pass", "notother.example/s pass"));
  CHECK_FALSE(good("other.example fail", "other.example/s pass"));
  CHECK_FALSE(good("other.example pass", "other.example/s fail"));
  CHECK_FALSE(good("other.example pass", ""));
}

TEST_CASE("placement: forwarders, lists, and what comes straight") {
  Sender via = alpha;
  via.via = "Beta";
  Sender server;
  Sender named = alpha;
  named.name = "our crm";
  const RowSpec own_spf{.spf = "example.com pass", .evaluated = "fail/pass"};
  struct Case {
    const char* name;
    Judged row;
    const char* expected;
  };
  for (const Case& c : {
           Case{"forwarded, and who did is known",
                {.flow = Flow::forwarded, .sender = via},
                "forwarded Beta"},
           Case{"forwarded under a name",
                {.row = {.spf = "x.forwarder.example pass"}, .flow = Flow::forwarded},
                "forwarded forwarder.example"},
           Case{"forwarded, without a trace",
                {.row = {.spf = "example.com fail"}, .flow = Flow::forwarded},
                "forwarded forwarders"},
           Case{"a list under its name",
                {.row = {.spf = "lists.club.example pass"}, .flow = Flow::mailing_list},
                "mailing-list club.example"},
           Case{"from a service",
                {.row = own_spf, .flow = Flow::direct, .sender = alpha},
                "own Alpha"},
           Case{"the owner's word",
                {.row = own_spf, .flow = Flow::direct, .sender = named},
                "own our crm"},
           Case{"from a server that signs",
                {.row = {.dkim = "example.com/s pass", .evaluated = "pass/fail"},
                 .flow = Flow::direct,
                 .sender = server},
                "own 203.0.113.7"},
           Case{"from a server that only SPF allows",
                {.row = own_spf, .flow = Flow::direct, .sender = server},
                "possible 203.0.113.7 [network 203.0.113.7]"},
           Case{"an org that nobody claimed",
                {.flow = Flow::foreign, .sender = alpha, .has_org = true},
                "possible Alpha, org 00DA0000000Hu5aMAC [org 00DA0000000Hu5aMAC]"},
       }) {
    CAPTURE(c.name);
    CHECK(text(c.row) == c.expected);
  }
  Placed org({.flow = Flow::foreign, .sender = alpha, .has_org = true});
  CHECK(*org.place().org_id == our_org);
  CHECK(*org.place().service == "Alpha");
  Placed own({.row = own_spf, .flow = Flow::direct, .sender = alpha});
  CHECK(*own.place().org_id == "");
  REQUIRE(own.place().from != nullptr);
  CHECK(*own.place().from == "example.com");
}

TEST_CASE("placement: a service names mail only where its place is known") {
  const RowSpec sent{.spf = "lists.club.example pass"};
  const auto label = [&](Place place, Evidence evidence, const std::string& service) {
    return text({.row = sent,
                 .flow = Flow::mailing_list,
                 .sender = {.service = service,
                            .service_class = ServiceClass::list,
                            .evidence = evidence,
                            .place = place}});
  };
  CHECK(label(Place::home, Evidence::network, "Gamma") == "mailing-list Gamma");
  CHECK(label(Place::relay, Evidence::learned, "Gamma") == "mailing-list Gamma");
  CHECK(label(Place::unknown, Evidence::owner, "Gamma") == "mailing-list Gamma");
  CHECK(label(Place::unknown, Evidence::claimed, "Gamma") == "mailing-list club.example");
  CHECK(label(Place::elsewhere, Evidence::authenticated, "Gamma") == "mailing-list club.example");
  CHECK(label(Place::home, Evidence::network, "") == "mailing-list club.example");
}

TEST_CASE("placement: accounts of a service that nobody named") {
  struct Case {
    const char *name, *spf, *dkim, *expected;
    ServiceClass service_class = ServiceClass::esp;
  };
  for (const Case& c : {
           Case{"a customer's bounce name", "bounce.customer.example pass", "",
                "Alpha, account customer.example [spf-domain customer.example]"},
           Case{"a stack", "bounce.s10.exacttarget.com pass", "",
                "Alpha, stack 10 [spf-domain bounce.s10.exacttarget.com]"},
           Case{"the default identity", "b.alpha.example pass", "",
                "Alpha, default identity alpha.example [spf-domain alpha.example]"},
           Case{"a customer's signature beside the service's name", "b.alpha.example pass",
                "mail.customer.example/s pass",
                "Alpha, account customer.example [dkim-domain customer.example]"},
           Case{"near miss: that signature fails", "b.alpha.example pass",
                "mail.customer.example/s fail",
                "Alpha, default identity alpha.example [spf-domain alpha.example]"},
           Case{"a name below a mailbox service's is a customer's", "b.alpha.example pass", "",
                "Alpha, account alpha.example [spf-domain alpha.example]", ServiceClass::mailbox},
           Case{"a signature alone", "b.alpha.example fail", "Mail.Customer.Example/s pass",
                "Alpha, signed by mail.customer.example [dkim-domain mail.customer.example]"},
           Case{"a tenant, before all", "bounce.customer.example pass",
                "Contoso.onmicrosoft.com/s pass",
                "Alpha, tenant contoso.onmicrosoft.com [dkim-domain contoso.onmicrosoft.com]"},
           Case{"near miss: the tenant's signature fails", "bounce.customer.example pass",
                "contoso.onmicrosoft.com/s fail",
                "Alpha, account customer.example [spf-domain customer.example]"},
           Case{"nothing passes", "b.alpha.example fail", "", "Alpha [network 203.0.113.7]"},
       }) {
    CAPTURE(c.name);
    Sender sender = alpha;
    sender.service_class = c.service_class;
    const Judged judged{
        .row = {.spf = c.spf, .dkim = c.dkim}, .flow = Flow::foreign, .sender = sender};
    CHECK(text(judged) == "foreign " + std::string(c.expected));
  }
}

TEST_CASE("placement: facts of a row") {
  Sender sender = alpha;
  sender.via = "Beta";
  Placed placed({.row = {.spf = "b.alpha.example pass",
                         .dkim = "example.com/s pass",
                         .evaluated = "pass/fail"},
                 .flow = Flow::forwarded,
                 .sender = sender,
                 .has_org = true,
                 .ownership = Ownership::ours});
  const KeyFacts f = placed.facts();
  CHECK(f.flow == Flow::forwarded);
  CHECK(f.place == Place::home);
  CHECK(f.evidence == Evidence::authenticated);
  CHECK(f.service_class == ServiceClass::esp);
  CHECK((f.passes && f.dkim_aligned));
  CHECK((f.own_signature && f.own_pass));
  CHECK((f.spf_pass && f.spf_of_service && !f.spf_own));
  CHECK((f.named && f.via && f.has_org));
  CHECK(f.org_ownership == Ownership::ours);
  Placed failing({.row = {.spf = "example.com softfail", .dkim = "example.com/s fail"}});
  const KeyFacts g = failing.facts();
  CHECK_FALSE((g.passes || g.dkim_aligned || g.own_pass || g.spf_pass || g.spf_of_service));
  CHECK(g.own_signature);
  CHECK(g.spf_own);
  CHECK_FALSE((g.via || g.has_org));
}

TEST_CASE("placement: facts that need a look-up belong to one flow each") {
  const Owner disowning{.entries = {{.value = "203.0.113.0/24", .ours = false}}};
  const auto disowned = [&](Flow flow, const char* evaluated) {
    return Placed({.row = {.evaluated = evaluated}, .flow = flow}, {}, disowning).facts().disowned;
  };
  CHECK(disowned(Flow::foreign, "fail/fail"));
  CHECK_FALSE(disowned(Flow::foreign, "fail/pass"));
  CHECK_FALSE(disowned(Flow::unknown, "fail/fail"));

  const Owner two_brands{.domains = {"sister.example"}};
  const auto sibling = [&](Flow flow, const RowSpec& row, Place place = Place::unknown) {
    return Placed({.row = row, .flow = flow, .sender = {.place = place}}, {}, two_brands)
        .facts()
        .sibling;
  };
  CHECK(sibling(Flow::direct, {.spf = "sister.example pass"}));
  CHECK(sibling(Flow::direct, {.dkim = "sister.example/s pass"}));
  CHECK_FALSE(sibling(Flow::direct, {.spf = "sister.example fail"}));
  CHECK_FALSE(sibling(Flow::direct, {.dkim = "sister.example/s fail"}));
  CHECK_FALSE(sibling(Flow::direct, {.spf = "stranger.example pass"}));
  CHECK_FALSE(sibling(Flow::direct, {.spf = "example.com pass"}));
  CHECK_FALSE(sibling(Flow::direct, {.spf = "sister.example pass"}, Place::relay));
  CHECK_FALSE(sibling(Flow::forwarded, {.spf = "sister.example pass"}));

  // Where SPF of an own domain allows it, the selector "known" was seen.
  const std::vector<RowSpec> lessons{{.ip = "203.0.113.99",
                                      .spf = "example.com pass",
                                      .dkim = "example.com/known pass",
                                      .evaluated = "pass/pass"}};
  // So few messages do not make the address a server of the owner's.
  const auto is_new = [&](Flow flow, const std::string& dkim, const std::string& spf) {
    return Placed({.row = {.spf = spf, .dkim = dkim, .evaluated = "pass/fail", .messages = 5},
                   .flow = flow},
                  lessons)
        .facts()
        .new_selector;
  };
  const std::string stranger = "other.example pass";
  CHECK(is_new(Flow::unknown, "example.com/fresh pass", stranger));
  CHECK_FALSE(is_new(Flow::unknown, "example.com/known pass", stranger));
  CHECK_FALSE(is_new(Flow::unknown, "example.com pass", stranger));  // no selector told
  CHECK_FALSE(is_new(Flow::unknown, "example.com/fresh pass", "other.example fail"));
  CHECK_FALSE(is_new(Flow::unknown, "other.example/fresh pass", stranger));
  CHECK_FALSE(is_new(Flow::direct, "example.com/fresh pass", stranger));

  const RowSpec unsigned_mail{.spf = "example.com pass", .evaluated = "fail/pass"};
  const auto signing_server = [&](const std::string& ip, Flow flow, Place place, RowSpec row) {
    row.ip = ip;
    return Placed({.row = row, .flow = flow, .sender = {.place = place}}, lessons)
        .facts()
        .signing_server;
  };
  CHECK(signing_server("203.0.113.99", Flow::direct, Place::unknown, unsigned_mail));
  CHECK(signing_server("203.0.113.99", Flow::direct, Place::elsewhere, unsigned_mail));
  CHECK_FALSE(signing_server(nobodys_ip, Flow::direct, Place::unknown, unsigned_mail));
  CHECK_FALSE(signing_server("203.0.113.99", Flow::direct, Place::home, unsigned_mail));
  CHECK_FALSE(signing_server("203.0.113.99", Flow::direct, Place::relay, unsigned_mail));
  CHECK_FALSE(signing_server("203.0.113.99", Flow::unknown, Place::unknown, unsigned_mail));
  CHECK_FALSE(signing_server("203.0.113.99", Flow::direct, Place::unknown, lessons[0]));
}

TEST_CASE("placement: mail of a governed subdomain counts for the domain above") {
  const Judged judged{.row = {.domain = "news.example.com"}};
  const auto domain = [&](const StreamScope& scope) {
    Placed placed(judged);
    return placed.place(scope).domain - placed.rows[0].domain;
  };
  CHECK(domain({}) == 0);
  CHECK(domain({.domain = "example.com", .governed = {"news.example.com"}, .key = 7}) == 7);
  CHECK(domain({.domain = "example.com", .governed = {"shop.example.com"}, .key = 7}) == 0);
  CHECK(domain({.domain = "example.com", .governed = {"news.example.com"}}) == 0);
}

TEST_CASE("placement: day counts with the rows of a window") {
  Timeline timeline;
  for (const Day day : {20'000, 20'001, 20'002})
    for (const std::int64_t identity : {1, 2, 3})
      timeline.add(DayRow{.identity = identity,
                          .source_ip = *IpAddress::parse(nobodys_ip),
                          .day = day,
                          .messages = static_cast<std::uint64_t>(10 * identity)});
  timeline.finish();
  // Two of the three, in another order.
  Timeline::Window window;
  for (const std::int64_t identity : {3, 1})
    for (std::uint32_t key = 0; key < timeline.keys().size(); ++key)
      if (timeline.keys()[key].identity == identity) {
        window.rows.push_back(timeline.keys()[key]);
        window.key_of_row.push_back(key);
      }
  REQUIRE(window.rows.size() == 2);
  std::vector<std::uint64_t> messages(2);
  Day before = 0;
  RowCounts(timeline, window).each(20'001, 20'002, [&](std::uint32_t row, const auto& count) {
    messages.at(row) += count.messages;
    CHECK(count.day >= std::max<Day>(before, 20'001));
    before = count.day;
  });
  CHECK(messages == std::vector<std::uint64_t>{60, 20});
}
