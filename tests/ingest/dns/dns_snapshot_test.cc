// SPDX-License-Identifier: MIT
#include "ingest/dns/dns_snapshot.h"

#include <doctest/doctest.h>

#include <random>

using namespace dmarcq;

namespace {

using Status = DnsAnswer::Status;
using Texts = std::vector<std::string>;

DnsSnapshot snapshot_of(const std::string& text) {
  auto snapshot = DnsSnapshot::parse(text);
  REQUIRE(snapshot);
  return *snapshot;
}

}  // namespace

TEST_CASE("answers from a file") {
  DnsSnapshot snapshot = snapshot_of(
      ";; dmarcq dns snapshot, taken 2026-11-30T15:40:00Z\n"
      "; as dig prints it\n"
      "s1._domainkey.Example.com. 300 IN TXT \"v=DKIM1; \" \"p=abc\"\n"
      "s2._domainkey.example.com.\t60\tIN\tCNAME\tS2.keys.example.net.\n"
      "s2.keys.example.net. 300 IN TXT \"one\"\n"
      "s2.keys.example.net. 30 IN TXT \"two\"\n"
      "s2.keys.example.net. 300 IN TXT \"one\"\n"
      "loop.example.com. 300 IN CNAME loop.example.com.\n"
      "a.example.com. 300 IN A 192.0.2.1\n"
      "a.example.com. 300 IN AAAA 2001:DB8::0:1\n"
      "a.example.com. 300 IN MX 10 Mail.example.com.\n"
      ";; NODATA a.example.com. TXT\n"
      ";; NXDOMAIN gone.example.com.\n"
      ";; SERVFAIL broken.example.com TXT\n"
      ";; UNKNOWN slow.example.com. TXT time-out\n"
      "dangling.example.com. 300 IN CNAME x.gone.example.com.\n"
      ";; ANSWER SECTION:\n;; NODATA\n;; NODATA b.example.com. NONSENSE\n"
      "*.wild.example.com. 300 IN TXT \"any\"\n"
      "own.wild.example.com. 300 IN A 192.0.2.2\n");
  CHECK(snapshot.taken() == "2026-11-30T15:40:00Z");
  struct Row {
    const char* name;
    RecordType type;
    Status status;
    Texts data;
    Texts aliases;
    std::uint32_t ttl;
    const char* why;
  };
  using T = RecordType;
  const char* const absent = "not in the snapshot";
  const Row rows[] = {
      {"s1._domainkey.example.com", T::txt, Status::found, {"v=DKIM1; p=abc"}, {}, 300, ""},
      {"S1._domainkey.example.com.", T::txt, Status::found, {"v=DKIM1; p=abc"}, {}, 300, ""},
      {"s2._domainkey.example.com",
       T::txt,
       Status::found,
       {"one", "two"},
       {"s2.keys.example.net"},
       30,
       ""},
      {"s2._domainkey.example.com", T::cname, Status::found, {"s2.keys.example.net"}, {}, 60, ""},
      {"s2._domainkey.example.com", T::a, Status::unknown, {}, {"s2.keys.example.net"}, 60, absent},
      {"loop.example.com", T::txt, Status::unknown, {}, {}, 0, "CNAME loop"},
      {"a.example.com", T::a, Status::found, {"192.0.2.1"}, {}, 300, ""},
      {"a.example.com", T::aaaa, Status::found, {"2001:db8::1"}, {}, 300, ""},
      {"a.example.com", T::mx, Status::found, {"10 mail.example.com"}, {}, 300, ""},
      {"a.example.com", T::txt, Status::no_data, {}, {}, 0, ""},
      {"a.example.com", T::ns, Status::unknown, {}, {}, 0, absent},
      {"nowhere.example.com", T::txt, Status::unknown, {}, {}, 0, absent},
      {"example.com", T::txt, Status::unknown, {}, {}, 0, absent},
      {"gone.example.com", T::txt, Status::no_name, {}, {}, 0, ""},
      {"a.b.gone.example.com", T::mx, Status::no_name, {}, {}, 0, ""},
      {"notgone.example.com", T::txt, Status::unknown, {}, {}, 0, absent},
      {"dangling.example.com", T::txt, Status::no_name, {}, {"x.gone.example.com"}, 300, ""},
      {"broken.example.com", T::txt, Status::unknown, {}, {}, 0, "SERVFAIL"},
      {"broken.example.com", T::a, Status::unknown, {}, {}, 0, absent},
      {"slow.example.com", T::txt, Status::unknown, {}, {}, 0, "time-out"},
      {"x.wild.example.com", T::txt, Status::found, {"any"}, {}, 300, ""},
      {"x.y.wild.example.com", T::txt, Status::found, {"any"}, {}, 300, ""},
      {"own.wild.example.com", T::txt, Status::unknown, {}, {}, 0, absent},
      {"x.own.wild.example.com", T::txt, Status::unknown, {}, {}, 0, absent},
      {"wild.example.com", T::txt, Status::unknown, {}, {}, 0, absent},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CAPTURE(to_text(row.type));
    const DnsAnswer answer = snapshot.ask({row.name, row.type});
    CHECK(answer.status == row.status);
    CHECK(answer.data == row.data);
    CHECK(answer.aliases == row.aliases);
    CHECK(answer.ttl == row.ttl);
    CHECK(answer.why == row.why);
  }
  CHECK(snapshot.txt("a.example.com").status == TxtAnswer::Status::none);
  CHECK(snapshot.txt("gone.example.com").status == TxtAnswer::Status::none);
  CHECK(snapshot.txt("slow.example.com").status == TxtAnswer::Status::unknown);
  CHECK(snapshot.txt("s2._domainkey.example.com").texts == Texts{"one", "two"});
}

