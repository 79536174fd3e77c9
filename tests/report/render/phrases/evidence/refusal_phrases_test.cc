// SPDX-License-Identifier: MIT
#include "report/render/phrases/evidence/refusal_phrases.h"

#include <doctest/doctest.h>

#include <string>

using namespace dmarcq;

namespace {

using Kind = RefusalCause::Kind;

RefusalCause cause(Kind kind) {
  RefusalCause made;
  made.kind = kind;
  made.mails = 3;
  made.from_domains = {"example.com"};
  made.receivers = {"google", "microsoft"};
  made.first_day = 20'000;
  made.last_day = 20'001;
  return made;
}

std::string all_of(const CauseSentences& sentences) {
  std::string text = sentences.title + "\n" + sentences.why;
  for (const std::string& step : sentences.fix) text += "\n" + step;
  return text;
}

}  // namespace

TEST_CASE("refusal phrases: every class, state, evidence and cause has its words") {
  for (std::size_t i = 0; i < refusal_class_count; ++i)
    CHECK_FALSE(title_of(static_cast<RefusalClass>(i)).empty());
  for (std::size_t i = 0; i < final_state_count; ++i)
    CHECK_FALSE(title_of(static_cast<FinalState>(i)).empty());
  for (std::size_t i = 1; i < refusal_evidence_count; ++i)
    CHECK_FALSE(title_of(static_cast<RefusalEvidence>(i)).empty());
  CHECK(title_of(RefusalEvidence::not_asked).empty());
  for (std::size_t i = 0; i < refusal_cause_count; ++i) {
    const CauseSentences sentences = sentences_of(cause(static_cast<Kind>(i)));
    CAPTURE(sentences.title);
    CHECK_FALSE(sentences.title.empty());
    CHECK(sentences.why.ends_with('.'));
    CHECK_FALSE(sentences.fix.empty());
  }
}

TEST_CASE("refusal phrases: what a cause says by its figures") {
  struct Row {
    const char* name;
    Kind kind;
    void (*change)(RefusalCause&);
    const char *there, *not_there;
  };
  for (const Row& row : {
           Row{"proven", Kind::dmarc_enforced, [](RefusalCause&) {},
               "relax the policy of this domain to p=none", "bounce management"},
           Row{"before DMARC", Kind::authentication, [](RefusalCause& c) { c.before_dmarc = 1; },
               "One is in no aggregate report", "say that mail"},
           Row{"the reports say it passed", Kind::authentication,
               [](RefusalCause& c) { c.pass_in_reports = 1; }, "look at one of the refused mails",
               "no aggregate report"},
           Row{"bounce management on", Kind::authentication,
               [](RefusalCause& c) { c.bounce_managed = 3; }, "Leave bounce management on",
               "Turn bounce"},
           Row{"Direct Send, own envelope", Kind::own_tenant, [](RefusalCause&) {},
               "Turn bounce management on", "Until then"},
           Row{"Direct Send, Salesforce's envelope", Kind::own_tenant,
               [](RefusalCause& c) { c.bounce_managed = 3; }, "inbound connector from a partner",
               "Turn bounce"},
           Row{"one receiver's view", Kind::reputation,
               [](RefusalCause& c) { c.receivers = {"google"}; }, "one receiver alone",
               "microsoft"},
           Row{"several", Kind::reputation, [](RefusalCause& c) { c.pass_in_reports = c.mails; },
               "authentication is not the cause", "one receiver alone"},
           Row{"one of several passed", Kind::reputation,
               [](RefusalCause& c) { c.pass_in_reports = 1; },
               "By the reports of the day, 1 of these passed DMARC.", "is not the cause"},
           Row{"an unnamed policy", Kind::unknown,
               [](RefusalCause& c) { c.classes = {{RefusalClass::policy_other, 3}}; },
               "dmarcq refusals --class POLICY_OTHER --format json", "unclassified"},
           Row{"over", Kind::authentication, [](RefusalCause& c) { c.repaired = true; },
               "--export release", "--export suppress"},
           Row{"over, and nobody was blocked", Kind::rate,
               [](RefusalCause& c) { c.repaired = true; }, "has arrived there since", "--export"},
           Row{"recipients", Kind::recipient, [](RefusalCause&) {}, "--export suppress",
               "--export release"},
       }) {
    CAPTURE(row.name);
    RefusalCause made = cause(row.kind);
    row.change(made);
    const std::string text = all_of(sentences_of(made));
    CAPTURE(text);
    CHECK(text.contains(row.there));
    CHECK_FALSE(text.contains(row.not_there));
  }
}

TEST_CASE("refusal phrases: technical or reputation") {
  const auto split = [](std::uint64_t technical, std::set<std::string> at, std::uint64_t reputation,
                        std::set<std::string> of) {
    return sentence_of(RefusalSplit{.technical = technical,
                                    .reputation = reputation,
                                    .technical_at = std::move(at),
                                    .reputation_at = std::move(of)});
  };
  CHECK(split(0, {}, 0, {}).empty());
  CHECK(sentence_of(RefusalSplit{.technical = 2, .proven = 1, .technical_at = {"google"}})
            .contains("aggregate reports prove it"));
  CHECK(split(5, {"google", "yahoo"}, 9, {"google"}).contains("It is the sender's to repair"));
  CHECK(split(5, {"google"}, 1, {"yahoo"}).contains("one operator alone (google)"));
  CHECK(split(1, {"google"}, 5, {"yahoo"}).contains("yahoo alone thinks"));
  CHECK(split(0, {}, 5, {"google", "yahoo"}).contains("2 operators think"));
}

TEST_CASE("refusal phrases: the route") {
  using R = RouteAdvice::Kind;
  const auto text = [](std::vector<R> kinds, bool core = true, double a_day = 100) {
    std::string all;
    for (const std::string& each : sentences_of(RouteAdvice{std::move(kinds), core, a_day}))
      all += each + "\n";
    return all;
  };
  CHECK(text({R::stay}).starts_with("Stay on Salesforce Core: no refusal"));
  CHECK(text({R::stay}, false).starts_with("Keep the route: "));
  CHECK(text({R::repair_dkim}).starts_with("Stay on Salesforce Core: repair DKIM."));
  // "Stay" is said once.
  CHECK(text({R::repair_dkim, R::repair_tenant}).contains("\nMail to your own organization"));
  CHECK(text({R::repair_relay}).starts_with("Repair Email Relay's connector"));
  for (const char* route :
       {"Email Relay", "Account Engagement", "Marketing Cloud", "a transactional service"})
    CHECK(text({R::change}).contains(route));
  CHECK(text({R::change}).contains("No dedicated address: these logs have about 100 mails a day"));
  CHECK(text({R::change}, true, 3'299).contains("No dedicated address"));
  CHECK(text({R::change}, true, 3'300).contains("only if the volume is steady"));
}
