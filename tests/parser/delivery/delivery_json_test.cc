// SPDX-License-Identifier: MIT
// Events of e-mail services as JSON.
#include "parser/delivery/delivery_json.h"

#include <doctest/doctest.h>

#include <ctime>
#include <string>
#include <vector>

#include "tests/parser/delivery/support.h"

using namespace dmarcq;
using namespace dmarcq::test;
using State = DeliveryState;

namespace {

ReadDeliveries read(std::string_view text) {
  return read_deliveries([&](DeliverySink sink) { return parse_delivery_json(text, {}, sink); });
}

const std::string ses_bounce =
    R"({"notificationType":"Bounce","bounce":{"bounceType":"Permanent","bounceSubType":"General",)"
    R"("bouncedRecipients":[{"emailAddress":"a@example.net","status":"5.1.1","diagnosticCode":"smtp; 550 user unknown"},)"
    R"({"emailAddress":"b@example.net"}],"timestamp":"2026-09-24T07:00:00.000Z","remoteMtaIp":"192.0.2.5","feedbackId":"f-1"},)"
    R"("mail":{"timestamp":"2026-09-24T06:59:00.000Z","source":"bounces@example.com","sourceIp":"198.51.100.1","messageId":"m-1",)"
    R"("headers":[{"name":"From","value":"Jane <jane@Example.com>"},{"name":"message-id","value":"<1@example.com>"}]}})";

std::string json_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return '"' + out + '"';
}

}  // namespace

TEST_CASE("delivery JSON: Amazon SES") {
  const std::string notification =
      R"({"Type":"Notification","TopicArn":"arn:aws:sns:x","Message":)" + json_text(ses_bounce) +
      "}";
  for (const std::string& text :
       {ses_bounce, "[" + ses_bounce + "]", "\xEF\xBB\xBF" + ses_bounce + "\n", notification}) {
    const ReadDeliveries got = read(text);
    REQUIRE(got.events.size() == 2);
    CHECK(got.result.source == DeliverySource::ses);
    const DeliveryEvent& event = got.events[0];
    CHECK(event.state == State::refused);
    CHECK(event.recipient == "a@example.net");
    CHECK(rfc3339(event.time) == "2026-09-24T07:00:00Z");
    CHECK(event.text == "550 5.1.1 user unknown");
    CHECK(event.stage == "Permanent/General");
    CHECK(event.header_from == "jane@example.com");
    CHECK(event.envelope_sender == "bounces@example.com");
    CHECK(event.message_id == "1@example.com");
    CHECK(event.queue_id == "m-1");
    CHECK(event.remote_host == "192.0.2.5");
    CHECK(event.more.starts_with("sourceIp: 198.51.100.1"));
    CHECK(event.key == "ses|m-1|a@example.net|Bounce|2026-09-24T07:00:00.000Z|f-1");
    CHECK(got.events[1].text == "Permanent/General");
  }
  struct Row {
    const char* text;
    State state;
  };
  for (
      const Row& row : {
          Row{R"({"eventType":"Complaint","complaint":{"complainedRecipients":[{"emailAddress":"a@example.net"}]},"mail":{"timestamp":"2026-09-24T07:00:00Z"}})",
              State::complained},
          Row{R"({"eventType":"Delivery","delivery":{"recipients":["a@example.net"],"smtpResponse":"250 OK"},"mail":{"timestamp":"2026-09-24T07:00:00Z"}})",
              State::delivered},
          Row{R"({"eventType":"DeliveryDelay","deliveryDelay":{"delayType":"MailboxFull","delayedRecipients":[{"emailAddress":"a@example.net"}]},"mail":{"timestamp":"2026-09-24T07:00:00Z"}})",
              State::delayed},
          Row{R"({"eventType":"Reject","reject":{"reason":"Bad content"},"mail":{"timestamp":"2026-09-24T07:00:00Z","destination":["a@example.net"]}})",
              State::refused},
          Row{R"({"eventType":"Bounce","bounce":{"bounceType":"Permanent","bounceSubType":"OnAccountSuppressionList","bouncedRecipients":[{"emailAddress":"a@example.net"}]},"mail":{"timestamp":"2026-09-24T07:00:00Z"}})",
              State::suppressed},
      }) {
    CAPTURE(row.text);
    const ReadDeliveries got = read(row.text);
    REQUIRE(got.events.size() == 1);
    CHECK(got.events[0].state == row.state);
  }
  CHECK(read(R"({"eventType":"Open","mail":{}})").result.left_out == 1);
  CHECK(read(R"({"Type":"SubscriptionConfirmation","TopicArn":"a","Message":"You have chosen"})")
            .result.left_out == 1);
}

