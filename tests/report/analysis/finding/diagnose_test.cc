// SPDX-License-Identifier: MIT
// Flow and findings: for each code what shows it, and what only looks like it.
#include <doctest/doctest.h>

#include <map>

#include "report/analysis/finding/day_series.h"
#include "report/analysis/finding/diagnose.h"
#include "report/analysis/sender/source_lines.h"
#include "report/render/phrases/finding_phrases.h"
#include "tests/report/analysis/support.h"

using namespace dmarcq;

namespace {

using K = OwnerEntry::Kind;

/// "direct: core-no-dkim" for the first row, judged among the others.
struct Case {
  const char* name;
  RowSpec row;
  const char* expected;
  std::vector<RowSpec> others = {};
  std::vector<OwnerEntry> entries = {};
  PolicyPublished policy = World::policy("example.com", "none");
};

std::string verdict_text(const Judgement& j, std::size_t row) {
  std::string text = std::string(to_text(j.rows[row].flow)) + ":";
  for (std::size_t bit = 0; bit < finding_code_count; ++bit)
    if (j.rows[row].codes.test(bit))
      text += " " + std::string(to_text(static_cast<FindingCode>(bit)));
  return text;
}

struct Judged {
  World world;
  std::vector<SourceRow> rows;
  Judgement j;
  std::vector<SourceLine> lines;
};

/// Judges in place: the World is referred to.
void judge_case(const Case& c, Judged& out) {
  out.world.publish(c.policy);
  out.world.add(c.row);
  for (const auto& other : c.others) out.world.add(other);
  out.rows = out.world.rows();
  Owner owner;
  owner.entries = c.entries;
  Identifier identifier(out.world.lookup(), owner);
  identifier.learn(out.rows);
  out.j = judge(out.rows, identifier);
  out.lines = source_lines(out.rows, out.j, identifier, 1000).lines;
}

void check(const std::vector<Case>& cases) {
  for (const auto& c : cases) {
    SUBCASE(c.name) {
      Judged judged;
      judge_case(c, judged);
      CHECK(verdict_text(judged.j, 0) == std::string(c.expected));
      // Findings carry what rows carry, and their texts are filled.
      for (const auto& finding : judged.j.findings) {
        const FindingSentences sentences = sentences_of(finding);
        auto all = sentences.cause + sentences.verify;
        for (const auto& step : sentences.fix) all += step;
        CAPTURE(all);
        CHECK(all.find('{') == std::string::npos);
      }
    }
  }
}

const RowSpec core_healthy{.ip = core_ip,
                           .spf = our_bounce + " pass",
                           .dkim = "example.com/sf1 pass",
                           .evaluated = "pass/fail"};
const RowSpec core_unsigned{.ip = core_ip, .spf = our_bounce + " pass"};
const RowSpec other_tenant{.ip = core_ip, .spf = other_bounce + " pass"};
const RowSpec mce_healthy{
    .ip = "13.111.0.229",
    .spf = "bounce.mail.example.com pass",
    .dkim = "mail.example.com/10dkim1 pass, s10.y.mc.salesforce.com/fbldkim10 pass",
    .evaluated = "pass/pass"};
const RowSpec ae_healthy{.ip = "136.147.176.80",
                         .spf = "bounce.s7.exacttarget.com pass",
                         .dkim = "example.com/200608 pass",
                         .evaluated = "pass/fail"};
const RowSpec google_own{.ip = "209.85.220.41",
                         .spf = "example.com pass",
                         .dkim = "example.com/google pass",
                         .evaluated = "pass/pass"};

RowSpec with(RowSpec spec, auto&& change) {
  change(spec);
  return spec;
}

}  // namespace

TEST_CASE("diagnosis: healthy mail of every route is direct and has no finding") {
  check({
      {"core", core_healthy, "direct:"},
      {"core without bounce management",
       {.ip = core_ip,
        .spf = "example.com pass",
        .dkim = "example.com/sf1 pass",
        .evaluated = "pass/pass"},
       "direct:"},
      {"core without bounce management on an unknown Hyperforce address",
       {.ip = "52.9.9.9",
        .spf = "example.com pass",
        .dkim = "example.com/sf1 pass",
        .evaluated = "pass/pass"},
       "direct:",
       {core_healthy}},
      {"core from a subdomain",
       {.ip = core_ip,
        .spf = our_bounce + " pass",
        .dkim = "example.com/sf1 pass",
        .evaluated = "pass/fail",
        .from = "crm.example.com"},
       "direct:"},
      {"marketing cloud", mce_healthy, "direct:"},
      {"marketing cloud with a private domain and no SAP",
       {.ip = "13.111.0.229",
        .spf = "bounce.s10.exacttarget.com pass",
        .dkim = "example.com/200608 pass, s10.y.mc.salesforce.com/fbldkim10 pass",
        .evaluated = "pass/fail"},
       "direct:"},
      {"marketing cloud on an address outside of the published ranges",
       {.ip = "159.92.154.25",
        .spf = "bounce.by.example.com pass",
        .dkim = "by.example.com/51dkim1 pass, s51.y.mc.salesforce.com/fbldkim51 pass",
        .evaluated = "pass/pass"},
       "direct:"},
      {"account engagement", ae_healthy, "direct:"},
      {"account engagement by pd25.com",
       {.ip = "13.111.0.1",
        .spf = "bounce.s10.mc.pd25.com pass",
        .dkim = "example.com/200608 pass",
        .evaluated = "pass/fail"},
       "direct:"},
      {"marketing cloud next, named by the owner",
       {.spf = "bounce.example.com pass", .dkim = "example.com/mcn pass", .evaluated = "pass/pass"},
       "direct:",
       {},
       {{.kind = K::dkim_selector,
         .value = "mcn",
         .service = "Salesforce",
         .route = "marketing-cloud-next"}}},
      {"email relay",
       {.ip = "209.85.220.41",
        .spf = "example.com pass",
        .dkim = "example.com/sf1 pass",
        .evaluated = "pass/pass"},
       "direct:",
       {core_healthy}},
      {"email relay, clean, signed by the relay",
       {.ip = "203.0.113.9",
        .spf = "example.com pass",
        .dkim = "example.com/relay pass",
        .evaluated = "pass/pass"},
       "direct:",
       {},
       {{.kind = K::relay, .value = "203.0.113.0/24"}}},
      {"google workspace", google_own, "direct:"},
      {"microsoft 365",
       {.ip = "40.107.1.1",
        .spf = "example.com pass",
        .dkim = "example.com/selector1 pass",
        .evaluated = "pass/pass"},
       "direct:"},
      {"ses",
       {.ip = "54.240.8.1",
        .spf = "amazonses.com pass",
        .dkim = "example.com/abc pass, amazonses.com/x pass",
        .evaluated = "pass/fail"},
       "direct:"},
      {"sendgrid",
       {.ip = "167.89.1.1",
        .spf = "em123.example.com pass",
        .dkim = "example.com/s1 pass",
        .evaluated = "pass/pass"},
       "direct:"},
      {"a server of one's own",
       {.spf = "example.com pass", .dkim = "example.com/mail pass", .evaluated = "pass/pass"},
       "direct:"},
  });
}