TEST_CASE("a zone with a SOA says what does not exist") {
  DnsSnapshot snapshot = snapshot_of(
      "$ORIGIN example.com.\n@ SOA ns host 1 2 3 4 5\n@ NS ns\n@ TXT one\ndeep.down A 192.0.2.1\n"
      "sub NS ns.sub\nns.sub A 192.0.2.2\n*.wild TXT any\n");
  struct Row {
    const char* name;
    RecordType type;
    Status status;
  };
  using T = RecordType;
  const Row rows[] = {
      {"example.com", T::txt, Status::found},
      {"example.com", T::mx, Status::no_data},
      {"x.example.com", T::txt, Status::no_name},
      {"down.example.com", T::txt, Status::no_data},
      {"x.down.example.com", T::a, Status::no_name},
      {"sub.example.com", T::txt, Status::unknown},
      {"x.sub.example.com", T::txt, Status::unknown},
      {"ns.sub.example.com", T::a, Status::found},
      {"example.net", T::txt, Status::unknown},
      {"notexample.com", T::txt, Status::unknown},
      {"com", T::txt, Status::unknown},
      {"a.wild.example.com", T::txt, Status::found},
      {"a.wild.example.com", T::mx, Status::no_data},
      {"wild.example.com", T::txt, Status::no_data},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(snapshot.ask({row.name, row.type}).status == row.status);
  }
}

