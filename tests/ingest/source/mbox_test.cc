// SPDX-License-Identifier: MIT
#include "ingest/source/mbox.h"

#include <cstring>
#include <utility>

#include "tests/ingest/support.h"

using namespace dmarcq;

namespace {

std::vector<MboxReader::Mail> split(std::string text, const Limits& limits = {}) {
  MboxReader reader(memory_source(std::move(text)), limits);
  std::vector<MboxReader::Mail> mails;
  while (auto mail = reader.next()) mails.push_back(std::move(*mail));
  return mails;
}

std::vector<std::string> texts(std::string text) {
  std::vector<std::string> all;
  for (auto& mail : split(std::move(text))) all.push_back(std::move(mail.bytes));
  return all;
}

using Texts = std::vector<std::string>;

std::string with_crlf(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '\n' ? "\r\n" : std::string(1, c);
  return out;
}

const std::string sep = "From a@example.com Sat Mar  2 00:10:00 2024\n";

}  // namespace

TEST_CASE("mbox: every dialect gives the mails that went in") {
  struct Row {
    const char* name;
    std::string text;
    Texts expected;
  };
  const Row rows[] = {
      {"two mails",
       sep + "A: 1\n\nx\n\n" + sep + "B: 2\n\ny\n\n",
       {"A: 1\n\nx\n", "B: 2\n\ny\n\n"}},
      {"no final newline", sep + "A: 1\n\nx\n\n" + sep + "B: 2\n\ny", {"A: 1\n\nx\n", "B: 2\n\ny"}},
      {"truncated in a header",
       sep + "A: 1\n\nx\n\n" + sep + "B: 2\nSubj",
       {"A: 1\n\nx\n", "B: 2\nSubj"}},
      {"nothing behind the last separator", sep + "A: 1\n\nx\n\n" + sep, {"A: 1\n\nx\n", ""}},
      {"blank lines before the first", "\n\r\n\n" + sep + "A: 1\n\nx\n", {"A: 1\n\nx\n"}},
      {"junk before the first",
       "half a line\n\n" + sep + "A: 1\n\nx\n",
       {"half a line\n", "A: 1\n\nx\n"}},
      {"Thunderbird: bare separators",
       "From \nX-Mozilla-Status: 0001\nFrom: a@b.example\nDate: x\n\nx\n\nFrom \nX-Mozilla-Status: 0001\nSubject: y\n\ny\n",
       {"X-Mozilla-Status: 0001\nFrom: a@b.example\nDate: x\n\nx\n",
        "X-Mozilla-Status: 0001\nSubject: y\n\ny\n"}},
      {"bare separators mixed with dated ones",
       sep + "From: a@b.example\nTo: c\n\nx\n\nFrom \nFrom: a@b.example\nTo: c\n\ny\n\n" + sep +
           "B: 2\n\nz\n",
       {"From: a@b.example\nTo: c\n\nx\n", "From: a@b.example\nTo: c\n\ny\n", "B: 2\n\nz\n"}},
      {"a bare separator without the empty line",
       "From \nFrom: a@b.example\nTo: c\n\nx\nFrom \nX-Mozilla-Status: 0001\nSubject: y\n\ny\n",
       {"From: a@b.example\nTo: c\n\nx\n", "X-Mozilla-Status: 0001\nSubject: y\n\ny\n"}},
      {"separators of an unknown form, if the first is one",
       "From somebody\nFrom: a@b.example\nTo: c\n\nx\n\nFrom somebody else\nFrom: a@b.example\nTo: c\n\ny\n",
       {"From: a@b.example\nTo: c\n\nx\n", "From: a@b.example\nTo: c\n\ny\n"}},
      {"a bare From in a body, prose behind",
       sep + "A: 1\n\nx\n\nFrom \nnow on we meet: always\n",
       {"A: 1\n\nx\n\nFrom \nnow on we meet: always\n"}},
      {"a bare From in a body, one field behind",
       sep + "A: 1\n\nx\n\nFrom \nSubject: y\n\nz\n",
       {"A: 1\n\nx\n\nFrom \nSubject: y\n\nz\n"}},
      {"an unknown form in a file of dated ones",
       sep + "A: 1\n\nx\n\nFrom somebody else\nFrom: a@b.example\nTo: c\n\ny\n",
       {"A: 1\n\nx\n\nFrom somebody else\nFrom: a@b.example\nTo: c\n\ny\n"}},
      {"a BOM before the first", "\xef\xbb\xbf" + sep + "A: 1\n\nx\n", {"A: 1\n\nx\n"}},
      {"mboxo: one quote goes",
       sep + "A: 1\n\n>From here\n>From there\n",
       {"A: 1\n\nFrom here\nFrom there\n"}},
      {"mboxrd: one of several quotes goes",
       sep + "A: 1\n\n>>From a\n>>>From b\n",
       {"A: 1\n\n>From a\n>>From b\n"}},
      {"other quotes stay",
       sep + "A: 1\n\n> From a\nx >From b\n>Fromage\n",
       {"A: 1\n\n> From a\nx >From b\n>Fromage\n"}},
      {"prose in a body",
       sep + "A: 1\n\nx\n\nFrom now on, at noon\nz\n",
       {"A: 1\n\nx\n\nFrom now on, at noon\nz\n"}},
      {"prose with time and year, no field behind",
       sep + "A: 1\n\n\nFrom 10:30 in 2024 on\nwe meet\n",
       {"A: 1\n\n\nFrom 10:30 in 2024 on\nwe meet\n"}},
      {"strict line without an empty line, field behind",
       sep + "A: 1\n\nx\n" + sep + "B: 2\n\ny\n",
       {"A: 1\n\nx\n", "B: 2\n\ny\n"}},
      {"strict line without an empty line, prose behind",
       sep + "A: 1\n\nx\n" + sep + "and so on\n",
       {"A: 1\n\nx\n" + sep + "and so on\n"}},
      {"loose line without an empty line",
       sep + "A: 1\n\nx\nFrom b@example.com 2024-03-02 10:00\nB: 2\n",
       {"A: 1\n\nx\nFrom b@example.com 2024-03-02 10:00\nB: 2\n"}},
      {"loose line after an empty line",
       sep + "A: 1\n\nx\n\nFrom b@example.com 2024-03-02 10:00\nB: 2\n",
       {"A: 1\n\nx\n", "B: 2\n"}},
      {"address only",
       "From b@example.com\nA: 1\n\nx\n\nFrom c@example.com\nB: 2\n",
       {"A: 1\n\nx\n", "B: 2\n"}},
      {"Takeout",
       "From 1234@xxx Sat Mar 02 00:10:00 +0000 2024\nA: 1\n\nx\n\nFrom 1235@xxx Sat Mar 02 00:11:00 +0000 2024\nB: 2\n",
       {"A: 1\n\nx\n", "B: 2\n"}},
      {"Thunderbird",
       "From - Sat Mar 02 00:10:00 2024\nA: 1\n\nx\n\nFrom - Sat Mar 02 00:10:00 2024\nB: 2\n",
       {"A: 1\n\nx\n", "B: 2\n"}},
      {"bounces", "From MAILER-DAEMON Sat Mar  2 00:10:00 2024\nA: 1\n\nx\n", {"A: 1\n\nx\n"}},
      {"remote from", "From a@b Sat Mar  2 00:10 2024 remote from c\nA: 1\n\nx\n", {"A: 1\n\nx\n"}},
      {"NUL bytes",
       sep + std::string("A: 1\n\n\0x\0\n\n", 11) + sep + "B: 2\n",
       {std::string("A: 1\n\n\0x\0\n", 10), "B: 2\n"}},
      {"CR line ends",
       "From a@b.example Sat Mar  2 00:10:00 2024\rA: 1\r\rx\r\rFrom a@b.example Sat Mar  2 00:10:00 2024\rB: 2\r",
       {"A: 1\r\rx\r", "B: 2\r"}},
      {"two separators in a row", sep + sep + "A: 1\n", {"", "A: 1\n"}},
      // mboxcl2: the length tells, nothing is quoted. "x\n\nFrom …" is 4 + 44 + 5 bytes.
      {"length lands at the end",
       sep + "Content-Length: 52\n\nx\n\n" + sep + "B: 2\n",
       {"Content-Length: 52\n\nx\n\n" + sep + "B: 2\n"}},
      {"length lands at a separator",
       sep + "Content-Length: 52\n\nx\n\n" + sep + "B: 2\n\n" + sep + "C: 3\n",
       {"Content-Length: 52\n\nx\n\n" + sep + "B: 2\n", "C: 3\n"}},
      {"length is wrong",
       sep + "Content-Length: 7\n\nx\n\n" + sep + "B: 2\n",
       {"Content-Length: 7\n\nx\n", "B: 2\n"}},
      {"length is too large",
       sep + "Content-Length: 99999\n\nx\n\n" + sep + "B: 2\n",
       {"Content-Length: 99999\n\nx\n", "B: 2\n"}},
      {"length is no number",
       sep + "Content-Length: many\n\nx\n\n" + sep + "B: 2\n",
       {"Content-Length: many\n\nx\n", "B: 2\n"}},
      {"mboxcl: quoted, length right",
       sep + "Content-Length: 12\n\n>From here\nz\n\n" + sep + "B: 2\n",
       {"Content-Length: 12\n\nFrom here\nz\n", "B: 2\n"}},
  };
  REQUIRE(sep.size() == 44);
  for (const Row& row : rows) {
    CAPTURE(std::string(row.name));
    CHECK(texts(row.text) == row.expected);
  }
}

