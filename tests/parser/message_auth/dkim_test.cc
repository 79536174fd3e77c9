// SPDX-License-Identifier: MIT
// fixtures/dkim holds mails that another program signed, and the keys.
#include "parser/message_auth/dkim.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

#include "ingest/dns/dns_snapshot.h"
#include "parser/message_auth/mail_sender.h"

using namespace dmarcq;

namespace {

std::string read(const std::string& name) {
  std::ifstream stream(std::string(DMARCQ_SOURCE_DIR) + "/fixtures/dkim/" + name, std::ios::binary);
  REQUIRE(stream);
  return {std::istreambuf_iterator<char>(stream), {}};
}

DnsSnapshot keys() {
  auto snapshot = DnsSnapshot::parse(read("keys.zone"));
  REQUIRE(snapshot);
  return *snapshot;
}

/// Answers what it is told, and counts.
class Answers : public Resolver {
 public:
  DnsAnswer answer;
  std::set<std::string> asked;
  DnsAnswer ask(const DnsQuestion& question) override {
    asked.insert(question.name);
    return answer;
  }
};

std::vector<DkimCheck> check(std::string_view mail, Resolver& resolver) {
  return check_dkim(mail, resolver, [](std::string_view) { return true; });
}
DkimCheck check_one(std::string_view mail) {
  DnsSnapshot snapshot = keys();
  auto checks = check(mail, snapshot);
  REQUIRE(checks.size() == 1);
  return checks.front();
}

std::string with(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != text.npos);
  return text.replace(at, from.size(), to);
}
std::string with_lf(std::string text) {
  std::erase(text, '\r');
  return text;
}

}  // namespace

TEST_CASE("DKIM: what another program signed") {
  struct Row {
    const char* file;
    SignatureResult expected;
    bool testing = false;
    std::size_t unsigned_tail = 0;
  };
  constexpr Row rows[] = {
      {"relaxed.eml", SignatureResult::pass},
      {"simple.eml", SignatureResult::pass},
      {"relaxed-simple.eml", SignatureResult::pass},
      {"simple-relaxed.eml", SignatureResult::pass},
      {"empty-relaxed.eml", SignatureResult::pass},
      {"empty-simple.eml", SignatureResult::pass},
      {"ed25519.eml", SignatureResult::pass},
      {"below.eml", SignatureResult::pass},
      {"other-domain.eml", SignatureResult::pass},
      {"bare-key.eml", SignatureResult::pass},
      {"alias.eml", SignatureResult::pass},
      {"length.eml", SignatureResult::pass},
      {"testing.eml", SignatureResult::pass, true},
      {"weak.eml", SignatureResult::key_unusable},
      {"not-for-mail.eml", SignatureResult::key_unusable},
      {"revoked.eml", SignatureResult::key_missing},
      {"unknown-key.eml", SignatureResult::key_unknown},
  };
  for (const Row& row : rows) {
    const std::string mail = read(row.file);
    for (const std::string& form : {mail, with_lf(mail)}) {
      CAPTURE(row.file);
      const DkimCheck found = check_one(form);
      CAPTURE(found.reason);
      CHECK(found.result == row.expected);
      CHECK(found.testing == row.testing);
      CHECK(found.unsigned_tail == row.unsigned_tail);
      CHECK(found.reason.empty() == (row.expected == SignatureResult::pass));
    }
  }
}

