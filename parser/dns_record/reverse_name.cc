// SPDX-License-Identifier: MIT
#include "parser/dns_record/reverse_name.h"

#include <algorithm>
#include <vector>

namespace dmarcq {
namespace {

std::vector<std::string> labels_of(const IpAddress& address) {
  constexpr char digits[] = "0123456789abcdef";
  std::vector<std::string> labels;
  for (const char c : address.bytes()) {
    const auto byte = static_cast<unsigned char>(c);
    if (address.is_v4()) {
      labels.push_back(std::to_string(byte));
    } else {
      labels.emplace_back(1, digits[byte >> 4]);
      labels.emplace_back(1, digits[byte & 0xf]);
    }
  }
  return labels;
}

std::string joined(const std::vector<std::string>& labels) {
  std::string text;
  for (const std::string& label : labels) text += (text.empty() ? "" : ".") + label;
  return text;
}

}  // namespace

std::string dotted_address(const IpAddress& address) { return joined(labels_of(address)); }

std::string reversed_address(const IpAddress& address) {
  std::vector<std::string> labels = labels_of(address);
  std::ranges::reverse(labels);
  return joined(labels);
}

std::string reverse_name(const IpAddress& address) {
  return reversed_address(address) + (address.is_v4() ? ".in-addr.arpa" : ".ip6.arpa");
}

}  // namespace dmarcq
