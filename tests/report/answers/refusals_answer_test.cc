// SPDX-License-Identifier: MIT
#include "report/answers/refusals_answer.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/report/answers/refusals_support.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

using By = RefusalsQuestion::By;
const std::string dmarc = std::string(",") + dmarc_words;

Day on(const char* text) { return day_from_text(text).value(); }

std::vector<std::pair<std::string, std::uint64_t>> groups(const RefusalsAnswer& answer) {
  std::vector<std::pair<std::string, std::uint64_t>> found;
  for (const RefusalGroup& group : answer.groups) found.emplace_back(group.label, group.mails);
  return found;
}
using Groups = std::vector<std::pair<std::string, std::uint64_t>>;

void fill(RefusalsDesk& desk) {
  desk.log({"2026-10-14 09:00,P,a@gmail.com" + dmarc, "2026-10-15 09:00,P,b@gmail.com" + dmarc,
            "2026-10-15 10:00,P,c@shop.example,550 5.1.1 User unknown",
            "2026-10-16 10:00,D,d@shop.example,", "2026-10-16 10:00,P,a@gmail.com" + dmarc});
}

}  // namespace

TEST_CASE("refusals answer: groups by each word") {
  RefusalsDesk desk;
  fill(desk);
  struct Row {
    By by;
    Groups expected;
  };
  for (const Row& row :
       {Row{By::why, {{"AUTH_DMARC", 3}, {"UNKNOWN_USER", 1}}},
        Row{By::recipient_domain, {{"gmail.com", 3}, {"shop.example", 1}}},
        Row{By::day, {{"2026-10-14", 1}, {"2026-10-15", 2}, {"2026-10-16", 1}}},
        Row{By::org, {{"00DA0000000Hu5aMAC", 4}}}, Row{By::source, {{"email_log", 4}}}})
    CHECK(groups(desk.ask({.by = row.by})) == row.expected);
  const RefusalsAnswer answer = desk.ask();
  CHECK(answer.mails == 5);
  CHECK(answer.failed == 4);
  CHECK(answer.since == on("2026-10-14"));
  CHECK(answer.until == on("2026-10-16"));
  CHECK(answer.groups[0].recipients == 2);
  CHECK(answer.groups[0].receiver == "google");
  CHECK(answer.groups[0].sureness == Sureness::high);
  CHECK(answer.cause(RefusalCause::Kind::authentication) != nullptr);
  CHECK(answer.cause(RefusalCause::Kind::reputation) == nullptr);
}

TEST_CASE("refusals answer: no logs, or none of these days") {
  RefusalsDesk desk;
  CHECK_FALSE(desk.ask().any_logs);
  fill(desk);
  CHECK(desk.ask().any_logs);
  CHECK_FALSE(desk.ask({.since = on("2026-12-01")}).any_logs);
  CHECK(desk.ask({.since = on("2026-12-01")}).groups.empty());
}

TEST_CASE("refusals answer: filters") {
  RefusalsDesk desk;
  fill(desk);
  struct Row {
    const char* name;
    RefusalsQuestion question;
    std::uint64_t mails;
    std::size_t refused;
  };
  for (const Row& row : {
           Row{"none", {}, 5, 4},
           Row{"since", {.since = on("2026-10-15")}, 4, 3},
           Row{"until", {.until = on("2026-10-14")}, 1, 1},
           Row{"a day", {.since = on("2026-10-15"), .until = on("2026-10-15")}, 2, 2},
           Row{"a day without", {.since = on("2026-10-17")}, 0, 0},
           Row{"From", {.domains = {"example.com"}}, 5, 4},
           Row{"near miss: a name that ends alike", {.domains = {"ample.com"}}, 0, 0},
           Row{"recipients", {.recipient_domains = {"shop.example"}}, 2, 1},
           Row{"recipients below", {.recipient_domains = {"example"}}, 2, 1},
           Row{"a class; what became of all mail is still told",
               {.classes = {RefusalClass::unknown_user}},
               5,
               1},
           Row{"a class that is not there", {.classes = {RefusalClass::tls}}, 5, 0},
       }) {
    CAPTURE(row.name);
    const RefusalsAnswer answer = desk.ask(row.question);
    CHECK(answer.mails == row.mails);
    CHECK(answer.refusals.size() == row.refused);
  }
}

