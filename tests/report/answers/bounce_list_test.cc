// SPDX-License-Identifier: MIT
#include "report/answers/bounce_list.h"

#include <doctest/doctest.h>

#include "tests/report/answers/refusals_support.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

using List = BounceListQuestion::List;

/// "Id reason date", "Id opt-out" …, joined by "; ".
std::string rows_of(RefusalsDesk& desk, List list, const std::string& objects, bool hard = false) {
  const auto found =
      bounce_list(desk.ask(), {.list = list, .objects = objects, .opt_out_hard = hard});
  REQUIRE(found);
  std::string text;
  for (const BounceListRow& row : found->rows)
    text += fmt::format("{}{}{}{}{}", text.empty() ? "" : "; ", row.id,
                        row.reason.empty() ? "" : " " + row.reason,
                        row.date.empty() ? "" : " " + row.date, row.opt_out ? " out" : "");
  return text;
}

constexpr const char* unknown = ",550 5.1.1 User unknown";
constexpr const char* full = ",552 5.2.2 over quota";

}  // namespace

TEST_CASE("bounce list: who is of no use") {
  struct Row {
    const char* name;
    std::vector<std::string> log;
    bool listed;
  };
  const std::string to = ",a@shop.example";
  for (const Row& row : {
           Row{"unknown user", {"2026-10-14 09:15,P" + to + unknown}, true},
           Row{"delivered since",
               {"2026-10-14 09:15,P" + to + unknown, "2026-10-14 09:16,D" + to + ","},
               false},
           Row{"delivered before",
               {"2026-10-14 09:15,P" + to + unknown, "2026-10-14 09:14,D" + to + ","},
               true},
           Row{"delivered to another spelling",
               {"2026-10-14 09:15,P" + to + unknown, "2026-10-15 09:00,D,A@shop.example,"},
               false},
           Row{"full once", {"2026-10-14 09:15,P" + to + full}, false},
           Row{"full three times in 30 days",
               {"2026-10-01 09:00,P" + to + full, "2026-10-15 09:00,P" + to + full,
                "2026-10-31 09:00,P" + to + full},
               true},
           Row{"near miss: in 31 days",
               {"2026-09-30 09:00,P" + to + full, "2026-10-15 09:00,P" + to + full,
                "2026-10-31 09:00,P" + to + full},
               false},
           Row{"unknown, then delivered, then full",
               {"2026-10-01 09:00,P" + to + unknown, "2026-10-02 09:00,D" + to + ",",
                "2026-10-14 09:00,P" + to + full},
               false},
           Row{"near miss: unknown again",
               {"2026-10-01 09:00,P" + to + unknown, "2026-10-02 09:00,D" + to + ",",
                "2026-10-14 09:00,P" + to + unknown},
               true},
           Row{"full before it was delivered does not count",
               {"2026-10-01 09:00,P" + to + full, "2026-10-02 09:00,P" + to + full,
                "2026-10-03 09:00,D" + to + ",", "2026-10-14 09:00,P" + to + full},
               false},
           Row{"refused for DMARC", {"2026-10-14 09:15,P" + to + "," + dmarc_words}, false},
           Row{"put off and given up",
               {"2026-10-14 09:15,T" + to + ",451 4.7.1 Greylisted",
                "2026-10-16 09:00,D,z@shop.example,"},
               false},
       }) {
    CAPTURE(row.name);
    RefusalsDesk desk;
    desk.log(row.log);
    CHECK(rows_of(desk, List::suppress, "Id,Email\n1,a@shop.example\n").starts_with("1 ") ==
          row.listed);
  }
}

