// SPDX-License-Identifier: MIT
// Names of services and routes, compared by place.
#include "report/analysis/sender/sender_words.h"

#include <doctest/doctest.h>

#include <string>

using namespace dmarcq;

namespace {

const SenderCatalogue catalogue(
    "Alpha\tesp\tnorth\tspf\ta.example\tproof\tseen\town\n"
    "Alpha\tesp\tsouth\tspf\tb.example\tproof\tseen\town\n"
    "Beta\tesp\t\tspf\tc.example\tproof\tseen\town\n"
    "Salesforce\tesp\tcore\tspf\td.example\tproof\tseen\town\n"
    "Salesforce\tesp\tunspecified\tspf\te.example\tproof\tseen\town\n");

const CatalogueLine& line(const char* name) { return *catalogue.by_name(name); }

}  // namespace

TEST_CASE("sender words: equal names have one place, others have others") {
  const SenderWords words(catalogue);
  CHECK(words.service(line("a.example")) == words.service(line("b.example")));
  CHECK(words.service(line("a.example")) != words.service(line("c.example")));
  CHECK(words.route(line("a.example")) != words.route(line("b.example")));
  CHECK(*words.service(line("a.example")) == "Alpha");
  CHECK(*words.route(line("b.example")) == "south");
  CHECK(words.route(line("c.example")) == nullptr);  // it has none
}

TEST_CASE("sender words: those that rules compare are the catalogue's own") {
  const SenderWords words(catalogue);
  CHECK(words.service(line("d.example")) == words.salesforce);
  CHECK(words.route(line("d.example")) == words.core);
  CHECK(words.route(line("e.example")) == words.unspecified);
  CHECK(*words.salesforce == "Salesforce");
  CHECK(*words.core == "core");
  CHECK(*words.marketing_cloud == "marketing-cloud");
  CHECK(*words.account_engagement == "account-engagement");
  CHECK(*words.email_relay == "email-relay");
  CHECK(*words.unspecified == "unspecified");
  CHECK_FALSE(words.own_relay->empty());
}

TEST_CASE("sender words: a word from elsewhere is found again, however it is spelled in memory") {
  SenderWords words(catalogue);
  CHECK(words.intern("") == nullptr);
  const std::string name = "newsletter";
  const InternedString first = words.intern(name);
  REQUIRE(first != nullptr);
  CHECK(*first == name);
  CHECK(words.intern(std::string("news") + "letter") == first);
  CHECK(words.intern("Newsletter") != first);  // case counts
  CHECK(words.intern("Alpha") == words.service(line("a.example")));
  CHECK(words.intern("Salesforce") == words.salesforce);
  CHECK(words.intern("core") == words.core);
  // Words stay where they are, however many more there come.
  const InternedString core = words.core;
  for (int i = 0; i < 5'000; ++i) words.intern("word " + std::to_string(i));
  CHECK(words.intern(name) == first);
  CHECK(words.intern("core") == core);
  CHECK(*first == name);
}

TEST_CASE("sender words: text for an order that does not depend on places") {
  SenderWords words(catalogue);
  CHECK(text_of(nullptr) == "");
  CHECK(text_of(words.core) == "core");
  CHECK(text_of(words.intern("Alpha or Beta")) == "Alpha or Beta");
}
