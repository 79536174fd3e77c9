// SPDX-License-Identifier: MIT
// Mail that nobody explained: when is it a question before enforcement, when is it spoofing, and
// whose failures count.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include "report/analysis/readiness/readiness.h"
#include "report/render/phrases/blocker_phrases.h"
#include "tests/report/analysis/readiness/policy_support.h"

using namespace dmarcq;

namespace {

using K = OwnerEntry::Kind;

struct Asked {
  Readiness r;
  Streams streams;
  bool blocked_by(const std::string& gate, const std::string& sender) const {
    return std::ranges::any_of(r.blockers, [&](const Blocker& b) {
      return to_text(b.gate) == gate && phrases_of(b).sender.find(sender) != std::string::npos;
    });
  }
  const Stream* stream(const std::string& words) const {
    const auto found = std::ranges::find_if(
        streams.list, [&](const Stream& s) { return s.label().find(words) != std::string::npos; });
    return found == streams.list.end() ? nullptr : &*found;
  }
};

/// `w` becomes the mail of a company that is healthy otherwise.
Asked ask(LongWorld& w, const std::vector<OwnerEntry>& entries = {}, bool healthy = true) {
  if (healthy) w.mail(with(healthy_core, [](RowSpec& s) { s.messages = 300; }));
  w.finish();
  ReadinessQuestion question;
  question.domain = w.domain;
  question.target = "quarantine";
  question.today = w.last + 1;
  Asked asked;
  const RowLookup lookup = w.world.lookup();
  const Owner owner{.entries = entries, .domains = {"example.com"}};
  asked.streams = readiness_streams(w.timeline, lookup, owner, question);
  asked.r = assess(w.timeline, lookup, owner, question, asked.streams);
  return asked;
}

/// 20'000 is a Friday, so day % 7 == 1 is a Friday.
bool is_weekend(Day day) { return day % 7 == 2 || day % 7 == 3; }

/// Mail of one kind, so many messages on each day; zero: none.
void daily(LongWorld& w, const RowSpec& spec, const std::function<std::uint64_t(Day)>& count) {
  for (Day day = w.first; day <= w.last; ++day)
    if (const std::uint64_t messages = count(day); messages > 0) {
      RowSpec one = spec;
      one.messages = messages;
      one.first = one.last = day;
      w.mail(one);
    }
}

struct Case {
  const char* name;
  RowSpec spec;
  std::function<std::uint64_t(Day)> count;  ///< a day and reporter
  const char* sender;                       ///< named by a blocker; "": ready
  const char* gate = "G7";
};

const RowSpec host{.ip = "203.0.113.25"};
const RowSpec newsletter{
    .ip = "203.0.113.40", .spf = "send.shadow.example pass", .dkim = "shadow.example/s1 pass"};
const auto ten_a_day = [](Day) { return 10u; };
const auto wednesdays = [](Day day) { return day % 7 == 6 ? 200u : 0u; };

}  // namespace