TEST_CASE("a file with several zones, and with the root") {
  struct Row {
    const char* zone;
    const char* name;
    RecordType type;
    Status status;
  };
  using T = RecordType;
  const char* const two =
      "$ORIGIN example.com.\n@ SOA ns host 1 2 3 4 5\n@ NS ns\nmx A 192.0.2.1\nsub NS ns.sub\n"
      "$ORIGIN example.net.\n@ SOA ns host 1 2 3 4 5\n@ NS ns\nmx AAAA 2001:db8::1\n"
      "$ORIGIN own.example.com.\n@ SOA ns host 1 2 3 4 5\n@ NS ns\n@ TXT x\n"
      "other.example.org. A 192.0.2.2\n";
  const char* const root = ". SOA ns. host. 1 2 3 4 5\n. NS ns.\nmx.example.com. A 192.0.2.1\n";
  const char* const by_origin = "$ORIGIN .\n@ SOA ns host 1 2 3 4 5\nmx.example.com A 192.0.2.1\n";
  const char* const none = "mx.example.com. A 192.0.2.1\n";
  for (const Row& row : {
           Row{two, "mx.example.com", T::a, Status::found},
           Row{two, "mx.example.com", T::aaaa, Status::no_data},
           Row{two, "mx.example.net", T::a, Status::no_data},
           Row{two, "gone.example.com", T::a, Status::no_name},
           Row{two, "gone.example.net", T::a, Status::no_name},
           Row{two, "gone.own.example.com", T::a, Status::no_name},
           Row{two, "own.example.com", T::mx, Status::no_data},
           Row{two, "gone.sub.example.com", T::a, Status::unknown},
           Row{two, "other.example.org", T::aaaa, Status::unknown},
           Row{two, "org", T::txt, Status::unknown},
           Row{root, "mx.example.com", T::aaaa, Status::no_data},
           Row{root, "_dmarc.com", T::txt, Status::no_name},
           Row{root, "anything", T::txt, Status::no_name},
           Row{by_origin, "mx.example.com", T::a, Status::found},
           Row{by_origin, "gone.example.com", T::a, Status::no_name},
           Row{none, "mx.example.com", T::aaaa, Status::unknown},
           Row{none, "gone.example.com", T::a, Status::unknown},
       }) {
    CAPTURE(std::string(row.name));
    CHECK(snapshot_of(row.zone).ask({row.name, row.type}).status == row.status);
  }
}

TEST_CASE("files that are no snapshot") {
  CHECK_FALSE(DnsSnapshot::parse("nothing"));
  CHECK_FALSE(DnsSnapshot::parse("a.example.com. TXT \"open\n"));
  CHECK_FALSE(DnsSnapshot::parse(""));
  CHECK_FALSE(DnsSnapshot::parse(";; a comment\n"));
  CHECK(DnsSnapshot::parse(";; NXDOMAIN example.com.\n"));
  CHECK(DnsSnapshot::parse(";; NODATA example.com. TXT\r\n"));
  CHECK(DnsSnapshot::parse(";; dmarcq dns snapshot, taken 2026-11-30T15:40:00Z\n"));
}

TEST_CASE("snapshot lines") {
  struct Row {
    DnsQuestion question;
    DnsAnswer answer;
    const char* lines;
  };
  const Row rows[] = {
      {{"example.com", RecordType::txt},
       {Status::found, "", {"v=spf1 \"x\" -all"}, {}, 60},
       "example.com. 60 IN TXT \"v=spf1 \\034x\\034 -all\"\n"},
      {{"example.com", RecordType::mx},
       {Status::found, "", {"10 mx.example.com", "0 ."}, {}, 60},
       "example.com. 60 IN MX 10 mx.example.com.\nexample.com. 60 IN MX 0 .\n"},
      {{"a.example.com", RecordType::a},
       {Status::found, "", {"192.0.2.1"}, {"b.example.com"}, 5},
       "a.example.com. 5 IN CNAME b.example.com.\nb.example.com. 5 IN A 192.0.2.1\n"},
      {{"a.example.com", RecordType::txt},
       {Status::no_name, "", {}, {"b.example.com"}, 5},
       "a.example.com. 5 IN CNAME b.example.com.\n;; NXDOMAIN b.example.com.\n"},
      {{"A.example.com", RecordType::txt}, {Status::no_data}, ";; NODATA a.example.com. TXT\n"},
      {{"a.example.com", RecordType::txt},
       {Status::unknown, "SERVFAIL"},
       ";; SERVFAIL a.example.com. TXT\n"},
      {{"a.example.com", RecordType::txt},
       {Status::unknown, "time-out"},
       ";; UNKNOWN a.example.com. TXT time-out\n"},
      {{"", RecordType::ns}, {Status::no_data}, ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.lines);
    CHECK(snapshot_line(row.question, row.answer) == row.lines);
  }
  CHECK(snapshot_line({"a.example", RecordType::txt},
                      {Status::found, "", {std::string(300, 'x')}, {}, 1}) ==
        "a.example. 1 IN TXT \"" + std::string(255, 'x') + "\" \"" + std::string(45, 'x') + "\"\n");
}