TEST_CASE("bounce list: an address on the service's own list, and why it came there") {
  struct Event {
    const char *day, *sub_type, *words;
  };
  struct Row {
    const char* name;
    std::vector<Event> events;
    bool listed;
  };
  const Event suppressed{"2026-10-15", "OnAccountSuppressionList", ""};
  for (const Row& row : {
           Row{"nothing else is known", {suppressed}, true},
           Row{"for an address of no use",
               {{"2026-10-14", "General", "550 5.1.1 User unknown"}, suppressed},
               true},
           Row{"for the sender's fault",
               {{"2026-10-14", "General", dmarc_words}, suppressed},
               false},
           Row{"the sender's fault alone", {{"2026-10-14", "General", dmarc_words}}, false},
       }) {
    CAPTURE(std::string(row.name));
    RefusalsDesk desk;
    for (const Event& event : row.events)
      desk.take(fmt::format(
          R"({{"notificationType":"Bounce","bounce":{{"bounceType":"Permanent","bounceSubType":"{1}","timestamp":"{0}T09:00:00.000Z",)"
          R"("bouncedRecipients":[{{"emailAddress":"a@gmail.com","diagnosticCode":"smtp; {2}"}}]}},)"
          R"("mail":{{"timestamp":"{0}T08:00:00.000Z","source":"n@example.com","messageId":"s{0}","destination":["a@gmail.com"]}}}})",
          event.day, event.sub_type, event.words));
    CHECK(rows_of(desk, List::suppress, "Id,Email\n1,a@gmail.com\n").starts_with("1 ") ==
          row.listed);
  }
}

TEST_CASE("bounce list: what is written, and what is left as it is") {
  RefusalsDesk desk;
  desk.log({"2026-10-14 09:15,P,a@shop.example,550 5.1.1 User unknown"});
  struct Row {
    const char *name, *objects;
    bool hard;
    const char* expected;
  };
  const char* const bounced = "1 550 5.1.1 UNKNOWN_USER (email_log) 2026-10-14T09:15:00.000Z";
  for (
      const Row& row : {
          Row{"one record", "Id,Email\n1,A@shop.example\n", false, bounced},
          Row{"other names of the columns, semicolons",
              "\"Contact ID\";\"Email Address\"\r\n\"1\";\"a@shop.example\"\r\n", false, bounced},
          Row{"a German export",
              "Kontakt-ID;Account-ID;Name;E-Mail\n"
              "0035e00000AbCdE;0015e00000AbCdE;A;a@shop.example\n",
              false, "0035e00000AbCdE 550 5.1.1 UNKNOWN_USER (email_log) 2026-10-14T09:15:00.000Z"},
          Row{"columns told by what is in them, tabs",
              "取引先責任者 ID\tメール\n0035e00000AbCdEAAA\ta@shop.example\n"
              "0035e00000AbCdFAAA\t\n",
              false,
              "0035e00000AbCdEAAA 550 5.1.1 UNKNOWN_USER (email_log) 2026-10-14T09:15:00.000Z"},
          Row{"two records", "Id,Email\n1,a@shop.example\n2,a@shop.example\n", false,
              "1 550 5.1.1 UNKNOWN_USER (email_log) 2026-10-14T09:15:00.000Z; 2 550 5.1.1 UNKNOWN_USER (email_log) 2026-10-14T09:15:00.000Z"},
          Row{"another's", "Id,Email\n1,b@shop.example\n", false, ""},
          Row{"no Id", "Id,Email\n,a@shop.example\n", false, ""},
          Row{"it holds the value", "Id,Email,EmailBouncedReason\n1,a@shop.example,550\n", false,
              ""},
          Row{"near miss: not yet", "Id,Email,EmailBouncedReason\n1,a@shop.example, \n", false,
              bounced},
          Row{"asked for", "Id,Email\n1,a@shop.example\n", true,
              "1 550 5.1.1 UNKNOWN_USER (email_log) 2026-10-14T09:15:00.000Z out"},
          Row{"asked for, and it holds the bounce",
              "Id,Email,EmailBouncedReason,HasOptedOutOfEmail\n1,a@shop.example,550,false\n", true,
              "1 out"},
          Row{"asked for, and it holds both",
              "Id,Email,EmailBouncedReason,HasOptedOutOfEmail\n1,a@shop.example,550,true\n", true,
              ""},
          Row{"opted out before: said again, never unset",
              "Id,Email,HasOptedOutOfEmail\n1,a@shop.example,TRUE\n", false,
              "1 550 5.1.1 UNKNOWN_USER (email_log) 2026-10-14T09:15:00.000Z out"},
      }) {
    CAPTURE(row.name);
    CHECK(rows_of(desk, List::suppress, row.objects, row.hard) == row.expected);
  }
}