TEST_CASE("DKIM: what was changed on the way") {
  struct Row {
    const char *file, *from, *to;
    SignatureResult expected;
  };
  constexpr Row rows[] = {
      {"relaxed.eml", "A line.", "A Line.", SignatureResult::body_changed},
      {"relaxed.eml", "A line.", "A  line.", SignatureResult::pass},
      {"relaxed.eml", "A line.", "Aline.", SignatureResult::body_changed},
      {"relaxed.eml", "A line.\r\n", "A line.   \r\n", SignatureResult::pass},
      {"relaxed.eml", "Blanks  at", "Blanks \t at", SignatureResult::pass},
      {"relaxed.eml", "\r\n\r\nA line", "\r\nA line", SignatureResult::body_changed},
      {"relaxed.eml", "\xc3\xa4\r\n\r\n\r\n\r\n", "\xc3\xa4\r\n", SignatureResult::pass},
      {"relaxed.eml", "\xc3\xa4\r\n\r\n\r\n\r\n", "\xc3\xa4", SignatureResult::pass},
      {"simple.eml", "A line.\r\n", "A line. \r\n", SignatureResult::body_changed},
      {"simple.eml", "\xc3\xa4\r\n\r\n\r\n\r\n", "\xc3\xa4\r\n", SignatureResult::pass},
      {"relaxed.eml", "Subject: Report", "Subject: [EXT] Report", SignatureResult::header_changed},
      {"relaxed.eml", "Subject: Report", "SUBJECT :\t Report", SignatureResult::pass},
      {"relaxed.eml", "example\r\n\tSubmitter", "example\r\n   Submitter", SignatureResult::pass},
      {"simple.eml", "Subject: Report", "SUBJECT: Report", SignatureResult::header_changed},
      {"simple.eml", "example\r\n\tSubmitter", "example\r\n Submitter",
       SignatureResult::header_changed},
      {"relaxed.eml", "X-Folded:  a", "X-Folded:  b", SignatureResult::pass},  // not signed
      {"relaxed.eml", "To: dmarc", "From: other@kestreloutdoor.example\r\nTo: dmarc",
       SignatureResult::header_changed},  // From is signed twice
      {"relaxed.eml", "DKIM-Signature", "Received: by mx.example.com\r\nDKIM-Signature",
       SignatureResult::pass},
      {"relaxed.eml", "a=rsa-sha256", "a=rsa-sha1", SignatureResult::malformed},
      {"relaxed.eml", "a=rsa-sha256", "a=ed25519-sha256", SignatureResult::key_unusable},
      {"relaxed.eml", "v=1", "v=2", SignatureResult::malformed},
      {"relaxed.eml", "v=1;", "", SignatureResult::malformed},
      {"relaxed.eml", "v=1;", "v=1; v=1;", SignatureResult::malformed},
      {"relaxed.eml", "h=from : to", "h=to", SignatureResult::header_changed},
      {"relaxed.eml", "h=from : to : subject : date : message-id : from", "h=to",
       SignatureResult::malformed},
      {"relaxed.eml", "i=@kestreloutdoor.example", "i=@harbourbooks.example",
       SignatureResult::malformed},
      {"relaxed.eml", "i=@kestreloutdoor.example", "i=@evil-kestreloutdoor.example",
       SignatureResult::malformed},
      {"relaxed.eml", "i=@kestreloutdoor.example", "i=@mail.kestreloutdoor.example",
       SignatureResult::header_changed},
      {"testing.eml", "i=@kestreloutdoor.example", "i=@mail.kestreloutdoor.example",
       SignatureResult::key_unusable},  // t=s
      {"relaxed.eml", "s=s1", "s=../s1", SignatureResult::malformed},
      {"relaxed.eml", "d=kestreloutdoor.example", "d=harbourbooks.example",
       SignatureResult::malformed},  // i= is of another domain
      {"relaxed.eml", "c=relaxed/relaxed", "c=relaxed/nofws", SignatureResult::malformed},
      {"length.eml", "\xc3\xa4\r\n\r\n\r\n\r\n", "\xc3\xa4\r\nMore.\r\n", SignatureResult::pass},
      {"length.eml", "l=", "l=9", SignatureResult::body_changed},  // longer than the body
      {"length.eml", "l=", "l=-", SignatureResult::malformed},
      {"length.eml", "l=", "l=99999999999999999999", SignatureResult::malformed},
  };
  for (const Row& row : rows) {
    CAPTURE(row.file);
    CAPTURE(row.from);
    CAPTURE(row.to);
    const DkimCheck found = check_one(with(read(row.file), row.from, row.to));
    CAPTURE(found.reason);
    CHECK(found.result == row.expected);
  }
  CHECK(check_one(with(read("length.eml"), "\xc3\xa4\r\n\r\n\r\n\r\n", "\xc3\xa4\r\nMore.\r\n"))
            .unsigned_tail == 7);
}