std::vector<Case> core_cases() {
  return {
      {"core-no-dkim: no org is proven", core_unsigned, "direct: core-no-dkim"},
      {"core-no-dkim: our proven org, a From domain without a key",
       with(core_unsigned,
            [](auto& r) {
              r.from = "crm.example.com";
              r.spf = our_bounce_2 + " pass";
            }),
       "direct: core-no-dkim",
       {core_healthy}},
      {"core-no-dkim: org undecodable",
       {.ip = core_ip, .spf = "x.y.na1.bnc.salesforce.com pass"},
       "direct: core-no-dkim",
       {core_healthy}},
      {"not core-no-dkim: the bounce name fails",
       {.spf = our_bounce + " fail"},
       "unknown: unauthenticated"},
      {"core-dkim-other-domain",
       {.ip = core_ip, .spf = our_bounce + " pass", .dkim = "example.net/sf1 pass"},
       "direct: core-dkim-other-domain",
       {{.from = "example.net", .domain = "example.net"}}},
      {"not core-dkim-other-domain: a stranger's domain",
       {.ip = core_ip, .spf = our_bounce + " pass", .dkim = "stranger.example/sf1 pass"},
       "direct: core-no-dkim"},
      {"dkim-strict-subdomain",
       {.ip = core_ip,
        .spf = our_bounce + " pass",
        .dkim = "example.com/sf1 pass",
        .from = "crm.example.com"},
       "direct: dkim-strict-subdomain",
       {},
       {},
       World::policy("example.com", "none", "s")},
      {"not dkim-strict-subdomain: relaxed, the reporter errs",
       {.ip = core_ip,
        .spf = our_bounce + " pass",
        .dkim = "example.com/sf1 pass",
        .from = "crm.example.com"},
       "direct:"},
      {"dkim-key-missing",
       {.ip = core_ip, .spf = our_bounce + " pass", .dkim = "example.com/sf1 permerror"},
       "direct: dkim-key-missing"},
      {"dkim-key-missing: the record went away",
       {.ip = core_ip,
        .spf = our_bounce + " pass",
        .dkim = "example.com/sf1 permerror",
        .first = 20'040,
        .last = 20'050},
       "direct: dkim-key-missing",
       {core_healthy}},
      {"not dkim-key-missing: passes elsewhere at the same time",
       {.ip = core_ip,
        .spf = our_bounce + " pass",
        .dkim = "example.com/sf1 fail",
        .reporters = {"a", "b"}},
       "direct: dkim-fails-in-part",
       {core_healthy}},
      {"not dkim-key-missing: a single temporary error",
       {.ip = core_ip,
        .spf = our_bounce + " pass",
        .dkim = "example.com/sf1 temperror",
        .messages = 1},
       "direct: reporter-temperror",
       {core_healthy}},
      {"dkim-key-missing: nothing but temporary errors",
       {.ip = core_ip, .spf = our_bounce + " pass", .dkim = "example.com/sf1 temperror"},
       "direct: dkim-key-missing"},
      {"dkim-alternate-selector",
       {.ip = core_ip,
        .spf = our_bounce + " pass",
        .dkim = "example.com/sf2 permerror",
        .first = 20'015},
       "direct: dkim-alternate-selector",
       {core_healthy}},
      {"not dkim-alternate-selector: the other selector never passed either",
       {.ip = core_ip, .spf = our_bounce + " pass", .dkim = "example.com/sf2 permerror"},
       "direct: dkim-key-missing",
       {{.ip = core_ip, .spf = our_bounce + " pass", .dkim = "example.com/sf1 permerror"}}},
      {"not dkim-alternate-selector: it failed from the start",
       {.ip = core_ip, .spf = our_bounce + " pass", .dkim = "example.com/sf2 permerror"},
       "direct: dkim-key-missing",
       {core_healthy}},
      {"dkim-alternate-selector: it failed first, then keys rotated to the good one",
       {.ip = core_ip,
        .spf = our_bounce + " pass",
        .dkim = "example.com/sf2 permerror",
        .last = 20'014},
       "direct: dkim-alternate-selector",
       {with(core_healthy, [](auto& r) { r.first = 20'015; })}},
      {"not dkim-alternate-selector: both are in use at once",
       {.ip = core_ip,
        .spf = our_bounce + " pass",
        .dkim = "example.com/sf2 permerror",
        .last = 20'029},
       "direct: dkim-key-missing",
       {with(core_healthy, [](auto& r) { r.first = 20'001; })}},
      {"dkim-key-missing: on the day of the change both were seen",
       {.ip = core_ip,
        .spf = our_bounce + " pass",
        .dkim = "example.com/sf1 fail",
        .first = 20'027,
        .last = 20'040},
       "direct: dkim-key-missing",
       {core_healthy}},
      {"dkim-key-missing: a cache outlived it, a gateway broke one before",
       {.ip = core_ip,
        .spf = our_bounce + " pass",
        .dkim = "example.com/sf1 fail",
        .first = 20'030,
        .last = 20'050},
       "direct: dkim-key-missing",
       {core_healthy,
        with(core_healthy,
             [](auto& r) {
               r.ip = "13.110.14.215";
               r.messages = 3;
               r.last = 20'040;
             }),
        {.ip = "13.110.14.215",
         .spf = our_bounce + " pass",
         .dkim = "example.com/sf1 fail",
         .messages = 2,
         .first = 20'003,
         .last = 20'003}}},
      {"dkim-key-missing: it is back",
       {.ip = core_ip,
        .spf = our_bounce + " pass",
        .dkim = "example.com/sf1 fail",
        .last = 20'010,
        .reporters = {"a", "b"}},
       "direct: dkim-key-missing",
       {with(core_healthy, [](auto& r) { r.first = 20'010; })}},
      {"not dkim-key-missing: strays on the first days of the window",
       {.ip = core_ip,
        .spf = our_bounce + " pass",
        .dkim = "example.com/sf1 fail",
        .messages = 3,
        .last = 20'001,
        .reporters = {"a", "b"}},
       "direct: dkim-fails-in-part",
       {core_healthy}},
      {"not dkim-key-missing: it failed for a day and passes again",
       {.ip = core_ip,
        .spf = our_bounce + " pass",
        .dkim = "example.com/sf1 fail",
        .first = 20'010,
        .last = 20'010,
        .reporters = {"a", "b"}},
       "direct: dkim-fails-in-part",
       {core_healthy}},
      {"dkim-fails-in-part",
       {.ip = core_ip,
        .spf = our_bounce + " pass",
        .dkim = "example.com/sf1 fail",
        .messages = 3,
        .reporters = {"a", "b"}},
       "direct: dkim-fails-in-part",
       {with(core_healthy, [](auto& r) { r.reporters = {"a", "b", "c"}; })}},
      {"dkim-fails-at-one-reporter",
       {.ip = core_ip,
        .spf = our_bounce + " pass",
        .dkim = "example.com/sf1 fail",
        .reporters = {"odd.example"}},
       "direct: dkim-fails-at-one-reporter",
       {core_healthy}},
      {"not dkim-fails-at-one-reporter: it mostly passes there too",
       {.ip = core_ip,
        .spf = our_bounce + " pass",
        .dkim = "example.com/sf1 fail",
        .messages = 20,
        .reporters = {"odd.example"}},
       "direct: dkim-fails-in-part",
       {core_healthy, with(core_healthy, [](auto& r) { r.reporters = {"odd.example"}; })}},
      {"not dkim-fails-at-one-reporter: nobody else has seen it",
       {.ip = core_ip,
        .spf = our_bounce + " pass",
        .dkim = "example.com/sf1 fail",
        .reporters = {"odd.example"}},
       "direct: dkim-fails-in-part",
       {with(core_healthy, [](auto& r) { r.reporters = {"odd.example"}; })}},
      {"not dkim-fails-in-part: it fails at one reporter and passes at others",
       {.ip = core_ip,
        .spf = our_bounce + " pass",
        .dkim = "example.com/sf1 fail",
        .messages = 3,
        .reporters = {"odd.example"}},
       "direct: dkim-fails-at-one-reporter",
       {core_healthy}},
      {"not dkim-fails-in-part: the selector never passes",
       {.ip = core_ip,
        .spf = our_bounce + " pass",
        .dkim = "example.com/old fail",
        .reporters = {"a", "b"}},
       "direct: dkim-key-missing",
       {}},
      {"not dkim-fails-in-part: it stopped passing for good",
       {.ip = core_ip,
        .spf = our_bounce + " pass",
        .dkim = "example.com/sf1 fail",
        .first = 20'050,
        .last = 20'059,
        .reporters = {"a", "b"}},
       "direct: dkim-key-missing",
       {core_healthy}},
      {"not dkim-fails-in-part: changed by a stranger on the way",
       {.ip = "203.0.113.9",
        .spf = our_bounce + " fail",
        .dkim = "example.com/sf1 fail",
        .reporters = {"a", "b"}},
       "forwarded: gateway-modified",
       {core_healthy}},
      {"core-spf-include-missing",
       {.ip = core_ip, .spf = "example.com softfail"},
       "direct: core-spf-include-missing"},
      {"not core-spf-include-missing: signed",
       {.ip = core_ip,
        .spf = "example.com softfail",
        .dkim = "example.com/sf1 pass",
        .evaluated = "pass/fail"},
       "direct:"},
      {"not core-spf-include-missing: not a salesforce address",
       {.spf = "example.com softfail"},
       "unknown: unauthenticated"},
      {"spf-permerror", {.ip = core_ip, .spf = "example.com permerror"}, "direct: spf-permerror"},
      {"not spf-permerror: another's domain",
       {.spf = "x.example permerror"},
       "unknown: unauthenticated"},
      {"spf-only",
       {.ip = core_ip, .spf = "example.com pass", .evaluated = "fail/pass"},
       "direct: spf-only"},
      {"not spf-only: signed too",
       {.ip = core_ip,
        .spf = "example.com pass",
        .dkim = "example.com/sf1 pass",
        .evaluated = "pass/pass"},
       "direct:"},
      {"spf-strict-subdomain",
       {.ip = core_ip,
        .spf = "bounces.example.com pass",
        .dkim = "example.com/sf1 pass",
        .evaluated = "pass/fail"},
       "direct: spf-strict-subdomain",
       {},
       {},
       World::policy("example.com", "none", "r", "s")},
      {"not spf-strict-subdomain: relaxed",
       {.ip = core_ip,
        .spf = "bounces.example.com pass",
        .dkim = "example.com/sf1 pass",
        .evaluated = "pass/pass"},
       "direct:"},
      {"core-second-org: claimed, another is proven",
       other_tenant,
       "direct: core-second-org",
       {core_healthy},
       {{.kind = K::org, .value = other_org}}},
      {"core-second-org: claimed by the 15 characters",
       other_tenant,
       "direct: core-second-org",
       {core_healthy},
       {{.kind = K::org, .value = other_org.substr(0, 15)}}},
      {"not core-second-org: the only one, claimed",
       other_tenant,
       "direct: core-no-dkim",
       {},
       {{.kind = K::org, .value = other_org}}},
      {"core-verified-unsigned",
       core_unsigned,
       "direct: core-verified-unsigned",
       {},
       {{.kind = K::verified, .value = "example.com", .since = 20'000}}},
      {"not core-verified-unsigned: reports are from before",
       core_unsigned,
       "direct: core-no-dkim",
       {},
       {{.kind = K::verified, .value = "example.com", .since = 20'029}}},
      {"not core-verified-unsigned: another From domain",
       core_unsigned,
       "direct: core-no-dkim",
       {},
       {{.kind = K::verified, .value = "example.org", .since = 20'000}}},
      {"core-other-tenant: another org is proven",
       other_tenant,
       "foreign: core-other-tenant",
       {core_healthy}},
      {"core-other-tenant: the owner says foreign",
       other_tenant,
       "foreign: core-other-tenant",
       {},
       {{.kind = K::org, .value = other_org, .ours = false}}},
      {"not core-other-tenant: no org is proven",
       other_tenant,
       "direct: core-no-dkim",
       {core_unsigned}},
      {"not core-other-tenant: signed with our key",
       with(other_tenant,
            [](auto& r) {
              r.dkim = "example.com/sf9 pass";
              r.evaluated = "pass/fail";
            }),
       "direct:",
       {core_healthy}},
      {"not core-other-tenant: a forged envelope",
       with(other_tenant,
            [](auto& r) {
              r.spf = other_bounce + " fail";
              r.ip = "203.0.113.9";
            }),
       "unknown: unauthenticated",
       {core_healthy}},
  };
}

TEST_CASE("diagnosis: core") { check(core_cases()); }

std::vector<Case> relay_cases() {
  const std::vector<OwnerEntry> relay = {
      {.kind = K::relay, .value = "203.0.113.0/24", .name = "our relay"}};
  return {
      {"relay-bounce-managed",
       {.ip = "203.0.113.9",
        .spf = our_bounce + " softfail",
        .dkim = "example.com/sf1 pass",
        .evaluated = "pass/fail"},
       "direct: relay-bounce-managed",
       {},
       relay},
      {"not relay-bounce-managed: no relay of ours",
       {.ip = "203.0.113.9",
        .spf = our_bounce + " softfail",
        .dkim = "example.com/sf1 pass",
        .evaluated = "pass/fail"},
       "forwarded: forwarded",
       {core_healthy}},
      {"relay-bounce-managed at google: more than direct",
       {.ip = "209.85.220.41",
        .spf = our_bounce + " softfail",
        .dkim = "example.com/sf1 pass",
        .evaluated = "pass/fail",
        .messages = 1000},
       "direct: relay-bounce-managed",
       {core_healthy}},
      {"not relay-bounce-managed at google: less than direct",
       {.ip = "209.85.220.41",
        .spf = our_bounce + " softfail",
        .dkim = "example.com/sf1 pass",
        .evaluated = "pass/fail",
        .messages = 10},
       "forwarded: forwarded",
       {core_healthy}},
      {"relay-unsigned",
       {.ip = "203.0.113.9", .spf = our_bounce + " softfail"},
       "direct: relay-unsigned",
       {},
       relay},
      {"relay-unsigned: the relay breaks the signature",
       {.ip = "203.0.113.9", .spf = our_bounce + " softfail", .dkim = "example.com/sf1 fail"},
       "direct: relay-unsigned",
       {},
       relay},
      {"not relay-unsigned: no relay of ours",
       {.ip = "203.0.113.9", .spf = our_bounce + " softfail"},
       "unknown: unauthenticated"},
      {"relay-spf-missing",
       {.ip = "203.0.113.9", .spf = "example.com fail"},
       "direct: relay-spf-missing",
       {},
       relay},
      {"not relay-spf-missing: allowed",
       {.ip = "203.0.113.9",
        .spf = "example.com pass",
        .dkim = "example.com/x pass",
        .evaluated = "pass/pass"},
       "direct:",
       {},
       relay},
      {"not relay-spf-missing: no relay of ours",
       {.ip = "203.0.113.9", .spf = "example.com fail"},
       "unknown: unauthenticated"},
      {"google-default-dkim",
       {.ip = "209.85.220.41",
        .spf = "example.com pass",
        .dkim = "example-com.20230601.gappssmtp.com/20230601 pass",
        .evaluated = "fail/pass"},
       "direct: google-default-dkim"},
      {"not google-default-dkim: signed too",
       {.ip = "209.85.220.41",
        .spf = "example.com pass",
        .dkim = "example-com.20230601.gappssmtp.com/20230601 pass, example.com/google pass",
        .evaluated = "pass/pass"},
       "direct:"},
      {"not google-default-dkim: another tenant",
       {.ip = "209.85.220.41",
        .spf = "stranger.example pass",
        .dkim = "stranger-example.20230601.gappssmtp.com/20230601 pass"},
       "foreign: unauthenticated"},
      {"m365-default-dkim",
       {.ip = "40.107.1.1",
        .spf = "example.com pass",
        .dkim = "contoso.onmicrosoft.com/selector1-contoso-onmicrosoft-com pass",
        .evaluated = "fail/pass"},
       "direct: m365-default-dkim"},
      {"not m365-default-dkim: another tenant",
       {.ip = "40.107.1.1",
        .spf = "stranger.example pass",
        .dkim = "stranger.onmicrosoft.com/selector1-stranger-onmicrosoft-com pass"},
       "foreign: unauthenticated"},
      {"google-alias-envelope",
       {.ip = "209.85.220.41",
        .spf = "example.net pass",
        .dkim = "example-net.20230601.gappssmtp.com/20230601 pass"},
       "direct: google-default-dkim google-alias-envelope",
       {{.from = "example.net", .domain = "example.net"}}},
      {"not google-alias-envelope: a stranger's envelope",
       {.ip = "209.85.220.41",
        .spf = "example.net pass",
        .dkim = "example-net.20230601.gappssmtp.com/20230601 pass"},
       "foreign: unauthenticated"},
      {"not google-alias-envelope: the alias signs",
       {.ip = "209.85.220.41",
        .spf = "example.net pass",
        .dkim = "example.com/google pass",
        .evaluated = "pass/fail"},
       "direct:",
       {{.from = "example.net", .domain = "example.net"}}},
  };
}

TEST_CASE("diagnosis: relays, google and microsoft") { check(relay_cases()); }

std::vector<Case> marketing_cases() {
  const RowSpec platform_only{.ip = "13.111.0.229",
                              .spf = "bounce.s10.exacttarget.com pass",
                              .dkim = "s10.y.mc.salesforce.com/fbldkim10 pass"};
  return {
      {"mce-no-sap", platform_only, "direct: mce-no-sap"},
      {"not mce-no-sap: signed for the From domain",
       with(platform_only,
            [](auto& r) {
              r.dkim.insert(0, "example.com/10dkim1 pass, ");
              r.evaluated = "pass/fail";
            }),
       "direct:"},
      {"mce-shared-bounce",
       with(mce_healthy,
            [](auto& r) {
              r.spf = "bounce.brand.example pass";
              r.evaluated = "pass/fail";
            }),
       "direct: mce-shared-bounce"},
      {"not mce-shared-bounce: own bounce name", mce_healthy, "direct:"},
      {"mce-strict-subdomain",
       with(mce_healthy, [](auto& r) { r.evaluated = "fail/pass"; }),
       "direct: mce-strict-subdomain",
       {},
       {},
       World::policy("example.com", "none", "s")},
      {"not mce-strict-subdomain: relaxed", mce_healthy, "direct:"},
      {"mce-bounce-spf-broken",
       with(mce_healthy,
            [](auto& r) {
              r.spf = "bounce.mail.example.com none";
              r.evaluated = "pass/fail";
            }),
       "direct: mce-bounce-spf-broken"},
      {"not mce-bounce-spf-broken: forwarded",
       with(mce_healthy,
            [](auto& r) {
              r.ip = "203.0.113.9";
              r.spf = "bounce.mail.example.com fail";
              r.evaluated = "pass/fail";
            }),
       "forwarded: forwarded"},
      {"dkim-key-missing at marketing cloud",
       with(mce_healthy,
            [](auto& r) {
              r.dkim = "mail.example.com/10dkim1 permerror, s10.y.mc.salesforce.com/fbldkim10 pass";
              r.evaluated = "fail/pass";
            }),
       "direct: dkim-key-missing"},
      {"not dkim-alternate-selector: only core rotates keys",
       with(mce_healthy,
            [](auto& r) {
              r.dkim = "mail.example.com/50dkim1 permerror, s10.y.mc.salesforce.com/fbldkim10 pass";
              r.evaluated = "fail/pass";
              r.first = 20'015;
            }),
       "direct: dkim-key-missing",
       {mce_healthy}},
      {"ae-no-dkim: unsigned",
       with(ae_healthy,
            [](auto& r) {
              r.dkim = "";
              r.evaluated = "fail/fail";
            }),
       "direct: ae-no-dkim"},
      {"ae-no-dkim: the signature fails",
       with(ae_healthy,
            [](auto& r) {
              r.dkim = "example.com/200608 fail";
              r.evaluated = "fail/fail";
            }),
       "direct: ae-no-dkim"},
      {"not ae-no-dkim: fails at one reporter",
       with(ae_healthy,
            [](auto& r) {
              r.dkim = "example.com/200608 fail";
              r.evaluated = "fail/fail";
              r.reporters = {"odd.example"};
            }),
       "direct: dkim-fails-at-one-reporter",
       {ae_healthy}},
      {"mcn-record-changed",
       {.spf = "bounce.example.com fail", .dkim = "example.com/mcn fail"},
       "direct: mcn-record-changed",
       {},
       {{.kind = K::network,
         .value = "198.51.100.0/24",
         .service = "Salesforce",
         .route = "marketing-cloud-next"}}},
      {"not mcn-record-changed: both pass",
       {.spf = "bounce.example.com pass", .dkim = "example.com/mcn pass", .evaluated = "pass/pass"},
       "direct:",
       {},
       {{.kind = K::network,
         .value = "198.51.100.0/24",
         .service = "Salesforce",
         .route = "marketing-cloud-next"}}},
      {"not mcn-record-changed: an envelope of the platform, and the key passes",
       {.spf = "bounce.platform.example fail",
        .dkim = "example.com/mcn pass",
        .evaluated = "pass/fail"},
       "direct:",
       {},
       {{.kind = K::network,
         .value = "198.51.100.0/24",
         .service = "Salesforce",
         .route = "marketing-cloud-next"}}},
      {"not mcn-record-changed: the address is not Marketing Cloud Next's",
       {.ip = "203.0.113.9", .spf = "bounce.example.com fail", .dkim = "example.com/mcn fail"},
       "unknown: unauthenticated",
       {},
       {{.kind = K::network,
         .value = "198.51.100.0/24",
         .service = "Salesforce",
         .route = "marketing-cloud-next"}}},
      {"mce-other-tenant: a stranger's bounce name",
       with(platform_only, [](auto& r) { r.spf = "bounce.stranger.example pass"; }),
       "foreign: mce-other-tenant"},
      {"mce-other-tenant: another stack",
       platform_only,
       "foreign: mce-other-tenant",
       {with(mce_healthy,
             [](auto& r) {
               r.dkim = "mail.example.com/50dkim1 pass, s50.y.mc.salesforce.com/fbldkim50 pass";
             })}},
      {"not mce-other-tenant: our stack", platform_only, "direct: mce-no-sap", {mce_healthy}},
      {"not mce-other-tenant: another domain of ours",
       with(platform_only, [](auto& r) { r.spf = "bounce.example.net pass"; }),
       "direct: mce-no-sap",
       {{.from = "example.net", .domain = "example.net"}}},
      {"not mce-other-tenant: forged",
       {.spf = "bounce.stranger.example fail", .dkim = "s10.y.mc.salesforce.com/fbldkim10 fail"},
       "unknown: unauthenticated"},
  };
}

TEST_CASE("diagnosis: marketing cloud and account engagement") { check(marketing_cases()); }

std::vector<Case> service_cases() {
  return {
      {"ses-default-identity",
       {.ip = "54.240.8.1", .spf = "amazonses.com pass", .dkim = "amazonses.com/x pass"},
       "direct: ses-default-identity"},
      {"not ses-default-identity: Easy DKIM",
       {.ip = "54.240.8.1",
        .spf = "amazonses.com pass",
        .dkim = "example.com/abc pass, amazonses.com/x pass",
        .evaluated = "pass/fail"},
       "direct:"},
      {"sendgrid-default-identity",
       {.ip = "167.89.1.1", .spf = "sendgrid.net pass"},
       "direct: sendgrid-default-identity"},
      {"not sendgrid-default-identity: by address alone",
       {.ip = "167.89.1.1", .spf = "x.example fail"},
       "unknown: unauthenticated"},
      {"sendgrid-strict-spf",
       {.ip = "167.89.1.1",
        .spf = "em123.example.com pass",
        .dkim = "example.com/s1 pass",
        .evaluated = "pass/fail"},
       "direct: sendgrid-strict-spf",
       {},
       {},
       World::policy("example.com", "none", "r", "s")},
      {"sendgrid-strict-spf: an address that is not published yet",
       {.ip = "198.51.100.9",
        .spf = "em123.example.com pass",
        .dkim = "example.com/s1 pass",
        .evaluated = "pass/fail"},
       "direct: sendgrid-strict-spf",
       {},
       {},
       World::policy("example.com", "none", "r", "s")},
      {"not sendgrid-strict-spf: SPF passes for another's name too",
       {.ip = "198.51.100.9",
        .spf = "em123.example.com pass, a1i334.other.example pass",
        .dkim = "example.com/s1 pass",
        .evaluated = "pass/fail"},
       "direct: spf-strict-subdomain",
       {},
       {},
       World::policy("example.com", "none", "r", "s")},
      {"not sendgrid-strict-spf: relaxed",
       {.ip = "167.89.1.1",
        .spf = "em123.example.com pass",
        .dkim = "example.com/s1 pass",
        .evaluated = "pass/pass"},
       "direct:"},
      {"esp-default-identity: mandrill",
       {.ip = "198.2.128.135",
        .spf = "mandrillapp.com pass",
        .dkim = "mandrillapp.com/mandrill pass"},
       "direct: esp-default-identity"},
      {"esp-default-identity: klaviyo on sendgrid",
       {.ip = "167.89.1.1",
        .spf = "send.ksd1.klaviyomail.com pass",
        .dkim = "shared.klaviyomail.com/kl pass"},
       "direct: esp-default-identity"},
      {"esp-default-identity: another account's envelope at the service's address",
       {.ip = "198.61.254.23",
        .spf = "sister.example pass",
        .dkim = "sister.example/krs fail",
        .reason = "forwarded looks forwarded"},
       "direct: esp-default-identity",
       {{.ip = "198.61.254.23",
         .spf = "sister.example pass",
         .dkim = "sister.example/krs pass, mailgun.org/mg pass"}}},
      {"esp-default-identity: a product of Zoho",
       {.ip = "135.84.80.3",
        .spf = "desk-mailer.zohodesk.com pass",
        .dkim = "desk-mailer.zohodesk.com/102 pass"},
       "direct: esp-default-identity"},
      {"not esp-default-identity: Zoho's names only claimed",
       {.ip = "203.0.113.9", .spf = "desk-mailer.zohodesk.com fail"},
       "unknown: unauthenticated"},
      {"not esp-default-identity: signed for us",
       {.ip = "198.2.128.135",
        .spf = "mandrillapp.com pass",
        .dkim = "example.com/mandrill pass, mandrillapp.com/mandrill pass",
        .evaluated = "pass/fail"},
       "direct:"},
      {"esp-default-identity: a server of the owner with its host's envelope",
       {.spf = "web1.hosting.example pass"},
       "direct: esp-default-identity",
       {},
       {{.kind = K::network, .value = "198.51.100.0/24", .name = "web shop"}}},
      {"relay-spf-missing: a server that the owner named",
       {.spf = "example.com softfail"},
       "direct: relay-spf-missing",
       {},
       {{.kind = K::network, .value = "198.51.100.0/24", .name = "web shop"}}},
      {"spf-only at a service",
       {.ip = "198.61.254.9",
        .spf = "mg.example.com pass",
        .dkim = "mailgun.org/mg pass",
        .evaluated = "fail/pass"},
       "direct: spf-only"},
  };
}

TEST_CASE("diagnosis: other services") { check(service_cases()); }

std::vector<Case> round_cases() {
  const auto quarantine = World::policy("example.com", "quarantine");
  return {
      {"forwarded",
       {.ip = "203.0.113.9",
        .spf = our_bounce + " fail",
        .dkim = "example.com/sf1 pass",
        .evaluated = "pass/fail"},
       "forwarded: forwarded",
       {core_healthy}},
      {"forwarded: marketing cloud",
       {.ip = "203.0.113.9",
        .spf = "bounce.s10.exacttarget.com fail",
        .dkim = "example.com/10dkim1 pass, s10.y.mc.salesforce.com/fbldkim10 pass",
        .evaluated = "pass/fail"},
       "forwarded: forwarded"},
      {"forwarded: mail of google workspace",
       {.ip = "203.0.113.9",
        .spf = "example.com fail",
        .dkim = "example.com/google pass",
        .evaluated = "pass/fail"},
       "forwarded: forwarded",
       {google_own}},
      {"not forwarded: a server in no list, the only one that signs with this key of ours",
       {.ip = "203.0.113.9",
        .spf = "example.com fail",
        .dkim = "example.com/new pass",
        .evaluated = "pass/fail"},
       "direct:",
       {google_own}},
      {"not forwarded: a selector never seen direct, too little mail to tell where it begins",
       {.ip = "203.0.113.9",
        .spf = "example.com fail",
        .dkim = "example.com/new pass",
        .evaluated = "pass/fail",
        .messages = 5},
       "unknown:",
       {google_own}},
      {"not forwarded: a selector never seen direct, on one day",
       {.ip = "203.0.113.9",
        .spf = "example.com fail",
        .dkim = "example.com/new pass",
        .evaluated = "pass/fail",
        .last = 20'000},
       "unknown:",
       {google_own}},
      {"not forwarded: a server in no list, by the word of one unknown reporter",
       {.ip = "203.0.113.9",
        .spf = "example.com fail",
        .dkim = "example.com/new pass",
        .evaluated = "pass/fail",
        .last = 20'010,
        .reporters = {"unheard-of"}},
       "unknown:",
       {google_own}},
      {"forwarded-srs",
       {.ip = "203.0.113.9",
        .spf = "forwarder.example pass",
        .dkim = "example.com/sf1 pass",
        .evaluated = "pass/fail"},
       "forwarded: forwarded-srs",
       {core_healthy}},
      {"forwarded-srs by a known forwarder",
       {.ip = "203.0.113.9",
        .spf = "srs.forwardemail.net pass",
        .dkim = "example.com/sf1 pass",
        .evaluated = "pass/fail"},
       "forwarded: forwarded-srs",
       {core_healthy}},
      {"forwarded-srs by microsoft 365",
       {.ip = "40.107.1.1",
        .spf = "stranger.example pass",
        .dkim =
            "example.com/sf1 pass, stranger.onmicrosoft.com/selector1-stranger-onmicrosoft-com pass",
        .evaluated = "pass/fail"},
       "forwarded: forwarded-srs",
       {core_healthy}},
      {"forwarded: a reporter that leaves selectors out",
       {.ip = "203.0.113.9",
        .spf = "example.com softfail",
        .dkim = "example.com pass",
        .evaluated = "pass/fail"},
       "forwarded: forwarded",
       {google_own}},
      {"not forwarded: no selector, and nothing of the domain was seen direct",
       {.ip = "203.0.113.9",
        .spf = "example.com softfail",
        .dkim = "example.com pass",
        .evaluated = "pass/fail"},
       "unknown:"},
      {"not forwarded: a server whose SPF passes elsewhere",
       {.spf = "example.com temperror",
        .dkim = "example.com/google pass",
        .evaluated = "pass/fail",
        .messages = 1},
       "direct:",
       {google_own,
        {.spf = "example.com pass", .dkim = "example.com/mail pass", .evaluated = "pass/pass"}}},
      {"not forwarded: our SPF allows Google to send what SES signed",
       {.ip = "209.85.220.41",
        .spf = "example.com pass",
        .dkim = "example.com/abc pass, amazonses.com/x pass",
        .evaluated = "pass/pass"},
       "direct:"},
      {"forwarded-srs from a Gmail account",
       {.ip = "209.85.220.41",
        .spf = "gmail.com pass",
        .dkim = "example.com/new pass",
        .evaluated = "pass/fail"},
       "forwarded: forwarded-srs"},
      {"not forwarded-srs: a calendar's own bounce name",
       {.ip = "209.85.220.73",
        .spf = "calendar-server.bounces.google.com pass",
        .dkim = "google.com/20230601 pass, example.com/google pass",
        .evaluated = "pass/fail"},
       "direct:"},
      {"not forwarded-srs: direct from core", core_healthy, "direct:", {core_healthy}},
      {"gateway-modified",
       {.ip = "205.139.110.120", .spf = our_bounce + " fail", .dkim = "example.com/sf1 fail"},
       "forwarded: gateway-modified",
       {core_healthy}},
      {"gateway-modified: an unknown one",
       {.ip = "203.0.113.9", .spf = our_bounce + " fail", .dkim = "example.com/sf1 fail"},
       "forwarded: gateway-modified",
       {core_healthy}},
      {"gateway-modified: at an address that passes SPF for somebody else",
       {.ip = "203.0.113.9", .spf = "forwarder.example pass", .dkim = "example.com/sf1 fail"},
       "forwarded: gateway-modified",
       {core_healthy}},
      {"gateway-modified: a journal copy, null envelope and a HELO of outlook.com",
       {.ip = "40.107.1.1",
        .spf = "helo mail-eopbgr10.outbound.protection.outlook.com pass",
        .dkim = "example.com/sf1 fail"},
       "forwarded: gateway-modified",
       {core_healthy}},
      {"gateway-modified: a banner behind a rewritten envelope of Gmail",
       {.ip = "209.85.220.41", .spf = "gmail.com pass", .dkim = "example.com/sf1 fail"},
       "forwarded: gateway-modified",
       {core_healthy}},
      {"gateway-modified: marketing cloud, platform and own signature broken",
       {.ip = "203.0.113.9",
        .spf = "bounce.mail.example.com fail",
        .dkim = "mail.example.com/10dkim1 fail, s10.y.mc.salesforce.com/fbldkim10 fail"},
       "forwarded: gateway-modified",
       {mce_healthy}},
      {"not gateway-modified: a selector that nobody of ours uses",
       {.ip = "203.0.113.9", .spf = our_bounce + " fail", .dkim = "example.com/old fail"},
       "unknown: unauthenticated",
       {core_healthy}},
      {"not gateway-modified: no trace of us",
       {.ip = "203.0.113.9", .spf = "forwarder.example pass"},
       "unknown: unauthenticated",
       {core_healthy}},
      {"not gateway-modified: our own Google key broken under our own envelope",
       {.ip = "209.85.220.41",
        .spf = "example.com softfail",
        .dkim = "example.com/google fail",
        .first = 20'040,
        .last = 20'050},
       "direct: dkim-key-missing",
       {google_own}},
      {"not gateway-modified: our own outbound gateway",
       {.ip = "205.139.110.120",
        .spf = "example.com pass",
        .dkim = "example.com/mimecast pass",
        .evaluated = "pass/pass"},
       "direct:"},
      {"not gateway-modified: nothing of ours in it",
       {.ip = "205.139.110.120", .spf = "stranger.example fail"},
       "unknown: unauthenticated"},
      {"mailing-list with reason",
       {.ip = "203.0.113.9",
        .spf = "members.example pass",
        .dkim = "example.com/sf1 fail",
        .reason = "mailing_list"},
       "mailing-list: mailing-list",
       {core_healthy}},
      {"mailing-list without reason",
       {.ip = "209.85.220.69",
        .spf = "googlegroups.com pass",
        .dkim = "example.com/sf1 fail, googlegroups.com/20230601 pass"},
       "mailing-list: mailing-list",
       {core_healthy}},
      {"mailing-list by its name",
       {.ip = "203.0.113.9",
        .spf = "lists.members.example pass",
        .dkim = "example.com/google fail"},
       "mailing-list: mailing-list"},
      {"mailing-list by the owner's entry",
       {.ip = "203.0.113.9", .spf = "members.example pass", .dkim = "example.com/google fail"},
       "mailing-list: mailing-list",
       {},
       {{.kind = K::mailing_list, .value = "members.example"}}},
      {"not mailing-list: it left the mail alone",
       {.ip = "209.85.220.69",
        .spf = "googlegroups.com pass",
        .dkim = "example.com/sf1 pass",
        .evaluated = "pass/fail"},
       "mailing-list:",
       {core_healthy}},
      {"not mailing-list: unrelated envelope, no reason",
       {.ip = "203.0.113.9", .spf = "members.example pass", .dkim = "example.com/google fail"},
       "unknown: unauthenticated"},
      {"receiver-override",
       {.ip = "203.0.113.9",
        .spf = "members.example pass",
        .reason = "local_policy arc=pass as.1.google.com=pass"},
       "forwarded: gateway-modified receiver-override",
       {},
       {},
       quarantine},
      {"receiver-override: trusted forwarder",
       {.ip = "203.0.113.9", .spf = "members.example pass", .reason = "trusted_forwarder"},
       "forwarded: gateway-modified receiver-override",
       {},
       {},
       quarantine},
      {"not receiver-override: nothing to override at p=none",
       {.ip = "203.0.113.9", .spf = "members.example pass", .reason = "local_policy arc=pass"},
       "forwarded: gateway-modified"},
      {"not receiver-override: it was quarantined",
       {.ip = "203.0.113.9",
        .spf = "members.example pass",
        .disposition = "quarantine",
        .reason = "local_policy arc=pass"},
       "forwarded: gateway-modified",
       {},
       {},
       quarantine},
      {"not receiver-override: local_policy without a word",
       {.ip = "203.0.113.9", .spf = "members.example pass", .reason = "local_policy"},
       "unknown: unauthenticated",
       {},
       {},
       quarantine},
      {"policy-held-back: pct",
       {.spf = "stranger.example fail", .reason = "sampled_out"},
       "unknown: policy-held-back unauthenticated",
       {},
       {},
       quarantine},
      {"policy-held-back: t=y",
       {.spf = "stranger.example fail", .reason = "policy_test_mode"},
       "unknown: policy-held-back unauthenticated",
       {},
       {},
       quarantine},
      {"not policy-held-back: it passed",
       with(core_healthy, [](auto& r) { r.reason = "sampled_out"; }), "direct:"},
      {"unauthenticated", {.spf = "stranger.example fail"}, "unknown: unauthenticated"},
      {"unauthenticated: nothing at all", {}, "unknown: unauthenticated"},
      {"unauthenticated: somebody's gmail account",
       {.ip = "209.85.220.41", .spf = "gmail.com pass", .dkim = "gmail.com/20230601 pass"},
       "foreign: unauthenticated"},
      {"not unauthenticated: a signature of ours passes, though nobody knows the sender",
       {.ip = "203.0.113.9",
        .spf = "stranger.example pass",
        .dkim = "example.com/new pass",
        .evaluated = "pass/fail",
        .messages = 5},
       "unknown:"},
      {"not unauthenticated: a server of ours with its host name as envelope",
       {.ip = "203.0.113.9",
        .spf = "web1.hosting.example pass",
        .dkim = "example.com/new pass",
        .evaluated = "pass/fail"},
       "direct:"},
      {"not unauthenticated: our signature passed, the reporter judged otherwise",
       {.ip = "203.0.113.9", .dkim = "example.com/s1 pass"},
       "direct:"},
      {"not unauthenticated: a cause is known", core_unsigned, "direct: core-no-dkim"},
      {"not unlisted-own-sender: called aligned, but SPF passed for a stranger's name",
       {.ip = "203.0.113.9", .spf = "stranger.example pass", .evaluated = "fail/pass"},
       "unknown:"},
      {"unlisted-own-sender",
       {.spf = "example.com pass", .evaluated = "fail/pass"},
       "direct: unlisted-own-sender"},
      {"not unlisted-own-sender: listed",
       {.spf = "example.com pass", .evaluated = "fail/pass"},
       "direct: spf-only",
       {},
       {{.kind = K::network, .value = "198.51.100.0/24", .name = "web shop"}}},
      {"not unlisted-own-sender: SPF passes for another",
       {.spf = "stranger.example pass"},
       "unknown: unauthenticated"},
      {"reporter-temperror",
       {.ip = core_ip, .spf = "example.com temperror", .messages = 2},
       "direct: reporter-temperror",
       {core_healthy}},
      {"not reporter-temperror: SPF of the bounce name, which never aligns",
       {.ip = core_ip, .spf = our_bounce + " temperror", .messages = 2},
       "direct: core-no-dkim",
       {core_unsigned}},
  };
}

TEST_CASE("diagnosis: mail that came round, and mail that is nobody's") { check(round_cases()); }

TEST_CASE("diagnosis: every code has mail that shows it and mail that only looks like it") {
  std::map<std::string, std::pair<int, int>> seen;
  for (const auto& table :
       {core_cases(), relay_cases(), marketing_cases(), service_cases(), round_cases()})
    for (const auto& c : table) {
      const std::string name = c.name;
      const bool negative = name.starts_with("not ");
      const auto code = name.substr(
          negative ? 4 : 0, name.find_first_of(": ", negative ? 4 : 0) - (negative ? 4 : 0));
      if (!finding_code_from_text(code)) continue;
      CAPTURE(name);
      CHECK(((std::string(c.expected) + " ").find(" " + code + " ") == std::string::npos) ==
            negative);
      ++(negative ? seen[code].second : seen[code].first);
    }
  for (std::size_t i = 0; i < finding_code_count; ++i) {
    const std::string code(to_text(static_cast<FindingCode>(i)));
    if (code == "core-vanished")
      continue;  // is shown by no row, but by their absence: it has a table of its own
    CAPTURE(code);
    CHECK(seen[code].first > 0);
    CHECK(seen[code].second > 0);
  }
}

TEST_CASE("diagnosis: misleading inputs") {
  const auto healthy_from = [](const char* ip, const char* spf) {
    return RowSpec{.ip = ip, .spf = spf, .dkim = "example.com/sf1 pass", .evaluated = "pass/fail"};
  };
  const auto broken_from = [](const char* ip, const char* spf) {
    return RowSpec{.ip = ip, .spf = spf, .dkim = "example.com/sf1 fail"};
  };
  const std::vector<OwnerEntry> relay = {{.kind = K::relay, .value = "203.0.113.0/24"}};
  check({
      {"a forged bnc envelope that fails SPF",
       {.ip = "203.0.113.9", .spf = our_bounce + " fail"},
       "unknown: unauthenticated",
       {core_healthy}},
      {"a forged bnc envelope from Google's network",
       {.ip = "209.85.220.41", .spf = our_bounce + " fail"},
       "unknown: unauthenticated",
       {core_healthy}},
      {"a forged platform signature",
       {.ip = "203.0.113.9",
        .spf = "bounce.s10.exacttarget.com fail",
        .dkim = "s10.y.mc.salesforce.com/fbldkim10 fail"},
       "unknown: unauthenticated",
       {mce_healthy}},
      {"another tenant on your shared address",
       other_tenant,
       "foreign: core-other-tenant",
       {core_healthy}},
      {"another tenant of Marketing Cloud on your shared address",
       {.ip = mce_healthy.ip,
        .spf = "bounce.stranger.example pass",
        .dkim = "s10.y.mc.salesforce.com/fbldkim10 pass"},
       "foreign: mce-other-tenant",
       {mce_healthy}},
      {"a forwarder without SRS",
       healthy_from("203.0.113.9", (our_bounce + " softfail").c_str()),
       "forwarded: forwarded",
       {core_healthy}},
      {"a forwarder with SRS",
       healthy_from("203.0.113.9", "srs.forwarder.example pass"),
       "forwarded: forwarded-srs",
       {core_healthy}},
      {"a list with a reason",
       with(broken_from("203.0.113.9", "members.example pass"),
            [](auto& r) { r.reason = "mailing_list"; }),
       "mailing-list: mailing-list",
       {core_healthy}},
      {"a list without a reason",
       broken_from("209.85.220.69", "googlegroups.com pass"),
       "mailing-list: mailing-list",
       {core_healthy}},
      {"a gateway that breaks the body",
       broken_from("205.139.110.120", (our_bounce + " fail").c_str()),
       "forwarded: gateway-modified",
       {core_healthy}},
      {"a gateway that leaves the body alone",
       healthy_from("205.139.110.120", (our_bounce + " fail").c_str()),
       "forwarded: forwarded",
       {core_healthy}},
      {"a relay of your own",
       healthy_from("203.0.113.9", (our_bounce + " softfail").c_str()),
       "direct: relay-bounce-managed",
       {core_healthy},
       relay},
      {"a relay of your own that breaks the body",
       broken_from("203.0.113.9", (our_bounce + " softfail").c_str()),
       "direct: relay-unsigned",
       {core_healthy},
       relay},
      {"a relay of your own that nobody named, with its own SPF",
       {.ip = "203.0.113.9",
        .spf = "example.com pass",
        .dkim = "example.com/sf1 pass",
        .evaluated = "pass/pass"},
       "direct:",
       {core_healthy}},
      {"your domain in SPF on an unknown address",
       {.ip = "203.0.113.9", .spf = "example.com pass", .evaluated = "fail/pass"},
       "direct: unlisted-own-sender"},
      {"your domain in a failing SPF on an unknown address",
       {.ip = "203.0.113.9", .spf = "example.com softfail"},
       "unknown: unauthenticated"},
      {"your selector's name in a stranger's signature",
       {.ip = "203.0.113.9", .spf = "stranger.example pass", .dkim = "stranger.example/sf1 pass"},
       "unknown: unauthenticated",
       {core_healthy}},
  });
}

TEST_CASE("diagnosis: findings say how much, since when, by whom, with names filled in") {
  Case c{"",
         core_unsigned,
         "",
         {{.ip = "13.110.14.215",
           .spf = our_bounce_2 + " pass",
           .messages = 50,
           .first = 20'010,
           .last = 20'040,
           .reporters = {"web.de"}}},
         {}};
  Judged judged;
  judge_case(c, judged);
  REQUIRE(judged.j.findings.size() == 1);
  const auto& f = judged.j.findings[0];
  CHECK(to_text(f.code) == "core-no-dkim");
  CHECK(f.messages == 150);
  CHECK(f.share == doctest::Approx(1.0));
  CHECK(f.first_day == 20'000);
  CHECK(f.last_day == 20'040);
  CHECK(f.reporters.size() == 4);
  CHECK(f.confidence == Confidence::high);
  CHECK(f.org_ids == std::vector<std::string>{our_org});
  const FindingSentences sentences = sentences_of(f);
  CHECK(sentences.cause.contains("Is " + our_org + " yours?"));
  CHECK(sentences.fix[0].contains("Domain example.com"));
  CHECK(sentences.reference.contains("000381292"));
  REQUIRE(judged.j.orgs.size() == 1);
  CHECK(judged.j.orgs[0].ownership == Ownership::unproven);
  CHECK(judged.j.orgs[0].messages == 150);
  REQUIRE(judged.j.routes.size() == 1);
  CHECK(judged.j.routes[0].sources == 2);
  CHECK(judged.j.routes[0].orgs[0].messages == 150);
  CHECK(judged.j.routes[0].findings == std::vector<std::uint32_t>{0});
  CHECK(judged.lines.size() == 2);
}

TEST_CASE("diagnosis: a strict tag is named with its record") {
  Case c{"",
         {.ip = core_ip,
          .spf = our_bounce + " pass",
          .dkim = "example.com/sf1 pass",
          .from = "crm.example.com"},
         "",
         {},
         {},
         World::policy("example.com", "none", "s")};
  Judged judged;
  judge_case(c, judged);
  REQUIRE(judged.j.findings.size() == 1);
  CHECK(sentences_of(judged.j.findings[0])
            .cause.contains("adkim=s in the record at _dmarc.example.com"));
  CHECK(judged.j.findings[0].selectors == std::vector<std::string>{"sf1._domainkey.example.com"});
}

TEST_CASE(
    "diagnosis: what the other mechanism saves is an advice, and one reporter's word counts less") {
  Case c{"",
         {.ip = "209.85.220.41",
          .spf = "example.com pass",
          .dkim = "example-com.20230601.gappssmtp.com/20230601 pass",
          .evaluated = "fail/pass",
          .reporters = {"web.de"}},
         ""};
  Judged judged;
  judge_case(c, judged);
  REQUIRE(judged.j.findings.size() == 1);
  CHECK(judged.j.findings[0].severity == Severity::advice);
  CHECK(judged.j.findings[0].failing == 0);
  CHECK(judged.j.findings[0].confidence == Confidence::medium);
  CHECK(judged.j.findings[0].names.signing_domain == "example-com.20230601.gappssmtp.com");
}

TEST_CASE("diagnosis: mail of a domain that sends none is forged") {
  Case c{"",
         {.spf = "stranger.example fail", .from = "parked.example.com"},
         "",
         {},
         {{.kind = K::no_mail, .value = "Parked.example.com"}}};
  Judged judged;
  judge_case(c, judged);
  REQUIRE(judged.j.findings.size() == 1);
  CHECK(judged.j.findings[0].confidence == Confidence::high);
  CHECK(judged.j.findings[0].names.sends_no_mail);
}

TEST_CASE("diagnosis: an address shared with another tenant has both in one line") {
  Case c{"", core_healthy, "", {with(other_tenant, [](auto& r) { r.messages = 7; })}};
  Judged judged;
  judge_case(c, judged);
  REQUIRE(judged.lines.size() == 1);
  const auto& line = judged.lines[0];
  CHECK(line.flow == Flow::direct);
  CHECK(line.flows[static_cast<std::size_t>(Flow::foreign)] == 7);
  CHECK(line.totals.messages == 107);
  CHECK(line.totals.dmarc_fail() == 7);
  REQUIRE(line.orgs.size() == 2);
  CHECK(judged.j.orgs[line.orgs[0].org].org.org_id == our_org);
  CHECK(judged.j.orgs[line.orgs[0].org].ownership == Ownership::ours);
  CHECK(judged.j.orgs[line.orgs[1].org].ownership == Ownership::unproven);
  CHECK(line.codes.test(static_cast<std::size_t>(FindingCode::core_other_tenant)));
}

TEST_CASE("diagnosis: an org proven outside of the window is ours") {
  World world;
  world.add(core_unsigned);
  world.add(other_tenant);
  const std::vector<AccountName> known{
      {"a-hu5amac.na63.bnc.salesforce.com", "example.com", 0, 19'000, 19'100}};
  RowLookup lookup = world.lookup();
  lookup.accounts = known;
  Identifier identifier(lookup, {.domains = {"example.com"}});
  const auto rows = world.rows();
  identifier.learn(rows);
  const auto j = judge(rows, identifier);
  CHECK(verdict_text(j, 0) == "direct: core-no-dkim");
  CHECK(verdict_text(j, 1) == "foreign: core-other-tenant");
}

TEST_CASE("diagnosis: a replayed signature under a forged bounce name proves no org") {
  Case c{"",
         {.ip = "203.0.113.9",
          .spf = other_bounce + " fail",
          .dkim = "example.com/sf1 pass",
          .evaluated = "pass/fail"},
         "",
         {other_tenant, core_healthy}};
  Judged judged;
  judge_case(c, judged);
  CHECK(verdict_text(judged.j, 0) == "forwarded: forwarded");
  CHECK(verdict_text(judged.j, 1) == "foreign: core-other-tenant");
}

TEST_CASE("diagnosis: core-vanished needs a rhythm, a silence, and other mail that goes on") {
  struct Row {
    const char* name;
    Day core_first, core_last, other_last;
    int step;
    bool vanished;
  };
  const Row rows[] = {
      {"stopped", 20'000, 20'040, 20'060, 1, true},
      {"weekly mail, two weeks silent", 20'000, 20'042, 20'055, 7, false},
      {"weekly mail, three weeks silent", 20'000, 20'042, 20'063, 7, true},
      {"goes on", 20'000, 20'058, 20'060, 1, false},
      {"all mail stopped", 20'000, 20'040, 20'040, 1, false},
      {"was there for three days only", 20'000, 20'003, 20'040, 1, false},
  };
  for (const auto& row : rows) {
    SUBCASE(row.name) {
      World world;
      world.add(with(core_healthy, [&](auto& r) {
        r.first = row.core_first;
        r.last = row.core_last;
      }));
      world.add(with(google_own, [&](auto& r) {
        r.first = row.core_first;
        r.last = row.other_last;
      }));
      Identifier identifier(world.lookup());
      const auto list = world.rows();
      identifier.learn(list);
      auto j = judge(list, identifier);
      const auto lookup = world.lookup();
      DaySeries series(j, list, lookup);
      auto one = list[0];
      one.messages = 5;
      for (Day day = row.core_first; day <= row.core_last; day += row.step) series.add(day, one);
      auto two = list[1];
      for (Day day = row.core_first; day <= row.other_last; ++day) series.add(day, two);
      judge_days(j, series);
      CHECK((!j.findings.empty() && j.findings.back().code == FindingCode::core_vanished) ==
            row.vanished);
      CHECK(series.route(j.rows[1].route_line).size() ==
            static_cast<std::size_t>(row.other_last - row.core_first + 1));
    }
  }
}

TEST_CASE("diagnosis: core-vanished in a window that holds too little of the life before") {
  World world;
  world.add(with(core_healthy, [](auto& r) { r.last = 20'034; }));
  world.add(with(google_own, [](auto& r) { r.last = 20'060; }));
  const auto lookup = world.lookup();
  const auto judged_from = [&](Day since, bool* silent) {
    auto rows = world.rows();
    for (auto& row : rows) row.first_day = since;
    Identifier identifier(world.lookup());
    identifier.learn(rows);
    auto j = judge(rows, identifier);
    DaySeries series(j, rows, lookup);
    for (const auto& row : rows)
      for (Day day = since; day <= row.last_day; ++day) series.add(day, row);
    judge_days(j, series);
    if (silent != nullptr) *silent = !core_fell_silent(j, series).empty();
    return j;
  };
  const auto vanished = [](const Judgement& j) {
    return std::ranges::count(j.findings, FindingCode::core_vanished, &Finding::code);
  };
  bool silent = false;
  const auto longer = judged_from(20'000, nullptr);
  auto month = judged_from(20'031, &silent);
  CHECK(vanished(longer) == 1);
  CHECK(silent);
  CHECK(vanished(month) == 0);
  take_vanished(month, longer);
  take_vanished(month, longer);  // once is enough
  REQUIRE(vanished(month) == 1);
  const auto& line = month.routes[month.findings.back().route_line];
  CHECK(line.route == "core");
  CHECK(line.findings.size() == 1);
}

TEST_CASE("diagnosis: dkim-alternate-selector when the window begins with the rotation") {
  World world;
  world.add({.ip = core_ip,
             .spf = our_bounce + " pass",
             .dkim = "example.com/sf2 permerror",
             .first = 20'030,
             .last = 20'059});
  world.add(core_healthy);
  const auto all = world.rows();
  const std::vector<SourceRow> window{all[0]};
  Identifier identifier(world.lookup());
  identifier.learn(all);
  CHECK(verdict_text(judge(window, identifier), 0) == "direct: dkim-alternate-selector");
  Identifier alone(world.lookup());
  alone.learn(window);
  CHECK(verdict_text(judge(window, alone), 0) == "direct: dkim-key-missing");
}

TEST_CASE("diagnosis: another tenant's mail does not keep core alive, nor its end make it vanish") {
  World world;
  world.add(with(core_healthy, [](auto& r) { r.last = 20'040; }));
  world.add(with(other_tenant, [](auto& r) { r.last = 20'080; }));
  world.add(with(google_own, [](auto& r) { r.last = 20'080; }));
  Identifier identifier(world.lookup());
  const auto rows = world.rows();
  identifier.learn(rows);
  const auto j = judge(rows, identifier);
  REQUIRE_FALSE(j.findings.empty());
  CHECK(j.findings.back().code == FindingCode::core_vanished);
}

TEST_CASE("second opinion: where we and the reporter differ, and why") {
  struct Row {
    const char* name;
    RowSpec spec;
    PolicyPublished policy;
    bool dkim;
    const char* reason;
  };
  auto walk = World::policy("example.com", "none");
  walk.discovery_method = DiscoveryMethod::treewalk;
  const auto relaxed = World::policy("example.com", "none"),
             strict = World::policy("example.com", "none", "s", "s");
  const Row rows[] = {
      {"agreed", core_healthy, relaxed, true, ""},
      {"no result listed", {.evaluated = "pass/fail"}, relaxed, true, "missing-result"},
      {"HELO counted",
       {.spf = "helo mx.example.com pass", .evaluated = "fail/pass"},
       relaxed,
       false,
       "helo-counted"},
      {"judged strictly", {.dkim = "mail.example.com/s pass"}, relaxed, true, "strict-applied"},
      {"tree walk", {.dkim = "mail.example.com/s pass"}, walk, true, "tree-walk"},
      {"strictness ignored",
       {.dkim = "mail.example.com/s pass", .evaluated = "pass/fail"},
       strict,
       true,
       "strict-ignored"},
      {"a pass for another's name",
       {.dkim = "stranger.org/s pass", .evaluated = "pass/fail"},
       relaxed,
       true,
       "reporter-defect"},
      {"equal names that passed, called fail",
       {.dkim = "example.com/s pass"},
       relaxed,
       true,
       "reporter-defect"},
      {"not evaluated",
       {.dkim = "example.com/s pass", .evaluated = "/"},
       relaxed,
       true,
       "missing-evaluation"},
      {"suffix in common",
       {.dkim = "b.github.io/s pass", .evaluated = "pass/fail", .from = "a.github.io"},
       relaxed,
       true,
       "tree-walk"},
      {"no From domain", {.dkim = "example.com/s pass", .from = ""}, relaxed, true, ""},
  };
  for (const auto& row : rows) {
    SUBCASE(row.name) {
      World world;
      world.publish(row.policy);
      world.add(row.spec);
      const auto lookup = world.lookup();
      const auto list = alignment_check(world.rows(), lookup);
      std::string reason;
      for (const auto& d : list)
        if (d.dkim == row.dkim) {
          reason = to_text(d.reason);
          CHECK(d.messages == 100);
          CHECK(d.domain == "example.com");
          CHECK_FALSE(d.example.empty());
          CHECK_FALSE(explanation(d.reason).empty());
        }
      CHECK(reason == row.reason);
      CHECK((list.size() == (reason.empty() ? 0u : 3u)));  // one for each reporter
    }
  }
}

TEST_CASE("diagnosis: an org that was proven on other days is ours, for the domain it signed for") {
  World world;
  world.add(core_unsigned);
  world.add({.ip = core_ip, .spf = other_bounce + " pass"});
  const auto rows = world.rows();
  Identifier without(world.lookup());
  without.learn(rows);
  CHECK(judge(rows, without).rows[0].has(FindingCode::core_no_dkim));
  struct Known {
    const char* name;
    std::vector<AccountName> accounts;
    FindingCode expected;
  };
  const std::string account = "a-hu5amac.na63.bnc.salesforce.com";
  for (const Known& known : {Known{"two reporters",
                                   {{account, "example.com", 0, 19'000, 19'000},
                                    {account, "example.com", 1, 19'000, 19'000}},
                                   FindingCode::core_other_tenant},
                             Known{"one over weeks",
                                   {{account, "example.com", 0, 19'000, 19'100}},
                                   FindingCode::core_other_tenant},
                             Known{"not one forged report",
                                   {{account, "example.com", 0, 19'000, 19'000}},
                                   FindingCode::core_no_dkim},
                             Known{"not for another's domain",
                                   {{account, "example.org", 0, 19'000, 19'100}},
                                   FindingCode::core_no_dkim},
                             Known{"not a tenant of another service",
                                   {{"contoso.onmicrosoft.com", "example.com", 0, 19'000, 19'100}},
                                   FindingCode::core_no_dkim}}) {
    SUBCASE(known.name) {
      RowLookup lookup = world.lookup();
      lookup.accounts = known.accounts;
      Identifier identifier(lookup, {.domains = {"example.com"}});
      identifier.learn(rows);
      const auto j = judge(rows, identifier);
      CHECK(j.rows[0].has(FindingCode::core_no_dkim));
      CHECK(j.rows[1].has(known.expected));
    }
  }
}

TEST_CASE("diagnosis: the selectors proposed for a new key are not in use") {
  Case c{"",
         {.ip = core_ip, .spf = other_bounce + " pass"},
         "",
         {core_healthy},
         {{.kind = OwnerEntry::Kind::org, .value = other_org}}};
  Judged judged;
  judge_case(c, judged);
  REQUIRE(judged.j.findings.size() == 1);
  CHECK(to_text(judged.j.findings[0].code) == "core-second-org");
  CHECK(judged.j.findings[0].names.new_selector == "sf3");
  CHECK(judged.j.findings[0].names.new_alternate == "sf4");
}
