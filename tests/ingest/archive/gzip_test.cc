// SPDX-License-Identifier: MIT
// Cuts, wrong bits and limits of files are in unpack_test.cc; here is what RFC 1952 says of a
// file's parts, and the stream.
#include "ingest/archive/gzip.h"

#include "tests/ingest/support.h"

using namespace dmarcq;
using namespace dmarcq::test;
using namespace std::string_literals;

namespace {

Gunzipped gunzipped(std::string_view packed, const Limits& limits = {}) {
  MemoryPool::Share memory;
  Budget budget(Budget::Of::file, packed.size(), limits, memory);
  return gunzip(packed, budget, limits);
}

/// A member with these flags, and what they announce, in its header.
std::string member(std::string_view text, unsigned flags, std::string_view fields) {
  const std::string packed = deflated(text);
  return packed.substr(0, 3) + static_cast<char>(flags) + packed.substr(4, 6) +
         std::string(fields) + packed.substr(10);
}

std::string streamed(std::string packed, std::string& bytes, const Limits& limits = {}) {
  const auto source = gunzip_source(memory_source(std::move(packed)), limits);
  const auto read = read_up_to(*source, bytes, 1u << 30);
  char more;
  const auto again = source->read(&more, 1);  // after an end or an error: nothing more
  CHECK((again && *again == 0));
  return read ? "" : reason_of(read.error());
}

constexpr unsigned ftext = 1, fextra = 4, fname = 8, fcomment = 16;

}  // namespace

