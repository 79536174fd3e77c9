// SPDX-License-Identifier: MIT
// Who sent it: service, route, evidence.
#include <doctest/doctest.h>

#include "report/analysis/sender/identifier.h"
#include "tests/report/analysis/support.h"

using namespace dmarcq;

namespace {

std::string text(const Sender& s) {
  return (s.service.empty() ? std::string("-") : s.service) + " " +
         (s.route.empty() ? std::string("-") : s.route) + " " + std::string(to_text(s.evidence)) +
         (s.ambiguous ? " ambiguous" : "");
}

std::string identified(const RowSpec& spec, const std::vector<RowSpec>& others = {},
                       const Owner& owner = {}) {
  World world;
  world.add(spec);
  for (const auto& other : others) world.add(other);
  Identifier identifier(world.lookup(), owner);
  const auto rows = world.rows();
  identifier.learn(rows);
  return text(identifier.sender(identifier.identify(rows[0])));
}

const RowSpec direct_core{.ip = core_ip,
                          .spf = our_bounce + " pass",
                          .dkim = "example.com/sf1 pass",
                          .evaluated = "pass/fail"};

}  // namespace

TEST_CASE("senders: names that pass") {
  struct Row {
    const char* name;
    RowSpec spec;
    const char* expected;
  };
  const std::vector<Row> rows = {
      {"core by its bounce name, wherever the address lies",
       {.ip = "35.85.98.201", .spf = our_bounce + " pass"},
       "Salesforce core authenticated"},
      {"marketing cloud without SAP",
       {.ip = "13.111.0.229",
        .spf = "bounce.s10.exacttarget.com pass",
        .dkim = "s10.y.mc.salesforce.com/fbldkim10 pass"},
       "Salesforce marketing-cloud authenticated"},
      {"marketing cloud under the customer's names, by its second signature",
       {.ip = "159.92.154.25",
        .spf = "bounce.by.example.com pass",
        .dkim = "by.example.com/51dkim1 pass, s51.y.mc.salesforce.com/fbldkim51 pass",
        .evaluated = "pass/pass"},
       "Salesforce marketing-cloud authenticated"},
      {"account engagement by pd25.com",
       {.ip = "13.111.0.1",
        .spf = "bounce.s10.mc.pd25.com pass",
        .dkim = "example.com/200608 pass",
        .evaluated = "pass/fail"},
       "Salesforce account-engagement authenticated"},
      {"account engagement on stack 7",
       {.ip = "136.147.176.80",
        .spf = "bounce.s7.exacttarget.com pass",
        .dkim = "example.com/200608 pass",
        .evaluated = "pass/fail"},
       "Salesforce account-engagement authenticated"},
      {"stack 7 with the platform's signature is marketing cloud",
       {.ip = "136.147.176.80",
        .spf = "bounce.s7.exacttarget.com pass",
        .dkim = "s7.y.mc.salesforce.com/fbldkim7 pass"},
       "Salesforce marketing-cloud authenticated"},
      {"stack 7 with a stack selector is marketing cloud",
       {.ip = "136.147.176.80",
        .spf = "bounce.s7.exacttarget.com pass",
        .dkim = "example.com/7dkim1 pass",
        .evaluated = "pass/fail"},
       "Salesforce marketing-cloud authenticated"},
      {"ses",
       {.ip = "54.240.8.1", .spf = "eu-west-1.amazonses.com pass", .dkim = "amazonses.com/x pass"},
       "Amazon SES - authenticated"},
      {"klaviyo on sendgrid addresses",
       {.ip = "167.89.0.1",
        .spf = "send.ksd1.klaviyomail.com pass",
        .dkim = "shared.klaviyomail.com/kl pass"},
       "Klaviyo - authenticated"},
      {"klaviyo's signature in a sendgrid envelope",
       {.ip = "167.89.0.1",
        .spf = "u1.sendgrid.net pass",
        .dkim = "shared.klaviyomail.com/kl pass"},
       "Klaviyo - authenticated"},
      {"mailgun by its second signature, own envelope",
       {.ip = "198.61.254.9",
        .spf = "mg.example.com pass",
        .dkim = "mg.example.com/k1 pass, mailgun.org/mg pass",
        .evaluated = "pass/pass"},
       "Mailgun - authenticated"},
      {"a list",
       {.ip = "209.85.220.69",
        .spf = "googlegroups.com pass",
        .dkim = "example.com/sf1 fail, googlegroups.com/20230601 pass"},
       "Google Groups - authenticated"},
  };
  for (const auto& row : rows) {
    SUBCASE(row.name) { CHECK(identified(row.spec) == row.expected); }
  }
}

