// SPDX-License-Identifier: MIT
// What an address alone says of the sender, by a small catalogue of made-up networks.
#include "report/analysis/sender/network_evidence.h"

#include <doctest/doctest.h>

#include "tests/report/analysis/support.h"

using namespace dmarcq;

namespace {

// Alpha and Beta share 198.51.100.0/25, in which Gamma has the first half to itself. 192.0.2.0/24
// is of Salesforce: /28 of both marketing routes, then of marketing, of engagement, and of core.
const std::string lines =
    "Alpha\tesp\t\tselector\tal#\thint\tseen\town\n"
    "Alpha\tesp\t\tnet\t198.51.100.0/25\tnetwork\tseen\town\n"
    "Beta\tmailbox\t\tselector\tbe#\thint\tseen\town\n"
    "Beta\tmailbox\t\tnet\t198.51.100.0/25\tnetwork\tseen\town\n"
    "Gamma\tgateway\t\tnet\t198.51.100.0/26\tnetwork\tseen\town\n"
    "Delta\tlist\tnorth\tnet\t203.0.113.0/25\tnetwork\tseen\town\n"
    "Delta\tlist\tsouth\tnet\t203.0.113.0/25\tnetwork\tseen\town\n"
    "Epsilon\tesp\t\tnet\t2001:db8:1::/48\tnetwork\tseen\town\n"
    "Salesforce\tesp\tcore\tspf\tbnc.salesforce.com\tproof\tseen\town\n"
    "Salesforce\tesp\tcore\tselector\tsf1\thint\tseen\town\n"
    "Salesforce\tesp\tmarketing-cloud\tspf\texacttarget.com\tproof\tseen\town\n"
    "Salesforce\tesp\tmarketing-cloud\tselector\t#dkim1\thint\tseen\town\n"
    "Salesforce\tesp\tmarketing-cloud\tselector\tfbldkim#\thint\tseen\town\n"
    "Salesforce\tesp\tmarketing-cloud\tnet\t192.0.2.0/28\tnetwork\tseen\town\n"
    "Salesforce\tesp\taccount-engagement\tnet\t192.0.2.0/28\tnetwork\tseen\town\n"
    "Salesforce\tesp\tmarketing-cloud\tnet\t192.0.2.16/28\tnetwork\tseen\town\n"
    "Salesforce\tesp\tcore\tnet\t192.0.2.48/28\tnetwork\tseen\town\n"
    "Salesforce\tesp\tmarketing-cloud\tnet\t192.0.2.48/28\tnetwork\tseen\town\n"
    "Salesforce\tesp\tunspecified\tnet\t192.0.2.0/24\tnetwork\tseen\town\n";

const std::string both_marketing = "192.0.2.1", marketing = "192.0.2.17", at_core = "192.0.2.49",
                  unspecified = "192.0.2.200";

/// What the address of a row says; nothing for none.
std::optional<Sender> sender_of(const RowSpec& spec) {
  const SenderCatalogue catalogue(lines);
  SenderWords words(catalogue);
  World world;
  const SourceRow& row = world.add(spec);
  const RowLookup lookup = world.lookup();
  RowNames names(lookup, catalogue);
  const auto candidate = network_candidate(
      {.row = row, .names = names.of(row), .networks = catalogue.by_address(row.source_ip)}, words);
  if (!candidate) return std::nullopt;
  return make_sender(*candidate, words);
}

/// "service route", with "ambiguous" where several fit.
std::string text(const RowSpec& spec) {
  const auto sender = sender_of(spec);
  if (!sender) return "-";
  CHECK(to_text(sender->evidence) == "network");
  CHECK(static_cast<int>(sender->place) == static_cast<int>(Place::home));
  CHECK_FALSE(sender->detail.empty());
  return sender->service + (sender->route.empty() ? "" : " " + sender->route) +
         (sender->ambiguous ? " ambiguous" : "");
}

}  // namespace

TEST_CASE("network evidence: the most specific network names the service") {
  struct Case {
    const char *name, *ip, *expected;
  };
  for (const Case& c : {
           Case{"in none", "203.0.113.200", "-"},
           Case{"just behind one", "203.0.113.128", "-"},
           Case{"the last address of one", "198.51.100.127", "Alpha or Beta ambiguous"},
           Case{"one inside another", "198.51.100.63", "Gamma"},
           Case{"near miss: beside the inner one", "198.51.100.64", "Alpha or Beta ambiguous"},
           Case{"IPv6", "2001:db8:1::7", "Epsilon"},
           Case{"near miss: the next IPv6 network", "2001:db8:2::7", "-"},
           Case{"two networks of one service are not two services", "203.0.113.1", "Delta north"},
       }) {
    CAPTURE(c.name);
    CHECK(text({.ip = c.ip, .spf = "x.example fail"}) == c.expected);
  }
  CHECK(to_text(sender_of({.ip = "198.51.100.1"})->service_class) == "gateway");
  CHECK(sender_of({.ip = "198.51.100.1"})->detail == "address in 198.51.100.0/26");
}

