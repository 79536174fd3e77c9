// SPDX-License-Identifier: MIT
#include "report/answers/check_answer.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "sample.h"
#include "store/import/process.h"
#include "tests/support/fake_resolver.h"
#include "tests/support/memory_store.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

Day in_october(int number) {
  return day_from_text("2026-10-01").value() + static_cast<Day>(number) - 1;
}

/// Reports by three reporters on these days of October, on a policy domain.
void add_reports(Store& store, const std::string& domain, const std::string& policy, int first,
                 int last) {
  for (int number = first; number <= last; ++number)
    for (const char* reporter : {"google.com", "yahoo.com", "outlook.com"}) {
      const EpochSeconds begin = EpochSeconds{in_october(number)} * 86'400;
      Item item;
      item.origin.source = fmt::format("{} {} {}", domain, reporter, number);
      item.bytes = fmt::format(
          "<feedback><report_metadata><org_name>{0}</org_name><email>a@{0}</email><report_id>{1}</report_id><date_range><begin>{2}</begin><end>{3}</end>"
          "</date_range></report_metadata><policy_published><domain>{4}</domain>{5}</policy_published><record><row><source_ip>192.0.2.9</source_ip>"
          "<count>9</count><policy_evaluated><disposition>none</disposition><dkim>pass</dkim><spf>pass</spf></policy_evaluated></row><identifiers>"
          "<header_from>{4}</header_from></identifiers><auth_results><spf><domain>{4}</domain><result>pass</result></spf></auth_results></record></feedback>",
          reporter, number, begin, begin + 86'399, domain, policy);
      const ProcessedItem processed = process(item, Limits{});
      store.save({&processed, 1});
    }
}

/// A month of them.
std::unique_ptr<Store> store_with(const std::string& domain, const std::string& policy) {
  std::unique_ptr<Store> store = memory_store();
  add_reports(*store, domain, policy, 1, 30);
  return store;
}

/// "record-broken: missing", "record-changed: p=none": what DNS raises; "" where it raises nothing.
std::string of_record(Store& store, FakeResolver& dns) {
  std::string words;
  for (const CheckAnswer::One& one :
       check_answer(*store.snapshot(), {.today = in_october(31), .dns = &dns}).alerts) {
    const auto* const facts = std::get_if<RecordFacts>(&one.alert.facts);
    if (facts == nullptr) continue;
    constexpr const char* broken[] = {"", "missing", "several", "disarmed", "unreadable"};
    words += std::string(to_text(one.alert.code)) + ": " +
             (one.alert.code == AlertCode::record_broken ? broken[static_cast<int>(facts->broken)]
                                                         : facts->in_dns);
  }
  return words;
}

}  // namespace

TEST_CASE("check: an alert is news until it was told, and again after it has cleared") {
  Store& store = sample_store();
  const CheckQuestion question{.domains = {}, .today = sample_today()};
  const CheckAnswer first = check_answer(*store.snapshot(), question);
  REQUIRE_FALSE(first.alerts.empty());
  CHECK(first.has_news());
  CHECK_FALSE(first.is_remembered);
  CHECK(first.open.size() == first.alerts.size());

  SUBCASE("asking alone tells nobody") {
    CHECK(check_answer(*store.snapshot(), question).has_news());
  }
  SUBCASE("told") {
    remember_told(store, first);
    const CheckAnswer second = check_answer(*store.snapshot(), question);
    CHECK_FALSE(second.has_news());
    CHECK(second.is_remembered);
    for (const CheckAnswer::One& one : second.alerts) CHECK(one.told == question.today);
  }
  SUBCASE("with a domain only its alerts are renewed") {
    std::vector<OpenAlert> told = first.open;
    told.push_back(
        {"sender-vanished\tother.example\tSender", question.today - 9, question.today - 9});
    told.push_back({std::string("sender-vanished\t") + sample_domain + "\tNobody",
                    question.today - 9, question.today - 9});
    store.settings().set_open_alerts(told);
    const CheckAnswer some = check_answer(*store.snapshot(), {{sample_domain}, question.today});
    const auto holds = [&](std::string_view domain) {
      return std::ranges::any_of(some.open, [&](const OpenAlert& alert) {
        return alert.told == question.today - 9 && alert.key.find(domain) != std::string::npos;
      });
    };
    CHECK(holds("other.example"));
    CHECK_FALSE(holds("Nobody"));
  }
  store.settings().set_open_alerts({});
}

