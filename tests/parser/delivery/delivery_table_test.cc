// SPDX-License-Identifier: MIT
// Tables of deliveries and bounces, as Salesforce and other services export them.
#include "parser/delivery/delivery_table.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/parser/delivery/support.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

ReadDeliveries read(std::string_view text) {
  return read_deliveries([&](DeliverySink sink) { return parse_delivery_table(text, {}, sink); });
}

/// "row 3: no date; row 4: …"
std::string damages(const ParsedDelivery& result) {
  std::string out;
  for (const DeliveryDamage& damage : result.damages)
    out += (out.empty() ? "" : "; ") + damage.part + ": " + damage.error.text;
  return out;
}

const std::string log_header =
    "Date/Time,Internal Message ID,Mail Event,Recipient,Sender,Remote Host,Bytes Transferred,"
    "User ID,Message ID Header,Retry Count,Seconds in Queue,Delivery Stage,Relay Address,"
    "TLS_Cipher,TLS_Verified\r\n";

}  // namespace

TEST_CASE("delivery table: an Email Log File") {
  const ReadDeliveries got =
      read("\xEF\xBB\xBF" + log_header +
           "23/11/2026 13:37,16/A4-20983-88E21E84,P,jane@Example.NET,"
           "info=example.com__k2f@0a1b.00dxx0000000001aaa.um8.bnc.salesforce.com,10.0.0.1,1234,"
           "005XX0000012345,<x@sfdc.net>,0,2,during RCPT TO,,\"550-5.7.26 Unauthenticated email\r\n"
           "550 5.7.26 due to DMARC\",\r\n"
           "3/11/2026 13:38,16/A4-20983-88E21E85,D,joe@example.net,info@example.com,10.0.0.1,99,,"
           "<y@sfdc.net>,1,3,,192.0.2.9,TLSv1.2:AES256-GCM-SHA384,Verified\r\n"
           "3/11/2026 13:39,16/A4-1,T,joe@example.net,,,,,,2,3,421 4.7.0 try later,,,\r\n"
           "3/11/2026 13:40,16/A4-2,R,joe@example.net,,,,,,,,,,,\r\n"
           "3/11/2026 13:41,16/A4-3,D,joe@company.invalid,,,,,,,,,,,\r\n"
           "3/11/2026 13:42,16/A4-4,D,warmup@sp3.siterelay.mta.salesforce.com,,,,,,,,,,,\r\n" +
           log_header);
  CHECK(got.error.empty());
  CHECK(got.result.source == DeliverySource::email_log);
  CHECK(got.result.rows == 7);
  CHECK(got.result.events == 5);
  CHECK(got.result.left_out == 2);
  CHECK(got.result.date_order == DateOrder::day_first);
  CHECK(!got.result.date_order_guessed);
  CHECK(damages(got.result).empty());
  REQUIRE(got.events.size() == 5);
  const DeliveryEvent& first = got.events[0];
  CHECK(first.state == DeliveryState::refused);
  CHECK(rfc3339(first.time) == "2026-11-23T13:37:00Z");
  CHECK(first.recipient == "jane@example.net");
  CHECK(first.header_from == "info@example.com");
  CHECK(first.envelope_sender ==
        "info=example.com__k2f@0a1b.00dxx0000000001aaa.um8.bnc.salesforce.com");
  CHECK(first.message_id == "x@sfdc.net");
  CHECK(first.queue_id == "16/A4-20983-88E21E84");
  CHECK(first.user_id == "005XX0000012345");
  CHECK(first.stage == "during RCPT TO");
  CHECK(first.text == "550-5.7.26 Unauthenticated email 550 5.7.26 due to DMARC");
  CHECK(first.more.empty());  // columns that are known and tell nothing
  CHECK(first.key == "email_log|16/A4-20983-88E21E84|p|jane@Example.NET|2026-11-23T13:37:00Z|0|");
  CHECK(got.events[1].state == DeliveryState::delivered);
  CHECK(got.events[1].header_from.empty());  // bounce management is off: the log does not tell
  CHECK(got.events[1].more.ends_with(
      "Relay Address: 192.0.2.9\nTLS_Cipher: TLSv1.2:AES256-GCM-SHA384\nTLS_Verified: Verified"));
  CHECK(got.events[2].state == DeliveryState::delayed);
  CHECK(got.events[2].text == "421 4.7.0 try later");  // in the cell of the stage
  CHECK(got.events[2].stage.empty());
  CHECK(got.events[3].state == DeliveryState::received);
  CHECK(got.events[4].state == DeliveryState::suppressed);
}

