// SPDX-License-Identifier: MIT
// The structure of whole mails is covered by fixtures/messages; here are the rules that need many
// small variants.
#include "ingest/mail/message.h"

#include "tests/ingest/support.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

Message parse(std::string_view text) {
  auto message = parse_message(text, Limits{});
  REQUIRE(message);
  return std::move(*message);
}

}  // namespace

TEST_CASE("message: the name of a part in any of its spellings") {
  struct Row {
    const char *fields, *name;
  };
  const Row rows[] = {
      {"Content-Type: application/gzip; name=a.gz", "a.gz"},
      {"Content-Type: application/gzip; NAME = \"a.gz\"", "a.gz"},
      {"Content-Type: application/gzip; name=\"a;b.gz\"", "a;b.gz"},
      {"Content-Type: application/gzip name=\"a.gz\"", "a.gz"},
      {"Content-Type: application/gzip;;; ; name=a.gz;", "a.gz"},
      {"Content-Type: application/gzip; name=\"a.gz", "a.gz"},
      {"Content-Type: application/gzip (a comment; really); name=a.gz", "a.gz"},
      {"Content-Type: application/gzip; name=\"a (1).gz\"", "a (1).gz"},
      {"Content-Type: application/gzip; name=\"C:\\mail\\out\\a.gz\"", "a.gz"},
      {"Content-Type: application/gzip; name*0=\"a\"; name*1=\".gz\"", "a.gz"},
      {"Content-Type: application/gzip; name*1=\".gz\"; name*0=\"a\"", "a.gz"},
      {"Content-Type: application/gzip; name*0*=utf-8''%C3%BC; name*1=\"%2E\"; name*2*=%2Egz",
       "\xc3\xbc%2E.gz"},
      {"Content-Type: application/gzip; name*=iso-8859-1'de'%FC.gz", "\xc3\xbc.gz"},
      {"Content-Type: application/gzip; name=\"=?utf-8?B?w7wuZ3o=?=\"", "\xc3\xbc.gz"},
      {"Content-Type: application/gzip\nContent-Disposition: attachment; filename=a.gz", "a.gz"},
      {"Content-Type: application/gzip; name=b\nContent-Disposition: attachment; filename=a.gz",
       "a.gz"},
      {"Content-Type: application/gzip; name=a.gz\nContent-Disposition: attachment; filename=report",
       "a.gz"},
      {"Content-Type: application/gzip;\nname=\"a.gz\"", "a.gz"},
      {"Content-Type: application/gzip\nContent-Transfer-Encoding: base64\nname=\"a.gz\"", "a.gz"},
      {"ContentType: application/gzip; name=a.gz", "a.gz"},
      {"content-type : application/gzip ; name=a.gz", "a.gz"},
      {"Content-Type: nonsense; name=a.gz", "a.gz"},
      {"Content-Type: name=a.gz", "a.gz"},
      {"X-Nothing: 1", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.fields));
    const Message message = parse(std::string(row.fields) +
                                  "\nContent-Transfer-Encoding: base64\n\n" +
                                  base64(deflated(small_report)));
    REQUIRE(message.parts.size() == 1);
    CHECK(message.parts[0].name == row.name);
    CHECK(message.parts[0].bytes == deflated(small_report));
  }
}

TEST_CASE("message: the transfer encoding is what the body shows") {
  const std::string packed = deflated(small_report), xml(small_report);
  struct Row {
    const char* declared;
    std::string body, expected;
  };
  const Row rows[] = {{"base64", base64(packed), packed},
                      {"7bit", base64(packed), packed},
                      {"8bit", packed, packed},
                      {"base64", packed, packed},
                      {"base64", xml, xml},
                      {"7bit", xml, xml},
                      {"quoted-printable", base64(packed), packed},
                      {"BASE64 ", base64(packed), packed},
                      {"nonsense", base64(xml), xml},
                      {"7bit", "<?xml version=3D\"1.0\"?>\n<feedback>=\n</feedback>",
                       "<?xml version=\"1.0\"?>\n<feedback></feedback>"}};
  for (const Row& row : rows) {
    CAPTURE(std::string(row.declared));
    const Message message =
        parse(std::string("Content-Type: application/octet-stream\nContent-Transfer-Encoding: ") +
              row.declared + "\n\n" + row.body);
    REQUIRE(message.parts.size() == 1);
    CHECK(message.parts[0].bytes == row.expected);
  }
}

TEST_CASE("message: header fields are unfolded and decoded") {
  const Message message = parse(
      "From: =?utf-8?Q?B=C3=BCro?=\n <a@example.com>\nSubject: a\n\tb\nMessage-Id: <1@example.com>\nDate: today\n\nx");
  CHECK(message.trace.from == "=?utf-8?Q?B=C3=BCro?= <a@example.com>");  // an encoded word may hide
                                                                         // an address
  CHECK(message.trace.subject == "a\tb");
  CHECK(message.message_id == "<1@example.com>");
  CHECK(parse("From: a@example.com\nFrom: b@example.com\n\nx").trace.from.empty());
  CHECK(message.date == "today");
  CHECK(message.kind == MailKind::plain);
  CHECK(message.parts.empty());
}

TEST_CASE("message: ordinary texts, pictures and pages are no candidates") {
  for (const char* fields :
       {"Content-Type: text/plain\n\n<alice@example.com> wrote: feedback",
        "Content-Type: text/html\n\n<html>feedback</html>", "Content-Type: image/png\n\n\x89PNG",
        "\nHello", "Content-Type: text/plain\n\n<feedbacks>",
        "Content-Type: text/html\n\n<o:p>x</o:p>"}) {
    CAPTURE(std::string(fields));
    CHECK(parse(fields).parts.empty());
  }
}

TEST_CASE("message: what is named like a report is kept even if it does not look like one") {
  CHECK(parse("Content-Type: application/zip; name=a.zip\n\nnothing").parts.size() == 1);
  CHECK(parse("Content-Type: text/plain; name=a.xml\n\n").parts.size() == 1);
}

TEST_CASE("message: limits are named") {
  Limits limits;
  limits.mime_depth = 3;
  limits.mime_parts = 10;
  limits.header_size = 2000;
  const auto nested = [](int levels) {
    std::string text;
    for (int i = 0; i < levels; ++i)
      text += "Content-Type: multipart/mixed; boundary=b" + std::to_string(i) + "\n\n--b" +
              std::to_string(i) + "\n";
    return text + "\nx";
  };
  const auto many = [](int parts) {
    std::string text = "Content-Type: multipart/mixed; boundary=b\n\n";
    for (int i = 0; i < parts; ++i) text += "--b\n\nx\n";
    return text + "--b--\n";
  };
  const auto forwarded = [](int levels) {
    std::string text;
    for (int i = 0; i < levels; ++i) text += "Content-Type: message/rfc822\n\n";
    return text + "Subject: x\n\nx";
  };
  CHECK(parse_message(nested(3), limits));
  CHECK(reason_of(parse_message(nested(4), limits).error()) == "limit:mime_depth");
  CHECK(parse_message(forwarded(3), limits));
  CHECK(reason_of(parse_message(forwarded(4), limits).error()) == "limit:mime_depth");
  CHECK(parse_message(many(9), limits));
  CHECK(reason_of(parse_message(many(10), limits).error()) == "limit:mime_parts");
  CHECK(reason_of(parse_message("Subject: " + std::string(3000, 'x') + "\n\n", limits).error()) ==
        "limit:header_size");
  CHECK(parse_message("Subject: x\n\n" + std::string(3000, 'x'), limits));
}