TEST_CASE("check: by client, each domain in its own days") {
  const std::unique_ptr<Store> store = memory_store();
  const char* none = "<p>none</p>";
  // The policy of one changed on its last days, which are weeks before those of the others.
  add_reports(*store, "harbor.example", none, 1, 17);
  add_reports(*store, "harbor.example", "<p>reject</p>", 18, 20);
  for (const char* domain : {"pier.example", "quay.example", "mill.example", "weir.example"})
    add_reports(*store, domain, none, 1, 30);
  const std::vector<ClientDomains> clients{{"Pier", {"pier.example"}},
                                           {"Harbor", {"harbor.example", "quay.example"}}};
  const auto words = [&](const CheckAnswer& answer) {
    std::string all;
    for (const CheckAnswer::One& one : answer.alerts)
      all += fmt::format("{}{}: {} {} {}", all.empty() ? "" : ", ", one.client, one.alert.domain,
                         to_text(one.severity), to_text(one.alert.code));
    return all;
  };
  const auto asked = [&](CheckQuestion question) {
    question.today = in_october(31);
    question.clients = clients;
    return check_answer(*store->snapshot(), question);
  };
  const std::string of_harbor =
      "Harbor: harbor.example look policy-changed, Harbor: harbor.example look reports-stopped";
  CHECK(words(asked({})) == of_harbor);
  CHECK(words(asked({.client = "Harbor"})) == of_harbor);
  CHECK(words(asked({.domains = {"harbor.example"}})) == of_harbor);
  CHECK(words(asked({.client = "Pier"})).empty());
  CHECK(words(asked({.domains = {"pier.example"}})).empty());

  SUBCASE("of a client, only what is remembered of its domains is renewed") {
    const OpenAlert all{"problems-new\t\tup to 3", 1, 1},
        pier{"sender-vanished\tpier.example\tS", 1, 1},
        quay{"sender-vanished\tquay.example\tS", 1, 1};
    store->settings().set_open_alerts({all, pier, quay});
    const auto keeps = [](const CheckAnswer& answer, const OpenAlert& alert) {
      return std::ranges::find(answer.open, alert.key, &OpenAlert::key) != answer.open.end();
    };
    const CheckAnswer harbor = asked({.client = "Harbor"});
    CHECK(keeps(harbor, all));
    CHECK(keeps(harbor, pier));
    CHECK_FALSE(keeps(harbor, quay));
  }
  SUBCASE("what was not told is news again") {
    const CheckAnswer answer = asked({});
    REQUIRE(answer.alerts.size() == 2);
    remember_told(*store, answer, {answer.alerts.front().alert.key()});
    const CheckAnswer again = asked({});
    CHECK_FALSE(again.alerts.front().told.has_value());
    CHECK(again.alerts.back().told.has_value());
    remember_told(*store, again);
    CHECK_FALSE(asked({}).has_news());
  }
}