TEST_CASE("delivery JSON: SendGrid, Mailgun, Postmark") {
  struct Row {
    const char* text;
    DeliverySource source;
    State state;
    const char* words;
  };
  using enum DeliverySource;
  for (
      const Row& row : {
          Row{R"([{"email":"a@example.net","event":"bounce","type":"blocked","status":"5.7.26","reason":"550 no DMARC","timestamp":1790233200,"sg_event_id":"e1"}])",
              sendgrid, State::refused, "550 5.7.26 no DMARC"},
          Row{R"({"email":"a@example.net","event":"deferred","response":"421 later","timestamp":1790233200})",
              sendgrid, State::delayed, "421 later"},
          Row{R"({"email":"a@example.net","event":"dropped","reason":"Bounced Address","timestamp":1790233200})",
              sendgrid, State::suppressed, "Bounced Address"},
          Row{R"({"email":"a@example.net","event":"spamreport","timestamp":1790233200})", sendgrid,
              State::complained, ""},
          Row{R"({"email":"a@example.net","event":"group_unsubscribe","timestamp":1790233200})",
              sendgrid, State::unsubscribed, ""},
          Row{R"([{"status":"550","created":"2026-09-24 07:00:00","reason":"no user","email":"a@example.net"}])",
              sendgrid, State::refused, "550 no user"},
          Row{R"({"signature":{},"event-data":{"event":"failed","severity":"permanent","reason":"bounce","recipient":"a@example.net","timestamp":1790233200.5,"id":"i","delivery-status":{"code":550,"enhanced-code":"5.1.1","message":"no user"}}})",
              mailgun, State::refused, "550 5.1.1 no user"},
          Row{R"({"event":"failed","severity":"temporary","recipient":"a@example.net","timestamp":1790233200,"delivery-status":{"code":421,"description":"later"}})",
              mailgun, State::delayed, "421 later"},
          Row{R"({"event":"failed","severity":"permanent","reason":"suppress-bounce","recipient":"a@example.net","timestamp":1790233200})",
              mailgun, State::suppressed, ""},
          Row{R"({"event":"complained","recipient":"a@example.net","timestamp":1790233200})",
              mailgun, State::complained, ""},
          Row{R"({"RecordType":"Bounce","Type":"HardBounce","TypeCode":1,"Email":"a@example.net","BouncedAt":"2026-09-24T07:00:00Z","Details":"smtp;550 5.1.1 no user","From":"jane@example.com"})",
              postmark, State::refused, "550 5.1.1 no user"},
          Row{R"({"RecordType":"SpamComplaint","Type":"SpamComplaint","TypeCode":512,"Email":"a@example.net","BouncedAt":"2026-09-24T07:00:00Z"})",
              postmark, State::complained, ""},
          Row{R"({"RecordType":"Delivery","Recipient":"a@example.net","DeliveredAt":"2026-09-24T07:00:00Z","Details":"250 ok"})",
              postmark, State::delivered, "250 ok"},
      }) {
    CAPTURE(row.text);
    const ReadDeliveries got = read(row.text);
    REQUIRE(got.events.size() == 1);
    CHECK(got.result.source == row.source);
    CHECK(got.events[0].state == row.state);
    CHECK(got.events[0].text == row.words);
    CHECK(rfc3339(got.events[0].time) == "2026-09-24T07:00:00Z");
    CHECK(!got.events[0].key.empty());
  }
}

