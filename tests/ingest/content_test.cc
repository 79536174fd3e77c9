// SPDX-License-Identifier: MIT
#include "ingest/content.h"

#include <string>

#include "ingest/names.h"
#include "ingest/origin.h"
#include "tests/ingest/support.h"

using namespace dmarcq;
using namespace std::string_view_literals;

TEST_CASE("content: bytes are told by their looks") {
  struct Row {
    const char* name;
    std::string_view head;
    Content expected;
  };
  const std::string tar = test::tar_of({{"a.xml", "<feedback/>"}});
  const Row rows[] = {
      {"nothing", "", Content::empty},
      {"gzip", "\x1f\x8b\x08\0"sv, Content::gzip},
      {"zip", "PK\3\4\x14"sv, Content::zip},
      {"an empty zip", "PK\5\6\0"sv, Content::zip},
      {"7z", "7z\xbc\xaf\x27\x1c\0\4"sv, Content::archive},
      {"xz",
       "\xfd"
       "7zXZ\0\0"sv,
       Content::archive},
      {"bzip2", "BZh91AY&SY\x12"sv, Content::archive},
      {"zstd", "\x28\xb5\x2f\xfd\4"sv, Content::archive},
      {"tar", tar, Content::archive},
      {"the word BZh", "BZhello world", Content::other},
      {"XML", "<?xml version=\"1.0\"?>", Content::xml},
      {"XML without a declaration", "<feedback>", Content::xml},
      {"XML with a prefix", "<d:feedback xmlns:d='x'>", Content::xml},
      {"a comment", "<!-- by reporter.example --><feedback>", Content::xml},
      {"XML after a BOM", "\xef\xbb\xbf<feedback>", Content::xml},
      {"XML after blanks", "\r\n\t <feedback>", Content::xml},
      {"UTF-16 with a BOM", "\xff\xfe<\0f\0e\0"sv, Content::xml},
      {"UTF-16 big endian", "\xfe\xff\0<\0?\0x"sv, Content::xml},
      {"UTF-16 without a BOM", "<\0?\0x\0"sv, Content::xml},
      {"UTF-32", "\0\0\0<\0\0\0f\0\0\0e"sv, Content::xml},
      {"UTF-16 text", "\xff\xfeH\0e\0"sv, Content::other},
      {"HTML", "<html><body>", Content::other},
      {"HTML with a doctype", "<!DOCTYPE HTML PUBLIC>", Content::other},
      {"XHTML", "<?xml version='1.0'?>\n<!-- x -->\n<html xmlns='x'>", Content::other},
      {"HTML without a frame", "<div class=x>", Content::other},
      {"a schema", "<?xml version='1.0'?><xs:schema>", Content::xml},
      {"an address in angle brackets", "<alice@example.com> wrote:", Content::other},
      {"a link in angle brackets", "<https://example.com/x>", Content::other},
      {"less than", "< 5", Content::other},
      {"JSON", " \n{\"organization-name\":", Content::json},
      {"a JSON array of objects", "[{\"email\":", Content::json},
      {"a JSON array over lines", "\xef\xbb\xbf\n[\r\n  {\r\n", Content::json},
      {"a JSON array of numbers", "[1,2]", Content::other},
      {"an empty JSON array", "[]", Content::other},
      {"a section of a configuration", "[mail]\nhost={x}\n", Content::other},
      {"a bracket alone", "[", Content::other},
      {"mbox", "From a@example.com Sat Mar  2 00:10:00 2024\nFrom: x", Content::mbox},
      {"mbox after blank lines", "\n\r\nFrom - Sat Mar 02 00:10:00 2024\n", Content::mbox},
      {"mail", "Return-Path: <a@example.com>\n", Content::mail},
      {"mail with CRLF", "Received: from x\r\n", Content::mail},
      {"mail with a quoted envelope line", ">From a@example.com Sat\nFrom: x\n", Content::mail},
      {"mail after a BOM",
       "\xef\xbb\xbf"
       "From: x\n",
       Content::mail},
      {"prose that starts with From", "From now on we meet at noon.\n", Content::other},
      {"prose", "Hello world\n", Content::other},
      {"a link", "https://example.com\n", Content::other},
      {"binary", "\x89PNG\r\n\x1a\n"sv, Content::other},
      {"zeros", std::string_view("\0\0\0\0\0\0\0\0", 8), Content::other},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.name));
    CHECK(content_of(row.head) == row.expected);
  }
}

TEST_CASE("content: any prefix of a head is accepted") {
  const std::string tar = test::tar_of({{"a.xml", "<feedback/>"}});
  for (const std::string_view head :
       {"<?xml version='1.0'?><!-- c --><html>"sv, "From a@example.com Sat Mar  2 00:10:00 2024"sv,
        std::string_view(tar), "\xff\xfe<\0f\0"sv})
    for (std::size_t size = 0; size <= head.size(); ++size)
      content_of(std::string(head.substr(0, size)));
}

TEST_CASE("names: what promises to be a report, and what is junk") {
  CHECK(named_xml("A.XML"));
  CHECK(!named_xml("xml"));
  CHECK(named_report("a.xml.gz"));
  CHECK(named_report("a.Zip"));
  CHECK(!named_report("a.docx"));
  for (const char* junk : {".DS_Store", "__MACOSX/a.xml", "x/__MACOSX/._a", "a/Thumbs.db",
                           "._a.xml", "dovecot.index.log", "dovecot-uidlist", "x.lock"}) {
    CAPTURE(std::string(junk));
    CHECK(is_system_junk(junk));
  }
  CHECK(!is_system_junk("dir.d/a.xml"));
  CHECK(last_component("a/b/") == "b");
}

TEST_CASE("origin: prefix of a message") {
  CHECK(to_text(Origin{"inbox.mbox", 118, "<x>", "a.zip/b.xml"}) == "inbox.mbox:118 a.zip/b.xml");
  CHECK(to_text(Origin{"a.xml", 0, "", ""}) == "a.xml");
}

TEST_CASE("error: the stable word names the limit") {
  CHECK(reason_of({Fault::truncated, "x", ""}) == "truncated");
  CHECK(reason_of({Fault::limit, "x", "mail_size"}) == "limit:mail_size");
}

TEST_CASE("looks_like_tls_report: two of three names") {
  struct Row {
    const char* json;
    bool is_one;
  };
  for (const Row& row : {
           Row{R"({"organization-name":"x","policies":[)", true},
           Row{R"({"organization-name" : "x","date-range":{)", true},
           Row{"\xEF\xBB\xBF\n {\"date-range\":{},\"policies\"\n:", true},
           Row{R"([{"organization-name":"x","policies":[]}])", true},
           Row{R"({"organization-name":"x","policies")", false},
           Row{R"({"organization-name":"x"})", false},
           Row{R"({"date-range":{}})", false},
           Row{R"({"policies":[]})", false},
           Row{R"({"organization-name":"policies"})", false},
           Row{R"("organization-name":"x","policies":[])", false},
           Row{"", false},
       }) {
    CAPTURE(row.json);
    CHECK(looks_like_tls_report(row.json) == row.is_one);
  }
}
