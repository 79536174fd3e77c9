// SPDX-License-Identifier: MIT
// Delivery logs, events and bounces, and what looks like them.
#include <doctest/doctest.h>

#include <string>

#include "store/import/process.h"
#include "tests/support/packing.h"

using namespace dmarcq;
using dmarcq::test::deflated;
using dmarcq::test::zip_of;

namespace {

const std::string header =
    "Date/Time,Internal Message ID,Mail Event,Recipient,Sender,Remote Host,Bytes Transferred,User ID,Message ID Header,Retry Count,"
    "Seconds in Queue,Delivery Stage,Relay Address\r\n";
std::string row(const std::string& moment, const std::string& event) {
  return moment + ",16/A4-1-2," + event +
         ",a@example.net,b@example.com,10.0.0.1,1,,<m@sfdc.net>,0,0,,\r\n";
}
const std::string good_log = header + row("14/10/2026 09:00", "R") + row("14/10/2026 09:01", "D");
const std::string ses =
    R"({"notificationType":"Bounce","bounce":{"bounceType":"Permanent","timestamp":"2026-10-16T12:00:00.000Z","feedbackId":"f1",)"
    R"("bouncedRecipients":[{"emailAddress":"a@example.net","status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 unknown"}]},)"
    R"("mail":{"timestamp":"2026-10-16T11:59:00.000Z","source":"b@example.com","messageId":"s1","destination":["a@example.net"]}})";
const std::string bounce =
    "From: MAILER-DAEMON@mx.example.net\nTo: b@example.com\nSubject: Undelivered\nDate: Fri, 16 Oct 2026 13:00:00 +0000\n"
    "Message-ID: <b1@mx.example.net>\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
    "--b\nContent-Type: text/plain\n\nNot delivered.\n--b\nContent-Type: message/delivery-status\n\n"
    "Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; a@example.net\nAction: failed\nStatus: 5.1.1\n"
    "Diagnostic-Code: smtp; 550 5.1.1 unknown\n\n--b--\n";
std::string mail_of(const std::string& type, const std::string& body) {
  return "From: x@example.org\nTo: b@example.com\nSubject: log\nMessage-ID: <t1@example.org>\nMIME-Version: 1.0\nContent-Type: " +
         type + "\n\n" + body;
}

ProcessedItem processed(const std::string& bytes) {
  Item item;
  item.origin = {"log.csv", 0, "", ""};
  item.bytes = bytes;
  return process(item, Limits{});
}

}  // namespace

TEST_CASE("process: logs, events and bounces become events of deliveries") {
  struct Row {
    const char* name;
    std::string bytes;
    const char* kind;
    std::uint64_t events;
    std::size_t faults;
  };
  for (const Row& each :
       {Row{"a log", good_log, "delivery_log", 2, 0}, Row{"an event", ses, "delivery_log", 1, 0},
        Row{"a bounce", bounce, "bounce", 1, 0},
        Row{"events in a list", "[" + ses + "," + ses + "]", "delivery_log", 2, 0},
        Row{"a log with a preamble", "#dmarcq-table dates=day-first first-row=101\n" + good_log,
            "delivery_log", 2, 0},
        Row{"a damaged row beside a good one",
            header + row("yesterday", "R") + row("14/10/2026 09:00", "D"), "delivery_log", 1, 1},
        // Near misses.
        Row{"a table of something else", "a,b,c\n1,2,3\n", "unknown_table", 0, 0},
        Row{"JSON of something else", "{\"a\":1}", "other", 0, 0},
        Row{"a log that somebody mailed", mail_of("text/csv; name=log.csv", good_log), "other", 0,
            0},
        Row{"events that somebody mailed", mail_of("application/json; name=e.json", ses), "other",
            0, 0}}) {
    CAPTURE(each.name);
    const ProcessedItem item = processed(each.bytes);
    std::uint64_t events = 0;
    for (const auto& delivery : item.deliveries) events += delivery.events.size();
    CHECK(events == each.events);
    CHECK(item.not_a_report == each.kind);
    CHECK(item.faults.size() == each.faults);
    CHECK(item.reports.empty());
    CHECK(item.kept_bytes.empty());  // they name recipients
  }
}

TEST_CASE(
    "process: what is left of a damaged log is not kept; a report is, whatever lies beside it") {
  struct Row {
    const char* name;
    std::string bytes;
    bool kept;
  };
  std::string long_log = good_log, long_events = ses;
  for (int i = 0; i < 300; ++i) {
    long_log += row("14/10/2026 09:00", "R");
    long_events += "\n" + ses;
  }
  const std::string cut_report =
      "<?xml version=\"1.0\"?>\n<feedback><report_metadata><org_name>receiver.example</org_name>";
  const auto cut = [](const std::string& packed) {
    return packed.substr(0, packed.size() * 2 / 3);
  };
  std::string stored = zip_of({{"log.csv", long_log}}, false);
  stored[stored.size() / 2] ^= 1;
  const std::string index = "file,bytes\na.xml,10\nb.xml,20\n";
  for (const Row& each : {
           Row{"a log cut in gzip", cut(deflated(long_log)), false},
           Row{"a log cut in a zip", cut(zip_of({{"log.csv", long_log}})), false},
           Row{"a log damaged in a zip", stored, false},
           Row{"events cut in gzip", cut(deflated(long_events)), false},
           Row{"events cut in a zip", cut(zip_of({{"e.json", long_events}})), false},
           Row{"a cut log beside a cut report",
               zip_of({{"a.xml", cut_report}, {"log.csv.gz", cut(deflated(long_log))}}), false},
           Row{"a log beside a cut report", zip_of({{"a.xml", cut_report}, {"log.csv", good_log}}),
               false},
           Row{"events beside a cut report", zip_of({{"a.xml", cut_report}, {"e.json", ses}}),
               false},
           // Near misses.
           Row{"a cut report", cut_report, true},
           Row{"a report cut in gzip", cut(deflated(cut_report)), true},
           Row{"a table beside a cut report", zip_of({{"a.xml", cut_report}, {"index.csv", index}}),
               true},
           Row{"JSON beside a cut report", zip_of({{"a.xml", cut_report}, {"a.json", "{\"a\":1}"}}),
               true},
       }) {
    CAPTURE(each.name);
    const ProcessedItem item = processed(each.bytes);
    CHECK(!item.faults.empty());
    CHECK(item.kept_bytes == (each.kept ? each.bytes : ""));
  }
}

