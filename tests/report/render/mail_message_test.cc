// SPDX-License-Identifier: MIT
#include "report/render/mail_message.h"

#include <doctest/doctest.h>

#include <sstream>

using namespace dmarcq;

TEST_CASE("a mail of plain text survives any mail program") {
  const PlainMail mail{.from = {"", "dmarcq@example.com"},
                       .to = {{"J\u00f6rg", "x@example.com"}, {"", "y@example.net"}},
                       .subject = "DMARC: 2 alerts \u2013 news",
                       .body = ".dot\nFrom me\n\u00fcber = " + std::string(100, 'x') + " \nend\n",
                       .date = 1'793'491'200};
  const std::string text = plain_mail(mail);
  CHECK(text.starts_with(
      "From: dmarcq@example.com\nTo: =?UTF-8?B?SsO2cmc=?=\n <x@example.com>,\n y@example.net\n"));
  CHECK(text.find("Subject: =?UTF-8?B?") != std::string::npos);
  CHECK(text.find("Date: Sun, 1 Nov 2026 00:00:00 +0000\n") != std::string::npos);
  CHECK(
      text.find(
          "@example.com>\nMIME-Version: 1.0\nAuto-Submitted: auto-generated\nContent-Type: text/plain; charset=utf-8\n") !=
      std::string::npos);
  CHECK(text.find("\n=2Edot\n=46rom me\n=C3=BCber =3D ") != std::string::npos);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) CHECK(line.size() <= 76);

  PlainMail other = mail;
  other.body += "more\n";
  const auto id = [](const std::string& whole) {
    return whole.substr(whole.find("Message-ID:"), 60);
  };
  CHECK(id(plain_mail(mail)) == id(text));
  CHECK(id(plain_mail(other)) != id(text));
}

TEST_CASE("addresses of mails") {
  struct Row {
    const char *text, *name, *address;
  };
  constexpr Row rows[] = {
      {"a@b.example", "", "a@b.example"},
      {" a@b.example ", "", "a@b.example"},
      {"Jane Doe <jane@b.example>", "Jane Doe", "jane@b.example"},
      {"\"Doe, Jane\" <jane@b.example>", "Doe, Jane", "jane@b.example"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto address = mail_address_from_text(row.text);
    REQUIRE(address);
    CHECK(address->name == row.name);
    CHECK(address->address == row.address);
  }
  for (const char* text :
       {"", "nobody", "@b.example", "a@", "a@b.example\nBcc: c@d.example", "a b@c.example",
        "Jane <jane@b.example> more", "a@b.example, c@d.example"}) {
    CAPTURE(text);
    CHECK_FALSE(mail_address_from_text(text));
  }
}
