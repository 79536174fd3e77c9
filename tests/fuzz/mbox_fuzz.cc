// SPDX-License-Identifier: MIT
// An mbox is split the same way however its bytes arrive, and no byte is read twice or passed over.
#include <algorithm>

#include "ingest/source/mbox.h"
#include "tests/fuzz/fuzz.h"

namespace dmarcq::fuzz {
namespace {

/// Gives a few bytes at a time.
class Trickle final : public ByteSource {
 public:
  Trickle(std::string_view bytes, std::size_t at_once) : bytes_(bytes), at_once_(at_once) {}
  std::expected<std::size_t, Error> read(char* to, std::size_t size) override {
    const std::size_t count = bytes_.copy(to, std::min(size, at_once_));
    bytes_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view bytes_;
  std::size_t at_once_;
};

std::vector<MboxReader::Mail> mails_of(std::unique_ptr<ByteSource> source) {
  Limits limits = small_limits();
  limits.mail_size = 2000;
  MboxReader reader(std::move(source), limits);
  std::vector<MboxReader::Mail> mails;
  while (auto mail = reader.next()) mails.push_back(std::move(*mail));
  return mails;
}

void properties(std::string_view input) {
  const auto mails = mails_of(view_source(input));
  std::uint64_t end = 0;
  for (const MboxReader::Mail& mail : mails) {
    require(mail.end > end && mail.end <= input.size(), "each mail ends behind the one before");
    require(mail.bytes.size() <= mail.end - end, "a mail is no longer than its place");
    require(mail.tail.size() <= 512 && mail.tail.size() <= mail.end - end,
            "a short tail, of this mail alone");
    require(input.substr(0, mail.end).ends_with(mail.tail), "the tail stands before the end");
    require(mail.complete, "nothing failed");
    require(!mail.fault || mail.fault->limit == "mail_size", "no fault but the size");
    end = mail.end;
  }
  require(mails.empty() || end == input.size(), "the last mail ends with the file");
  const auto again = mails_of(std::make_unique<Trickle>(input, 1 + input.size() % 700));
  require(std::ranges::equal(mails, again,
                             [](const auto& a, const auto& b) {
                               return a.bytes == b.bytes && a.end == b.end && a.tail == b.tail;
                             }),
          "the same mails whatever the size of the pieces");
}

}  // namespace

std::vector<std::string> seeds() {
  const std::string envelope = "From a@b.example Fri Jul  8 12:08:34 2026\n",
                    head = "From: a@b.example\nSubject: s\n";
  return {
      envelope + head + "\nbody\n\n" + envelope + head + "\n>From here\nFrom now on\n\n",
      envelope + head + "Content-Length: 12\n\nFrom nowhere\n\n" + envelope + head + "\nb\n",
      "From \n" + head + "\nb\n\nFrom \n" + head + "\nb\n",
      "From - Fri Jul  8 12:08:34 2026\r\nFrom: a@b.example\r\nX-Mozilla-Status: 0001\r\n\r\nb\r\n\r\nFrom - Fri Jul  8 12:08:35 2026\r\nFrom: c@d.example\r\n\r\n"};
}

std::vector<std::string_view> words() {
  return {"From ",      ">From ",
          "\n\n",       "\nFrom a@b.example Fri Jul  8 12:08:34 2026\n",
          "\r\n\r\n",   "Content-Length: ",
          "From: ",     "Subject: ",
          "12:08:34",   " 2026",
          "Mon Jan  1", "Date: "};
}

}  // namespace dmarcq::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return dmarcq::fuzz::checked(data, size, {}, dmarcq::fuzz::properties);
}
