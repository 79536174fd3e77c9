// SPDX-License-Identifier: MIT
// Any bytes are cut into parts within the limits, twice into the same ones, and text from a header
// is clean.
#include <algorithm>

#include "ingest/mail/message.h"
#include "parser/aggregate/xml_text.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/packing.h"

namespace dmarcq::fuzz {
namespace {

void properties(std::string_view input) {
  const Limits limits = small_limits();
  const auto message = parse_message(input, limits);
  const auto again = parse_message(input, limits);
  require(message.has_value() == again.has_value(), "the same outcome twice");
  if (!message) {
    require(message.error().fault == Fault::limit && !message.error().limit.empty(),
            "an error names its limit");
    return;
  }
  for (const std::string* text :
       {&message->message_id, &message->trace.from, &message->trace.subject, &message->date})
    require(is_utf8(*text), "header fields are UTF-8");
  for (const dmarcq::MailTrace::Line& line : message->trace.lines)
    require(is_utf8(line.value), "header fields are UTF-8");
  std::size_t bytes = 0;
  require(message->parts.size() <= limits.mime_parts, "no more parts than allowed");
  for (const Part& part : message->parts) {
    require(is_utf8(part.name), "file names are UTF-8");
    require(std::ranges::none_of(part.content_type, [](char c) { return c >= 'A' && c <= 'Z'; }),
            "media types are in lower case");
    bytes += part.bytes.size();
  }
  require(bytes <= 3 * input.size(), "decoding makes little longer");  // a text, and what is
                                                                       // uuencoded in it
  require(std::ranges::equal(message->parts, again->parts,
                             [](const Part& a, const Part& b) {
                               return a.name == b.name && a.content_type == b.content_type &&
                                      a.bytes == b.bytes;
                             }),
          "the same parts twice");
  for (const Message::Closed& closed : message->closed)
    require(is_utf8(closed.name), "names of closed parts are UTF-8");
}

}  // namespace

std::vector<std::string> seeds() {
  const std::string xml = "<?xml version=\"1.0\"?><feedback/>\n",
                    head = "From: a@b.example\nMIME-Version: 1.0\n";
  return {
      head +
          "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nhi\n--b\nContent-Type: application/gzip; name*0=\"a!b!\"; name*1=\"1!2.xml.gz\"\n"
          "Content-Transfer-Encoding: base64\n\n" +
          test::base64(test::deflated(xml)) + "\n--b--\n",
      head +
          "Content-Type: multipart/mixed; boundary=\"a\"\n\n--a\nContent-Type: message/rfc822\n\nSubject: s\nContent-Type: multipart/alternative; boundary=\"aa\"\n\n"
          "--aa\nContent-Type: text/xml; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n<?xml version=3D\"1.0\"?>\n--aa--\n--a--\n",
      head + "\nbegin 644 a.xml\n#0V%T\n`\nend\n",
      head +
          "Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\nContent-Transfer-Encoding: base64\n\nMIAGCSqGSIb3DQEHAqCAMIACAQExADCABgkqhkiG9w0BBwGggCSABAJoaQAAAAAxAAAAAAAAAA==\n",
      head +
          "Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\n\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: auth-failure\n--b--\n"};
}

std::vector<std::string_view> words() {
  return {"Content-Type: ",
          "multipart/mixed; boundary=",
          "boundary=",
          "--b\n",
          "--b--",
          "\n\n",
          "message/rfc822",
          "text/plain",
          "application/zip",
          "Content-Transfer-Encoding: base64\n",
          "quoted-printable",
          "x-uuencode",
          "name*0=",
          "name*1*=utf-8''%41",
          "filename=",
          "\"",
          "=?utf-8?B?QQ==?=",
          "=?utf-8?Q?=41?=",
          "begin 644 a.gz\n",
          "end\n",
          "<?xml",
          "\r",
          "\n ",
          "application/pkcs7-mime",
          "Subject: Report Domain: a.example Submitter: b Report-ID: 1\n",
          "Content-Disposition: attachment;",
          "message/partial",
          "multipart/digest"};
}

}  // namespace dmarcq::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return dmarcq::fuzz::checked(data, size, {.microseconds_per_byte = 4}, dmarcq::fuzz::properties);
}