TEST_CASE("refusals answer: a mail that was put off the day before is one mail") {
  RefusalsDesk desk;
  desk.take(
      "Date/Time,Internal Message ID,Mail Event,Recipient,Sender,Remote Host,Bytes Transferred,User ID,Message ID Header,Retry Count,Seconds in Queue,Delivery Stage,Relay Address\r\n"
      "2026-10-14 20:00,q,T,a@gmail.com,s@example.com,10.0.0.1,1,,<m1>,0,1,during RCPT TO,451 4.7.1 later\r\n"
      "2026-10-15 08:00,q,P,a@gmail.com,s@example.com,10.0.0.1,1,,<m1>,1,1,during RCPT TO,550 5.1.1 User unknown\r\n");
  const RefusalsAnswer answer = desk.ask({.since = on("2026-10-15")});
  CHECK(answer.mails == 1);
  CHECK(answer.outcomes[0].attempts == 1);
  CHECK(desk.ask({.until = on("2026-10-14")}).mails == 0);  // its end is of the day after
}

TEST_CASE("refused own mail: proven, not repaired, and by a log of the owner's") {
  const auto refused = [](RefusalsDesk& desk) {
    const auto snapshot = desk.store().snapshot();
    const Day since = on("2026-10-01"), until = on("2026-10-30");
    const MailHistory history(*snapshot, since, until, MailHistory::Told::by_logs);
    return refused_own_mail(*snapshot, history, "example.com", since, until, {});
  };
  {
    RefusalsDesk desk;
    fill(desk);
    CHECK_FALSE(refused(desk));  // no report proves it
    desk.report("google.com", "2026-10-14", false);
    desk.report("google.com", "2026-10-15", false);
    const auto found = refused(desk);
    REQUIRE(found);
    CHECK(found->mails == 2);
    CHECK(found->receivers == std::set<std::string>{"google"});
    CHECK(found->first_day == on("2026-10-14"));
    CHECK(found->last_day == on("2026-10-15"));
    std::vector<std::string> arrived;
    for (int i = 10; i < 20; ++i)
      arrived.push_back(fmt::format("2026-10-17 10:{},D,p{}@gmail.com,", i, i));
    desk.log(arrived);
    CHECK_FALSE(refused(desk));  // repaired
  }
  {
    RefusalsDesk desk;
    fill(desk);
    desk.report("google.com", "2026-10-14", true);
    CHECK_FALSE(refused(desk));  // the reports say that it passed
  }
}

TEST_CASE("refusals: the example of a group is of the class that it names") {
  RefusalsDesk desk;
  desk.log({"2026-10-14 09:00,P,a@gmail.com,550 5.1.1 User unknown",
            "2026-10-14 09:01,P,b@gmail.com,550 5.1.1 User unknown",
            "2026-10-15 09:00,P,c@gmail.com,552 5.2.2 Mailbox full"});
  const RefusalsAnswer answer = desk.ask({.by = RefusalsQuestion::By::recipient_domain});
  REQUIRE(answer.groups.size() == 1);
  CHECK(answer.groups[0].main_class() == RefusalClass::unknown_user);
  CHECK(answer.groups[0].example == "550 5.1.1 User unknown");
}