TEST_CASE("senders: networks speak when no name does") {
  struct Row {
    const char* name;
    RowSpec spec;
    const char* expected;
  };
  const std::vector<Row> rows = {
      {"core by a single known address",
       {.ip = core_ip, .spf = "example.com softfail"},
       "Salesforce core network"},
      {"salesforce address, route open",
       {.ip = "13.108.7.7", .spf = "unrelated.example fail"},
       "Salesforce unspecified network"},
      {"salesforce address with the own domain as envelope looks like core",
       {.ip = "13.108.7.7", .spf = "example.com softfail"},
       "Salesforce core network"},
      {"marketing cloud's range",
       {.ip = "128.17.1.1", .spf = "bounce.mail.example.com fail"},
       "Salesforce marketing-cloud network"},
      {"a range of marketing cloud and account engagement",
       {.ip = "13.111.5.5", .spf = "unrelated.example fail"},
       "Salesforce unspecified network ambiguous"},
      {"the same with a stack selector",
       {.ip = "13.111.5.5", .dkim = "example.com/10dkim1 pass", .evaluated = "pass/fail"},
       "Salesforce marketing-cloud network"},
      {"mailjet and mailgun share networks",
       {.ip = "87.253.233.1", .spf = "example.com fail"},
       "Mailgun or Mailjet - network ambiguous"},
      {"a name hint decides between them",
       {.ip = "87.253.233.1",
        .spf = "x.example fail",
        .dkim = "example.com/mailo pass",
        .evaluated = "pass/fail"},
       "Mailgun - network"},
      {"mandrill inside mailchimp",
       {.ip = "198.2.128.135", .spf = "x.example fail"},
       "Mailchimp Transactional (Mandrill) - network"},
      {"google over IPv6",
       {.ip = "2a00:1450:4864:20::1", .spf = "x.example fail"},
       "Google Workspace / Gmail - network"},
      {"a salesforce name that did not pass, at a salesforce address",
       {.ip = "13.108.7.7", .spf = our_bounce + " temperror"},
       "Salesforce core network"},
      {"nothing known", {.ip = "203.0.113.9", .spf = "x.example pass"}, "- - none"},
  };
  for (const auto& row : rows) {
    SUBCASE(row.name) { CHECK(identified(row.spec) == row.expected); }
  }
}

TEST_CASE("senders: a name that fails proves nothing") {
  CHECK(identified({.ip = "203.0.113.9", .spf = our_bounce + " fail"}) ==
        "Salesforce core claimed");
  CHECK(identified({.ip = "203.0.113.9", .spf = our_bounce + " softfail"}) ==
        "Salesforce core claimed");
  CHECK(identified({.ip = "203.0.113.9", .dkim = "s10.y.mc.salesforce.com/fbldkim10 fail"}) ==
        "Salesforce marketing-cloud claimed");
  CHECK(identified({.ip = "209.85.220.41", .spf = our_bounce + " fail"}) ==
        "Google Workspace / Gmail - network");
  CHECK(identified({.ip = "203.0.113.9", .spf = "helo " + our_bounce + " pass"}) == "- - none");
  CHECK(identified(
            {.ip = "203.0.113.9", .dkim = "example.com/200608 pass", .evaluated = "pass/fail"}) ==
        "- - none");  // a selector anyone may choose
  CHECK(identified({.ip = "203.0.113.9",
                    .spf = "bounce.mail.example.com pass",
                    .evaluated = "fail/pass"}) == "- - none");
}

TEST_CASE("senders: an address lends its identity to rows near in time") {
  const RowSpec same_address{.ip = "52.1.2.3", .spf = "example.com softfail"};
  RowSpec authenticated{.ip = "52.1.2.3", .spf = our_bounce + " pass"};
  CHECK(identified(same_address) == "- - none");
  CHECK(identified(same_address, {authenticated}) == "Salesforce core learned");
  authenticated.first = authenticated.last = same_address.last + 30;
  CHECK(identified(same_address, {authenticated}) == "Salesforce core learned");
  authenticated.first = authenticated.last = same_address.last + 31;
  CHECK(identified(same_address, {authenticated}) == "- - none");
  authenticated.first = authenticated.last = same_address.first - 31;
  CHECK(identified(same_address, {authenticated}) == "- - none");
  RowSpec claimed{.ip = "52.1.2.3", .spf = our_bounce + " fail"};
  CHECK(identified(same_address, {claimed}) == "- - none");  // claims teach nothing
}

TEST_CASE("senders: what another service signed does not rename the address it came through") {
  // Signed by SES, sent on by a group or a routing rule of the own Workspace: SPF allows Google,
  // Google it is for all the rest.
  const RowSpec sent_on{.ip = "209.85.220.41",
                        .spf = "example.com pass",
                        .dkim = "example.com/abc pass, amazonses.com/x pass",
                        .evaluated = "pass/pass"};
  const RowSpec ordinary{.ip = "209.85.220.41",
                         .spf = "example.com pass",
                         .dkim = "example.com/google pass",
                         .evaluated = "pass/pass"};
  CHECK(identified(ordinary, {sent_on}) == "Google Workspace / Gmail - network");
  CHECK(identified(sent_on, {ordinary}) == "Amazon SES - authenticated");
}

