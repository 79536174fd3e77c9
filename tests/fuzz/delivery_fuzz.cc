// SPDX-License-Identifier: MIT
// Delivery logs, events and bounces: any bytes cost little, and what comes of them keeps the
// promises of DeliveryEvent.
#include "ingest/base/csv.h"
#include "parser/delivery/delivery_json.h"
#include "parser/delivery/delivery_table.h"
#include "parser/delivery/dsn.h"
#include "parser/delivery/refusal.h"
#include "parser/delivery/return_path.h"
#include "parser/domain_name.h"
#include "tests/fuzz/fuzz.h"

namespace dmarcq::fuzz {
namespace {

void require_event(const DeliveryEvent& event) {
  require(event.recipient.starts_with('@')
              ? is_domain_name(std::string_view(event.recipient).substr(1))
              : !event.recipient.empty() && delivery_address(event.recipient) == event.recipient,
          "a recipient is an address, or its domain");
  require(!event.key.empty() && event.key.size() <= longest_delivery_key, "keys are bounded");
  require(event.text.size() <= longest_refusal_text, "texts are bounded");
  require(event.more.size() <= longest_delivery_more, "the rest is bounded");
  require(is_clean(event.more, "\n"), "the rest is lines of text");
  for (const std::string* field :
       {&event.recipient, &event.envelope_sender, &event.header_from, &event.message_id,
        &event.queue_id, &event.sending_ip, &event.remote_host, &event.stage, &event.user_id}) {
    require(field->size() <= longest_delivery_field, "fields are bounded");
    require(is_clean(*field), "fields are text");
  }
  require(is_clean(event.text) && is_clean(event.key), "texts and keys are text");
  require(event.time >= 0, "times are storable");
  classify_refusal(event.text);
}

void require_result(const std::expected<ParsedDelivery, Error>& result, const std::size_t& events) {
  if (!result) {
    require(!result.error().text.empty(), "an error says what is wrong");
    return;
  }
  require(result->events == events, "events are counted");
  require(result->damages.size() <= most_delivery_damages + 1, "damages are bounded");
  for (const DeliveryDamage& damage : result->damages) {
    require(!damage.error.text.empty() && is_clean(damage.error.text), "a damage says what it is");
    require(damage.error.text.size() <= 500, "briefly");
  }
}

/// Rows follow each other without a gap, in pieces as in the whole.
void require_rows(std::string_view input) {
  CsvReader reader(input, ',', CsvEnd::more_follows);
  std::size_t end = 0;
  std::uint64_t number = 0;
  for (CsvRow row; reader.next(row);) {
    require(row.begin >= end && row.end > row.begin && row.end <= input.size(), "rows in order");
    require(row.number > number, "numbers rise");
    require(!row.cells.empty() && row.cells.size() <= most_csv_cells, "cells are bounded");
    require(!row.cut || row.end == input.size(), "only the last row is cut");
    end = row.end;
    number = row.number;
  }
}

void properties(std::string_view input) {
  if (input.empty()) return;
  const char kind = input.front();
  input.remove_prefix(1);
  std::size_t events = 0;
  const auto sink = [&](DeliveryEvent&& event) {
    ++events;
    require_event(event);
  };
  const Limits limits = small_limits();
  switch (kind % 4) {
    case 0:
      require_result(parse_delivery_table(input, limits, sink), events);
      require_rows(input);
      looks_like_table(input);
      break;
    case 1: require_result(parse_delivery_json(input, limits, sink), events); break;
    case 2: require_result(parse_dsn(input, limits, sink), events); break;
    default: {
      classify_refusal(input);
      const SmtpCodes codes = smtp_codes(input);
      require(codes.basic == 0 || (codes.basic >= 200 && codes.basic < 600), "codes are codes");
      require(codes.enhanced.size() <= 9, "enhanced codes are short");
      const ReturnPath path = parse_return_path(input);
      require(is_clean(path.address) && is_clean(path.header_from), "addresses are text");
      require((path.kind == ReturnPath::Kind::salesforce_core) == !path.header_from.empty(),
              "Core tells the From address");
    }
  }
}

}  // namespace

std::vector<std::string> seeds() {
  const std::string row =
      "3/06/2026 13:37,16/A4-1,P,a@example.net,b=example.com__x@h.bnc.salesforce.com,10.0.0.1,1,005,<m@sfdc.net>,0,1,"
      "during RCPT TO,,\"550-5.7.26 no\n550 5.7.26 DMARC\",:\n";
  return {
      "@Date/Time,Internal Message ID,Mail Event,Recipient,Sender,Remote Host,Bytes Transferred,User ID,Message ID Header,"
      "Retry Count,Seconds in Queue,Delivery Stage,M,N,TLS_Cipher\n" +
          row + row,
      "@a,b,c,d,e,f,g,h,i,j,k,l,m,n,o\n" + row,
      "@#dmarcq-table dates=month-first first-row=7 map=email=E%20Mail,date=D\nE Mail;D\na@example.net;1/2/2026\n",
      "@status,reason,email,created\n5.1.1,550 no user,a@example.net,1790233200\n",
      "@EventDate\tEmailAddress\tBounceCategory\tSMTPCode\n1/2/2026\ta@example.net\tBlock bounce\t550\n",
      R"(A{"notificationType":"Bounce","bounce":{"bounceType":"Permanent","bouncedRecipients":[{"emailAddress":"a@example.net","diagnosticCode":"smtp; 550 no"}],"timestamp":"2026-09-24T07:00:00Z"},"mail":{"messageId":"m"}})",
      R"(A[{"email":"a@example.net","event":"bounce","reason":"550 no","timestamp":1790233200}])",
      R"(A{"items":[{"event":"failed","recipient":"a@example.net","timestamp":1790233200},{"event":"failed"}],"paging":{"a":"]"}})",
      "A{\"email\":\"a@example.net\",\"event\":\n{\"email\":\"a@example.net\",\"event\":\"deferred\",\"timestamp\":1790233200}\nx\n[{\"a\":[\n{}",
      R"(A{"event-data":{"event":"failed","recipient":"a@example.net","timestamp":1790233200,"delivery-status":{"code":550}}})",
      R"(A{"RecordType":"Bounce","Type":"HardBounce","Email":"a@example.net","BouncedAt":"2026-09-24T07:00:00Z"})",
      "BFrom: MAILER-DAEMON@a.example\nDate: Thu, 24 Sep 2026 07:00:00 +0000\nContent-Type: multipart/report; boundary=b\n\n--b\n\n"
      "<a@example.net>: 550 no\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nFinal-Recipient: rfc822; "
      "a@example.net\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550-5.7.26 a\n 550 b\n\n--b\nContent-Type: message/rfc822\n\n"
      "From: b@example.com\nMessage-ID: <1@sfdc.net>\n--b--\n",
      "BFrom: MAILER-DAEMON@a.example\nDate: Thu, 24 Sep 2026 07:00:00 +0000\nSubject: Returned mail\n\n<a@example.net>:\nsaid: 550 "
      "5.1.1 no such user\n\n--- Below this line is a copy of the message.\n\nReceived: from x\nFrom: b@example.com\n",
      "C550-5.7.26 Unauthenticated email 550-5.7.26 DMARC policy [internal]",
      "CSRS0=HHH=TT=h.bnc.salesforce.com=info=example.com__k2f@forward.example.net",
  };
}

std::vector<std::string_view> words() {
  return {"\"",
          "\"\"",
          ",",
          ";",
          "\t",
          "\r\n",
          "\n",
          "a@example.net",
          "{",
          "}",
          "[",
          "\":",
          "\n{",
          "{\"items\":[",
          "\\u0000",
          "\\",
          "550 ",
          "5.7.26",
          "--b",
          "Content-Type: text/plain\n\n",
          "\n\n",
          "<",
          ">:",
          "SRS0=",
          "SRS1=",
          "prvs=",
          "__",
          "=",
          "13/06/26",
          "1790233200",
          "Received: ",
          "Final-Recipient: rfc822; ",
          "Action: ",
          "smtp; ",
          "&nbsp;",
          "<br>",
          "<script",
          "text/html",
          "#dmarcq-table "};
}

}  // namespace dmarcq::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return dmarcq::fuzz::checked(
      data, size, {.microseconds_per_byte = 5, .bytes = 8u << 20, .bytes_per_byte = 400},
      dmarcq::fuzz::properties);
}
