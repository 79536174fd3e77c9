// SPDX-License-Identifier: MIT
#include "report/answers/base/mail_history.h"

#include "tests/report/answers/refusals_support.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

/// One mail of each sender, in this order.
void take_mails(RefusalsDesk& desk, const std::vector<const char*>& senders) {
  std::string table =
      "Date/Time,Internal Message ID,Mail Event,Recipient,Sender,Remote Host,Bytes Transferred,User ID,Message ID Header,"
      "Retry Count,Seconds in Queue,Delivery Stage,Relay Address\r\n";
  int minute = 10;
  for (const char* sender : senders)
    table += fmt::format(
        "2026-10-15 08:{0},q,P,a@gmail.com,{1},10.0.0.1,1,,<m{0}>,0,1,during RCPT TO,550 5.1.1 User unknown\r\n",
        minute++, sender);
  desk.take(table);
}

}  // namespace

TEST_CASE("mail history: the mails of a domain and below, by time") {
  RefusalsDesk desk;
  take_mails(desk, {"a@example.com", "a@example.org", "a@mail.example.com", "a@notexample.com"});
  const auto snapshot = desk.store().snapshot();
  const Day day = day_from_text("2026-10-15").value();
  const MailHistory history(*snapshot, day, day);
  CHECK(history.any_logs());
  const auto senders = [&](const std::vector<std::string>& domains) {
    std::vector<std::string> names;
    for (const MailOutcome& mail : history.of(domains)) names.push_back(*mail.from_domain);
    return names;
  };
  using Names = std::vector<std::string>;
  CHECK(senders({}) == Names{"example.com", "example.org", "mail.example.com", "notexample.com"});
  CHECK(senders({"example.com"}) == Names{"example.com", "mail.example.com"});
  CHECK(senders({"mail.example.com"}) == Names{"mail.example.com"});
  CHECK(senders({"example.org", "example.com"}) ==
        Names{"example.com", "example.org", "mail.example.com"});
  CHECK(senders({"nowhere.example"}).empty());
}

TEST_CASE("mail history: days beside those that are asked for are read, others are not") {
  RefusalsDesk desk;
  take_mails(desk, {"a@example.com"});
  const auto snapshot = desk.store().snapshot();
  const Day day = day_from_text("2026-10-15").value();
  CHECK(MailHistory(*snapshot, day + 2, {}).any_logs());
  CHECK_FALSE(MailHistory(*snapshot, day + 3, {}).any_logs());
  CHECK(MailHistory(*snapshot, {}, day - 2).any_logs());
  CHECK_FALSE(MailHistory(*snapshot, {}, day - 3).any_logs());
  CHECK(MailHistory(*snapshot, {}, {}).any_logs());
}

TEST_CASE("mail history: told by logs alone, bounces change nothing") {
  RefusalsDesk desk;
  desk.log({"2026-10-15 08:00,D,a@gmail.com,"});
  const std::string date = "Fri, 16 Oct 2026 09:00:00 +0000";
  const Day day = day_from_text("2026-10-15").value();
  desk.bounce("failed", date, "a@gmail.com", "2026-10-15 08:00a@gmail.com", dmarc_words);
  desk.bounce("failed", date, "b@gmail.com", "unknown", dmarc_words);
  const auto snapshot = desk.store().snapshot();
  using Told = MailHistory::Told;
  const auto states = [&](Told told) {
    std::vector<FinalState> found;
    for (const MailOutcome& mail : MailHistory(*snapshot, day, day + 1, told).of({}))
      found.push_back(mail.state);
    return found;
  };
  CHECK(states(Told::by_logs) == std::vector{FinalState::delivered});
  CHECK(states(Told::by_all) == std::vector{FinalState::refused, FinalState::refused});
}
