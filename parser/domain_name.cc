// SPDX-License-Identifier: MIT
#include "parser/domain_name.h"

#include <idn2.h>

#include <algorithm>

#include "parser/ip_address.h"

namespace dmarcq {

std::string to_a_labels(std::string utf8) {
  if (std::ranges::all_of(utf8, [](char c) { return static_cast<unsigned char>(c) < 0x80; }))
    return utf8;
  if (utf8.size() > 4 * longest_domain_name || utf8.find('\0') != std::string::npos) return utf8;
  char* converted = nullptr;
  const int rc = idn2_to_ascii_8z(utf8.c_str(), &converted, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  if (rc == IDN2_OK && converted != nullptr) utf8 = converted;
  idn2_free(converted);
  return utf8;
}

bool is_domain_name(std::string_view name) noexcept {
  if (name.empty() || name.size() > longest_domain_name || IpAddress::parse(name)) return false;
  for (std::size_t label = 0;;) {
    const std::size_t end = std::min(name.find('.', label), name.size());
    if (end == label || end - label > 63 || name[label] == '-' || name[end - 1] == '-')
      return false;
    for (std::size_t i = label; i < end; ++i) {
      const char c = name[i];
      if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
            c == '-' || c == '_'))
        return false;
    }
    if (end == name.size()) return true;
    label = end + 1;
  }
}

}  // namespace dmarcq