TEST_CASE("mbox: CRLF mailboxes split like others") {
  const std::string text = sep + "A: 1\n\n>From x\n\n" + sep + "B: 2\n\ny\n";
  CHECK(texts(with_crlf(text)) == Texts{"A: 1\r\n\r\nFrom x\r\n", "B: 2\r\n\r\ny\r\n"});
}

TEST_CASE("mbox: envelope lines and prose") {
  for (const char* line :
       {"From a@b.example Thu Feb 29 23:59:59 2024", "From a@b.example Thu Feb 29 23:59 2024",
        "From a@b Thu, 29 Feb 2024 23:59:59 +0100", "From MAILER-DAEMON Thu Feb 29 23:59:59 2024",
        "From - Thu Feb 29 23:59:59 2024", "From a@b.example 2024-02-29T23:59:59Z",
        "From \"a b\"@c.example Thu Feb 29 23:59:59 2024", "From a@b.example"}) {
    CAPTURE(std::string(line));
    CHECK(is_envelope_line(line));
  }
  for (const char* line : {"From ", "From", "From the desk of Bob", "From 9 to 5 in 2024",
                           "From Monday on", "From: a@b.example", "From here, at 12:30"}) {
    CAPTURE(std::string(line));
    CHECK(!is_envelope_line(line));
  }
}