TEST_CASE("gzip: every field that a header may have") {
  struct Row {
    const char* name;
    unsigned flags;
    std::string fields, file;
  };
  const Row rows[] = {
      {"none", 0, "", ""},
      {"text", ftext, "", ""},
      {"name", fname, "a.xml\0"s, "a.xml"},
      {"empty name", fname, "\0"s, ""},
      {"name beyond ASCII", fname, "\xfc.xml\0"s, "\xfc.xml"},
      {"comment", fcomment, "a note\0"s, ""},
      {"name and comment", fname | fcomment, "a.xml\0a note\0"s, "a.xml"},
      {"extra", fextra,
       "\x05\x00"
       "a\0bcd"s,
       ""},
      {"empty extra", fextra, "\0\0"s, ""},
      {"large extra", fextra, "\x00\x01"s + std::string(256, '\0'), ""},
      {"all", ftext | fextra | fname | fcomment, "\x02\0xya.xml\0note\0"s, "a.xml"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const std::string packed = member("hello", row.flags, row.fields);
    const Gunzipped result = gunzipped(packed);
    CHECK_FALSE(result.fault);
    CHECK(result.bytes == "hello");
    CHECK(result.name == row.file);
    CHECK(result.deviations.empty());
    std::string bytes;
    CHECK(streamed(packed, bytes) == "");
    CHECK(bytes == "hello");
    for (std::size_t size = 0; size < 10 + row.fields.size(); ++size) {
      const std::string cut = packed.substr(0, size);
      const Gunzipped part = gunzipped(cut);
      REQUIRE(part.fault);
      CHECK(part.fault->fault == Fault::truncated);
    }
  }
}

TEST_CASE("gzip: members are joined, the first names the file") {
  const std::string first = member("one ", fname, "a.xml\0"s),
                    second = member("two", fname, "b\0"s);
  struct Row {
    const char* name;
    std::string packed, expected;
    std::size_t deviations;
  };
  const Row rows[] = {
      {"two", first + second, "one two", 0},
      {"one of no bytes", first + deflated("") + second, "one two", 0},
      {"no bytes at all", member("", fname, "a.xml\0"s), "", 0},
      {"zeros behind", first + second + std::string(512, '\0'), "one two", 0},
      {"a byte behind", first + "x", "one ", 1},
      {"text behind", first + "-- \nfooter\n", "one ", 1},
      {"zeros and a byte behind", first + "\0\0x"s, "one ", 1},
      {"half the magic behind", first + "\x1f", "one ", 1},
      {"the magic behind", first + "\x1f\x8b", "one ", 1},
      {"another method behind", first + "\x1f\x8b\x07" + second.substr(3), "one ", 1},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const Gunzipped result = gunzipped(row.packed);
    CHECK_FALSE(result.fault);
    CHECK(result.bytes == row.expected);
    CHECK(result.name == "a.xml");
    CHECK(result.deviations.size() == row.deviations);
  }
  // A second member that is damaged makes the whole mean nothing.
  CHECK(gunzipped(first + second.substr(0, second.size() - 9)).fault);
}

TEST_CASE("gzip: the trailer proves the data") {
  const std::string packed = deflated("hello, hello");
  const auto changed = [&](std::size_t from_end) {
    std::string other = packed;
    other[other.size() - from_end] = static_cast<char>(other[other.size() - from_end] ^ 0x40);
    return other;
  };
  for (std::size_t from_end = 1; from_end <= 4; ++from_end) {  // ISIZE
    const Gunzipped result = gunzipped(changed(from_end));
    CHECK_FALSE(result.fault);
    CHECK(result.bytes == "hello, hello");
    CHECK(result.deviations.size() == 1);
  }
  for (std::size_t from_end = 5; from_end <= 8; ++from_end) {  // CRC32
    const Gunzipped result = gunzipped(changed(from_end));
    REQUIRE(result.fault);
    CHECK(result.fault->fault == Fault::corrupt_archive);
    std::string bytes;
    CHECK(streamed(changed(from_end), bytes) == "corrupt_archive");
  }
}

TEST_CASE("gzip: what deflate does not allow") {
  std::string packed = deflated("hello");
  packed[10] = '\x07';  // RFC 1951 section 3.2.3: block type 3 is reserved
  CHECK(reason_of(gunzipped(packed).fault.value()) == "corrupt_archive");
  std::string bytes;
  CHECK(streamed(packed, bytes) == "corrupt_archive");
  packed = deflated("hello");
  packed[2] = '\x07';  // RFC 1952: only method 8 is defined
  CHECK(reason_of(gunzipped(packed).fault.value()) == "corrupt_archive");
  CHECK(streamed(packed, bytes) == "corrupt_archive");
  CHECK(reason_of(gunzipped("").fault.value()) == "truncated");
  CHECK(streamed("", bytes) == "truncated");
}

TEST_CASE("gzip: a stream that is cut says so, one that is a bomb ends early") {
  const std::string packed = deflated(std::string(100'000, 'x'));
  for (const std::size_t size : {std::size_t{2}, std::size_t{9}, packed.size() / 2}) {
    CAPTURE(size);
    std::string bytes;
    CHECK(streamed(packed.substr(0, size), bytes) == "truncated");
  }
  Limits limits;
  limits.ratio_free_size = 1u << 20;
  limits.compression_ratio = 100;
  const std::string bomb = deflated(std::string(64u << 20, '\0'));
  std::string bytes;
  CHECK(streamed(bomb, bytes, limits) == "limit:compression_ratio");
  CHECK(bytes.size() < 16u << 20);
  CHECK(reason_of(gunzipped(bomb, limits).fault.value()) == "limit:compression_ratio");
  bytes.clear();
  limits.ratio_free_size = 64u << 20;  // just so much is free
  CHECK(streamed(bomb, bytes, limits) == "");
  CHECK(bytes.size() == 64u << 20);
}

TEST_CASE("gzip: members of no bytes cost something all the same") {
  std::string many;
  const std::string empty = deflated("");
  for (int i = 0; i < 100'000; ++i) many += empty;
  Limits limits;
  limits.document_size = 1u << 20;
  CHECK(reason_of(gunzipped(many, limits).fault.value()) == "limit:document_size");
  std::string bytes;
  CHECK(streamed(many, bytes) == "");
  CHECK(bytes.empty());
}

TEST_CASE("gzip: a source that fails behind its first bytes") {
  class Failing final : public ByteSource {
   public:
    explicit Failing(std::string bytes) : bytes_(std::move(bytes)) {}
    std::expected<std::size_t, Error> read(char* to, std::size_t) override {
      if (bytes_.empty()) return std::unexpected(Error{Fault::unreadable, "read error", ""});
      *to = bytes_.front();
      bytes_.erase(0, 1);
      return 1;
    }

   private:
    std::string bytes_;
  };
  const auto source =
      gunzip_source(std::make_unique<Failing>(deflated("hello").substr(0, 12)), Limits{});
  std::string bytes;
  const auto read = read_up_to(*source, bytes, 100);
  REQUIRE_FALSE(read);
  CHECK(read.error().text == "read error");
  CHECK_FALSE(source->seek(0));
  CHECK_FALSE(source->size());
}