TEST_CASE("delivery table: an Email Log File in another language, by place") {
  const std::string header =
      "日時,内部ID,メールイベント,受信者,送信者,ホスト,サイズ,ユーザー,ID,再試行,秒,段階,暗号,検証\n";
  const std::string row =
      "2026-11-03 10:00:00,1/2-3,D,jane@example.net,a@example.com,10.0.0.1,1,005,<x@sfdc.net>,0,1,,"
      "TLSv1.3:X,Unverified\n";
  const ReadDeliveries got = read(header + row);
  REQUIRE(got.events.size() == 1);
  CHECK(got.result.source == DeliverySource::email_log);
  CHECK(got.events[0].queue_id == "1/2-3");
  CHECK(got.events[0].more.ends_with("暗号: TLSv1.3:X\n検証: Unverified"));
  CHECK(is_delivery_table(header + row));
  CHECK(!is_delivery_table(header));
  // Letters of another kind, or too few columns, make no log.
  CHECK(!is_delivery_table(header + "2026-11-03,1/2-3,X,jane@example.net,,,,,,,,,,\n"));
  CHECK(!is_delivery_table("a,b,c,d\n1,2,D,jane@example.net\n"));
}

TEST_CASE("delivery table: damaged rows are told, by their numbers") {
  const ReadDeliveries got = read(log_header +
                                  "3/11/2026,1,X,a@example.net,,,,,,,,,,,\r\n"
                                  "yesterday,1,D,a@example.net,,,,,,,,,,,\r\n"
                                  "3/11/2026,1,D,nobody,,,,,,,,,,,\r\n"
                                  "3/11/2026,1,D,,,,,,,,,,,,\r\n"
                                  "3/11/2026,1\r\n"
                                  "3/11/2026,\"1,D,b@example.net,,,,,,,,,,,\r\n");
  CHECK(damages(got.result) ==
        "row 2: unknown mail event 'X' (expected R, D, T or P); "
        "row 3: no date that can be read (9 bytes); row 4: not a mail address (6 bytes); "
        "row 5: no recipient; row 6: the row has 2 cells, the header line 15; "
        "row 7: a quote that is never closed is read as text");
  REQUIRE(got.events.size() == 1);
  CHECK(got.events[0].recipient == "b@example.net");
  CHECK(got.result.date_order_guessed);
  // The last row is read all the same.
  CHECK(got.result.rows == 6);
  CHECK(got.result.damaged == 5);
}

