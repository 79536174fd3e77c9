// SPDX-License-Identifier: MIT
// What a row's names and address say together, by a small catalogue of made-up networks.
#include "report/analysis/sender/row_evidence.h"

#include <doctest/doctest.h>

#include "tests/report/analysis/support.h"

using namespace dmarcq;

namespace {

// Alpha and Beta have networks, Gamma has none. Klaviyo sends through SendGrid.
const std::string lines =
    "Salesforce\tesp\tcore\tspf\tbnc.salesforce.com\tproof\tseen\town\n"
    "Salesforce\tesp\tcore\tselector\tsf1\thint\tseen\town\n"
    "Salesforce\tesp\tmarketing-cloud\tspf\texacttarget.com\tproof\tseen\town\n"
    "Salesforce\tesp\tmarketing-cloud\tdkim\tmc.salesforce.com\tproof\tseen\town\n"
    "Salesforce\tesp\tmarketing-cloud\tselector\t#dkim1\thint\tseen\town\n"
    "Salesforce\tesp\taccount-engagement\tspf\tpd25.com\tproof\tseen\town\n"
    "Salesforce\tesp\taccount-engagement\tspf\tbounce.s7.exacttarget.com\tproof\tseen\town\n"
    "Salesforce\tesp\tunspecified\tnet\t192.0.2.0/26\tnetwork\tseen\town\n"
    "Alpha\tesp\t\tdkim\talpha.example\tproof\tseen\town\n"
    "Alpha\tesp\t\tnet\t198.51.100.0/25\tnetwork\tseen\town\n"
    "Beta\tmailbox\t\tspf\tbeta.example\tproof\tseen\town\n"
    "Beta\tmailbox\t\tnet\t198.51.100.128/25\tnetwork\tseen\town\n"
    "Gamma\tesp\t\tdkim\tgamma.example\tproof\tseen\town\n"
    "Klaviyo\tesp\t\tdkim\tklaviyo.example\tproof\tseen\town\n"
    "SendGrid\tesp\t\tspf\tsendgrid.example\tproof\tseen\town\n"
    "SendGrid\tesp\t\tnet\t192.0.2.64/26\tnetwork\tseen\town\n";

const std::string at_salesforce = "192.0.2.1", at_sendgrid = "192.0.2.65",
                  at_alpha = "198.51.100.1", at_beta = "198.51.100.129", at_nobody = "203.0.113.1";

struct Shown {
  const SenderCatalogue catalogue{lines};
  const SenderWords words{catalogue};
  World world;
  RowLookup lookup = world.lookup();
  RowNames names{lookup, catalogue};
  const RowEvidence evidence;
  explicit Shown(const RowSpec& spec) : evidence(made(world.add(spec))) {}

  const CatalogueLine& line_of(std::string_view name) const { return *catalogue.by_name(name); }

 private:
  RowEvidence made(const SourceRow& row) {
    return {.row = row, .names = names.of(row), .networks = catalogue.by_address(row.source_ip)};
  }
};

}  // namespace

TEST_CASE("row evidence: addresses in a service's networks, or its carrier's") {
  struct Case {
    const char *name, *service_name;
    std::string ip;
    bool expected;
  };
  for (const Case& c : {
           Case{"its own", "alpha.example", at_alpha, true},
           Case{"another's", "alpha.example", at_beta, false},
           Case{"nobody's", "alpha.example", at_nobody, false},
           Case{"a service without networks", "gamma.example", at_alpha, false},
           Case{"the carrier's", "klaviyo.example", at_sendgrid, true},
           Case{"near miss: who carries is not carried", "sendgrid.example", at_alpha, false},
           Case{"any route of Salesforce", "bnc.salesforce.com", at_salesforce, true},
       }) {
    CAPTURE(c.name);
    const Shown shown({.ip = c.ip});
    CHECK(in_network_of(shown.line_of(c.service_name), shown.evidence) == c.expected);
    CHECK(in_salesforce_network(shown.evidence) == (c.ip == at_salesforce));
  }
}

