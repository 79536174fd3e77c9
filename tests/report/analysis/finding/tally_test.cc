// SPDX-License-Identifier: MIT
// Figures and names of findings. Verdicts are written down as they are; whole ones:
// diagnose_test.cc.
#include "report/analysis/finding/tally.h"

#include <doctest/doctest.h>

#include "tests/report/analysis/support.h"

using namespace dmarcq;

namespace {

using C = FindingCode;
using Texts = std::vector<std::string>;

/// Rows with their verdicts, on two route lines: Salesforce core, and a service Alpha.
struct Verdicts {
  World world;
  Owner owner;
  SelectorRecords records;
  Judgement j;
  std::vector<SourceRow> rows;
  std::vector<Finding> findings;
  enum Line : std::uint32_t { core, alpha };
  enum Who : std::uint32_t { proven, by_network, claimed, via_beta };

  Verdicts() {
    j.senders.resize(4);
    j.senders[proven].evidence = Evidence::authenticated;
    j.senders[by_network].evidence = Evidence::network;
    j.senders[claimed].evidence = Evidence::claimed;
    j.senders[via_beta].evidence = Evidence::authenticated;
    j.senders[via_beta].via = "Beta";
    for (RouteLine line : {RouteLine{.domain = "example.com", .service = "Salesforce"},
                           RouteLine{.domain = "example.com", .service = "Alpha"}}) {
      line.service_id = service_id(line.service);
      j.routes.push_back(line);
    }
  }
  RowVerdict& add(Line line, const CodeSet& codes, const RowSpec& spec = {}, Who who = proven) {
    rows.push_back(world.add(spec));
    RowVerdict& verdict = j.rows.emplace_back();
    verdict.route_line = line;
    verdict.sender = who;
    verdict.codes = codes;
    verdict.dkim_aligned = spec.evaluated.starts_with("pass");
    verdict.spf_aligned = spec.evaluated.ends_with("pass");
    return verdict;
  }
  void org(const std::string& id, Ownership ownership = Ownership::unproven) {
    OrgVerdict& verdict = j.orgs.emplace_back();
    verdict.org = {.org_id = id, .instance = "na1"};
    verdict.ownership = ownership;
  }
  const std::vector<Finding>& tally() {
    Identifier identifier(world.lookup(), owner);
    identifier.learn(rows);
    identifier.conclude();
    std::vector<const IdentityNames*> names;
    for (const SourceRow& row : rows) names.push_back(&identifier.names(row));
    std::vector<std::uint64_t> messages(j.routes.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
      messages[j.rows[i].route_line] += rows[i].messages;
    const auto no_row = [](FunctionRef<void(const SignedRow&)>) {};
    const SelectorCodes codes(no_row, j.senders, records, identifier);
    return findings = findings_of({.rows = rows,
                                   .names = names,
                                   .judgement = j,
                                   .route_messages = messages,
                                   .records = records,
                                   .selectors = codes,
                                   .identifier = identifier});
  }
  /// The only one.
  const Finding& one() {
    tally();
    REQUIRE(findings.size() == 1);
    return findings.front();
  }
};

}  // namespace

TEST_CASE("tally: one finding for each code of each route line, in order") {
  Verdicts v;
  v.add(Verdicts::alpha, code_set({C::forwarded}));
  v.add(Verdicts::core, code_set({C::spf_permerror, C::core_no_dkim}));
  v.add(Verdicts::core, code_set({C::core_no_dkim}));
  v.add(Verdicts::core, {});
  std::vector<std::pair<std::uint32_t, C>> found;
  for (const Finding& f : v.tally()) found.emplace_back(f.route_line, f.code);
  CHECK(found == std::vector<std::pair<std::uint32_t, C>>{{Verdicts::core, C::core_no_dkim},
                                                          {Verdicts::core, C::spf_permerror},
                                                          {Verdicts::alpha, C::forwarded}});
}

TEST_CASE("tally: figures") {
  Verdicts v;
  const CodeSet codes = code_set({C::core_no_dkim});
  v.add(Verdicts::core, codes,
        {.messages = 30, .first = 20'004, .last = 20'009, .reporters = {"a.example"}});
  v.add(Verdicts::core, codes,
        {.evaluated = "fail/pass",
         .from = "news.example.com",
         .messages = 50,
         .first = 20'001,
         .last = 20'004,
         .reporters = {"a.example", "b.example"}});
  v.add(Verdicts::core, {}, {.messages = 20, .first = 19'000, .last = 21'000});
  const Finding& f = v.one();
  CHECK(f.messages == 80);
  CHECK(f.failing == 30);
  CHECK(f.share == doctest::Approx(0.8));
  CHECK(f.first_day == 20'001);
  CHECK(f.last_day == 20'009);
  CHECK(f.days == 3);  // 20'001, 20'004 and 20'009
  CHECK(f.reporters.size() == 2);
  CHECK(f.header_from == Texts{"news.example.com", "example.com"});
  CHECK(f.names.header_from == "news.example.com");
  CHECK(f.names.own_domain == "example.com");
  CHECK(f.names.policy_domain == "example.com");
  CHECK(f.names.service == "Salesforce");
  CHECK(f.names.since == 20'001);
}

TEST_CASE("tally: a fault without failing mail is an advice, temporary errors may be more") {
  const auto severity = [](C code, const char* evaluated, std::uint64_t others) {
    Verdicts v;
    v.add(Verdicts::alpha, code_set({code}), {.evaluated = evaluated, .messages = 5});
    v.add(Verdicts::alpha, {}, {.evaluated = "pass/pass", .messages = others});
    return std::string(to_text(v.one().severity));
  };
  CHECK(severity(C::core_no_dkim, "fail/fail", 10) == "fault");
  CHECK(severity(C::core_no_dkim, "fail/pass", 10) == "advice");
  CHECK(severity(C::spf_only, "fail/pass", 10) == "advice");
  CHECK(severity(C::forwarded, "fail/fail", 10) == "note");
  CHECK(severity(C::forwarded, "fail/pass", 10) == "note");
  CHECK(severity(C::reporter_temperror, "fail/fail", 95) == "advice");  // a share of 0.05
  CHECK(severity(C::reporter_temperror, "fail/fail", 96) == "note");
}

TEST_CASE("tally: what weakens the confidence") {
  struct Case {
    const char* name;
    C code;
    Verdicts::Who who;
    std::vector<std::string> reporters;
    const char* expected;
  };
  const std::vector<std::string> two{"a.example", "b.example"}, one{"a.example"};
  for (const Case& c : {
           Case{"high at best", C::core_no_dkim, Verdicts::proven, two, "high"},
           Case{"one reporter", C::core_no_dkim, Verdicts::proven, one, "medium"},
           Case{"the address alone", C::core_no_dkim, Verdicts::by_network, two, "medium"},
           Case{"the address alone, one reporter", C::core_no_dkim, Verdicts::by_network, one,
                "low"},
           Case{"a claim", C::core_no_dkim, Verdicts::claimed, two, "low"},
           Case{"medium at best", C::spf_permerror, Verdicts::proven, two, "medium"},
           Case{"medium at best, the address alone", C::spf_permerror, Verdicts::by_network, two,
                "medium"},
           Case{"medium at best, one reporter", C::spf_permerror, Verdicts::proven, one, "low"},
           Case{"low at best", C::mcn_record_changed, Verdicts::proven, one, "low"},
           Case{"about one reporter", C::dkim_fails_at_one_reporter, Verdicts::proven, one,
                "medium"},
       }) {
    CAPTURE(c.name);
    Verdicts v;
    v.add(Verdicts::core, code_set({c.code}), {.reporters = c.reporters}, c.who);
    CHECK(to_text(v.one().confidence) == c.expected);
  }
  // Of several senders, that of most messages counts.
  Verdicts v;
  const CodeSet codes = code_set({C::core_no_dkim});
  v.add(Verdicts::core, codes, {.messages = 10}, Verdicts::claimed);
  v.add(Verdicts::core, codes, {.messages = 11}, Verdicts::proven);
  CHECK(to_text(v.one().confidence) == "high");
}

TEST_CASE("tally: the signatures that a code is about") {
  const std::string others = "other.example/o pass, third.example/t fail";
  struct Case {
    const char* name;
    C code;
    std::string dkim;
    Texts selectors;
  };
  for (const Case& c : {
           Case{"passing ones of other names",
                C::core_dkim_other_domain,
                "example.com/sf1 fail, " + others,
                {"o._domainkey.other.example"}},
           Case{"near miss: own ones of such a code", C::core_no_dkim, "example.com/sf1 fail", {}},
           Case{"passing own ones",
                C::spf_strict_subdomain,
                "example.com/sf1 fail, example.com/sf2 pass, " + others,
                {"sf2._domainkey.example.com"}},
           Case{"failing own ones, where none passes",
                C::spf_only,
                "example.com/sf1 fail, " + others,
                {"sf1._domainkey.example.com"}},
           Case{"failing ones of this very code",
                C::dkim_fails_in_part,
                "example.com/sf1 fail",
                {"sf1._domainkey.example.com"}},
           Case{"near miss: of another code", C::dkim_key_missing, "example.com/sf1 fail", {}},
           Case{"without a selector", C::spf_strict_subdomain, "example.com pass", {}},
       }) {
    CAPTURE(c.name);
    Verdicts v;
    v.add(Verdicts::core, code_set({c.code}), {.dkim = c.dkim});
    CHECK(v.one().selectors == c.selectors);
  }
  Verdicts v;
  const CodeSet codes = code_set({C::spf_strict_subdomain});
  v.add(Verdicts::core, codes, {.dkim = "example.com/a.b pass", .messages = 5});
  v.add(Verdicts::core, codes, {.dkim = "mail.example.com/s2 pass", .messages = 6});
  const Finding& f = v.one();
  CHECK(f.selectors == Texts{"s2._domainkey.mail.example.com", "a.b._domainkey.example.com"});
  CHECK(f.names.selector == "s2");
  CHECK(f.names.signing_domain == "mail.example.com");
}

TEST_CASE("tally: orgs, most messages first, three by name") {
  Verdicts v;
  for (const char* id : {"00D000000000001AAA", "00D000000000002AAA", "00D000000000003AAA"})
    v.org(id);
  v.org("00D000000000004AAA", Ownership::foreign);
  const CodeSet codes = code_set({C::core_no_dkim, C::spf_permerror});
  for (const auto& [org, messages] :
       std::vector<std::pair<std::int32_t, std::uint64_t>>{{0, 10}, {1, 40}, {2, 20}, {3, 30}})
    v.add(Verdicts::core, codes, {.messages = messages}).org = org;
  v.add(Verdicts::core, codes, {.messages = 500});  // of no org
  v.tally();
  REQUIRE(v.findings.size() == 2);
  const Finding& f = v.findings[0];
  CHECK(f.org_ids == Texts{"00D000000000002AAA", "00D000000000004AAA", "00D000000000003AAA",
                           "00D000000000001AAA"});
  REQUIRE(f.names.orgs.size() == 3);
  CHECK(f.names.orgs[0].org_id == "00D000000000002AAA");
  CHECK(f.names.orgs[0].messages == 40);
  CHECK(f.names.orgs[0].instance == "na1");
  CHECK(f.names.orgs[0].unproven);
  CHECK_FALSE(f.names.orgs[1].unproven);
  CHECK(f.names.more_orgs == 1);
  CHECK(v.findings[1].org_ids.empty());  // orgs play no part in it
}

TEST_CASE("tally: envelope domains, and who changed mail on its way") {
  Verdicts v;
  const CodeSet codes = code_set({C::spf_permerror});
  v.add(Verdicts::core, codes, {.spf = our_bounce + " pass", .messages = 90});
  v.add(Verdicts::core, codes, {.spf = "a.example.com fail", .messages = 20});
  v.add(Verdicts::core, codes, {.spf = "b.example.com fail", .messages = 30});
  CHECK(v.one().names.spf_domain == "b.example.com");  // a bounce name is one of each mail
  CHECK(v.one().names.gateway.empty());

  const auto gateway = [](C code, Verdicts::Line line, const RowSpec& row, Verdicts::Who who) {
    Verdicts one;
    one.add(line, code_set({code}), row, who);
    return one.one().names.gateway;
  };
  const RowSpec plain, srs{.spf = "x.forwarder.example pass"}, own{.spf = "mail.example.com pass"};
  CHECK(gateway(C::gateway_modified, Verdicts::core, plain, Verdicts::via_beta) == "Beta");
  CHECK(gateway(C::mailing_list, Verdicts::core, srs, Verdicts::proven) == "forwarder.example");
  CHECK(gateway(C::mailing_list, Verdicts::core, own, Verdicts::proven) == "");
  CHECK(gateway(C::mailing_list, Verdicts::core, {.spf = "x.forwarder.example fail"},
                Verdicts::proven) == "");
  CHECK(gateway(C::mailing_list, Verdicts::alpha, plain, Verdicts::proven) == "Alpha");
  CHECK(gateway(C::forwarded, Verdicts::core, srs, Verdicts::via_beta) == "");
}

TEST_CASE("tally: selectors for a new key") {
  Verdicts v;
  v.add(Verdicts::core, code_set({C::core_no_dkim}));
  CHECK(v.one().names.new_selector == "sf1");
  CHECK(v.one().names.new_alternate == "sf2");
  v.records.of_selector[{"Salesforce", "other.example", "sf1"}];  // near miss: another domain's
  CHECK(v.one().names.new_selector == "sf1");
  v.records.of_selector[{"Salesforce", "example.com", "sf2"}];  // one of a pair is enough
  CHECK(v.one().names.new_selector == "sf3");
  CHECK(v.one().names.new_alternate == "sf4");
  v.records.of_selector[{"Alpha", "example.com", "sf3"}];  // whatever the service
  CHECK(v.one().names.new_selector == "sf5");
}

TEST_CASE("tally: a domain that is declared to send no mail") {
  const auto silent = [](C code, const Texts& from, const std::string& declared) {
    Verdicts v;
    v.owner.entries = {{.kind = OwnerEntry::Kind::no_mail, .value = declared}};
    for (const std::string& domain : from)
      v.add(Verdicts::alpha, code_set({code}), {.from = domain});
    const Finding& f = v.one();
    CHECK((f.confidence == Confidence::high) == f.names.sends_no_mail);
    return f.names.sends_no_mail;
  };
  CHECK(silent(C::unauthenticated, {"example.com"}, "example.com"));
  CHECK(silent(C::unauthenticated, {"Example.COM"}, "example.com"));
  CHECK_FALSE(silent(C::unauthenticated, {"news.example.com"}, "example.com"));
  CHECK_FALSE(silent(C::unauthenticated, {"example.com", "other.example"}, "example.com"));
  CHECK_FALSE(silent(C::spf_permerror, {"example.com"}, "example.com"));
}