TEST_CASE("delivery table: Marketing Cloud") {
  const ReadDeliveries extract = read(
      "ClientID\tSendID\tSubscriberKey\tEmailAddress\tSubscriberID\tListID\tEventDate\tEventType\t"
      "BounceCategory\tSMTPCode\tBounceReason\tBatchID\n"
      "1\t22\tkey\tjane@example.net\t3\t4\t25/10/2026 1:02:03\tBounce\tBlock bounce\t550\t5.7.26 "
      "unauthenticated\t7\n"
      "1\t22\tkey2\tjoe@example.net\t3\t4\t25/10/2026 1:02:03\tBounce\tSoft bounce\t\tmailbox "
      "full\t7\n");
  REQUIRE(extract.events.size() == 2);
  CHECK(extract.result.source == DeliverySource::marketing_cloud);
  CHECK(rfc3339(extract.events[0].time) == "2026-10-25T07:02:03Z");
  CHECK(extract.events[0].text == "550 5.7.26 unauthenticated");
  CHECK(extract.events[0].state == DeliveryState::refused);
  CHECK(extract.events[0].stage == "Block bounce");
  CHECK(extract.events[0].more.contains("SendID: 22"));
  CHECK(extract.events[1].state == DeliveryState::delayed);

  const ReadDeliveries view = read(
      "AccountID,JobID,ListID,BatchID,SubscriberID,SubscriberKey,EventDate,Domain,BounceCategory,"
      "BounceSubcategoryID,SMTPBounceReason,SMTPMessage,SMTPCode\n"
      "1,2,3,4,5,jane@example.net,2026-07-01 00:00:00,example.net,Block bounce,1010,Authentication,"
      "550 5.7.1 rejected by DMARC policy,550\n"
      "1,2,3,4,5,003XX0000012345AAA,2026-07-01 00:00:00,example.net,Hard bounce,2001,,550,550\n");
  REQUIRE(view.events.size() == 2);
  // Of a subscriber key that is an id, the view has only the domain.
  CHECK(view.events[1].recipient == "@example.net");
  CHECK(
      view.events[1].more ==
      "AccountID: 1\nJobID: 2\nListID: 3\nBatchID: 4\nSubscriberID: 5\nSubscriberKey: 003XX0000012345AAA\n"
      "BounceSubcategoryID: 2001");
  CHECK(view.events[0].stage == "Block bounce/1010");
  CHECK(view.events[0].text == "550 5.7.1 rejected by DMARC policy (Authentication)");
  CHECK(damages(view.result).empty());
}

TEST_CASE("delivery table: suppression lists") {
  struct Row {
    const char* text;
    DeliverySource source;
    DeliveryState state;
    const char* words;
  };
  using enum DeliverySource;
  for (
      const Row& row : {
          Row{"status,reason,email,created\n5.1.1,550 no such user,a@example.net,1790233200\n",
              sendgrid, DeliveryState::refused, "550 5.1.1 no such user"},
          Row{"status,reason,email,created\n4.0.0,connection timed out,a@example.net,1790233200\n",
              sendgrid, DeliveryState::refused, "connection timed out"},
          Row{"EmailAddress,Reason,LastUpdateTime\na@example.net,COMPLAINT,2026-09-24T07:00:00.000Z\n",
              suppression_list, DeliveryState::complained, "COMPLAINT"},
          Row{"EmailAddress,Reason,LastUpdateTime\na@example.net,BOUNCE,2026-09-24T07:00:00Z\n",
              suppression_list, DeliveryState::suppressed, "BOUNCE"},
          Row{"address,code,error,created_at\na@example.net,550,No such mailbox,\"Thu, 24 Sep 2026 07:00:00 UTC\"\n",
              suppression_list, DeliveryState::refused, "550 No such mailbox"},
          Row{"EmailAddress,SuppressionReason,Origin,CreatedAt\na@example.net,ManualSuppression,Customer,2026-09-24T03:00:00-04:00\n",
              suppression_list, DeliveryState::suppressed, "ManualSuppression"},
          // SendGrid's reports of spam, Mailgun's unsubscribes.
          Row{"ip,email,created\n192.0.2.1,a@example.net,1790233200\n", suppression_list,
              DeliveryState::complained, ""},
          Row{"address,tags,created_at\na@example.net,*,\"Thu, 24 Sep 2026 07:00:00 UTC\"\n",
              suppression_list, DeliveryState::unsubscribed, ""},
          // Near misses: lists of bounces that have such a column.
          Row{"address,reason,created_at,tags\na@example.net,BOUNCE,2026-09-24T07:00:00Z,*\n",
              suppression_list, DeliveryState::suppressed, "BOUNCE"},
          Row{"email,created,ip,reason\na@example.net,1790233200,192.0.2.1,550 gone\n",
              suppression_list, DeliveryState::refused, "550 gone"},
          Row{"email,created,ip,reason\na@example.net,1790233200,192.0.2.1,\n", suppression_list,
              DeliveryState::suppressed, ""},
      }) {
    CAPTURE(row.text);
    const ReadDeliveries got = read(row.text);
    REQUIRE(got.events.size() == 1);
    CHECK(got.result.source == row.source);
    CHECK(got.events[0].source == row.source);
    CHECK(got.events[0].state == row.state);
    CHECK(got.events[0].text == row.words);
    CHECK(rfc3339(got.events[0].time) == "2026-09-24T07:00:00Z");
  }
}