TEST_CASE("mbox: a mail that is too large is a fault, and its neighbours are not affected") {
  Limits limits;
  limits.mail_size = 1u << 20;
  for (const std::size_t size :
       {std::size_t{2} << 20, (std::size_t{1} << 20) + 1, std::size_t{300} << 10}) {
    const std::string text = sep + "A: 1\n\nx\n\n" + sep + "Message-ID: <big@example.com>\n\n" +
                             std::string(size, 'x') + "\n\n" + sep + "C: 3\n\ny\n";
    const auto mails = split(text, limits);
    REQUIRE(mails.size() == 3);
    CHECK(mails[0].bytes == "A: 1\n\nx\n");
    CHECK(mails[1].fault.has_value() == (size >= limits.mail_size));
    if (mails[1].fault) CHECK(reason_of(*mails[1].fault) == "limit:mail_size");
    CHECK(mails[1].bytes.starts_with("Message-ID: <big@example.com>\n"));
    CHECK(mails[2].bytes == "C: 3\n\ny\n");
  }
}

TEST_CASE("mbox: where blocks end does not matter") {
  class Trickle final : public ByteSource {
   public:
    Trickle(std::string text, std::size_t step) : text_(std::move(text)), step_(step) {}
    std::expected<std::size_t, Error> read(char* to, std::size_t size) override {
      const std::size_t count = std::min({size, step_, text_.size() - at_});
      std::memcpy(to, text_.data() + at_, count);
      at_ += count;
      return count;
    }

   private:
    std::string text_;
    std::size_t step_, at_ = 0;
  };
  const std::string text = sep + "A: 1\nContent-Length: 2\n\nx\n\n" + sep + "B: 2\n\n>From y\n\n" +
                           sep + "C: 3\n";
  const Texts expected = texts(text);
  REQUIRE(expected.size() == 3);
  for (std::size_t step = 1; step < 60; ++step) {
    MboxReader reader(std::make_unique<Trickle>(text, step), Limits{});
    Texts found;
    while (auto mail = reader.next()) found.push_back(mail->bytes);
    CHECK(found == expected);
  }
}

