// SPDX-License-Identifier: MIT
#include "ingest/source/imap_url.h"

#include <doctest/doctest.h>

using namespace dmarcq;

TEST_CASE("IMAP URL: taken apart") {
  struct Row {
    const char *url, *user, *host, *port, *folder, *name;
  };
  const Row rows[] = {
      {"imaps://ann@imap.example.com/Reports", "ann", "imap.example.com", "", "Reports",
       "imaps://ann@imap.example.com/Reports"},
      {"imaps://ann@imap.example.com", "ann", "imap.example.com", "", "INBOX",
       "imaps://ann@imap.example.com/INBOX"},
      {"imaps://ann@imap.example.com/", "ann", "imap.example.com", "", "INBOX",
       "imaps://ann@imap.example.com/INBOX"},
      {"imaps://ann@imap.example.com:1993/a/b/", "ann", "imap.example.com", "1993", "a/b",
       "imaps://ann@imap.example.com:1993/a/b"},
      {"IMAPS://ann@imap.example.com/INBOX", "ann", "imap.example.com", "", "INBOX",
       "imaps://ann@imap.example.com/INBOX"},
      {"imaps://ann%40example.com@imap.example.com/", "ann@example.com", "imap.example.com", "",
       "INBOX", "imaps://ann@example.com@imap.example.com/INBOX"},
      {"imaps://ann@example.com@imap.example.com/", "ann@example.com", "imap.example.com", "",
       "INBOX", "imaps://ann@example.com@imap.example.com/INBOX"},
      // RFC 5092 section 3.2: enc-user [";AUTH=" …].
      {"imaps://ann;AUTH=PLAIN@imap.example.com/x", "ann", "imap.example.com", "", "x",
       "imaps://ann@imap.example.com/x"},
      {"imaps://a%3Bb@imap.example.com/x", "a;b", "imap.example.com", "", "x",
       "imaps://a;b@imap.example.com/x"},
      {"imaps://ann@imap.example.com/Sent%20Items%2Fold%c3%bc", "ann", "imap.example.com", "",
       "Sent Items/old\xc3\xbc", "imaps://ann@imap.example.com/Sent Items/old\xc3\xbc"},
      {"imaps://ann@imap.example.com/a@b:c", "ann", "imap.example.com", "", "a@b:c",
       "imaps://ann@imap.example.com/a@b:c"},
      {"imaps://ann@[2001:db8::1]/x", "ann", "[2001:db8::1]", "", "x",
       "imaps://ann@[2001:db8::1]/x"},
      {"imaps://ann@[2001:db8::1]:993/x", "ann", "[2001:db8::1]", "993", "x",
       "imaps://ann@[2001:db8::1]:993/x"},
      {"imaps://ann@192.0.2.1:993/x", "ann", "192.0.2.1", "993", "x",
       "imaps://ann@192.0.2.1:993/x"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.url);
    const auto url = parse_imap_url(row.url);
    REQUIRE(url);
    CHECK(url->tls);
    CHECK(url->user == row.user);
    CHECK(url->host == row.host);
    CHECK(url->port == row.port);
    CHECK(url->folder == row.folder);
    CHECK(url->name == row.name);
  }
  const auto plain = parse_imap_url("imap://ann@localhost:1143/x");
  REQUIRE(plain);
  CHECK_FALSE(plain->tls);
  CHECK(plain->port == "1143");
  CHECK(plain->name == "imap://ann@localhost:1143/x");
}

TEST_CASE("IMAP URL: what is wrong is named, and a password never repeated") {
  struct Row {
    const char *url, *word;
  };
  const Row rows[] = {
      {"imaps://ann:secret@imap.example.com/x", "password"},
      {"imaps://ann:@imap.example.com/x", "password"},
      {"imaps://ann:sec@ret@imap.example.com/x", "password"},
      {"imaps://:secret@imap.example.com/x", "password"},
      {"imap://ann:secret@localhost", "password"},
      {"imaps://imap.example.com/x", "user"},
      {"imaps://@imap.example.com/x", "user"},
      {"imaps://;AUTH=*@imap.example.com/x", "user"},
      {"imaps://ann@/x", "server"},
      {"imaps://ann@:993/x", "server"},
      {"imaps://", "server"},
      {"imaps:///x", "server"},
      {"imaps://ann@imap.example.com/a%", "folder"},
      {"imaps://ann@imap.example.com/a%2", "folder"},
      {"imaps://ann@imap.example.com/a%zz", "folder"},
      {"imaps://ann@imap.example.com/a%+1", "folder"},
      {"imaps://ann@imap.example.com/a%00", "folder"},
      {"imaps://a%4@imap.example.com/x", "user"},
      {"imaps://a%00@imap.example.com/x", "user"},
      {"imaps://ann@imap.example.com/a%0D%0Ax", "control"},
      {"imaps://a%0aLOGOUT@imap.example.com/x", "control"},
      {"imaps://ann@imap.example.com\r\n/x", "control"},
      {"imaps://ann@imap.example.com:9\t93/x", "control"},
      {"imaps://ann@imap.example.com/a%7F", "control"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.url);
    const auto url = parse_imap_url(row.url);
    REQUIRE_FALSE(url);
    CHECK(url.error().fault == Fault::unreadable);
    CHECK(url.error().text.find(row.word) != std::string::npos);
    CHECK(url.error().text.find("secret") == std::string::npos);
  }
}

TEST_CASE("IMAP URL: folder names in modified UTF-7") {
  struct Row {
    const char *name, *expected;
  };
  const Row rows[] = {
      // The example of RFC 3501 section 5.1.3.
      {"~peter/mail/\xe5\x8f\xb0\xe5\x8c\x97/\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e",
       "\"~peter/mail/&U,BTFw-/&ZeVnLIqe-\""},
      {"INBOX", "\"INBOX\""},
      {"", "\"\""},
      {"Sent Items", "\"Sent Items\""},
      {"a&b", "\"a&-b\""},
      {"&", "\"&-\""},
      {"&-", "\"&--\""},
      {"a+b", "\"a+b\""},
      {"a\"b\\c", "\"a\\\"b\\\\c\""},
      {"\xc3\xa9", "\"&AOk-\""},
      {"Entw\xc3\xbcrfe", "\"Entw&APw-rfe\""},
      {"\xc3\xbc\xc3\xbc", "\"&APwA,A-\""},
      {"\xc3\xbc&\xc3\xbc", "\"&APw-&-&APw-\""},
      {"\xc3\xbc-", "\"&APw--\""},
      {"\xe2\x82\xac", "\"&IKw-\""},
      {"\xf0\x9f\x98\x80", "\"&2D3eAA-\""},
      {"\xf4\x8f\xbf\xbf", "\"&2,,f,w-\""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(quoted_folder(row.name) == row.expected);
  }
}

TEST_CASE("IMAP URL: a folder name that is no UTF-8 stays within its quotes") {
  for (int lead = 0x80; lead < 0x100; ++lead)
    for (const std::string tail : {"", "\"", "\\", "\" LOGOUT", "\x80\"", "\xff\xff\""}) {
      const std::string text = quoted_folder(std::string(1, static_cast<char>(lead)) + tail);
      CAPTURE(text);
      REQUIRE(text.size() >= 2);
      CHECK(text.front() == '"');
      CHECK(text.back() == '"');
      bool escaped = false;
      for (std::size_t i = 1; i + 1 < text.size(); ++i) {
        CHECK(static_cast<unsigned char>(text[i]) < 0x80);
        if (!escaped) CHECK(text[i] != '"');
        escaped = !escaped && text[i] == '\\';
      }
      CHECK_FALSE(escaped);
    }
}