TEST_CASE("delivery table: lists of people to write to are no lists of bounces") {
  struct Row {
    const char *header, *row;
    bool known;
  };
  for (const Row& row : {
           Row{"Id,Email,FirstName,LastName,Created,Description",
               "003,a@example.net,Ann,A,2026-01-01,met at a fair", false},
           Row{"Id,Email,Created,Description", "003,a@example.net,2026-01-01,met at a fair", false},
           Row{"Id,Email,FirstName,Date,Reason", "003,a@example.net,Ann,2026-01-01,newsletter",
               false},
           Row{"Email,Company,Created,Reason", "a@example.net,Kestrel,2026-01-01,newsletter",
               false},
           Row{"Address,City,Date,Details", "Main Street 1,Bern,2026-01-01,x", false},
           Row{"Email,Created,Tags", "a@example.net,2026-01-01,vip", false},
           Row{"Address,IP,Created", "Main Street 1,192.0.2.1,2026-01-01", false},
           Row{"Email,Date,Error", "a@example.net,2026-01-01,0.05", false},
           Row{"Email,Name,Created,Description", "a@example.net,Ann,2026-01-01,x", false},
           Row{"Email,Country,Date,Code,Details", "a@example.net,DE,2026-01-01,4711,x", false},
           Row{"Email,Title,Phone,Created,Reason", "a@example.net,Dr,1,2026-01-01,fair", false},
           // Near misses.
           Row{"Email,Created,Reason", "a@example.net,2026-01-01,550 gone", true},
           Row{"Id,Email,BouncedAt,Details", "1,a@example.net,2026-01-01,550 gone", true},
           Row{"ID,Type,TypeCode,Name,MessageID,Details,Email,From,BouncedAt",
               "1,HardBounce,1,Hard bounce,m,smtp;550 gone,a@example.net,b@example.com,2026-01-01",
               true},
           Row{"email,reason,date,country", "a@example.net,550 gone,2026-01-01,DE", true},
           Row{"Email,Title,Reason,Created", "a@example.net,Hard bounce,550 gone,2026-01-01", true},
           Row{"Email,FirstName,BounceType,Date", "a@example.net,Ann,Permanent,2026-01-01", true},
           Row{"address,tags,created_at", "a@example.net,*,2026-01-01", true},
           Row{"email,created,ip", "a@example.net,1790233200,192.0.2.1", true},
       }) {
    CAPTURE(row.header);
    const std::string text = std::string(row.header) + "\n" + row.row + "\n";
    CHECK(is_delivery_table(text) == row.known);
    CHECK(read(text).error.starts_with("not_a_report: ") == !row.known);
    // The owner may say that it is one.
    if (std::string_view(row.header).starts_with("Id,Email,Created"))
      CHECK(read("#dmarcq-table map=email=Email,date=Created\n" + text).events.size() == 1);
  }
}

