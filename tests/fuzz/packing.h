// SPDX-License-Identifier: MIT
// Packs, so that targets know what must come out.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace dmarcq::fuzz {

struct Packed {
  std::string_view name, bytes;
};
std::string gzip_of(std::string_view bytes);
std::string zip_of(const std::vector<Packed>& members);
std::string tar_of(const std::vector<Packed>& members);
std::string base64_of(std::string_view bytes);

}  // namespace dmarcq::fuzz