TEST_CASE("network evidence: names of the row decide between services that share a network") {
  const auto shared = [](const std::string& dkim) {
    return text({.ip = "198.51.100.100", .dkim = dkim});
  };
  CHECK(shared("") == "Alpha or Beta ambiguous");
  CHECK(shared("example.com/al1 pass") == "Alpha");
  CHECK(shared("example.com/be1 pass") == "Beta");
  CHECK(shared("example.com/be1 fail") == "Alpha or Beta ambiguous");
  CHECK(shared("other.example/be1 pass") == "Alpha or Beta ambiguous");
  CHECK(shared("example.com/xe1 pass") == "Alpha or Beta ambiguous");
  CHECK(shared("example.com/al1 pass, example.com/be1 pass") == "Alpha or Beta ambiguous");
  // A hint at a service with a wider network moves nothing.
  CHECK(text({.ip = "198.51.100.1", .dkim = "example.com/al1 pass"}) == "Gamma");
}

TEST_CASE("network evidence: the route behind a Salesforce address") {
  struct Case {
    const char* name;
    RowSpec row;
    const char* expected;
  };
  for (const Case& c : {
           Case{"core's network", {.ip = at_core}, "Salesforce core"},
           Case{"core's network, an envelope as marketing has it",
                {.ip = at_core, .spf = "bounce.example.com pass"},
                "Salesforce core"},
           Case{"marketing's network", {.ip = marketing}, "Salesforce marketing-cloud"},
           Case{"marketing and engagement share it",
                {.ip = both_marketing},
                "Salesforce unspecified ambiguous"},
           Case{"a stack selector decides",
                {.ip = both_marketing, .dkim = "example.com/10dkim1 pass"},
                "Salesforce marketing-cloud"},
           Case{"near miss: it fails",
                {.ip = both_marketing, .dkim = "example.com/10dkim1 fail"},
                "Salesforce unspecified ambiguous"},
           Case{"near miss: another selector of marketing does not",
                {.ip = both_marketing, .dkim = "example.com/fbldkim1 pass"},
                "Salesforce unspecified ambiguous"},
           Case{"an own bounce envelope decides, passed or not",
                {.ip = both_marketing, .spf = "bounce.news.example.com fail"},
                "Salesforce marketing-cloud"},
           Case{"near miss: a stranger's bounce envelope",
                {.ip = both_marketing, .spf = "bounce.other.example pass"},
                "Salesforce unspecified ambiguous"},
           Case{"near miss: an own envelope of another form",
                {.ip = both_marketing, .spf = "bounces.example.com pass"},
                "Salesforce unspecified ambiguous"},
           Case{"no network of a route", {.ip = unspecified}, "Salesforce unspecified"},
           Case{"looks like marketing by its selector",
                {.ip = unspecified, .dkim = "example.com/fbldkim7 pass"},
                "Salesforce marketing-cloud"},
           Case{"looks like core by its selector",
                {.ip = unspecified, .dkim = "example.com/sf1 pass"},
                "Salesforce core"},
           Case{"looks like core by its envelope",
                {.ip = unspecified, .spf = "example.com softfail"},
                "Salesforce core"},
           Case{"near miss: a stranger's envelope",
                {.ip = unspecified, .spf = "other.example softfail"},
                "Salesforce unspecified"},
           Case{"near miss: an own bounce envelope is not core's",
                {.ip = unspecified, .spf = "bounce.example.com softfail"},
                "Salesforce unspecified"},
           Case{"a failing name of Salesforce is believed at its address",
                {.ip = unspecified, .spf = our_bounce + " fail"},
                "Salesforce core"},
           Case{"also of another route than the network's",
                {.ip = at_core, .spf = "bounce.s10.exacttarget.com fail"},
                "Salesforce marketing-cloud"},
       }) {
    CAPTURE(c.name);
    CHECK(text(c.row) == c.expected);
  }
}

TEST_CASE("network evidence: the detail says what decided") {
  const auto detail = [](const RowSpec& row) { return sender_of(row)->detail; };
  CHECK(detail({.ip = marketing}) == "address in 192.0.2.16/28");
  CHECK(detail({.ip = at_core}) == "address in 192.0.2.48/28");
  CHECK(detail({.ip = both_marketing}).contains("carries Marketing Cloud and Account Engagement"));
  CHECK(detail({.ip = "198.51.100.100"}).contains("198.51.100.0/25, which several services use"));
  CHECK(detail({.ip = unspecified, .spf = our_bounce + " fail"})
            .contains("with an envelope of core"));
  CHECK(detail({.ip = unspecified, .dkim = "example.com/sf1 pass"}).contains("look like core"));
}