TEST_CASE("delivery table: an event has one key, however an export spells its time") {
  struct Row {
    const char* name;
    std::string header, row;  ///< $ is the time
    std::vector<const char*> times;
  };
  const std::string log_row = "$,16/A4-1,D,joe@example.net,,,,,<m@sfdc.net>,0,,,,,\r\n";
  const Row rows[] = {
      {"Email Log File",
       log_header,
       log_row,
       {"2026-11-23 13:37:00", "2026-11-23T13:37:00.000Z", "23/11/2026 13:37", "11/23/2026 1:37 PM",
        "23 Nov 2026 14:37:00 +0100"}},
      {"Marketing Cloud",
       "EventDate,EmailAddress,BounceCategory,SMTPCode\n",
       "$,a@example.net,Hard bounce,550\n",
       {"2026-11-23 13:37:00", "11/23/2026 1:37:00 PM"}},
      {"a suppression list",
       "EmailAddress,Reason,LastUpdateTime\n",
       "a@example.net,BOUNCE,$\n",
       {"2026-11-23T13:37:00.000Z", "2026-11-23 13:37:00", "1795441020"}},
      {"a map",
       "#dmarcq-table map=email=Mail,date=On\nMail,On,Text\n",
       "a@example.net,$,550 gone\n",
       {"2026-11-23T13:37:00Z", "23.11.2026 13:37", "11/23/2026 13:37:00"}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    std::string key;
    for (const char* time : row.times) {
      CAPTURE(time);
      std::string text = row.row;
      text.replace(text.find('$'), 1, time);
      const ReadDeliveries got = read(row.header + text);
      REQUIRE(got.events.size() == 1);
      if (key.empty()) key = got.events[0].key;
      CHECK(got.events[0].key == key);
    }
    std::string later = row.row;
    later.replace(later.find('$'), 1, "2026-11-23 13:37:01");
    CHECK(read(row.header + later).events.at(0).key != key);
  }
  // Nor in which order its dates are read, which may be guessed otherwise another time.
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const bool is_mapped = row.header.starts_with("#dmarcq-table ");
    const auto read_as = [&](const char* order, const char* time) {
      std::string text = row.row;
      text.replace(text.find('$'), 1, time);
      const std::string head = is_mapped ? row.header.substr(14) : "\n" + row.header;
      const ReadDeliveries got =
          read("#dmarcq-table dates=" + std::string(order) + (is_mapped ? " " : "") + head + text);
      REQUIRE(got.events.size() == 1);
      return got.events[0];
    };
    const DeliveryEvent june = read_as("day-first", "3/06/2026 22:00"),
                        march = read_as("month-first", "3/06/2026 22:00");
    CHECK(june.key == march.key);
    CHECK(june.time != march.time);
    CHECK(read_as("day-first", "2026-06-03 22:00:00").key == june.key);
    CHECK(read_as("day-first", "4/06/2026 22:00").key != june.key);
  }
  // Without an internal id, the Message-ID tells mails apart.
  const auto key_of = [&](const std::string& id, const std::string& message_id) {
    return read(log_header + "2026-11-23 13:37:00," + id + ",D,joe@example.net,,,,," + message_id +
                ",0,,,,,\r\n")
        .events.at(0)
        .key;
  };
  CHECK(key_of("", "<m1@sfdc.net>") != key_of("", "<m2@sfdc.net>"));
  CHECK(key_of("16/A4-1", "<m1@sfdc.net>") == key_of("16/A4-1", ""));
}

TEST_CASE("delivery table: UTF-16") {
  const std::string text =
      "EmailAddress\tReason\tLastUpdateTime\na@example.net\tBOUNCE\t2026-09-24 07:00\n";
  std::string little = "\xff\xfe", big = "\xfe\xff";
  for (const char c : text) {
    (little += c) += '\0';
    (big += '\0') += c;
  }
  CHECK(read(little).events.size() == 1);
  CHECK(read(big).events.size() == 1);
}

TEST_CASE("delivery table: other tables are left alone") {
  for (const char* text :
       {"", "\n", "Email\n", "Id,Email,Created\n1,a@example.net,2026-01-01\n",
        "Name,Email,Phone\nJane,a@example.net,1\n", "domain,owner\nexample.com,Jane\n",
        "\"policy\",\"reason\"\n", "From: a@example.com, b@example.com\n\nHello\n"}) {
    CAPTURE(text);
    CHECK(read(text).error.starts_with("not_a_report: "));
    CHECK(!is_delivery_table(text));
  }
}