TEST_CASE("mbox: cut at every byte it yields mails, never a crash") {
  const std::string text = sep + "A: 1\nContent-Length: 2\n\nx\n\n" + sep +
                           "B: 2\n\n>From y\n\n\r\n" + sep + "C: 3\n";
  for (std::size_t size = 0; size <= text.size(); ++size)
    CHECK(texts(text.substr(0, size)).size() <= 3);
}

TEST_CASE("mbox: a source that fails is told with the mail it cut") {
  class Failing final : public ByteSource {
   public:
    std::expected<std::size_t, Error> read(char* to, std::size_t) override {
      if (std::exchange(done_, true))
        return std::unexpected(Error{Fault::unreadable, "read error", ""});
      std::memcpy(to, sep.data(), sep.size());
      std::memcpy(to + sep.size(), "A: 1\n", 5);
      return sep.size() + 5;
    }

   private:
    bool done_ = false;
  };
  MboxReader reader(std::make_unique<Failing>(), Limits{});
  const auto mail = reader.next();
  REQUIRE(mail);
  CHECK(mail->bytes == "A: 1\n");
  REQUIRE(mail->fault);
  CHECK(mail->fault->fault == Fault::unreadable);
  CHECK(!reader.next());
}

namespace {

/// Many mails without anybody holding them.
class Generator final : public ByteSource {
 public:
  Generator(std::string mail, std::uint64_t total) : mail_(std::move(mail)), left_(total) {}
  std::expected<std::size_t, Error> read(char* to, std::size_t size) override {
    std::size_t filled = 0;
    while (filled < size && left_ > 0) {
      const std::size_t count = std::min<std::uint64_t>({size - filled, mail_.size() - at_, left_});
      std::memcpy(to + filled, mail_.data() + at_, count);
      filled += count;
      left_ -= count;
      at_ = (at_ + count) % mail_.size();
    }
    return filled;
  }

 private:
  std::string mail_;
  std::uint64_t left_;
  std::size_t at_ = 0;
};

}  // namespace

TEST_CASE("mbox: memory does not grow with the mailbox, and splitting is fast") {
  const std::string mail = sep + "From: a@example.com\nSubject: x\n\n" +
                           test::base64(std::string(20'000, 'z')) + "\n";
  const std::uint64_t total = mail.size() * ((300u << 20) / mail.size());
  test::reset_peak();
  const std::size_t before = test::peak_mib();
  const double start = test::cpu_seconds();
  MboxReader reader(std::make_unique<Generator>(mail, total), Limits{});
  std::uint64_t count = 0;
  while (reader.next()) ++count;
  const double seconds = test::cpu_seconds() - start;
  CHECK(count == total / mail.size());
  MESSAGE((static_cast<double>(total) / 1e9 / seconds)
          << " GB/s, " << test::peak_mib() - before << " MiB");
  if (!test::sanitized) {
    CHECK(test::peak_mib() - before <= 16);
    CHECK(seconds < 3);  // 0.2 s in practice; slow machines exist
  }
}

TEST_CASE("mbox: ten million From lines cost time in proportion") {
  Generator generator("\nFrom here\n", test::sanitized ? 500'000 : 110'000'000);
  MboxReader reader(std::make_unique<Generator>(std::move(generator)), Limits{});
  const double start = test::cpu_seconds();
  while (reader.next()) {
  }
  const double seconds = test::cpu_seconds() - start;
  MESSAGE(seconds << " s");
  CHECK(seconds < 6);
}

TEST_CASE("mbox: what is kept of a mail holds nothing of the next") {
  const std::string next = sep + "A: c\n\nnext\n\n";
  const auto mails = split(sep + "A: b\n\nshort\n\n" + next);
  REQUIRE(mails.size() == 2);
  CHECK(mails[0].tail == "A: b\n\nshort\n\n");
  Limits limits;
  limits.mail_size = 60;
  const auto cut = split(sep + "A: b\n\n" + std::string(100, 'x') + "\n\n" + next, limits);
  REQUIRE(cut.size() == 2);
  REQUIRE(cut[0].fault);
  CHECK(cut[0].bytes.find("next") == std::string::npos);
}
