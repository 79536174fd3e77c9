// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <sstream>
#include <string>

#include "report/render/base64.h"
#include "report/render/digest.h"
#include "report/render/mail_message.h"

using namespace dmarcq;

TEST_CASE("mail: base64 of RFC 4648") {
  CHECK(base64("") == "");
  CHECK(base64("f") == "Zg==");
  CHECK(base64("fo") == "Zm8=");
  CHECK(base64("foobar") == "Zm9vYmFy");
  CHECK(base64(std::string("\xff\xfe\x00", 3)) == "//4A");
}

TEST_CASE("mail: quoted-printable keeps lines short, and what mail programs would touch") {
  CHECK(quoted_printable("a=b\n") == "a=3Db\n");
  CHECK(quoted_printable("end \nmore") == "end=20\nmore");
  CHECK(quoted_printable(".\nFrom x") == "=2E\n=46rom x");
  CHECK(quoted_printable("ü") == "=C3=BC");
  CHECK(quoted_printable("a\r") == "a=0D");
  const std::string text = quoted_printable(std::string(1'000, 'x') + "é");
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) CHECK(line.size() <= 76);
}

TEST_CASE("mail: no text can end its header") {
  for (const char* text : {"a\nBcc: x@example.com", "a\r\n\r\nbody", "ü\nBcc: x@example.com", "a\vb\fc", "=?UTF-8?Q?=0ABcc:_x?="}) {
    const std::string header = header_text(text, 9);
    std::istringstream lines(header);
    std::string line;
    std::getline(lines, line);
    while (std::getline(lines, line)) CHECK_MESSAGE(line.front() == ' ', header);
    CHECK(header.find('\r') == std::string::npos);
    CHECK(header.find("=0A") == std::string::npos);
  }
  std::istringstream lines(header_text(std::string(300, 'w') + " " + std::string(300, 'v') + " " + std::string(120, 'x'), 9));
  CHECK(header_text("plain words", 9) == "plain words");
  CHECK(header_text("größer", 9) == "=?UTF-8?B?Z3LDtsOfZXI=?=");
}

TEST_CASE("mail: addresses, good and bad") {
  for (const char* text : {"a@example.com", "Name <a@example.com>", "\"B, C\" <a@example.com>", "Büro <a.b+c@mail.example.com>", " a@example.com "}) CHECK_MESSAGE(mail_address_from_text(text), text);
  for (const char* text : {"", "a", "@example.com", "a@", "a@b@c d", "a@example.com\nBcc: b@example.com", "a@example.com, b@example.com", "<a@example.com", "Name a@example.com>",
                           "a@exa mple.com", "a;b@example.com", ".a@example.com", "ü@example.com", "x <a@example.com>\r\nBcc: y"})
    CHECK_MESSAGE(!mail_address_from_text(text), text);
  CHECK(mail_address_text({"Board", "b@example.com"}, 4) == "Board\n <b@example.com>");
  CHECK(mail_address_text({"B, C", "b@example.com"}, 4).find(',') == std::string::npos);
}

TEST_CASE("mail: dates of RFC 5322") {
  CHECK(mail_date(0) == "Thu, 1 Jan 1970 00:00:00 +0000");
  CHECK(mail_date(1'795'305'600) == "Sun, 22 Nov 2026 00:00:00 +0000");
}

TEST_CASE("digest: hostile words stay words, and the mail stays small") {
  const std::string bad = "x\r\nBcc: victim@example.com\r\n\r\n<script>hit()</script>\u202E" + std::string(5'000, 'y');
  StakeholderPage page;
  page.title = bad;
  page.window = {20'760, 20'777};
  page.reports = page.reporters = 1;
  for (int i = 0; i < 300; ++i) {
    page.domains.push_back(bad);
    page.verdicts.push_back({.domain = bad, .state = DomainVerdict::State::not_ready, .sentence = bad, .next_step = bad, .brief = bad, .policy = bad, .target = bad, .gates = {{bad, bad, GateLine::State::failed, bad, bad, bad}}});
    page.findings.push_back({.code = bad, .domain = bad, .sender = bad, .severity = FindingCard::Severity::fault, .cause = bad, .fix = {bad, bad, bad, bad}, .verify = bad});
    page.salesforce.push_back({.domain = bad, .route = "Core"});
    page.changes.notes.push_back({20'761, bad, bad});
    page.problems.by_reason.emplace_back(bad, 1);
  }
  page.changes.reports_before = 1;
  CHECK(digest_html(page).size() <= 80'000);
  CHECK(digest_html(page).find("<script") == std::string::npos);
  const std::string mail = digest_mail(page, {.from = {"", "dmarc@example.com"}, .to = {{"", "board@example.com"}}, .subject = "", .date = 0}, "<!DOCTYPE html>");
  const std::string head = mail.substr(0, mail.find("\n\n"));
  CHECK(head.find("\nBcc") == std::string::npos);
  CHECK(head.find('\r') == std::string::npos);
  std::istringstream lines(mail);
  for (std::string line; std::getline(lines, line);) CHECK(line.size() <= 76);
}

TEST_CASE("digest: a period without reports says so, first of all") {
  StakeholderPage page;
  page.title = "DMARC report: example.com";
  page.domains = {"example.com"};
  page.window = {20'760, 20'766};
  CHECK(digest_subject(page) == "DMARC example.com: NO REPORTS RECEIVED (3 Nov – 9 Nov 2026)");
  CHECK(digest_text(page).find("NO REPORTS RECEIVED") != std::string::npos);
  CHECK(digest_html(page).find("NO REPORTS RECEIVED") != std::string::npos);
}
