// SPDX-License-Identifier: MIT
#include "report/analysis/finding/copyable.h"

#include <algorithm>

#include "parser/ip_address.h"

namespace dmarcq {
namespace {

constexpr bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
         std::ranges::all_of(label,
                             [](char c) { return is_alphanumeric(c) || c == '-' || c == '_'; });
}

}  // namespace

bool is_host_name(std::string_view name) {
  if (name.empty() || name.size() > 253) return false;
  while (true) {
    const auto dot = std::min(name.find('.'), name.size());
    if (!is_label(name.substr(0, dot))) return false;
    if (dot == name.size()) return true;
    name.remove_prefix(dot + 1);
  }
}

bool is_selector(std::string_view selector) { return is_host_name(selector); }

bool is_org_id(std::string_view id) {
  return (id.size() == 15 || id.size() == 18) && id.starts_with("00D") &&
         std::ranges::all_of(id, is_alphanumeric);
}

bool is_plain_name(std::string_view name) {
  return !name.empty() && name.size() <= 200 && !name.contains("  ") &&
         std::ranges::all_of(name, [](char c) {
           // UTF-8 beyond ASCII is text; terminals are guarded where it is shown.
           return is_alphanumeric(c) || static_cast<unsigned char>(c) >= 0x80 ||
                  std::string_view(" .,-_+:/@()").contains(c);
         });
}

bool is_sender_value(std::string_view kind, std::string_view value) {
  if (kind == "network") return IpNetwork::parse(value).has_value();
  if (kind == "spf-domain" || kind == "dkim-domain") return is_host_name(value);
  return kind == "org" && is_org_id(value);
}

}  // namespace dmarcq