TEST_CASE("senders: a selector seen direct marks mail that came round") {
  const RowSpec forwarded{.ip = "203.0.113.9",
                          .spf = our_bounce_2 + " fail",
                          .dkim = "example.com/sf1 pass",
                          .evaluated = "pass/fail"};
  CHECK(identified(forwarded) == "Salesforce email-relay learned");  // so much, and nothing from
                                                                     // Salesforce itself: a relay
  RowSpec few = forwarded;
  few.messages = 5;
  CHECK(identified(few) == "Salesforce core claimed");
  CHECK(identified(forwarded, {direct_core}) == "Salesforce core learned");
  RowSpec srs = forwarded;
  srs.spf = "forwarder.example pass";
  CHECK(identified(srs) == "- - none");
  CHECK(identified(srs, {direct_core}) == "Salesforce core learned");
  srs.spf = "srs.forwardemail.net pass";
  CHECK(identified(srs, {direct_core}) == "ForwardEmail - authenticated");
  RowSpec fails = srs;
  fails.spf = "x.example fail";
  fails.dkim = "example.com/sf1 fail";
  CHECK(identified(fails, {direct_core}) == "- - none");  // a failing signature can be copied from
                                                          // any mail
}

TEST_CASE("senders: own relays, own entries") {
  const RowSpec relayed{.ip = "209.85.220.41",
                        .spf = "example.com pass",
                        .dkim = "example.com/sf1 pass",
                        .evaluated = "pass/pass"};
  CHECK(identified(relayed) == "Google Workspace / Gmail - network");
  CHECK(identified(relayed, {direct_core}) == "Salesforce email-relay learned");
  Owner owner;
  owner.entries.push_back(
      {.kind = OwnerEntry::Kind::relay, .value = "203.0.113.0/24", .name = "our gateway"});
  CHECK(identified({.ip = "203.0.113.9", .spf = our_bounce + " softfail"}, {}, owner) ==
        "Salesforce email-relay owner");
  CHECK(identified({.ip = "203.0.113.9", .spf = "example.com fail"}, {}, owner) ==
        "our gateway - owner");
  owner.entries = {{.kind = OwnerEntry::Kind::network,
                    .value = "13.110.14.214/32",
                    .name = "crm",
                    .service = "Salesforce",
                    .route = "core"}};
  CHECK(identified({.ip = core_ip, .spf = "x.example fail"}, {}, owner) == "Salesforce core owner");
  owner.entries = {
      {.kind = OwnerEntry::Kind::spf_domain, .value = "News.example.com", .name = "newsletter"}};
  CHECK(identified({.spf = "b.news.example.com pass", .evaluated = "fail/pass"}, {}, owner) ==
        "newsletter - owner");
  CHECK(identified({.spf = "b.news.example.com fail"}, {}, owner) == "- - none");
  CHECK(identified({.spf = "xnews.example.com pass", .evaluated = "fail/pass"}, {}, owner) ==
        "- - none");
  owner.entries = {{.kind = OwnerEntry::Kind::dkim_selector,
                    .value = "mcn1",
                    .service = "Salesforce",
                    .route = "marketing-cloud-next"}};
  CHECK(
      identified(
          {.spf = "b.example.com pass", .dkim = "example.com/mcn1 pass", .evaluated = "pass/pass"},
          {}, owner) == "Salesforce marketing-cloud-next owner");
  CHECK(identified({.spf = "b.example.com pass",
                    .dkim = "other.example/mcn1 pass",
                    .evaluated = "fail/pass"},
                   {}, owner) == "- - none");
  owner.entries = {{.kind = OwnerEntry::Kind::relay, .value = "Google Workspace / Gmail"}};
  CHECK(identified({.ip = "209.85.220.41", .spf = our_bounce + " softfail"}, {}, owner) ==
        "Salesforce email-relay owner");
  CHECK(identified({.ip = "209.85.220.41", .spf = "example.com pass", .evaluated = "fail/pass"}, {},
                   owner) == "Google Workspace / Gmail - network");
}

