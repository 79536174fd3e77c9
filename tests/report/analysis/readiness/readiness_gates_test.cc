// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "ingest/dns/dns_snapshot.h"
#include "report/analysis/readiness/readiness.h"
#include "report/render/phrases/blocker_phrases.h"
#include "tests/report/analysis/readiness/policy_support.h"

using namespace dmarcq;

namespace {

struct Result {
  Readiness r;
  Streams streams;
  Gate::Status gate(std::string_view id) const {
    return std::ranges::find(r.gates, id, [](const Gate& g) { return to_text(g.id); })->status;
  }
  bool failed(std::string_view id) const { return gate(id) == Gate::Status::failed; }
  const Stream* stream(const std::string& words) const {
    const auto found = std::ranges::find_if(
        streams.list, [&](const Stream& s) { return s.label().find(words) != std::string::npos; });
    return found == streams.list.end() ? nullptr : &*found;
  }
};

Result judged(LongWorld& w, const std::string& target = "quarantine", const Owner& owner = {},
              const Scenario& scenario = {}) {
  w.finish();
  ReadinessQuestion question;
  question.domain = w.domain;
  question.target = target;
  question.today = w.last + 1;
  question.scenario = scenario;
  Result result;
  const RowLookup lookup = w.world.lookup();
  result.streams = readiness_streams(w.timeline, lookup, owner, question);
  result.r = assess(w.timeline, lookup, owner, question, result.streams);
  return result;
}

}  // namespace

TEST_CASE(
    "readiness: healthy senders over months are ready for quarantine; reject wants a month of quarantine first") {
  LongWorld w;
  w.mail(healthy_core);
  w.mail(healthy_ses);
  const Result result = judged(w);
  CHECK(result.r.verdict == Verdict::ready);
  CHECK(result.r.blockers.empty());
  CHECK(result.r.first == w.last - 29);
  CHECK(result.gate("G12") == Gate::Status::not_checked);
  CHECK(result.gate("G5") == Gate::Status::shown);

  LongWorld again;
  again.mail(healthy_core);
  again.mail(healthy_ses);
  const Result reject = judged(again, "reject");
  CHECK(reject.r.verdict == Verdict::too_little_data);
  CHECK(reject.failed("G1"));

  LongWorld lived;
  lived.mail(healthy_core);
  lived.publish(lived.last - 29, World::policy("example.com", "quarantine"));
  CHECK(judged(lived, "reject").r.verdict == Verdict::ready);

  LongWorld testing;  // t=y is not in full effect
  testing.mail(healthy_core);
  auto policy = World::policy("example.com", "quarantine");
  policy.testing = "y";
  testing.publish(testing.first, policy);
  CHECK(judged(testing, "reject").r.verdict == Verdict::too_little_data);
}

TEST_CASE("readiness: missing data is never ready") {
  LongWorld empty;
  CHECK(judged(empty).r.verdict == Verdict::too_little_data);

  LongWorld little;
  little.mail(with(healthy_core, [](RowSpec& s) { s.messages = 1; }));
  const Result few = judged(little);
  CHECK(few.r.verdict == Verdict::too_little_data);
  CHECK(few.failed("G3"));

  LongWorld young;
  young.first = young.last - 10;
  young.mail(with(healthy_core, [](RowSpec& s) { s.messages = 200; }));
  CHECK(judged(young).failed("G1"));

  LongWorld lonely;
  lonely.mail(
      with(healthy_core, [](RowSpec& s) { s.reporters = {"google.com"}, s.messages = 100; }));
  const Result one = judged(lonely);
  CHECK(one.failed("G2"));
  CHECK(one.r.verdict == Verdict::too_little_data);
}