TEST_CASE("readiness: what keeps coming is a question, what comes in bursts is spoofing") {
  const std::vector<Case> cases{
      {"a fixed host, ten a day, weekends too", host, ten_a_day, "203.0.113.25"},
      {"a web server with its host name as envelope",
       with(host, [](RowSpec& s) { s.spf = "web1.hosting.example pass"; }), ten_a_day,
       "hosting.example"},
      {"different paces on working days and weekends", host,
       [](Day day) { return is_weekend(day) ? 4u : 25u; }, "203.0.113.25"},
      {"working days only", host, [](Day day) { return is_weekend(day) ? 0u : 12u; },
       "203.0.113.25"},
      {"a monthly run", host, [](Day day) { return day % 30 == 10 ? 500u : 0u; }, "203.0.113.25"},
      {"an unknown mail service, every Wednesday", newsletter, wednesdays, "shadow.example"},
      {"an unknown mail service, 40 a day", newsletter, [](Day) { return 40u; }, "shadow.example"},
      {"an unknown mail service, now and then", newsletter,
       [](Day day) { return day % 10 == 3 || day % 10 == 7 ? 30u : 0u; }, "shadow.example"},
      {"an outsourcer's own tenant of Microsoft 365",
       {.ip = "40.107.1.1",
        .spf = "outsourcer.example pass",
        .dkim = "outsourcer.onmicrosoft.com/selector1-outsourcer-onmicrosoft-com pass"},
       [](Day day) { return is_weekend(day) ? 0u : 8u; },
       "outsourcer"},
      {"a tenant that signs by default, our envelope without the include",
       {.ip = "40.107.1.1",
        .spf = "example.com softfail",
        .dkim = "contoso.onmicrosoft.com/selector1-contoso-onmicrosoft-com pass"},
       ten_a_day,
       "contoso.onmicrosoft.com"},
      {"an agency's account of Marketing Cloud without SAP",
       {.ip = "13.111.0.229",
        .spf = "bounce.agency.example pass",
        .dkim = "s10.y.mc.salesforce.com/fbldkim10 pass"},
       wednesdays,
       "agency.example"},

      {"two days of thousands", host,
       [](Day day) { return day > 20'112 && day <= 20'114 ? 4'000u : 0u; }, ""},
      {"bursts, weeks apart", host,
       [](Day day) { return day == 20'040 || day == 20'083 || day == 20'101 ? 900u : 0u; }, ""},
      {"many days, but no pace", host,
       [](Day day) { return day % 3 == 0   ? 3'000u
                            : day % 7 == 0 ? 2u
                                           : 0u; }, ""},
      {"a handful in months", host, [](Day day) { return day % 17 == 0 ? 1u : 0u; }, ""},
      {"over before the window", host, [](Day day) { return day < 20'080 ? 10u : 0u; }, ""},
      {"somebody's campaign under a name, one week", newsletter,
       [](Day day) { return day > 20'110 && day < 20'116 ? 300u : 0u; }, ""},
      {"a stranger's tenant, once",
       {.ip = "40.107.1.1",
        .spf = "stranger.example pass",
        .dkim = "stranger.onmicrosoft.com/selector1-stranger-onmicrosoft-com pass"},
       [](Day day) { return day == 20'110 ? 5u : 0u; },
       ""},
  };
  for (const Case& c : cases) {
    SUBCASE(c.name) {
      LongWorld w;
      daily(w, c.spec, c.count);
      const Asked asked = ask(w);
      const bool question = std::string(c.sender) != "";
      CHECK(asked.r.verdict == (question ? Verdict::not_ready : Verdict::ready));
      if (!question) continue;
      CHECK(asked.blocked_by(c.gate, c.sender));
      REQUIRE_FALSE(asked.r.blockers.empty());
      // The gate says what to find out, and how to answer.
      const auto fix = phrases_of(asked.r.blockers.front()).fix;
      REQUIRE(fix.size() >= 3);
      CHECK(fix[0].starts_with("Find out who"));
      CHECK(fix[1].find("dmarcq senders add ") != std::string::npos);
      CHECK(fix[2].ends_with("--foreign"));
    }
  }
}

TEST_CASE(
    "readiness: a botnet with a new address for every mail is spoofing, whatever its volume") {
  LongWorld w;
  for (Day day = w.first; day <= w.last; ++day)
    for (int i = 0; i < 4; ++i)
      w.mail({.ip = fmt::format("198.51.{}.{}", 100 + (day * 4 + i) % 100,
                                1 + (day * 7 + i * 31) % 250),
              .messages = 50,
              .first = day,
              .last = day});
  CHECK(ask(w).r.verdict == Verdict::ready);
}

TEST_CASE("readiness: the owner's answer clears the question") {
  const std::vector<std::pair<const char*, OwnerEntry>> answers{
      {"the address", {.kind = K::network, .value = "203.0.113.40", .ours = false}},
      {"the network", {.kind = K::network, .value = "203.0.113.0/24", .ours = false}},
      {"the envelope", {.kind = K::spf_domain, .value = "shadow.example", .ours = false}},
      {"the signing domain", {.kind = K::dkim_domain, .value = "shadow.example", .ours = false}},
  };
  for (const auto& [name, entry] : answers) {
    SUBCASE(name) {
      LongWorld w;
      daily(w, newsletter, wednesdays);
      const Asked asked = ask(w, {entry});
      CHECK(asked.r.verdict == Verdict::ready);
      CHECK(asked.r.by_standing[static_cast<std::size_t>(Standing::foreign)].fail > 0);
    }
  }
  SUBCASE("an answer about somebody else clears nothing") {
    LongWorld w;
    daily(w, newsletter, wednesdays);
    CHECK(ask(w, {{.kind = K::spf_domain, .value = "other.example", .ours = false}}).r.verdict ==
          Verdict::not_ready);
  }
  SUBCASE("no answer makes authenticated mail a stranger's") {
    LongWorld w;
    const Asked asked = ask(w, {{.kind = K::network, .value = "13.110.0.0/16", .ours = false}});
    CHECK(asked.r.verdict == Verdict::ready);
    CHECK(asked.r.by_standing[static_cast<std::size_t>(Standing::own)].messages() > 0);
  }
}

TEST_CASE("readiness: what does not put own mail at stake does not block") {
  SUBCASE("a two-day burst with a copied signature") {
    LongWorld w;
    for (int i = 0; i < 20; ++i)
      w.mail({.ip = fmt::format("198.51.100.{}", 10 + i),
              .spf = "example.com fail",
              .dkim = "example.com/sf1 fail",
              .messages = 100,
              .first = w.last - 6,
              .last = w.last - 5});
    const Asked asked = ask(w);
    CHECK(asked.r.verdict == Verdict::ready);
    CHECK(asked.r.by_standing[static_cast<std::size_t>(Standing::spoofed)].fail ==
          20u * 100 * 2 * 3);
  }
  SUBCASE("near miss: gateways that break signatures day by day are a loss") {
    LongWorld w;
    for (int i = 0; i < 20; ++i)
      w.mail({.ip = fmt::format("198.51.100.{}", 10 + i),
              .spf = "example.com fail",
              .dkim = "example.com/sf1 fail",
              .messages = 3});
    const Asked asked = ask(w);
    CHECK(asked.r.by_standing[static_cast<std::size_t>(Standing::forwarded)].fail ==
          30u * 20 * 3 * 3);
    CHECK(asked.r.verdict == Verdict::not_ready);
  }
  SUBCASE("one message of a strange org, in one row of one reporter") {
    LongWorld w;
    w.mail({.ip = core_ip,
            .spf = other_bounce + " pass",
            .messages = 1,
            .first = w.last - 20,
            .last = w.last - 20,
            .reporters = {"Yahoo"}});
    CHECK(ask(w).r.verdict == Verdict::ready);
  }
  SUBCASE("near miss: a strange org, again and again") {
    LongWorld w;
    w.mail({.ip = core_ip,
            .spf = other_bounce + " pass",
            .messages = 1,
            .reporters = {"Yahoo", "google.com"}});
    const Asked asked = ask(w);
    CHECK(asked.r.verdict == Verdict::not_ready);
    CHECK(asked.blocked_by("G6", other_org));
  }
  SUBCASE("a strange org, by the word of one unknown reporter") {
    LongWorld w;
    w.mail({.ip = core_ip,
            .spf = other_bounce + " pass",
            .messages = 500,
            .first = w.last - 5,
            .last = w.last - 2,
            .reporters = {"unheard-of"}});
    CHECK(ask(w).r.verdict == Verdict::ready);
  }
  SUBCASE("one message of a strange service") {
    LongWorld w;
    w.mail({.ip = "54.240.8.1",
            .spf = "amazonses.com pass",
            .dkim = "amazonses.com/x pass",
            .messages = 1,
            .first = w.last - 20,
            .last = w.last - 20,
            .reporters = {"Yahoo"}});
    CHECK(ask(w).r.verdict == Verdict::ready);
  }
}

TEST_CASE("readiness: what may be another's is asked, and does not count as own mail that fails") {
  SUBCASE("a tenant named like us") {
    LongWorld w;
    w.mail({.ip = "40.107.1.1",
            .spf = "stranger.example pass",
            .dkim = "example.onmicrosoft.com/selector1-example-onmicrosoft-com pass",
            .messages = 20});
    const Asked asked = ask(w);
    CHECK(asked.blocked_by("G7", "example.onmicrosoft.com"));
    CHECK_FALSE(asked.blocked_by("G4", ""));
  }
  SUBCASE("near miss: the tenant sent authenticated mail") {
    LongWorld w;
    w.mail({.ip = "40.107.1.2",
            .spf = "example.com pass",
            .dkim = "example.onmicrosoft.com/selector1-example-onmicrosoft-com pass",
            .evaluated = "fail/pass",
            .messages = 20});
    w.mail({.ip = "40.107.1.1",
            .spf = "example.com softfail",
            .dkim = "example.onmicrosoft.com/selector1-example-onmicrosoft-com pass",
            .messages = 20});
    CHECK(ask(w).blocked_by("G4", "Microsoft 365"));
  }
  SUBCASE("a service's default identity beside our authenticated account") {
    LongWorld w;
    w.mail(healthy_ses);
    w.mail({.ip = "54.240.8.1",
            .spf = "amazonses.com pass",
            .dkim = "amazonses.com/x pass",
            .messages = 20});
    const Asked asked = ask(w);
    CHECK(asked.blocked_by("G7", "Amazon SES"));
    CHECK_FALSE(asked.blocked_by("G4", ""));
  }
  SUBCASE("near miss: our account with a broken key") {
    LongWorld w;
    w.mail(with(healthy_ses,
                [&](RowSpec& s) { s.messages = 20, s.first = w.first, s.last = w.last - 15; }));
    w.mail({.ip = "54.240.8.40",
            .spf = "amazonses.com pass",
            .dkim = "example.com/abcdefghijklmnopqrstuvwxyz234567 permerror, amazonses.com/x pass",
            .messages = 20,
            .first = w.last - 14,
            .last = w.last});
    CHECK(ask(w).blocked_by("G4", "Amazon SES"));
  }
  SUBCASE("another's account at a service whose address is in no list") {
    LongWorld w;
    w.mail({.ip = "192.0.2.77",
            .spf = "mg.stranger.example pass",
            .dkim = "mg.stranger.example/k1 pass, mailgun.org/mg pass",
            .messages = 1,
            .first = w.last - 3,
            .last = w.last - 3});
    const Asked asked = ask(w);
    CHECK(asked.r.by_standing[static_cast<std::size_t>(Standing::forwarded)].messages() == 0);
    CHECK(asked.r.verdict == Verdict::ready);
  }
}

TEST_CASE("readiness: a relay of Salesforce mail is the owner's own mail") {
  const auto relayed = [](Day first, Day last, const char* dkim = "example.com/sf1 pass",
                          const char* evaluated = "pass/fail") {
    return RowSpec{.ip = "40.107.1.1",
                   .spf = our_bounce + " softfail",
                   .dkim = dkim,
                   .evaluated = evaluated,
                   .messages = 200,
                   .first = first,
                   .last = last};
  };
  const auto direct = [](Day first, Day last) {
    return with(healthy_core,
                [&](RowSpec& s) { s.messages = 200, s.first = first, s.last = last; });
  };
  SUBCASE("introduced within the window") {
    LongWorld w;
    w.mail(direct(w.first, w.last - 8));
    w.mail(relayed(w.last - 7, w.last));
    const Asked asked = ask(w, {}, false);
    CHECK(asked.r.verdict == Verdict::ready);
    CHECK(asked.r.by_standing[static_cast<std::size_t>(Standing::forwarded)].messages() == 0);
  }
  SUBCASE("introduced two months ago") {
    LongWorld w;
    w.mail(direct(w.first, w.last - 60));
    w.mail(relayed(w.last - 59, w.last));
    const Asked asked = ask(w, {}, false);
    CHECK(asked.r.verdict == Verdict::ready);
    CHECK(std::ranges::none_of(asked.streams.judgement.findings, [](const Finding& f) {
      return f.code == FindingCode::core_vanished;
    }));
  }
  SUBCASE("all mail, always") {
    LongWorld w;
    w.mail(relayed(w.first, w.last));
    const Asked asked = ask(w, {}, false);
    CHECK(asked.r.verdict == Verdict::ready);
    CHECK(asked.r.by_standing[static_cast<std::size_t>(Standing::own)].messages() == 30u * 3 * 200);
  }
  SUBCASE("the key's record goes") {
    LongWorld w;
    w.mail(relayed(w.first, w.last - 10));
    w.mail(relayed(w.last - 9, w.last, "example.com/sf1 permerror", "fail/fail"));
    const Asked asked = ask(w, {}, false);
    CHECK(asked.r.verdict == Verdict::not_ready);
    CHECK(asked.blocked_by("G4", "email-relay"));
    CHECK_FALSE(asked.blocked_by("G8", ""));
  }
  SUBCASE("near miss: people who forward a part of it from Microsoft 365") {
    LongWorld w;
    w.mail(direct(w.first, w.last));
    w.mail(with(relayed(w.first, w.last), [](RowSpec& s) { s.messages = 10; }));
    const Asked asked = ask(w, {}, false);
    CHECK(asked.r.verdict == Verdict::ready);
    CHECK(asked.r.by_standing[static_cast<std::size_t>(Standing::forwarded)].messages() ==
          30u * 3 * 10);
  }
  SUBCASE("near miss: Core really stops") {
    LongWorld w;
    w.mail(healthy_ses);
    w.mail(direct(w.first, w.last - 20));
    CHECK(ask(w, {}, false).blocked_by("G11", "Salesforce core"));
  }
}

TEST_CASE("readiness: a server in no list that signs with our key is ours") {
  const RowSpec server{.ip = "198.51.100.80",
                       .spf = "example.com softfail",
                       .dkim = "example.com/mx pass",
                       .evaluated = "pass/fail",
                       .messages = 100};
  SUBCASE("the sole server") {
    LongWorld w;
    w.mail(server);
    const Asked asked = ask(w, {}, false);
    CHECK(asked.r.verdict == Verdict::ready);
    REQUIRE(asked.stream("198.51.100.80") != nullptr);
    CHECK(asked.stream("198.51.100.80")->standing == Standing::own);
  }
  SUBCASE("its key is lost") {
    LongWorld w;
    w.mail(with(server, [&](RowSpec& s) { s.first = w.first, s.last = w.last - 10; }));
    w.mail(with(server, [&](RowSpec& s) {
      s.first = w.last - 9, s.last = w.last, s.dkim = "example.com/mx permerror",
      s.evaluated = "fail/fail";
    }));
    const Asked asked = ask(w, {}, false);
    CHECK(asked.blocked_by("G4", "198.51.100.80"));
  }
  SUBCASE("near miss: forwarders of mail that a known service signs stay forwarders") {
    LongWorld w;
    w.mail({.ip = "198.51.100.80",
            .spf = our_bounce + " softfail",
            .dkim = "example.com/sf1 pass",
            .evaluated = "pass/fail",
            .messages = 10});
    const Asked asked = ask(w);
    CHECK(asked.r.by_standing[static_cast<std::size_t>(Standing::forwarded)].messages() ==
          30u * 3 * 10);
  }
}

TEST_CASE("readiness: brands of one owner") {
  const auto brands = [](LongWorld& w, const RowSpec& spec, bool known) {
    w.mail(with(healthy_core, [](RowSpec& s) { s.messages = 300; }));
    w.mail(spec);
    w.finish();
    ReadinessQuestion question;
    question.domain = "example.com";
    question.target = "quarantine";
    question.today = w.last + 1;
    Asked asked;
    const RowLookup lookup = w.world.lookup();
    const Owner owner{.domains = known ? std::vector<std::string>{"example.com", "brand.example"}
                                       : std::vector<std::string>{"example.com"}};
    asked.streams = readiness_streams(w.timeline, lookup, owner, question);
    asked.r = assess(w.timeline, lookup, owner, question, asked.streams);
    return asked;
  };
  const RowSpec key{.ip = core_ip,
                    .spf = other_bounce + " pass",
                    .dkim = "brand.example/sf1 pass",
                    .messages = 20};
  const RowSpec sap{
      .ip = "13.111.0.229",
      .spf = "bounce.mail.brand.example pass",
      .dkim = "mail.brand.example/10dkim1 pass, s10.y.mc.salesforce.com/fbldkim10 pass",
      .messages = 20};
  const RowSpec whitelabel{.ip = "167.89.1.1",
                           .spf = "em1.brand.example pass",
                           .dkim = "brand.example/s1 pass",
                           .messages = 20};
  const RowSpec primary{.ip = "209.85.220.41",
                        .spf = "brand.example pass",
                        .dkim = "brand.example/google pass",
                        .messages = 20};
  const std::vector<std::tuple<const char*, RowSpec, FindingCode>> cases{
      {"a key of Core", key, FindingCode::core_dkim_other_domain},
      {"a SAP of Marketing Cloud", sap, FindingCode::mce_no_sap},
      {"a whitelabel of SendGrid", whitelabel, FindingCode::sendgrid_default_identity},
      {"a Google primary", primary, FindingCode::google_alias_envelope},
  };
  for (const auto& [name, spec, code] : cases) {
    SUBCASE(name) {
      LongWorld ours;
      const Asked asked = brands(ours, spec, true);
      CHECK(asked.blocked_by("G4", ""));
      CHECK(std::ranges::any_of(asked.streams.judgement.findings,
                                [&](const Finding& f) { return f.code == code; }));
      LongWorld strangers;  // the same, where nobody knows the other brand
      CHECK_FALSE(brands(strangers, spec, false).blocked_by("G4", ""));
    }
  }
}

TEST_CASE(
    "readiness: one account that lost or was given its authentication is own mail, two accounts side by side are a question") {
  const RowSpec unsigned_mail{
      .ip = "136.147.176.80", .spf = "bounce.s7.exacttarget.com pass", .messages = 20};
  const RowSpec signed_mail = with(unsigned_mail, [](RowSpec& s) {
    s.dkim = "example.com/200608 pass", s.evaluated = "pass/fail";
  });
  const auto during = [](RowSpec spec, Day first, Day last) {
    return with(spec, [&](RowSpec& s) { s.first = first, s.last = last; });
  };
  SUBCASE("repaired: wait, with no steps") {
    LongWorld w;
    w.mail(during(unsigned_mail, w.last - 28, w.last - 20));
    w.mail(during(signed_mail, w.last - 19, w.last));
    const Asked asked = ask(w);
    CHECK(asked.r.verdict == Verdict::not_ready);
    const auto blocker = std::ranges::find(asked.r.blockers, GateId::pass_rate, &Blocker::gate);
    REQUIRE(blocker != asked.r.blockers.end());
    CHECK(blocker->repaired);
    CHECK(phrases_of(*blocker).fix.empty());
  }
  SUBCASE("broken since a week") {
    LongWorld w;
    w.mail(during(signed_mail, w.first, w.last - 7));
    w.mail(during(unsigned_mail, w.last - 6, w.last));
    const Asked asked = ask(w);
    const auto blocker = std::ranges::find(asked.r.blockers, GateId::pass_rate, &Blocker::gate);
    REQUIRE(blocker != asked.r.blockers.end());
    CHECK_FALSE(phrases_of(*blocker).fix.empty());
  }
  SUBCASE("near miss: side by side") {
    LongWorld w;
    w.mail(signed_mail);
    w.mail(unsigned_mail);
    const Asked asked = ask(w);
    CHECK_FALSE(asked.blocked_by("G4", ""));
    CHECK(asked.blocked_by("G6", "account-engagement"));
  }
  SUBCASE("our account, not set up for another From") {
    LongWorld w;
    w.mail(signed_mail);
    w.mail(with(unsigned_mail, [](RowSpec& s) { s.from = "partners.example.com"; }));
    CHECK(ask(w).blocked_by("G4", "account-engagement"));
  }
}

TEST_CASE("readiness: a strict record that was loosened is over") {
  const RowSpec sub{.ip = core_ip,
                    .spf = our_bounce + " pass",
                    .dkim = "example.com/sf1 pass",
                    .evaluated = "fail/fail",
                    .from = "crm.example.com",
                    .messages = 20};
  LongWorld loosened;
  loosened.mail(
      with(sub, [&](RowSpec& s) { s.first = loosened.first, s.last = loosened.last - 10; }));
  loosened.mail(with(sub, [&](RowSpec& s) {
    s.first = loosened.last - 9, s.last = loosened.last, s.evaluated = "pass/fail";
  }));
  loosened.publish(loosened.first, World::policy("example.com", "none", "s"));
  loosened.publish(loosened.last - 9, World::policy("example.com", "none"));
  const Asked asked = ask(loosened);
  CHECK(asked.r.verdict == Verdict::ready);
  CHECK(asked.streams.judgement.disagreements.empty());

  LongWorld strict;  // near miss: still strict
  strict.mail(sub);
  strict.publish(strict.first, World::policy("example.com", "none", "s"));
  CHECK(ask(strict).r.verdict == Verdict::not_ready);

  LongWorld relaxed;  // near miss: always relaxed, the reporters err
  relaxed.mail(sub);
  CHECK_FALSE(ask(relaxed).streams.judgement.disagreements.empty());
}