TEST_CASE("row evidence: a passing signature at home, and one that was sent on") {
  struct Case {
    const char *name, *service_name;
    RowSpec row;
    bool expected;
  };
  for (const Case& c : {
           Case{"in its network", "alpha.example", {.ip = at_alpha}, true},
           Case{"SPF passes for the service",
                "beta.example",
                {.ip = at_nobody, .spf = "b.beta.example pass"},
                true},
           Case{"SPF passes for the carrier",
                "klaviyo.example",
                {.ip = at_nobody, .spf = "b.sendgrid.example pass"},
                true},
           Case{"SPF passes for another service, though the address is its own",
                "alpha.example",
                {.ip = at_alpha, .spf = "beta.example pass"},
                false},
           Case{"near miss: SPF of the other does not pass",
                "alpha.example",
                {.ip = at_alpha, .spf = "beta.example fail"},
                true},
           Case{"in another's network", "alpha.example", {.ip = at_beta}, false},
           Case{"in another's network, which SPF of an own domain allows",
                "alpha.example",
                {.ip = at_beta, .spf = "example.com pass"},
                false},
           Case{"in no network, SPF of an own domain allows it",
                "alpha.example",
                {.ip = at_nobody, .spf = "mail.example.com pass"},
                true},
           Case{"near miss: it does not",
                "alpha.example",
                {.ip = at_nobody, .spf = "mail.example.com softfail"},
                false},
           Case{"near miss: HELO is nobody's word",
                "alpha.example",
                {.ip = at_nobody, .spf = "helo example.com pass"},
                false},
           Case{"a stranger's envelope: the networks of the service are known, and this is none",
                "alpha.example",
                {.ip = at_nobody, .spf = "other.example pass"},
                false},
           Case{"a stranger's envelope: the service has no known networks",
                "gamma.example",
                {.ip = at_nobody, .spf = "other.example pass"},
                true},
           Case{"nothing passes, a service without networks",
                "gamma.example",
                {.ip = at_nobody},
                false},
           Case{"Salesforce: another customer's bounce name",
                "mc.salesforce.com",
                {.ip = at_nobody, .spf = "bounce.other.example pass"},
                true},
           Case{"Salesforce, near miss: a forwarder's own envelope",
                "mc.salesforce.com",
                {.ip = at_nobody, .spf = "other.example pass"},
                false},
           Case{"Salesforce, near miss: bounce without its dot",
                "mc.salesforce.com",
                {.ip = at_nobody, .spf = "bounces.other.example pass"},
                false},
       }) {
    CAPTURE(c.name);
    const Shown shown(c.row);
    CHECK(at_home(shown.line_of(c.service_name), shown.evidence, shown.catalogue) == c.expected);
  }
}

TEST_CASE("row evidence: the service that authenticated a row") {
  struct Case {
    const char* name;
    RowSpec row;
    std::string expected;
  };
  for (const Case& c : {
           Case{"no name passes", {.ip = at_alpha, .spf = "beta.example fail"}, ""},
           Case{"SPF", {.ip = at_nobody, .spf = "beta.example pass"}, "Beta"},
           Case{"SPF before DKIM: it tells who runs the address",
                {.ip = at_alpha, .spf = "beta.example pass", .dkim = "alpha.example/x pass"},
                "Beta"},
           Case{"but what is sent through another stays the sender's",
                {.ip = at_sendgrid,
                 .spf = "sendgrid.example pass",
                 .dkim = "klaviyo.example/x pass"},
                "Klaviyo"},
           Case{"near miss: that signature fails",
                {.ip = at_sendgrid,
                 .spf = "sendgrid.example pass",
                 .dkim = "klaviyo.example/x fail"},
                "SendGrid"},
           Case{"DKIM at home", {.ip = at_alpha, .dkim = "alpha.example/x pass"}, "Alpha"},
           Case{"DKIM elsewhere", {.ip = at_beta, .dkim = "alpha.example/x pass"}, ""},
           Case{
               "a failing signature at home", {.ip = at_alpha, .dkim = "alpha.example/x fail"}, ""},
           Case{"an own signature names no service",
                {.ip = at_alpha, .dkim = "example.com/sf1 pass"},
                ""},
           Case{"a look-alike", {.ip = at_nobody, .spf = "notbeta.example pass"}, ""},
       }) {
    CAPTURE(c.name);
    const Shown shown(c.row);
    const CatalogueLine* const line = authenticated_service(shown.evidence, shown.catalogue);
    CHECK((line == nullptr ? "" : line->service) == c.expected);
  }
}