TEST_CASE("process: what could not be read whole is not kept if it begins like a log") {
  struct Row {
    const char* name;
    std::string bytes;
    bool kept;
  };
  for (const Row& each : {Row{"a log", good_log, false}, Row{"events", ses + "\n" + ses, false},
                          Row{"events, cut", ses.substr(0, 200), false},
                          Row{"a packed log", deflated(good_log), false},
                          // Near misses.
                          Row{"a report", "<?xml version=\"1.0\"?>\n<feedback>", true},
                          Row{"a mail", mail_of("text/plain", "hello\n"), true},
                          Row{"anything", std::string(1000, 'x'), true}}) {
    CAPTURE(each.name);
    Item item;
    item.bytes = each.bytes;
    item.fault = Error{Fault::limit, "larger than 64 MiB", "mail_size"};
    CHECK(process(item, Limits{}).kept_bytes == (each.kept ? each.bytes : ""));
  }
}

TEST_CASE("process: damaged rows are named by their numbers in the whole file") {
  const std::string rows = header + row("14/10/2026 09:00", "R") + row("yesterday", "R");
  const auto part = [&](const std::string& bytes) {
    const ProcessedItem item = processed(bytes);
    REQUIRE(item.faults.size() == 1);
    return item.faults[0].part;
  };
  CHECK(part(rows) == "row 3");
  CHECK(part("#dmarcq-table first-row=20001\n" + rows) == "row 20002");
  CHECK(processed(rows).deliveries.at(0).damaged == 1);
  CHECK(processed(rows).deliveries.at(0).rows == 2);
}

TEST_CASE("process: an order of day and month that was guessed is told") {
  const auto note = [](const std::string& bytes) {
    const ProcessedItem item = processed(bytes);
    CHECK(item.faults.empty());
    return item.notes.empty() ? "" : item.notes.at(0).text;
  };
  CHECK(note(header + row("05/10/2026 09:00", "R"))
            .starts_with(
                "no date tells whether dates like 3/06/2026 begin with the day or the month; "
                "the day was assumed; "));
  CHECK(
      note("#dmarcq-table dates=month-first guessed=yes\n" + header + row("05/10/2026 09:00", "R"))
          .contains("; the month was assumed; "));
  CHECK(note("#dmarcq-table dates=day-first\n" + header + row("05/10/2026 09:00", "R")).empty());
  CHECK(note(good_log).empty());
  CHECK(note(header + row("2026-10-05 09:00", "R")).empty());
}

TEST_CASE("process: only a bounce is read as one, and nothing else that a mail holds") {
  struct Row {
    const char* name;
    std::string mail;
    const char* kind;
    std::uint64_t events;
  };
  const std::string daemon =
      "From: MAILER-DAEMON@mx.example.net\nTo: b@example.com\nDate: Fri, 16 Oct 2026 13:00:00 +0000\n";
  for (
      const Row& each : {
          Row{"a bounce in words",
              daemon + "Subject: Undelivered mail\n\n<a@example.net>: 550 gone\n", "bounce", 1},
          Row{"a mail", mail_of("text/plain", "<a@example.net>: 550 gone\n"), "other", 0},
          Row{"an automatic reply",
              "From: a@example.net\nAuto-Submitted: auto-replied\nSubject: Away\n\nI am away until 550.\n",
              "other", 0},
          Row{"an announcement",
              "From: postmaster@example.net\nSubject: Maintenance\n\nAll servers are down tonight.\n",
              "other", 0},
          Row{"a read receipt",
              "From: a@example.net\nContent-Type: multipart/report; report-type=disposition-notification; "
              "boundary=b\n\n--b\nContent-Type: message/disposition-notification\n\n"
              "Final-Recipient: rfc822;a@example.net\n--b--\n",
              "other", 0},
          Row{"SNS mails an event", mail_of("text/plain", ses), "other", 0},
      }) {
    CAPTURE(each.name);
    const ProcessedItem item = processed(each.mail);
    std::uint64_t events = 0;
    for (const auto& delivery : item.deliveries) events += delivery.events.size();
    CHECK(events == each.events);
    CHECK(item.not_a_report == each.kind);
  }
  // A stranger's event in what looks like a bounce is no event of a service.
  const ProcessedItem item = processed(daemon + "Subject: Undelivered mail\n\n" + ses + "\n");
  for (const auto& delivery : item.deliveries) CHECK(delivery.source == DeliverySource::dsn);
}