TEST_CASE("readiness: a small failing sender is not hidden by large healthy ones") {
  LongWorld w;
  w.mail(with(healthy_core, [](RowSpec& s) { s.messages = 100'000; }));
  w.mail({.ip = "13.111.88.14",
          .spf = "bounce.s7.exacttarget.com pass",
          .dkim = "example.com/200608 pass",
          .evaluated = "pass/fail",
          .messages = 1,
          .first = w.first,
          .last = w.last - 20});
  w.mail({.ip = "13.111.88.14",
          .spf = "bounce.s7.exacttarget.com pass",
          .dkim = "example.com/200608 permerror",
          .evaluated = "fail/fail",
          .messages = 1,
          .first = w.last - 19,
          .last = w.last});
  const Result result = judged(w);
  CHECK(result.r.verdict == Verdict::not_ready);
  REQUIRE_FALSE(result.r.blockers.empty());
  CHECK(result.r.blockers.front().gate == GateId::pass_rate);
  CHECK(result.r.blockers.front().sender == "Salesforce account-engagement");
  CHECK(result.r.blockers.front().code == FindingCode::ae_no_dkim);
  CHECK_FALSE(phrases_of(result.r.blockers.front()).fix.empty());

  SUBCASE("and if we repaired this first?") {
    LongWorld other;
    other.mail(with(healthy_core, [](RowSpec& s) { s.messages = 1000; }));
    other.mail({.ip = "13.111.88.14",
                .spf = "bounce.s7.exacttarget.com pass",
                .dkim = "example.com/200608 permerror",
                .evaluated = "fail/fail",
                .messages = 10});
    CHECK(judged(other, "quarantine", {},
                 {.fixed = {FindingCode::ae_no_dkim, FindingCode::dkim_key_missing}})
              .r.verdict == Verdict::ready);
  }
  SUBCASE("and without that sender?") {
    LongWorld other;
    other.mail(with(healthy_core, [](RowSpec& s) { s.messages = 1000; }));
    other.mail({.ip = "13.111.88.14",
                .spf = "bounce.s7.exacttarget.com pass",
                .dkim = "example.com/200608 permerror",
                .evaluated = "fail/fail",
                .messages = 10});
    CHECK(judged(other, "quarantine", {}, {.exclude = {"account-engagement"}}).r.verdict ==
          Verdict::ready);
  }
}

TEST_CASE("readiness: forwarded, list and spoofed mail stands beside") {
  LongWorld w;
  w.mail(with(healthy_core, [](RowSpec& s) { s.messages = 1000; }));
  w.mail({.ip = "192.0.2.40",
          .spf = our_bounce + " softfail",
          .dkim = "example.com/sf1 pass",
          .evaluated = "pass/fail",
          .messages = 5});
  w.mail({.ip = "209.85.220.69",
          .spf = "googlegroups.com pass",
          .dkim = "example.com/sf1 fail, googlegroups.com/20230601 pass",
          .evaluated = "fail/fail",
          .messages = 3});
  for (int host = 1; host <= 30; ++host)  // each address once
    w.mail({.ip = "203.0.113." + std::to_string(host),
            .evaluated = "fail/fail",
            .messages = 5000,
            .first = w.last - host + 1,
            .last = w.last - host + 1});
  const Result result = judged(w);
  CHECK(result.r.verdict == Verdict::ready);
  CHECK(result.r.by_standing[static_cast<std::size_t>(Standing::spoofed)].fail == 30u * 3 * 5000);
  CHECK(result.r.by_standing[static_cast<std::size_t>(Standing::mailing_list)].fail == 30u * 3 * 3);
  CHECK(result.r.by_standing[static_cast<std::size_t>(Standing::forwarded)].pass() == 30u * 3 * 5);
}

TEST_CASE("readiness: what may be ours blocks until the owner speaks") {
  const RowSpec sandbox{.ip = "13.110.74.200",
                        .spf = other_bounce + " pass",
                        .evaluated = "fail/fail",
                        .messages = 2};
  const auto world = [&](LongWorld& w, const RowSpec& more) {
    w.mail(with(healthy_core, [](RowSpec& s) { s.messages = 1000; }));
    w.mail(more);
  };
  SUBCASE("an org that nobody claimed") {
    LongWorld w;
    world(w, sandbox);
    const Result result = judged(w);
    CHECK(result.r.verdict == Verdict::not_ready);
    CHECK(result.failed("G6"));
    REQUIRE(result.stream(other_org) != nullptr);
    CHECK(result.stream(other_org)->standing == Standing::possible);
  }
  SUBCASE("disowned: it is what the policy is for") {
    LongWorld w;
    world(w, sandbox);
    Owner owner;
    owner.entries.push_back({.kind = OwnerEntry::Kind::org, .value = other_org, .ours = false});
    CHECK(judged(w, "quarantine", owner).r.verdict == Verdict::ready);
  }
  SUBCASE("claimed: then it fails as mail of ours") {
    LongWorld w;
    world(w, sandbox);
    Owner owner;
    owner.entries.push_back({.kind = OwnerEntry::Kind::org, .value = other_org, .ours = true});
    CHECK(judged(w, "quarantine", owner).r.verdict == Verdict::ready);  // 2 of 1002 fail, within
                                                                        // the limit of the one
                                                                        // sender
  }
  SUBCASE("an address that the SPF record lists, and nobody named") {
    LongWorld w;
    world(
        w,
        {.ip = "203.0.113.25", .spf = "example.com pass", .evaluated = "fail/pass", .messages = 3});
    const Result result = judged(w);
    CHECK(result.r.verdict == Verdict::not_ready);
    CHECK(result.failed("G7"));
    CHECK_FALSE(result.failed("G4"));
  }
  SUBCASE("named: quarantine may come, reject may not, since SPF alone breaks when forwarded") {
    Owner owner;
    owner.entries.push_back(
        {.kind = OwnerEntry::Kind::network, .value = "203.0.113.25", .name = "warehouse"});
    LongWorld w;
    world(
        w,
        {.ip = "203.0.113.25", .spf = "example.com pass", .evaluated = "fail/pass", .messages = 3});
    CHECK(judged(w, "quarantine", owner).r.verdict == Verdict::ready);
    LongWorld again;
    world(
        again,
        {.ip = "203.0.113.25", .spf = "example.com pass", .evaluated = "fail/pass", .messages = 3});
    again.publish(again.first, World::policy("example.com", "quarantine"));
    const Result reject = judged(again, "reject", owner);
    CHECK(reject.r.verdict == Verdict::not_ready);
    CHECK(reject.failed("G6"));
    CHECK(reject.r.blockers.front().code == FindingCode::spf_only);
  }
  SUBCASE("office hours without any tie to us: somebody should look") {
    LongWorld w;
    w.mail(with(healthy_core, [](RowSpec& s) { s.messages = 1000; }));
    for (Day day = w.first; day <= w.last; ++day)
      if ((day + 4) % 7 != 0 && (day + 4) % 7 != 6)
        w.mail({.ip = "203.0.113.77",
                .spf = "billing.example pass",
                .evaluated = "fail/fail",
                .messages = 4,
                .first = day,
                .last = day});
    const Result result = judged(w);
    CHECK(result.failed("G7"));
    REQUIRE(result.stream("billing.example") != nullptr);
    CHECK(result.stream("billing.example")->standing == Standing::unidentified);
  }
}

TEST_CASE("readiness: one reporter's word does not decide") {
  SUBCASE("failures at one reporter only are set aside, and told") {
    LongWorld w;
    w.mail(healthy_core);
    w.mail(with(healthy_core, [](RowSpec& s) {
      s.reporters = {"broken.example"}, s.dkim = "example.com/sf1 fail", s.evaluated = "fail/fail",
      s.messages = 20;
    }));
    const Result result = judged(w);
    CHECK(result.r.verdict == Verdict::ready);
    CHECK_FALSE(result.r.notes.empty());
  }
  SUBCASE("seen by two, they count") {
    LongWorld w;
    w.mail(healthy_core);
    w.mail(with(healthy_core, [](RowSpec& s) {
      s.reporters = {"broken.example", "other.example"}, s.dkim = "example.com/sf1 fail",
      s.evaluated = "fail/fail", s.messages = 20;
    }));
    CHECK(judged(w).r.verdict == Verdict::not_ready);
  }
  SUBCASE("a forged flood of passes does not cover what the others see") {
    LongWorld w;
    w.mail(with(healthy_core,
                [](RowSpec& s) { s.dkim = "example.com/sf1 fail", s.evaluated = "fail/fail"; }));
    w.mail(healthy_core);
    w.mail(with(healthy_core,
                [](RowSpec& s) { s.reporters = {"forged.example"}, s.messages = 1'000'000; }));
    const Result result = judged(w);
    CHECK(result.r.verdict == Verdict::not_ready);
    CHECK(result.failed("G4"));
  }
}

TEST_CASE("readiness: new, fallen and missing senders") {
  SUBCASE("new") {
    LongWorld w;
    w.mail(healthy_core);
    w.mail(with(healthy_ses, [&](RowSpec& s) { s.first = w.last - 5, s.last = w.last; }));
    const Result result = judged(w);
    CHECK(result.failed("G8"));
    CHECK(result.r.verdict == Verdict::not_ready);
  }
  SUBCASE("fallen, though still above its limit") {
    LongWorld w;
    w.mail(with(healthy_core, [](RowSpec& s) { s.messages = 96; }));
    w.mail(with(healthy_core, [&](RowSpec& s) {
      s.messages = 4, s.first = w.last - 29, s.last = w.last, s.dkim = "example.com/sf1 fail",
      s.evaluated = "fail/fail";
    }));
    w.mail(with(healthy_ses, [](RowSpec& s) { s.messages = 900; }));
    const Result result = judged(w);
    CHECK(result.failed("G9"));
    CHECK_FALSE(result.failed("G4"));
  }
  SUBCASE("missing, while its reporters still report") {
    LongWorld w;
    w.mail(healthy_ses);
    w.mail(with(healthy_core, [&](RowSpec& s) { s.first = w.first, s.last = w.last - 8; }));
    const Result result = judged(w);
    CHECK(result.failed("G11"));
    CHECK(std::holds_alternative<FellSilent>(result.r.blockers.back().reason));
  }
  SUBCASE("not missing when it was only ever seen by a reporter that is silent") {
    LongWorld w;
    w.mail(with(healthy_ses, [](RowSpec& s) { s.messages = 50; }));
    w.mail(with(healthy_core, [&](RowSpec& s) {
      s.first = w.first, s.last = w.last - 8, s.reporters = {"quiet.example"};
    }));
    CHECK_FALSE(judged(w).failed("G11"));
  }
}

TEST_CASE("readiness: a zone is held against what the window shows") {
  LongWorld w;
  w.mail(healthy_core);
  w.finish();
  const auto zone = Zone::parse(
      "$ORIGIN example.com.\n@ TXT \"v=spf1 -all\"\n@ TXT \"v=spf1 mx -all\"\n_dmarc TXT \"v=DMARC1; p=none; rua=mailto:a@example.com\"\n",
      "example.com");
  REQUIRE(zone);
  ReadinessQuestion question;
  question.domain = "example.com";
  question.target = "quarantine";
  question.today = w.last + 1;
  DnsSnapshot zone_as_dns(*zone, DnsSnapshot::Coverage::whole);
  question.dns = &zone_as_dns;
  const RowLookup lookup = w.world.lookup();
  const Streams streams = readiness_streams(w.timeline, lookup, {}, question);
  const Readiness r = assess(w.timeline, lookup, {}, question, streams);
  CHECK(r.verdict == Verdict::not_ready);
  std::size_t dns = 0;
  for (const Blocker& blocker : r.blockers) dns += blocker.gate == GateId::dns;
  CHECK(dns == 2);  // two SPF records, and no sf1._domainkey
}

TEST_CASE("readiness: -all at the domain of own mail is told, for such mail is in no report") {
  const auto is_told = [](const char* spf, bool sends) {
    LongWorld w;
    if (sends) w.mail(healthy_core);
    w.finish();
    const auto zone =
        Zone::parse(std::string("$ORIGIN example.com.\n@ TXT \"") + spf + "\"\n", "example.com");
    REQUIRE(zone);
    ReadinessQuestion question;
    question.domain = "example.com";
    question.target = "quarantine";
    question.today = w.last + 1;
    DnsSnapshot dns(*zone, DnsSnapshot::Coverage::whole);
    question.dns = &dns;
    const RowLookup lookup = w.world.lookup();
    const Readiness r = assess(w.timeline, lookup, {}, question,
                               readiness_streams(w.timeline, lookup, {}, question));
    return std::ranges::any_of(r.notes, [](const ReadinessNote& note) {
      return std::holds_alternative<HardFailHidesMail>(note);
    });
  };
  CHECK(is_told("v=spf1 mx -all", true));
  CHECK_FALSE(is_told("v=spf1 mx ~all", true));  // near miss
  CHECK_FALSE(is_told("v=spf1 -all", false));    // nothing is sent
}
