// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "tests/generator/dates.h"

namespace dmarcq::generator {

/// Base64; a line feed after every `line` characters and at the end, or one long line for 0.
std::string base64(std::string_view bytes, std::size_t line = 76);

/// A gzip member without time stamp; `name` is what the header calls the file (most reporters leave
/// it out).
std::string gzip(std::string_view bytes, std::string_view name = {});

/// A zip archive with this one deflated member. Written by hand: the format is small, and neither
/// the clock nor an archive library's version can get into the bytes. (The deflate stream itself is
/// zlib's: another zlib may compress otherwise, to the same XML.)
std::string zip(std::string_view member, std::string_view bytes, Seconds modified);

}  // namespace dmarcq::generator
