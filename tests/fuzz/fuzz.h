// SPDX-License-Identifier: MIT
// What every fuzz target has in common. A target is one file with LLVMFuzzerTestOneInput (its
// properties, run by checked()), seeds() for what fixtures/ does not have, and words() of its
// format for the mutations.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/base/limits.h"

namespace dmarcq::fuzz {

/// What an input of n bytes may cost: CPU time and memory held at once, fixed and for each of its
/// bytes. Times are those of a fast machine; checked() allows a multiple, under sanitizers a larger
/// one.
struct Allowance {
  double milliseconds = 50, microseconds_per_byte = 1;
  std::size_t bytes = 4u << 20, bytes_per_byte = 32;
};

/// Ends the program with a message if the property does not hold.
void require(bool holds, const char* property);

/// Runs the properties on an input and requires that they cost no more than allowed. An input that
/// seems to cost too much is run again, twice: the first run may fill caches, and the machine may
/// be busy.
int checked(const std::uint8_t* data, std::size_t size, const Allowance&,
            void (*properties)(std::string_view));

/// Limits so low that few bytes reach them, and that none of them costs long.
Limits small_limits();

/// Valid UTF-8 without control characters other than these.
bool is_clean(std::string_view text, std::string_view but = {});

// Each target's own.
std::vector<std::string> seeds();
std::vector<std::string_view> words();

}  // namespace dmarcq::fuzz
