// SPDX-License-Identifier: MIT
// Any stream of bytes is a mailbox of so many items: an mbox, an archive with mail in it, or one
// item.
#include <atomic>

#include "ingest/source/source_kinds.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/packing.h"

namespace dmarcq::fuzz {
namespace {

void properties(std::string_view input) {
  const Limits limits = small_limits();
  const auto mailbox = open_source(memory_source(std::string(input)), "box",
                                   OpenOptions{.limits = limits},
                                   std::make_shared<std::atomic<std::uint64_t>>());
  std::size_t items = 0;
  std::uint64_t bytes = 0;
  while (const auto item = mailbox->next()) {
    require(++items <= 1 + input.size(), "no more items than bytes");
    require(item->bytes.size() <= limits.mail_size, "no item over the limit");
    require(!item->fault || !reason_of(*item->fault).empty(), "a fault has a word");
    require(item->origin.source.starts_with("box"), "the source is named");
    bytes += item->bytes.size();
  }
  require(bytes <= (64u << 20), "no bomb");
  require(!mailbox->next(), "the end stays the end");
  require(!mailbox->bytes_total() || mailbox->bytes_done() <= *mailbox->bytes_total(),
          "no more than there is");
  require(mailbox->known() == 0 && !mailbox->failure(), "nothing is known before");
}

constexpr std::string_view mail =
    "From: a@b.example\nSubject: s\nMessage-ID: <1@b.example>\n\nbody\n";

}  // namespace

std::vector<std::string> seeds() {
  const std::string box = "From a@b.example Fri Jul  8 12:08:34 2026\n" + std::string(mail) + "\n";
  return {
      std::string(mail),
      box + box,
      test::deflated(box + box),
      test::zip_of({{"cur/1:2,S", std::string(mail)},
                    {"new/2", std::string(mail)},
                    {"tmp/3", std::string(mail)}}),
      test::zip_of({{"a.eml", std::string(mail)}, {"a.mbox", box}}),
      test::tar_of({{"Maildir/cur/1", std::string(mail)}, {"Maildir/new/2", std::string(mail)}}),
      test::deflated(test::tar_of({{"a.eml", std::string(mail)}, {"b.eml", std::string(mail)}}))};
}

std::vector<std::string_view> words() {
  return {"From ", "\n\n", "PK\3\4", "PK\1\2", "PK\5\6", "\x1f\x8b\x08", "ustar", "cur/",
          "new/",  "tmp/", ".eml",   "../",    "From: ", "<?xml",        "{"};
}

}  // namespace dmarcq::fuzz

// An archive may unpack to a hundred times its size, and a header of zstd reserves a window.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return dmarcq::fuzz::checked(
      data, size, {.milliseconds = 100, .microseconds_per_byte = 20, .bytes = 80u << 20},
      dmarcq::fuzz::properties);
}