TEST_CASE("DKIM: what DNS says") {
  using Status = DnsAnswer::Status;
  const std::string mail = read("relaxed.eml");
  DnsSnapshot snapshot = keys();
  const std::string key = snapshot.txt("s1._domainkey.kestreloutdoor.example").texts.front();
  struct Row {
    Status status;
    std::vector<std::string> texts;
    SignatureResult expected;
  };
  const Row rows[] = {
      {Status::unknown, {}, SignatureResult::key_unknown},
      {Status::no_data, {}, SignatureResult::key_missing},
      {Status::no_name, {}, SignatureResult::key_missing},
      {Status::found, {key}, SignatureResult::pass},
      {Status::found, {key, key}, SignatureResult::key_unusable},
      {Status::found, {"v=spf1 -all"}, SignatureResult::key_unusable},
      {Status::found, {""}, SignatureResult::key_unusable},
  };
  for (const Row& row : rows) {
    Answers dns;
    dns.answer = {.status = row.status, .data = row.texts};
    const auto checks = check(mail, dns);
    REQUIRE(checks.size() == 1);
    CHECK(checks.front().result == row.expected);
    CHECK(dns.asked == std::set<std::string>{"s1._domainkey.kestreloutdoor.example"});
  }
  SUBCASE("is not asked when the body was changed, nor for many signatures") {
    Answers dns;
    check(with(mail, "A line.", "B line."), dns);
    CHECK(dns.asked.empty());
    std::string many;
    const std::string own = mail.substr(0, mail.find("From: "));
    for (int i = 0; i < 50; ++i) many += with(own, "s=s1", "s=s" + std::to_string(i));
    CHECK(check(many + mail, dns).size() == most_checked_signatures);
    CHECK(dns.asked.size() == most_checked_signatures);
  }
}

TEST_CASE("who sent a mail, as its signature proves") {
  struct Row {
    const char *name, *file, *from, *to, *expected;
  };
  constexpr Row rows[] = {
      {"signed", "relaxed.eml", "", "", "s1._domainkey.kestreloutdoor.example"},
      {"by a name below: relaxed alignment", "below.eml", "", "",
       "s1._domainkey.mail.kestreloutdoor.example"},
      {"by somebody else", "other-domain.eml", "", "", ""},
      {"by a key that is being tested", "testing.eml", "", "", ""},
      {"with something behind what was signed", "length.eml", "\xc3\xa4\r\n\r\n\r\n\r\n",
       "\xc3\xa4\r\nMore.\r\n", ""},
      {"changed", "relaxed.eml", "A line.", "B line.", ""},
      {"with another From on top", "relaxed.eml", "DKIM-Signature",
       "From: a@harbourbooks.example\r\nDKIM-Signature", ""},
  };
  DnsSnapshot snapshot = keys();
  for (const Row& row : rows) {
    CAPTURE(row.name);
    std::string mail = read(row.file);
    if (*row.from != '\0') mail = with(mail, row.from, row.to);
    MailTrace trace;
    trace.from = "Reports <reports@kestreloutdoor.example>";
    CHECK(signed_for_from(mail, trace, snapshot) == row.expected);
    trace.from = "";
    CHECK(signed_for_from(mail, trace, snapshot).empty());
  }
}