TEST_CASE("senders: host names where they were looked up") {
  World world;
  world.add({.ip = "203.0.113.9", .spf = our_bounce + " fail", .dkim = "example.com/sf1 fail"});
  world.add({.ip = "159.92.154.25", .spf = "x.example fail"});
  world.add({.ip = "203.0.113.10", .spf = "x.example fail"});
  auto lookup = world.lookup();
  lookup.host_name = [](const IpAddress& ip) {
    return ip.to_text() == "203.0.113.9" ? "us-smtp-delivery-1.mimecast.com"
                                         : "mta4.by.example.com";
  };
  Identifier identifier(lookup);
  const auto rows = world.rows();
  identifier.learn(rows);
  CHECK(text(identifier.sender(identifier.identify(rows[0]))) == "Mimecast - name");
  CHECK(text(identifier.sender(identifier.identify(rows[1]))) == "Salesforce marketing-cloud name");
  CHECK(text(identifier.sender(identifier.identify(rows[2]))) == "- - none");  // mta<n>. is
                                                                               // anybody's name
}

TEST_CASE("senders: all readings are given, the one taken first, with why not the others") {
  World world;
  world.add(direct_core);
  world.add({.ip = "209.85.220.41",
             .spf = "srs.forwardemail.net pass",
             .dkim = "example.com/sf1 pass",
             .evaluated = "pass/fail"});
  Identifier identifier(world.lookup());
  const auto rows = world.rows();
  identifier.learn(rows);
  const auto readings = identifier.readings(rows[1]);
  REQUIRE(readings.size() >= 3);
  CHECK(readings[0].taken);
  CHECK(readings[0].sender.service == "ForwardEmail");
  CHECK(readings[0].sender.origin_route == "core");
  for (std::size_t i = 1; i < readings.size(); ++i) {
    CHECK_FALSE(readings[i].taken);
    CHECK_FALSE(readings[i].why_not.empty());
    CHECK_FALSE(readings[i].sender.detail.empty());
  }
  CHECK(identifier.proven_orgs().contains(our_org));
  CHECK(identifier.org(rows[0])->org_id == our_org);
}

TEST_CASE("senders: the order of rows does not matter") {
  const std::vector<RowSpec> specs = {
      direct_core,
      {.ip = core_ip, .spf = "example.com softfail"},
      {.ip = "209.85.220.41",
       .spf = "example.com pass",
       .dkim = "example.com/sf1 pass",
       .evaluated = "pass/pass"},
      {.ip = "13.111.5.5", .spf = "bounce.s10.exacttarget.com pass"},
      {.ip = "13.111.5.5", .spf = "bounce.s10.mc.pd25.com pass"},
      {.ip = "13.111.5.5", .spf = "x.example fail"},
      {.ip = "203.0.113.9",
       .spf = "forwarder.example pass",
       .dkim = "example.com/sf1 pass",
       .evaluated = "pass/fail"},
  };
  World world;
  for (const auto& spec : specs) world.add(spec);
  auto rows = world.rows();
  std::map<std::int64_t, std::string> expected;
  for (int round = 0; round < 2; ++round) {
    Identifier identifier(world.lookup());
    identifier.learn(rows);
    for (const auto& row : rows) {
      const auto found = text(identifier.sender(identifier.identify(row)));
      if (round == 0)
        expected[row.identity] = found;
      else
        CHECK(expected[row.identity] == found);
    }
    std::reverse(rows.begin(), rows.end());
  }
  CHECK(expected[5] == "Salesforce unspecified learned ambiguous");
}

TEST_CASE("senders: reporters who are not believed teach nothing") {
  const RowSpec question{.ip = "52.1.2.3", .spf = "example.com softfail"};
  const auto answer = [&](std::vector<std::string> reporters) {
    World world;
    world.add(question);
    RowSpec lesson{.ip = "52.1.2.3", .spf = our_bounce + " pass"};
    lesson.reporters = std::move(reporters);
    world.add(lesson);
    RowLookup lookup = world.lookup();
    const auto name = lookup.reporter;
    lookup.believed = [name](std::uint32_t key) { return name(key) != "unverified.example"; };
    Identifier identifier(lookup);
    const auto rows = world.rows();
    identifier.learn(rows);
    return text(identifier.sender(identifier.identify(rows[0])));
  };
  CHECK(answer({"google.com"}) == "Salesforce core learned");
  CHECK(answer({"unverified.example"}) == "- - none");
  CHECK(answer({"unverified.example", "google.com"}) == "Salesforce core learned");
}

TEST_CASE("senders: what was learned is final once conclusions are drawn") {
  World world;
  world.add(direct_core);
  Identifier identifier(world.lookup());
  const auto rows = world.rows();
  identifier.learn(rows);
  CHECK(identifier.direct_selector("example.com", "sf1") == nullptr);
  identifier.conclude();
  REQUIRE(identifier.direct_selector("example.com", "sf1") != nullptr);
  CHECK(identifier.direct_selector("example.com", "sf1")->messages == 100);
  identifier.conclude();
  CHECK(identifier.direct_selector("example.com", "sf1")->messages == 100);
  CHECK_THROWS_AS(identifier.learn(rows), std::logic_error);
}