TEST_CASE("delivery table: the owner's map, and what was settled over a whole file") {
  TablePreamble preamble;
  preamble.dates = DateOrder::month_first;
  preamble.first_row = 1001;
  preamble.map = {{"email", "E-Mail, main"}, {"date", "Created"}, {"state", "What"}};
  const std::string line = table_preamble(preamble);
  CHECK(line ==
        "#dmarcq-table dates=month-first first-row=1001 "
        "map=email=E-Mail%2C%20main,date=Created,state=What\n");
  std::string_view text = line;
  CHECK(take_table_preamble(text) == preamble);
  CHECK(text.empty());

  const std::string rows =
      "\"E-Mail, main\";Created;What;Extra\n"
      "jane@example.net;3/06/2026;Soft Bounce;x\nnobody;3/06/2026;;\njoe@example.net;3/06/2026;;\n";
  const ReadDeliveries got = read(line + rows);
  REQUIRE(got.events.size() == 2);
  CHECK(got.result.source == DeliverySource::other);
  CHECK(rfc3339(got.events[0].time) == "2026-03-06T00:00:00Z");
  CHECK(got.events[0].state == DeliveryState::delayed);
  CHECK(got.events[0].more == "Extra: x");
  CHECK(got.events[1].state == DeliveryState::refused);
  CHECK(damages(got.result) == "row 1002: not a mail address (6 bytes)");
  CHECK(read(rows).error.starts_with("not_a_report: "));
  CHECK(read("#dmarcq-table map=email=Mail,date=Created\n" + rows).error ==
        "invalid_report: no column 'Mail', which the map names");
  CHECK(date_order_evidence(line + rows).decide().guessed);
  CHECK(!got.result.date_order_guessed);
  CHECK(read("#dmarcq-table dates=day-first guessed=yes map=email=E-Mail%2C%20main,date=Created\n" +
             rows)
            .result.date_order_guessed);
  preamble.dates_guessed = true;
  const std::string guessed = table_preamble(preamble);
  CHECK(guessed.starts_with("#dmarcq-table dates=month-first guessed=yes first-row=1001 "));
  text = guessed;
  CHECK(take_table_preamble(text) == preamble);

  std::string_view none = "#dmarcq-tablexyz\n";
  CHECK(take_table_preamble(none) == TablePreamble());
  CHECK(none.starts_with("#dmarcq-tablexyz"));
  std::string_view odd = "#dmarcq-table dates=never first-row=x map=a=b new=1\nEmail\n";
  CHECK(take_table_preamble(odd) == TablePreamble());
  CHECK(odd == "Email\n");
}

TEST_CASE("delivery table: maps as the owner writes them") {
  struct Row {
    const char *text, *error;
  };
  for (const Row& row : {
           Row{"email=Email,date=Created on", ""},
           Row{"email=Email,date=Open %", ""},
           Row{"email=Email", "no column for 'date'"},
           Row{"date=Created", "no column for 'email'"},
           Row{"email=Email,date=", "no column for 'date'"},
           Row{"email=Email,date=Created,colour=Red", "unknown field 'colour'"},
           Row{"email=Email,date=Created,email=Other", "'email' is mapped twice"},
           Row{"Email", "expected field=column: 'Email'"},
           Row{"", "no column for 'email'"},
       }) {
    CAPTURE(row.text);
    const auto map = parse_column_map(row.text);
    CHECK((map ? "" : map.error()) == row.error);
  }
  for (const MapField& field : map_fields)
    if (field.name != "email" && field.name != "date")
      CHECK(parse_column_map("email=a,date=b," + std::string(field.name) + "=c").has_value());
}
