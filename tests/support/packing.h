// SPDX-License-Identifier: MIT
// Packs and encodes, so that tests and fuzz targets know what must come out.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dmarcq::test {

/// So many bytes, the least significant first.
std::string little(std::uint64_t value, int bytes);
/// zlib's formats: 31 gzip, -15 bare deflate. Ends the program when zlib fails: this runs before
/// main() as well.
std::string deflated(std::string_view bytes, int window_bits = 31);

struct ZipMember {
  std::string name, bytes;
};
std::string zip_of(const std::vector<ZipMember>& members, bool deflate = true);
std::string tar_of(const std::vector<ZipMember>& members);

/// In lines of so many characters, each with its end; 0: one line without an end.
std::string base64(std::string_view bytes, std::size_t width = 76);

}  // namespace dmarcq::test