TEST_CASE("refused own mail: a bounce neither blocks, nor repairs, nor takes a repair back") {
  const auto refused = [](RefusalsDesk& desk) {
    const auto snapshot = desk.store().snapshot();
    const Day since = on("2026-10-01"), until = on("2026-10-30");
    const MailHistory history(*snapshot, since, until, MailHistory::Told::by_logs);
    const auto found = refused_own_mail(*snapshot, history, "example.com", since, until, {});
    return found ? found->mails : 0;
  };
  const auto proves = [](RefusalsDesk& desk) {
    for (const char* day : {"2026-10-14", "2026-10-15", "2026-10-16", "2026-10-20"})
      desk.report("google.com", day, false);
  };
  const auto arrive = [](RefusalsDesk& desk) {
    std::vector<std::string> arrived;
    for (int i = 10; i < 20; ++i)
      arrived.push_back(fmt::format("2026-10-17 10:{},D,p{}@gmail.com,", i, i));
    desk.log(arrived);
  };
  const std::string later = "Tue, 20 Oct 2026 09:00:00 +0000";
  {
    RefusalsDesk desk;
    proves(desk);
    for (int i = 0; i < 20; ++i)
      desk.bounce("failed", later, fmt::format("p{}@gmail.com", i), fmt::format("forged{}", i),
                  dmarc_words);
    CHECK(desk.ask().failed == 20);
    CHECK(refused(desk) == 0);
  }
  {
    RefusalsDesk desk;
    proves(desk);
    fill(desk);
    const std::uint64_t blocked = refused(desk);
    CHECK(blocked == 3);
    for (int i = 0; i < 20; ++i)
      desk.bounce("delivered", later, fmt::format("p{}@gmail.com", i), fmt::format("forged{}", i),
                  "250 2.0.0 OK");
    CHECK(refused(desk) == blocked);
    // Of the very mail that the log calls refused.
    desk.bounce("delivered", later, "a@gmail.com", "2026-10-14 09:00a@gmail.com", "250 2.0.0 OK");
    desk.bounce("delivered", later, "b@gmail.com", "2026-10-15 09:00b@gmail.com", "250 2.0.0 OK");
    CHECK(refused(desk) == blocked);
    arrive(desk);
    CHECK(refused(desk) == 0);
    for (int i = 0; i < 20; ++i)
      desk.bounce("failed", later, fmt::format("q{}@gmail.com", i), fmt::format("forged q{}", i),
                  dmarc_words);
    CHECK(refused(desk) == 0);
    // Of the very mail that the log calls refused, and of those that it calls delivered.
    desk.bounce("failed", later, "a@gmail.com", "2026-10-14 09:00a@gmail.com", dmarc_words);
    CHECK(refused(desk) == 0);
    for (int i = 10; i < 20; ++i)
      desk.bounce("failed", later, fmt::format("p{}@gmail.com", i),
                  fmt::format("2026-10-17 10:{0}p{0}@gmail.com", i), dmarc_words);
    CHECK(refused(desk) == 0);
  }
}

TEST_CASE("refused own mail: what proves it is trusted as the question says") {
  RefusalsDesk desk;
  fill(desk);
  desk.report("google.com", "2026-10-14", false);  // files, which tell nothing of their sender
  desk.report("google.com", "2026-10-15", false);
  const auto snapshot = desk.store().snapshot();
  const Day since = on("2026-10-01"), until = on("2026-10-30");
  const MailHistory history(*snapshot, since, until, MailHistory::Told::by_logs);
  struct Row {
    ReportTrust trust;
    bool refused;
  };
  for (const Row& row : {Row{{}, true}, Row{{.least = Trust::unverified}, true},
                         Row{{.least = trusted}, false}, Row{{.least = Trust::verified}, false},
                         Row{{.least = Trust::verified, .or_file = true}, true}}) {
    CAPTURE(static_cast<int>(row.trust.least));
    CHECK(
        refused_own_mail(*snapshot, history, "example.com", since, until, row.trust).has_value() ==
        row.refused);
  }
}

TEST_CASE("refusals answer: an operator that reports later than the others tells nothing yet") {
  RefusalsDesk desk;
  desk.log({"2026-10-15 09:00,P,a@gmail.com" + dmarc, "2026-10-15 09:00,P,b@outlook.com" + dmarc,
            "2026-10-14 09:00,P,c@gmail.com" + dmarc});
  desk.report("google.com", "2026-10-14", false);
  for (const char* day : {"2026-10-14", "2026-10-15", "2026-10-16"})
    desk.report("Outlook.com", day, false);
  std::vector<std::string> evidence;
  for (const WeighedRefusal& refusal : desk.ask().refusals)
    evidence.push_back(*refusal.mail->receiver + " " + iso_date(refusal.mail->day) + " " +
                       std::string(to_text(refusal.evidence)));
  std::ranges::sort(evidence);
  CHECK(evidence == std::vector<std::string>{"google 2026-10-14 proven-dmarc",
                                             "google 2026-10-15 no-reports",
                                             "microsoft 2026-10-15 proven-dmarc"});
  // Once it reports again, and not of that day, it saw no such mail.
  desk.report("google.com", "2026-10-16", false);
  for (const WeighedRefusal& refusal : desk.ask().refusals)
    if (*refusal.mail->receiver == "google" && refusal.mail->day == on("2026-10-15"))
      CHECK(refusal.evidence == RefusalEvidence::before_dmarc);
}
