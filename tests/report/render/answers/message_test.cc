// SPDX-License-Identifier: MIT
#include "report/render/answers/message.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>

#include "report/render/utf8.h"
#include "tests/report/answers/sample.h"

using namespace dmarcq;

namespace {

const std::filesystem::path mails = std::filesystem::path(DMARCQ_SOURCE_DIR) / "fixtures/mails";

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  REQUIRE(stream);
  return {std::istreambuf_iterator<char>(stream), {}};
}

MessageAnswer answer_of(const std::string& mail, Snapshot* snapshot = nullptr) {
  auto answer = message_answer(snapshot, {.mail = mail, .today = test::sample_today()});
  REQUIRE(answer);
  return std::move(*answer);
}

std::string text_of(const MessageAnswer& answer) {
  std::ostringstream out;
  write_message_text(out, answer, {});
  return out.str();
}

nlohmann::json json_of(const MessageAnswer& answer) {
  std::ostringstream out;
  write_message_json(out, answer, "a.eml", false);
  return nlohmann::json::parse(out.str());
}

bool has(const std::string& text, const std::string& words) {
  return text.find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("message text: in 80 columns but for long words, without control characters") {
  std::size_t seen = 0;
  for (const auto& entry : std::filesystem::directory_iterator(mails)) {
    if (entry.path().extension() != ".eml") continue;
    ++seen;
    CAPTURE(entry.path().filename().string());
    const std::string text = text_of(answer_of(bytes_of(entry.path())));
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      CAPTURE(line);
      // A word that is wider than the line stands alone.
      CHECK((display_width(line) <= 80 ||
             line.find(' ', line.find_first_not_of(' ') + 16) == line.npos));
      CHECK(std::ranges::none_of(line, [](char c) { return c >= 0 && c < ' '; }));
    }
    for (const char* section : {"From ", "Sent by ", "RULES FOR SENDERS", "NEXT"})
      CHECK(has(text, section));
  }
  CHECK(seen > 10);
}

TEST_CASE("message text: hostile fields are escaped") {
  const std::string text = text_of(answer_of(
      "From: \"\x1b[31mred\" <a@kestrel.example>\r\nSubject: =?utf-8?q?=1B=5B2J=07?= \xe2\x80\xae\r\n"
      "X-SFDC-EmailCategory: \x1b]0;x\x07\r\nX-SFDCRelayAddr: a\x7f\r\nDKIM-Signature: v=1; d=\x1b[1m; s=\x07\r\n"
      "Return-Path: <\x1b@\x1b.example>\r\nReceived: from \x1b by \x07; x\r\n\r\n"));
  CHECK(std::ranges::none_of(text,
                             [](char c) { return (c >= 0 && c < ' ' && c != '\n') || c == 0x7f; }));
}

TEST_CASE("message text: what is told of one mail") {
  const std::string core = text_of(answer_of(bytes_of(mails / "core-unsigned.eml")));
  for (const char* words :
       {"Salesforce Core (Sales, Service, Platform) (proven)",
        "- claimed: X-SFDC-LK: 00DA0000000Hu5a",
        "00DA0000000Hu5aMAC on na63 (proven); not known to be yours", "no signature", "p=reject",
        "says the receiver", "FAILED         DKIM passes: The mail has no DKIM signature."}) {
    CAPTURE(words);
    CHECK(has(core, words));
  }
  const std::string forged = text_of(answer_of(bytes_of(mails / "forged-alone.eml")));
  CHECK(has(forged, "(claimed, not proven)"));
  CHECK_FALSE(has(forged, "Stay on Salesforce Core"));
  const std::string microsoft = text_of(answer_of(bytes_of(mails / "microsoft-self-to-self.eml")));
  CHECK(has(microsoft, "Microsoft SMTP Server"));
  const auto snapshot = test::sample_snapshot();
  CHECK(has(text_of(answer_of(std::string("From: a@") + test::sample_domain + "\r\n\r\n",
                              snapshot.get())),
            "WHAT REPORTS SAY OF SUCH MAIL\n  - same From: "));
  CHECK(has(text_of(answer_of("From: a@nobody.example\r\n\r\n", snapshot.get())),
            "none of nobody.example since"));
}

TEST_CASE("message JSON: the schema's members") {
  const nlohmann::json json = json_of(answer_of(bytes_of(mails / "core-signed.eml")));
  CHECK(json["schema"] == "dmarcq.message/1");
  CHECK(json["file"] == "a.eml");
  CHECK(json["header_from"] == "kestreloutdoor.example");
  CHECK(json["sending_ip"] == "13.110.14.214");
  CHECK(json["route"]["weight"] == "proven");
  CHECK(json["dkim"][0]["body_intact"] == true);
  CHECK(json["dkim"][0]["key_bits"].is_null());
  CHECK(json["dmarc"]["passes"] == true);
  CHECK(json["authentication_results"][0]["trusted"] == true);
  CHECK(json["authentication_results"][0]["named"] == false);
  CHECK(json["received"][0]["handover"] == true);
  CHECK(json["sender_rules"].size() == sender_rule_count);
  CHECK(json["reports"].empty());
  for (const auto& rule : json["sender_rules"]) CHECK_FALSE(rule["why"].get<std::string>().empty());
}

TEST_CASE("message JSON: claims, delays, one line") {
  const MessageAnswer answer = answer_of(
      "Received: from b.example ([192.0.2.2]) by c.example; Tue, 24 Nov 2026 08:15:00 +0000\r\n"
      "Received: from a.example by b.example; Tue, 24 Nov 2026 08:15:07 +0000\r\n"
      "Authentication-Results: b.example; dkim=pass header.d=kestrel.example header.s=sf1\r\n"
      "From: a@kestrel.example\r\n\r\n");
  const nlohmann::json json = json_of(answer);
  CHECK(json["received"][0]["seconds"] == -7);
  CHECK(json["received"][1]["seconds"].is_null());
  CHECK(json["received"][0]["trusted"] == true);
  CHECK(json["received"][1]["trusted"] == false);
  CHECK(json["authentication_results"][0]["trusted"] == false);
  CHECK(json["authentication_results"][0]["results"][0]["domain"] == "kestrel.example");
  CHECK(json["authentication_results"][0]["results"][0]["selector"] == "sf1");
  std::ostringstream out;
  write_message_json(out, answer, "\xff\x1b", true);
  CHECK(std::ranges::count(out.str(), '\n') == 1);
  CHECK(nlohmann::json::accept(out.str()));
}
