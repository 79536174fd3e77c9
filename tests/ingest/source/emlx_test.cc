// SPDX-License-Identifier: MIT
#include "ingest/source/emlx.h"

#include "ingest/content.h"
#include "tests/ingest/support.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

const std::string list =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\"><dict><key>flags</key><integer>1</integer></dict></plist>\n";

std::string report_mail(std::string_view id = "m1") {
  return mail_with("application/gzip; name=a.xml.gz", deflated(small_report), id);
}

std::string emlx_of(const std::string& mail) {
  return std::to_string(mail.size()) + "\n" + mail + list;
}

std::string with_crlf(std::string_view text) {
  std::string wide;
  for (const char c : text) {
    if (c == '\n') wide += '\r';
    wide += c;
  }
  return wide;
}

ExtractedDocuments found_in(std::string name, std::string bytes) {
  return find_documents(item_of(std::move(name), std::move(bytes)), Limits{});
}

/// The one report, or "".
std::string report_in(const ExtractedDocuments& found) {
  return found.documents.size() == 1 && found.faults.empty() ? found.documents[0].bytes
                                                             : std::string();
}

}  // namespace

TEST_CASE("emlx: the mail ends where the number says, or else where the property list begins") {
  const std::string mail = report_mail(), size = std::to_string(mail.size());
  const std::string xml_mail = mail_with("text/plain", "x") +
                               "\n<?xml version=\"1.0\"?>\n<feedback/>\n";
  struct Row {
    const char* name;
    std::string bytes, mail;
  };
  const Row rows[] = {
      {"as Apple Mail writes it", size + "\n" + mail + list, mail},
      {"padded", size + "      \n" + mail + list, mail},
      {"blanks before the number", "  \t" + size + "\n" + mail + list, mail},
      {"CRLF behind the number alone", size + "\r\n" + mail + list, mail},
      {"without a property list", size + "\n" + mail, mail},
      {"a blank line before the property list", size + "\n" + mail + "\n" + list, mail},
      {"line ends changed", with_crlf(size + "\n" + mail + list), with_crlf(mail)},
      {"XML in the mail", emlx_of(xml_mail), xml_mail},
      {"XML in the mail, and a number too small", "20\n" + xml_mail + list, xml_mail},
      {"a number too small", "20\n" + mail + list, mail},
      {"no number but 0", "0\n" + mail + list, mail},
      {"a number too large", "99999\n" + mail + list, mail},
      {"a number larger than the file, without a property list", "99999\n" + mail, mail},
      {"a number too small, without a property list", "20\n" + mail, mail},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.name));
    CHECK(content_of(std::string_view(row.bytes).substr(0, 512)) == Content::emlx);
    CHECK(mail_of_emlx(row.bytes) == row.mail);
  }
}

TEST_CASE("emlx: near misses are no mail of that form") {
  struct Row {
    const char* name;
    std::string bytes;
    Content content;
  };
  const std::string mail = report_mail(), long_field(600, 'x');
  const Row rows[] = {
      {"a mail", mail, Content::mail},
      {"a text that begins with a year", "2026\nMeeting notes: the plan\n", Content::other},
      {"a number and one field", "12\nNote: remember the milk\n", Content::other},
      {"a number and two fields of no mail", "12\nNote: a\nOther: b\n", Content::other},
      {"a number, a blank line and a mail", "12\n\n" + mail, Content::other},
      {"a number with a sign", "-12\n" + mail, Content::other},
      {"a number with a point", "1.2\n" + mail, Content::other},
      {"a hexadecimal number", "0x12\n" + mail, Content::other},
      {"a number beyond all sizes", "99999999999999999999999\n" + mail, Content::other},
      {"blanks only", "    \n" + mail, Content::mail},
      {"two numbers", "12 13\n" + mail, Content::other},
      {"a number without an end", "123456789", Content::other},
      {"a number and a report", "12\n<feedback/>", Content::other},
      {"a long line that is no field", "12\n" + long_field, Content::other},
      {"a long line and another", "12\nX-A: " + long_field.substr(0, 450) + "\nno field\n",
       Content::other},
      {"a first field longer than the head", "12\nDKIM-Signature: " + long_field, Content::emlx},
      {"the same, folded", "12\nX-A: " + long_field.substr(0, 400) + "\n " + long_field,
       Content::emlx},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.name));
    CHECK(content_of(std::string_view(row.bytes).substr(0, 512)) == row.content);
  }
  CHECK(report_in(found_in("notes.emlx", "2026\nMeeting notes: the plan\n")).empty());
}

TEST_CASE("emlx: the report is found wherever the file lies") {
  const std::string mail = report_mail(), emlx = emlx_of(mail);
  struct Row {
    const char *name, *file;
    std::string bytes;
  };
  const Row rows[] = {
      {"a file", "1.emlx", emlx},
      {"a file of another name", "mail.txt", emlx},
      {"CRLF", "1.emlx", with_crlf(emlx)},
      {"a wrong number", "1.emlx", "20\n" + mail + list},
      {"in a gzip", "1.emlx.gz", deflated(emlx)},
      {"in an attached zip", "a.eml",
       mail_with("application/zip; name=Messages.zip", zip_of({{"Messages/1.emlx", emlx}}))},
      {"in an attached tar", "a.eml",
       mail_with("application/x-tar; name=a.tar", tar_of({{"1.emlx", emlx}}))},
      {"attached", "a.eml", mail_with("application/octet-stream; name=1.emlx", emlx)},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.name));
    CHECK(report_in(found_in(row.file, row.bytes)) == small_report);
  }
  const Item item = item_of("1.emlx", emlx);
  const ExtractedDocuments found = find_documents(item, Limits{});
  CHECK(found.mail == mail);
  CHECK(found.message_id == "<m1@reporter.example>");
}

TEST_CASE("emlx: folders and zip files of them give an item for each") {
  const TemporaryFolder folder;
  folder.write("INBOX.mbox/Messages/1.emlx", emlx_of(report_mail("m1")));
  folder.write("INBOX.mbox/Messages/2.partial.emlx", emlx_of(report_mail("m2")));
  folder.write("mail.zip", zip_of({{"Messages/3.emlx", emlx_of(report_mail("m3"))},
                                   {"Messages/4.emlx", emlx_of(report_mail("m4"))}}));
  std::vector<std::string> ids;
  for (const Item& item : read_all(folder.path())) {
    const ExtractedDocuments found = find_documents(item, Limits{});
    CHECK(report_in(found) == small_report);
    ids.push_back(found.message_id);
  }
  CHECK(ids == std::vector<std::string>{"<m1@reporter.example>", "<m2@reporter.example>",
                                        "<m3@reporter.example>", "<m4@reporter.example>"});
}

TEST_CASE("emlx: one that was cut is a problem, never a short report") {
  const std::string mail = mail_with("application/gzip; name=a.xml.gz", deflated(small_report));
  const std::string emlx = std::to_string(mail.size()) + "\n" + mail;
  const std::size_t body = emlx.find("\n\n") + 2;
  for (std::size_t size = body; size < emlx.size(); ++size) {
    CAPTURE(size);
    const ExtractedDocuments found = found_in("1.emlx", emlx.substr(0, size));
    for (const Document& document : found.documents) CHECK(document.bytes == small_report);
    CHECK(found.documents.size() + found.faults.size() == 1);
  }
}