TEST_CASE("delivery JSON: lines, damages, and what is none") {
  const std::string good = R"({"email":"a@example.net","event":"deferred","timestamp":1790233200})";
  const ReadDeliveries lines =
      read(good + "\n" + R"({"email":"x","event":"deferred","timestamp":1790233200})" + "\n" +
           R"({"email":"a@example.net","event":"deferred","timestamp":"?"})" + "\n" +
           R"({"other":1})" + "\n{\"a\":}\n" +
           R"({"email":"a@example.net","event":"open","timestamp":1})" + "\n{\"email\":\"a@exam");
  CHECK(lines.result.rows == 7);
  CHECK(lines.result.events == 1);
  CHECK(lines.result.left_out == 1);
  std::string damages;
  for (const DeliveryDamage& damage : lines.result.damages)
    damages += damage.part + ": " + damage.error.text + "\n";
  CHECK(damages ==
        "object 2, line 2: not a mail address (1 byte)\n"
        "object 3, line 3: no date that can be read: '?'\n"
        "object 4, line 4: no event of a known service\n"
        "object 5, line 5: the object cannot be read as JSON\n"
        "object 7, line 7: the text ends within the object\n");
  CHECK(lines.result.damaged == 5);

  std::string deep = R"({"email":"a@example.net","event":"deferred","timestamp":1790233200,"x":)";
  for (int i = 0; i < 100'000; ++i) deep += '[';
  CHECK(read(deep).error.starts_with("not_a_report: "));
  CHECK(read(good + R"({"x":)" + std::string(2u << 20, ' ') + "1}").result.damages.size() == 1);
  for (const char* text :
       {"", "{}", "[]", "[1,2]", "\"a\"", "null", "{",
        "{\"organization-name\":\"x\",\"policies\":[]}", "{\"event\":\"failed\"}",
        "{\"email\":\"a@example.net\"}", "<feedback/>"}) {
    CAPTURE(text);
    CHECK(read(text).error.starts_with("not_a_report: "));
  }
}

TEST_CASE("delivery JSON: lists, and what services wrap them in") {
  const std::string mailgun =
      R"({"event":"failed","severity":"permanent","recipient":"a@example.net","timestamp":1790233200.5,"id":"i1",)"
      R"("delivery-status":{"code":550,"message":"no user"},"flags":{"items":[]}})";
  const std::string postmark =
      R"({"ID":1,"Type":"HardBounce","TypeCode":1,"Email":"a@example.net","BouncedAt":"2026-09-24T07:00:00Z","Details":"550 no"})";
  const std::string sendgrid =
      R"({"email":"a@example.net","event":"bounce","reason":"550 no","timestamp":1790233200,"sg_event_id":"e1"})";
  const std::string notification =
      R"({"Type":"Notification","TopicArn":"arn:aws:sns:x","Message":)" + json_text(ses_bounce) +
      "}";
  struct Row {
    const char* name;
    std::string text;
    std::size_t events;
  };
  for (const Row& row : {
           Row{"SendGrid's webhook", "[" + sendgrid + "," + sendgrid + "]", 2},
           Row{"over lines", "\r\n[\r\n  " + sendgrid + ",\r\n  " + sendgrid + "\r\n]\r\n", 2},
           Row{"a list in each line", "[" + sendgrid + "]\n[" + sendgrid + "]\n", 2},
           Row{"SNS", "[" + notification + ", " + notification + "]", 4},
           Row{"SES", "[" + ses_bounce + "," + ses_bounce + "]", 4},
           Row{"Lambda", R"({"Records":[{"EventSource":"aws:sns","Sns":)" + notification + "}]}",
               2},
           Row{"Mailgun's API",
               R"({"items":[)" + mailgun + "," + mailgun +
                   R"(],"paging":{"next":"https://api.example/{}","list":["]}"]}})",
               2},
           Row{"Mailgun's API, in lines",
               "{\n\"items\": [\n" + mailgun + ",\n" + mailgun + "\n],\n\"paging\":\n{\n}\n}\n", 2},
           Row{"two pages",
               R"({"items":[)" + mailgun + R"(]})" + "\n" + R"({"items":[)" + mailgun + R"(]})", 2},
           Row{"pages in a list",
               R"([{"items":[)" + mailgun + R"(]},{"items":[)" + mailgun + R"(]}])", 2},
           Row{"Postmark's API",
               R"({"TotalCount":2,"Bounces":[)" + postmark + "," + postmark + "]}", 2},
       }) {
    CAPTURE(row.name);
    const ReadDeliveries got = read(row.text);
    CHECK(got.events.size() == row.events);
    CHECK(got.result.damages.empty());
  }
  for (const std::string& text :
       {std::string(R"({"items":[]})"), std::string(R"({"items":[1,2]})"),
        R"({"things":[)" + mailgun + "]}", R"({"items":)" + mailgun + "}",
        R"({"a":{"items":[)" + mailgun + "]}}", std::string(R"([{"email":"a@example.net"}])")}) {
    CAPTURE(text);
    CHECK(read(text).error.starts_with("not_a_report: "));
  }
}

TEST_CASE("delivery JSON: a list of an event's own is not entered") {
  struct Row {
    const char* name;
    std::string text;
    std::size_t events;
    std::uint64_t damaged = 0;
  };
  const std::string own = R"("items":[{"sku":1,"n":"x"},{"sku":2}])";
  const std::string sendgrid =
      R"("email":"a@example.net","event":"bounce","reason":"550 no","timestamp":1790233200)";
  const std::string mailgun =
      R"("event":"failed","severity":"permanent","recipient":"a@example.net","timestamp":1790233200)";
  const std::string postmark =
      R"("RecordType":"Bounce","Type":"HardBounce","TypeCode":1,"Email":"a@example.net","BouncedAt":"2026-09-24T07:00:00Z")";
  const std::string ses =
      R"("eventType":"Delivery","delivery":{"recipients":["a@example.net"]},"mail":{"timestamp":"2026-09-24T07:00:00Z"})";
  const std::string event = "{" + sendgrid + "}";
  for (const Row& row : {
           Row{"SendGrid", "{" + sendgrid + "," + own + "}", 1},
           Row{"SendGrid, in a list, of each",
               "[{" + sendgrid + "," + own + "},{" + sendgrid + "," + own + "}]", 2},
           Row{"behind one member alone",
               R"({"email":"a@example.net",)" + own + "," + sendgrid + "}", 1},
           Row{"Mailgun", "{" + mailgun + "," + own + "}", 1},
           Row{"Mailgun's webhook", R"({"event-data":{)" + mailgun + "}," + own + "}", 1},
           Row{"Postmark", "{" + postmark + R"(,"Bounces":[{"x":1}]})", 1},
           Row{"SES", "{" + ses + R"(,"Records":[{"x":1}]})", 1},
           Row{"lines", "{" + sendgrid + "," + own + "}\n" + event + "\n", 2},
           Row{"behind an event, the next is a wrapper",
               event + "\n" + R"({"items":[)" + event + "," + event + "]}", 3},
           // Near misses: these wrap.
           Row{"a wrapper", R"({"items":[)" + event + "]}", 1},
           Row{"a wrapper with members before",
               R"({"total":1,"paging":{"email":"x","event":"y"},"items":[)" + event + "]}", 1},
           Row{"a value that is spelt like a member", R"({"kind":"event","items":[)" + event + "]}",
               1},
           Row{"a member of that spelling in another case",
               R"({"Event":1,"items":[)" + event + "]}", 1},
           Row{"in a wrapper", R"({"items":[{)" + sendgrid + "," + own + "}]}", 1},
       }) {
    CAPTURE(row.name);
    const ReadDeliveries got = read(row.text);
    CHECK(got.events.size() == row.events);
    CHECK(got.result.damaged == row.damaged);
  }
}

TEST_CASE("delivery JSON: what is damaged costs no other event, and is told") {
  const auto event = [](const std::string& user) {
    return R"({"email":")" + user + R"(@example.net","event":"deferred","timestamp":1790233200})";
  };
  const std::string a = event("a"), b = event("b"), c = event("c");
  const std::string open =
      "the object does not end, or is nested too deep; reading goes on with the next one";
  struct Row {
    const char* name;
    std::string text, users, damages;
  };
  for (
      const Row& row : {
          Row{"nothing", a + "\n" + b + "\n", "a b", ""},
          Row{"garbage between lines", a + "\n-- garbage --\n" + b, "a b",
              "object 2, line 2: something between the objects that is none"},
          Row{"garbage on a line", a + " garbage " + b, "a b",
              "object 2, line 1: something between the objects that is none"},
          Row{"garbage in front", "x" + a, "a",
              "object 1, line 1: something between the objects that is none"},
          Row{"garbage at the end", a + "\n}\n", "a",
              "object 2, line 2: something between the objects that is none"},
          Row{"a value in the list", "[1," + a + ",\"x\"," + b + "]", "a b",
              "object 1, line 1: something between the objects that is none; "
              "object 3, line 1: something between the objects that is none"},
          Row{"a line cut in a text", a + "\n{\"email\":\"b@exa\n" + c + "\n" + b + "\n", "a c b",
              "object 2, line 2: " + open},
          Row{"a line cut behind a text", a + "\n{\"email\":\"b\"\n" + c + "\n", "a c",
              "object 2, line 2: " + open},
          Row{"a line cut behind a colon", a + "\n{\"email\":\n" + c + "\n" + b, "a c b",
              "object 2, line 2: " + open},
          Row{"a line cut behind a comma", a + "\n{\"email\":\"b\",\r\n" + c + "\r\n" + b, "a c b",
              "object 2, line 2: " + open},
          Row{"a line cut in a list", a + "\n{\"email\":[\n" + c + "\n" + b + "\n", "a c b",
              "object 2, line 2: " + open},
          Row{"two cut lines", "{\"email\":\"x\n{\"email\":\n" + a, "a",
              "object 1, line 1: " + open + "; object 2, line 2: " + open},
          Row{"an element cut", "[\n  " + a + ",\n  {\"email\":\n  {\"x\":1,\n  " + b + "\n]",
              "a b", "object 2, line 3: " + open + "; object 3, line 4: " + open},
          Row{"the last object cut", a + "\n{\"email\":\"b", "a",
              "object 2, line 2: the text ends within the object"},
          Row{"the list cut in an object", "[" + a + ",{\"email\":", "a",
              "object 2, line 1: the text ends within the object"},
          Row{"the list cut between objects", "[" + a + ",\n" + b + ",\n", "a b",
              "line 3: the text ends within a list: what followed is missing"},
          Row{"a wrapper cut behind its list", "{\"items\":[" + a + "],\"paging\":{", "a",
              "line 1: the text ends within a list: what followed is missing"},
          Row{"too deep", a + "\n{\"x\":" + std::string(100, '[') + "\n" + b, "a b",
              "object 2, line 2: " + open},
          Row{"objects over lines are whole",
              "{\n\"email\":\"a@example.net\",\n\"event\":\"deferred\",\"x\":\n{\n},\"y\":[\n{},\n{}],"
              "\n\"timestamp\":1790233200\n}\n" +
                  b,
              "a b", ""},
      }) {
    CAPTURE(row.name);
    const ReadDeliveries got = read(row.text);
    std::string users, damages;
    for (const DeliveryEvent& each : got.events)
      users += (users.empty() ? "" : " ") + each.recipient.substr(0, each.recipient.find('@'));
    for (const DeliveryDamage& damage : got.result.damages)
      damages += (damages.empty() ? "" : "; ") + damage.part + ": " + damage.error.text;
    CHECK(users == row.users);
    CHECK(damages == row.damages);
    CHECK(got.result.rows == got.result.events + got.result.damaged);
  }
}

TEST_CASE("delivery JSON: what is made to be read again and again costs little") {
  const std::string good = R"({"email":"a@example.net","event":"deferred","timestamp":1790233200})";
  struct Row {
    const char *name, *piece;
  };
  for (const Row& row : {
           Row{"lines that never end", "{\"a\":\n"},
           Row{"lists that never end", "{\"a\":[\n{},"},
           Row{"texts that never end", "{\"a\n"},
           Row{"brackets", "["},
           Row{"braces", "{"},
           Row{"braces in lines", "{\n"},
           Row{"wrappers", "{\"items\":[{"},
           Row{"garbage", "x{"},
           Row{"blanks", "   {\"a\":[\n   "},
       }) {
    CAPTURE(row.name);
    const auto seconds_of = [&](std::size_t size) {
      std::string text = good + "\n";
      while (text.size() < size) text += row.piece;
      const std::clock_t start = std::clock();
      CHECK(read(text).events.size() == 1);
      return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    };
    const double once = seconds_of(500'000), twice = seconds_of(1'000'000);
    MESSAGE(std::string(row.name) << ": " << once << " s, twice as much " << twice << " s");
    CHECK(twice <= 2 * once + 0.3);
  }
}