TEST_CASE("bounce list: an export in UTF-16, as spreadsheets write it") {
  RefusalsDesk desk;
  desk.log({"2026-10-14 09:15,P,a@shop.example,550 5.1.1 User unknown"});
  std::string objects = "\xFF\xFE";
  for (const char c : std::string("Id\tE-Mail\r\n1\ta@shop.example\r\n")) (objects += c) += '\0';
  CHECK(rows_of(desk, List::suppress, objects) ==
        "1 550 5.1.1 UNKNOWN_USER (email_log) 2026-10-14T09:15:00.000Z");
}

TEST_CASE("bounce list: a complaint opts out, and is no bounce") {
  RefusalsDesk desk;
  desk.take(
      R"({"notificationType":"Complaint","complaint":{"complainedRecipients":[{"emailAddress":"a@shop.example"}],"timestamp":"2026-10-14T09:00:00.000Z","feedbackId":"c1"},)"
      R"("mail":{"timestamp":"2026-10-14T08:00:00.000Z","source":"n@example.com","messageId":"s1","destination":["a@shop.example"]}})");
  CHECK(rows_of(desk, List::suppress, "Id,Email\n1,a@shop.example\n") == "1 out");
  CHECK(rows_of(desk, List::suppress, "Id,Email,HasOptedOutOfEmail\n1,a@shop.example,true\n") ==
        "");
  CHECK(rows_of(desk, List::release, "Id,Email\n1,a@shop.example\n") == "");
}

TEST_CASE("bounce list: released when mail like theirs arrives again") {
  RefusalsDesk desk;
  const std::string objects =
      "Id,Email,EmailBouncedReason\n1,a@gmail.com,550 5.7.26\n2,a@gmail.com,\n3,b@gmail.com,550 5.1.1\n4,c@gmail.com,550\n";
  desk.log({std::string("2026-10-14 09:15,P,a@gmail.com,") + dmarc_words,
            "2026-10-14 09:15,P,b@gmail.com,550 5.1.1 User unknown"});
  const auto list = bounce_list(desk.ask(), {.list = List::release, .objects = objects});
  REQUIRE(list);
  CHECK(list->rows.empty());
  CHECK(list->unrepaired == 1);
  CHECK(list->held == 1);
  CHECK(list->records == 4);
  CHECK(list->unmatched == 0);
  std::vector<std::string> arrived;
  for (int i = 10; i < 30; ++i)
    arrived.push_back(fmt::format("2026-10-17 10:{},D,p{}@gmail.com,", i, i));
  desk.log(arrived);
  CHECK(rows_of(desk, List::release, objects) == "1");
  CHECK(bounce_list(desk.ask(), {.list = List::release, .objects = "Id,Email\n1,x@gmail.com\n"})
            ->unmatched == 1);
}

TEST_CASE("bounce list: an export that is none") {
  RefusalsDesk desk;
  for (const char* objects :
       {"", "Id,Name\n1,x\n", "Email\na@shop.example\n", "Nummer;E-Mail\n17;a@shop.example\n",
        // Which of two it is, nobody knows.
        "Id;Mail 1;Mail 2\n1;a@shop.example;b@shop.example\n",
        "A;B;E-Mail\n0035e00000AbCdE;0035e00000AbCdF;a@shop.example\n"}) {
    CAPTURE(objects);
    CHECK_FALSE(bounce_list(desk.ask(), {.objects = objects}));
  }
  CHECK(bounce_list(desk.ask(), {.objects = "Id,Email\n"})->rows.empty());
}