TEST_CASE("DKIM: what the signature says of itself, and its key") {
  const DkimCheck rsa = check_one(read("relaxed.eml"));
  CHECK(rsa.algorithm == "rsa-sha256");
  CHECK(rsa.identity == "kestreloutdoor.example");
  CHECK(rsa.key_bits == 2048);
  CHECK(rsa.signature_start.size() == 12);
  CHECK(read("relaxed.eml").find(rsa.signature_start.substr(0, 4)) != std::string::npos);
  CHECK(rsa.signed_fields ==
        std::vector<std::string>{"from", "to", "subject", "date", "message-id", "from"});
  CHECK_FALSE(rsa.made_with_key);
  CHECK(rsa.subject_tag.empty());
  const DkimCheck ed25519 = check_one(read("ed25519.eml"));
  CHECK(ed25519.algorithm == "ed25519-sha256");
  CHECK(ed25519.key_bits == 0);
  CHECK(check_one(read("unknown-key.eml")).key_bits == 0);
  struct Row {
    const char *from, *to;
    std::optional<EpochSeconds> signed_at, expires;
    const char* identity;
  };
  const std::string mail = read("relaxed.eml");
  for (const Row& row : {
           Row{"t=1796002687;", "t=1795508100; x=1795594500;", 1'795'508'100, 1'795'594'500,
               "kestreloutdoor.example"},
           Row{"t=1796002687;", "t=-1; x=;", {}, {}, "kestreloutdoor.example"},
           Row{"t=1796002687;", "t=1x; x=99999999999999999999;", {}, {}, "kestreloutdoor.example"},
           Row{"t=1796002687;", "t=0;", 0, {}, "kestreloutdoor.example"},
           Row{"i=@kestreloutdoor.example;",
               "i=a@News.KestrelOutdoor.example;",
               1'796'002'687,
               {},
               "news.kestreloutdoor.example"},
           Row{"i=@kestreloutdoor.example;", "", 1'796'002'687, {}, "kestreloutdoor.example"},
       }) {
    CAPTURE(row.to);
    const DkimCheck found = check_one(with(mail, row.from, row.to));
    CHECK(found.signed_at == row.signed_at);
    CHECK(found.expires == row.expires);
    CHECK(found.identity == row.identity);
    CHECK(found.result == SignatureResult::header_changed);
  }
}

TEST_CASE("DKIM: whether a signed field was changed, or the key") {
  const std::string mail = read("relaxed.eml");
  struct Row {
    const char *name, *from, *to;
    const char* tag;
  };
  for (const Row& row : {
           Row{"brackets", "Subject: Report", "Subject: [EXT] Report", "[EXT]"},
           Row{"no blank", "Subject: Report", "Subject: [EXTERNAL]Report", "[EXTERNAL]"},
           Row{"asterisks", "Subject: Report", "Subject: *Spam* Report", "*Spam*"},
           Row{"parentheses and a colon", "Subject: Report", "Subject: (list): Report", "(list)"},
           Row{"two tags", "Subject: Report", "Subject: [EXT] [SPAM] Report", ""},
           Row{"a word without brackets", "Subject: Report", "Subject: EXT Report", ""},
           Row{"a tag, and another word", "Subject: Report", "Subject: [EXT] Reports", ""},
           Row{"a bracket that is not closed", "Subject: Report", "Subject: [EXT Report", ""},
           Row{"at its end", "Submitter", "[EXT] Submitter", ""},
           Row{"another field", "To: dmarc", "To: \"x\" dmarc", ""},
       }) {
    CAPTURE(row.name);
    const DkimCheck found = check_one(with(mail, row.from, row.to));
    CHECK(found.result == SignatureResult::header_changed);
    CHECK(found.made_with_key == true);
    CHECK(found.subject_tag == row.tag);
  }
  // The same domain's other key; with Ed25519 it cannot be told.
  const std::size_t begin = mail.find("b=", mail.find("bh=") + 3) + 2;
  const DkimCheck other =
      check_one(std::string(mail).replace(mail.find_first_not_of(" \t\r\n", begin), 4, "AAAA"));
  CHECK(other.result == SignatureResult::header_changed);
  CHECK(other.made_with_key == false);
  CHECK(other.subject_tag.empty());
  CHECK(other.reason == "it was made with another key than the one in DNS");
  const DkimCheck ed25519 = check_one(with(read("ed25519.eml"), "Subject: ", "Subject: x"));
  CHECK(ed25519.result == SignatureResult::header_changed);
  CHECK_FALSE(ed25519.made_with_key);
  CHECK(ed25519.reason == "a signed header field was changed, or the key is another one");
  CHECK(check_one(with(read("ed25519.eml"), "Subject: ", "Subject: [EXT] ")).subject_tag ==
        "[EXT]");
}