TEST_CASE("row evidence: the route through Salesforce, by names that pass") {
  const std::string stack_7 = "bounce.s7.exacttarget.com", mc = "s7.y.mc.salesforce.com/x pass";
  struct Case {
    const char* name;
    std::string spf, dkim, expected;
  };
  for (const Case& c : {
           Case{"core", our_bounce + " pass", "", "core"},
           Case{"core, whatever is signed", our_bounce + " pass", mc, "core"},
           Case{"near miss: core's name fails", our_bounce + " fail", "", "unspecified"},
           Case{"near miss: core's name fails beside a signature", our_bounce + " fail", mc,
                "marketing-cloud"},
           Case{"account engagement", "bounce.s7.mc.pd25.com pass", "", "account-engagement"},
           Case{"account engagement, whatever is signed", "bounce.s7.mc.pd25.com pass", mc,
                "account-engagement"},
           Case{"a stack of marketing cloud", "bounce.s10.exacttarget.com pass", "",
                "marketing-cloud"},
           Case{"stack 7 carries both", stack_7 + " pass", "", "account-engagement"},
           Case{"stack 7 with the platform's signature", stack_7 + " pass", mc, "marketing-cloud"},
           Case{"stack 7 with a stack selector", stack_7 + " pass", "example.com/7dkim1 pass",
                "marketing-cloud"},
           Case{"near miss: that signature fails", stack_7 + " pass", "example.com/7dkim1 fail",
                "account-engagement"},
           Case{"near miss: another selector", stack_7 + " pass", "example.com/200608 pass",
                "account-engagement"},
           Case{"the platform's signature alone", "", mc, "marketing-cloud"},
           Case{"no name of Salesforce", "example.com pass", "example.com/sf1 pass", "unspecified"},
       }) {
    CAPTURE(c.name);
    const Shown shown({.spf = c.spf, .dkim = c.dkim});
    const IdentityNames& names = shown.evidence.names;
    CHECK(text_of(salesforce_route_of(names, shown.words)) == c.expected);
    CHECK(text_of(route_of(shown.line_of("exacttarget.com"), names, shown.words)) == c.expected);
    CHECK(route_of(shown.line_of("alpha.example"), names, shown.words) == nullptr);
  }
}

TEST_CASE("row evidence: core's bounce name without a pass, and stack selectors") {
  const auto passed_on = [](const RowSpec& row) {
    return is_core_passed_on(Shown(row).evidence.names);
  };
  CHECK(passed_on({.spf = our_bounce + " fail"}));
  CHECK(passed_on({.spf = our_bounce + " temperror"}));
  CHECK(passed_on({.envelope = our_bounce}));
  CHECK_FALSE(passed_on({.spf = our_bounce + " pass"}));
  CHECK_FALSE(passed_on({.spf = "bounce.s10.exacttarget.com fail"}));
  CHECK_FALSE(passed_on({.spf = "bnc.salesforce.com.other.example fail"}));
  CHECK_FALSE(passed_on({}));

  const auto stack_selector = [](const std::string& dkim) {
    return has_stack_selector(Shown({.dkim = dkim}).evidence.names);
  };
  CHECK(stack_selector("example.com/10dkim1 pass"));
  CHECK(stack_selector("news.example.com/7dkim1 pass"));
  for (const char* other :
       {"example.com/10dkim1 fail", "other.example/10dkim1 pass", "example.com/dkim1 pass",
        "example.com/10dkim2 pass", "example.com/x10dkim1 pass", "example.com/10dkim10 pass"}) {
    CAPTURE(other);
    CHECK_FALSE(stack_selector(other));
  }
}