TEST_CASE("a snapshot line gives its answer again") {
  std::mt19937 random(7208);
  const auto below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
  const auto bytes = [&](unsigned most) {
    std::string text;
    for (unsigned n = below(most); n > 0; --n)
      text += below(3) == 0 ? static_cast<char>(below(256)) : "ab;\"\\ ()$@*%"[below(12)];
    return text;
  };
  const auto without_blanks = [](std::string text) {  // as in a packet: they are "\\032" there
    std::erase_if(text, [](char c) { return c > 0 && c <= ' '; });
    return text;
  };
  const auto name = [&] {
    std::string text;
    for (unsigned labels = 1 + below(3); labels > 0; --labels) {
      std::string label = bytes(6);
      std::erase_if(label, [](char c) { return c == '.' || (c >= 'A' && c <= 'Z'); });
      text += (label.empty() || label == "*" ? "x" : label) + ".";
    }
    return text + "example";
  };
  for (int i = 0; i < 5'000; ++i) {
    using T = RecordType;
    constexpr T types[] = {T::a, T::aaaa, T::txt, T::mx, T::ptr, T::ns};
    const DnsQuestion question{name(), types[below(6)]};
    DnsAnswer answer;
    answer.status = static_cast<Status>(below(4));
    for (unsigned n = below(3); n > 0; --n)
      answer.aliases.push_back("alias" + std::to_string(n) + "." + name());
    if (answer.status == Status::found || !answer.aliases.empty()) answer.ttl = below(100'000);
    if (answer.status == Status::unknown) answer.why = below(2) == 0 ? "SERVFAIL" : "time-out 1";
    if (answer.status == Status::found)
      for (unsigned n = 0; n <= below(3); ++n) {
        const std::string number = std::to_string(n);
        answer.data.push_back(question.type == T::a      ? "192.0.2." + number
                              : question.type == T::aaaa ? "2001:db8:1" + number + "::1"
                              : question.type == T::txt  ? number + bytes(600)
                              : question.type == T::mx   ? number + " " + without_blanks(name())
                                                         : number + name());
      }
    const std::string lines = snapshot_line(question, answer);
    CAPTURE(lines);
    auto snapshot = DnsSnapshot::parse(lines);
    REQUIRE(snapshot);
    const DnsAnswer again = snapshot->ask(question);
    CHECK(again.status == answer.status);
    CHECK(again.data == answer.data);
    CHECK(again.aliases == answer.aliases);
    CHECK(again.why == answer.why);
    CHECK(again.ttl == answer.ttl);
  }
}

TEST_CASE("snapshots with long names and many records cost little") {
  std::string text, name;
  for (int i = 0; i < 126; ++i) name += "a.";
  text += name + " TXT x\n";
  for (int i = 0; i < 20'000; ++i) text += "b.example. TXT \"" + std::to_string(i) + "\"\n";
  DnsSnapshot snapshot = snapshot_of(text);
  CHECK(snapshot.ask({"b.example", RecordType::txt}).data.size() == 20'000);
  CHECK(snapshot.ask({std::string(100'000, '.'), RecordType::txt}).status == Status::unknown);
  std::string target;
  for (int i = 0; i < 30'000; ++i) target += " b";
  DnsSnapshot aliases =
      snapshot_of("$ORIGIN example.com.\n@ SOA ns host 1 2 3 4 5\na CNAME" + target);
  for (int i = 0; i < 100; ++i)
    CHECK(aliases.ask({"a.example.com", RecordType::txt}).why == "the name is too long");
}
