// SPDX-License-Identifier: MIT
// From a candidate to the Sender and the phrase that users see.
#include "report/analysis/sender/candidate.h"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

using namespace dmarcq;

namespace {

const SenderCatalogue catalogue(
    "Alpha\tesp\t\tspf\talpha.example\tproof\tseen\town\n"
    "Salesforce\tesp\tcore\tnet\t192.0.2.0/24\tnetwork\tseen\town\n");

const CatalogueLine& alpha() { return catalogue.lines()[0]; }
const CatalogueLine& core_network() { return catalogue.lines()[1]; }

}  // namespace

TEST_CASE("candidate: all that it says becomes the Sender's") {
  SenderWords words(catalogue);
  const OwnerEntry entry{.value = "192.0.2.0/24", .name = "newsletter"};
  const Sender sender = make_sender({.evidence = Evidence::learned,
                                     .basis = Basis::address,
                                     .place = Place::elsewhere,
                                     .service_class = ServiceClass::forwarder,
                                     .ambiguous = true,
                                     .service = words.intern("Alpha"),
                                     .route = words.intern("north"),
                                     .entry = &entry,
                                     .via = words.intern("Beta"),
                                     .via_class = ServiceClass::gateway,
                                     .origin_route = words.core},
                                    words);
  CHECK(sender.name == "newsletter");
  CHECK(sender.service == "Alpha");
  CHECK(sender.service_id == ServiceId::other);
  CHECK(sender.route == "north");
  CHECK(sender.service_class == ServiceClass::forwarder);
  CHECK(sender.evidence == Evidence::learned);
  CHECK(sender.place == Place::elsewhere);
  CHECK(sender.ambiguous);
  CHECK(sender.via == "Beta");
  CHECK(sender.via_class == ServiceClass::gateway);
  CHECK(sender.origin_route == "core");
}

TEST_CASE("candidate: what is not known is empty") {
  const SenderWords words(catalogue);
  const Sender sender = make_sender({}, words);
  Sender nobody;
  nobody.detail = "no name passed or is known, and the address is in no published network";
  CHECK(sender == nobody);
}

TEST_CASE("candidate: only Salesforce without a route has an unspecified one") {
  SenderWords words(catalogue);
  const auto made = [&](InternedString service, InternedString route) {
    return make_sender({.basis = Basis::nothing, .service = service, .route = route}, words);
  };
  CHECK(made(words.salesforce, nullptr).route == "unspecified");
  CHECK(made(words.salesforce, nullptr).service_id == ServiceId::salesforce);
  CHECK(made(words.salesforce, words.core).route == "core");
  CHECK(made(words.intern("Alpha"), nullptr).route.empty());
  CHECK(made(nullptr, nullptr).route.empty());
}

TEST_CASE("candidate: the detail tells what it rests on") {
  SenderWords words(catalogue);
  const OwnerEntry spf_entry{.kind = OwnerEntry::Kind::spf_domain, .value = "news.example.com"};
  const OwnerEntry relay{.kind = OwnerEntry::Kind::relay, .value = "203.0.113.0/24"};
  struct Case {
    Candidate candidate;
    std::vector<const char*> parts;
  };
  for (const Case& c : {
           Case{{.basis = Basis::owner_entry, .entry = &spf_entry},
                {"your entry: spf-domain news.example.com"}},
           Case{{.basis = Basis::owner_relay, .entry = &relay}, {"your relay 203.0.113.0/24"}},
           Case{{.basis = Basis::owner_relay_salesforce, .entry = &relay},
                {"your relay 203.0.113.0/24", "Salesforce"}},
           Case{{.basis = Basis::spf_pass, .line = &alpha()}, {"SPF passes for alpha.example"}},
           Case{{.basis = Basis::dkim_pass, .line = &alpha()},
                {"a signature by alpha.example passes"}},
           Case{{.basis = Basis::dkim_pass_elsewhere, .line = &alpha()},
                {"a signature by alpha.example passes", "not the service's"}},
           Case{{.basis = Basis::selector_at_home}, {"selector that Salesforce uses"}},
           Case{{.basis = Basis::selector_elsewhere},
                {"selector that Salesforce uses", "not sent by Salesforce"}},
           Case{{.basis = Basis::selector_relay}, {"signed by Salesforce", "your SPF allows"}},
           Case{{.basis = Basis::relay}, {"Email Relay"}},
           Case{{.basis = Basis::address, .service = words.intern("Alpha")},
                {"authenticated as Alpha in other rows", "30 days"}},
           Case{{.basis = Basis::address, .ambiguous = true, .service = words.intern("Alpha")},
                {"authenticated as Alpha, among others, in other rows"}},
           Case{{.basis = Basis::host, .line = &alpha()}, {"host name fits alpha.example"}},
           Case{{.basis = Basis::network, .line = &core_network()}, {"address in 192.0.2.0/24"}},
           Case{{.basis = Basis::network_shape, .route = words.core, .line = &core_network()},
                {"Salesforce address in 192.0.2.0/24", "look like core"}},
           Case{{.basis = Basis::network_shared,
                 .service = words.salesforce,
                 .line = &core_network()},
                {"address in 192.0.2.0/24", "Marketing Cloud and Account Engagement"}},
           Case{{.basis = Basis::network_shared,
                 .service = words.intern("Alpha or Beta"),
                 .line = &core_network()},
                {"address in 192.0.2.0/24", "which several services use"}},
           Case{{.basis = Basis::network_claimed, .route = words.core, .line = &core_network()},
                {"Salesforce address in 192.0.2.0/24", "an envelope of core"}},
           Case{{.basis = Basis::claimed_spf, .line = &alpha()},
                {"the envelope names alpha.example", "SPF does not pass"}},
           Case{{.basis = Basis::claimed_dkim, .line = &alpha()},
                {"a signature names alpha.example", "does not pass"}},
           Case{{.basis = Basis::claimed_signed, .line = &alpha()},
                {"the envelope names alpha.example", "your own signature passes"}},
       }) {
    const std::string detail = make_sender(c.candidate, words).detail;
    for (const char* const part : c.parts) {
      CAPTURE(detail);
      CHECK(detail.contains(part));
    }
  }
}

TEST_CASE("candidate: equal ones have one hash, and every difference counts") {
  SenderWords words(catalogue);
  const OwnerEntry entry;
  const Candidate base{.evidence = Evidence::network,
                       .basis = Basis::network,
                       .place = Place::home,
                       .service = words.salesforce,
                       .line = &core_network()};
  Candidate same = base;
  same.service = words.intern("Salesforce");
  CHECK(same == base);
  CHECK(HashCandidate()(same) == HashCandidate()(base));
  CHECK(make_sender(same, words) == make_sender(base, words));

  std::vector<Candidate> others(11, base);
  others[0].evidence = Evidence::name;
  others[1].basis = Basis::network_shape;
  others[2].place = Place::elsewhere;
  others[3].service_class = ServiceClass::esp;
  others[4].ambiguous = true;
  others[5].service = words.intern("Alpha");
  others[6].route = words.core;
  others[7].line = &alpha();
  others[8].entry = &entry;
  others[9].via = words.intern("Beta");
  others[10].origin_route = words.core;
  for (std::size_t i = 0; i < others.size(); ++i) {
    CAPTURE(i);
    CHECK_FALSE(others[i] == base);
  }
  // The same word means another thing in another place.
  CHECK_FALSE(others[6] == others[10]);
  CHECK(HashCandidate()(others[6]) != HashCandidate()(others[10]));
}
