// SPDX-License-Identifier: MIT
// Any bytes are unpacked to their end or are a fault; gzip that was cut anywhere is never a shorter
// document.
#include "ingest/archive/gzip.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/packing.h"

namespace dmarcq::fuzz {
namespace {

Gunzipped unpacked(std::string_view packed) {
  const Limits limits = small_limits();
  MemoryPool::Share memory;
  Budget budget(Budget::Of::file, packed.size(), limits, memory);
  budget.offer(packed.size());
  Gunzipped out = gunzip(packed, budget, limits);
  require(out.fault || out.bytes.size() <= limits.document_size, "no more than allowed");
  require(!out.fault || out.fault->fault == Fault::truncated ||
              out.fault->fault == Fault::corrupt_archive || out.fault->fault == Fault::limit,
          "a fault of packing");
  return out;
}

void properties(std::string_view input) {
  const Gunzipped whole = unpacked(input);
  // As a stream: the same bytes, if they come to an end.
  const auto source = gunzip_source(view_source(input), small_limits());
  std::string streamed;
  bool good = true;
  for (std::string block(1 + input.size() % 5000, '\0');;) {
    const auto count = source->read(block.data(), block.size());
    if (!count) good = false;
    if (!count || *count == 0) break;
    streamed.append(block, 0, *count);
    if (streamed.size() > (64u << 20)) require(false, "a stream of no end");
  }
  if (!whole.fault && good) require(streamed == whole.bytes, "a stream gives the same bytes");

  const std::string packed = test::deflated(input);
  const Gunzipped back = unpacked(packed);
  require(!back.fault && back.bytes == input && back.deviations.empty(),
          "what was packed comes back");
  if (input.empty()) return;
  const Gunzipped cut = unpacked(std::string_view(packed).substr(
      0, static_cast<unsigned char>(input.back()) * packed.size() / 256));
  require(cut.fault || cut.bytes == input, "a cut file is no shorter document");
}

}  // namespace

std::vector<std::string> seeds() {
  return {test::deflated("<?xml version=\"1.0\"?>"), test::deflated("a") + test::deflated("b"),
          test::deflated("a") + std::string(40, '\0'), test::deflated(std::string(300'000, 'a')),
          "plain"};
}
std::vector<std::string_view> words() {
  return {"\x1f\x8b\x08", std::string_view("\x1f\x8b\x08\x1f\0\0\0\0\0\3", 10),
          std::string_view("\0\0\0\0", 4), std::string_view("\3\0", 2), "\xff\xff"};
}

}  // namespace dmarcq::fuzz

// A byte of deflate may stand for a thousand.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return dmarcq::fuzz::checked(
      data, size, {.milliseconds = 100, .microseconds_per_byte = 20, .bytes = 80u << 20},
      dmarcq::fuzz::properties);
}