TEST_CASE("check: the record in DNS against what reporters saw") {
  struct Row {
    const char *name, *domain, *seen;
    std::vector<std::pair<std::string, std::string>> records;  ///< domain, record
    const char* alert;
  };
  const std::string rua = "; rua=mailto:d@example.com";
  const char *const reject = "<p>reject</p>", *const none_and_sp = "<p>none</p><sp>reject</sp>";
  for (const Row& row : {
           Row{"as they saw it",
               "example.com",
               reject,
               {{"example.com", "v=DMARC1; p=reject" + rua}},
               ""},
           Row{"another policy",
               "example.com",
               reject,
               {{"example.com", "v=DMARC1; p=none" + rua}},
               "record-changed: p=none"},
           Row{"none", "example.com", reject, {}, "record-broken: missing"},
           Row{"two",
               "example.com",
               reject,
               {{"example.com", "v=DMARC1; p=reject" + rua}, {"example.com", "v=DMARC1; p=none"}},
               "record-broken: several"},
           Row{"a tag twice",
               "example.com",
               reject,
               {{"example.com", "v=DMARC1; p=reject; p=none"}},
               "record-broken: unreadable"},
           Row{"a typo in sp",
               "example.com",
               reject,
               {{"example.com", "v=DMARC1; p=reject; sp=rejct" + rua}},
               "record-broken: disarmed"},
           Row{"no semicolon, so no record",
               "example.com",
               reject,
               {{"example.com", "v=DMARC1 p=reject"}},
               "record-broken: missing"},
           Row{"sp does not matter to the domain",
               "example.com",
               none_and_sp,
               {{"example.com", "v=DMARC1; p=none; sp=none" + rua}},
               ""},
           // Reporters that name the From domain as the policy domain.
           Row{"inherited: sp gives what they saw",
               "mail.example.com",
               reject,
               {{"example.com", "v=DMARC1; p=none; sp=reject" + rua}},
               ""},
           Row{"inherited without sp: p",
               "mail.example.com",
               reject,
               {{"example.com", "v=DMARC1; p=reject" + rua}},
               ""},
           Row{"inherited: sp gives another policy",
               "mail.example.com",
               reject,
               {{"example.com", "v=DMARC1; p=quarantine; sp=none" + rua}},
               "record-changed: p=none"},
           Row{"its own record, whose sp is of no account",
               "mail.example.com",
               reject,
               {{"mail.example.com", "v=DMARC1; p=none; sp=reject" + rua},
                {"example.com", "v=DMARC1; p=reject" + rua}},
               "record-changed: p=none"},
           Row{"neither its own nor one above",
               "mail.example.com",
               reject,
               {},
               "record-broken: missing"},
       }) {
    CAPTURE(std::string(row.name));
    FakeResolver dns;
    dns.text(row.domain, "v=spf1 -all");  // the name exists: sp, not np
    for (const auto& [domain, record] : row.records) dns.text("_dmarc." + domain, record);
    CHECK(of_record(*store_with(row.domain, row.seen), dns) == row.alert);
  }
}

TEST_CASE("check: what was told of DNS stays told while DNS does not answer") {
  const std::unique_ptr<Store> store = store_with("example.com", "<p>reject</p>");
  const auto answer = [&](Resolver* dns) {
    return check_answer(*store->snapshot(), {.today = in_october(31), .dns = dns});
  };
  const auto holds = [](const CheckAnswer& found) {
    return std::ranges::any_of(found.open, [](const OpenAlert& alert) {
      return alert.key.starts_with("record-broken\texample.com");
    });
  };
  FakeResolver empty, silent, good;
  silent.silent("_dmarc.example.com");
  good.text("_dmarc.example.com", "v=DMARC1; p=reject; rua=mailto:d@example.com");
  CHECK_FALSE(holds(answer(&silent)));  // silence raises nothing
  const CheckAnswer broken = answer(&empty);
  REQUIRE(holds(broken));
  remember_told(*store, broken);
  CHECK(holds(answer(&silent)));
  CHECK(answer(&silent).is_remembered);
  CHECK(holds(answer(nullptr)));  // DNS was not asked
  CHECK_FALSE(answer(&empty).has_news());
  CHECK_FALSE(holds(answer(&good)));
  // The record is back: the same fault is news again.
  remember_told(*store, answer(&good));
  CHECK(answer(&empty).has_news());
}
