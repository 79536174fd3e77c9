// SPDX-License-Identifier: MIT
#include "report/analysis/sender/salesforce.h"

#include <algorithm>
#include <charconv>

#include "ingest/base/text.h"
#include "report/analysis/finding/copyable.h"

namespace dmarcq {
namespace {

constexpr std::string_view bounce_zone = "bnc.salesforce.com";
constexpr std::string_view suffix_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
char upper(char c) { return is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c; }

/// Takes the last label off `name`.
std::string_view take_last_label(std::string_view& name) {
  const auto dot = name.rfind('.');
  const auto label = dot == std::string_view::npos ? name : name.substr(dot + 1);
  name = dot == std::string_view::npos ? std::string_view() : name.substr(0, dot);
  return label;
}

/// The 15 characters of the id in a label, in lower case: "a-hu5amac" without what is left out in
/// it, or "00da0000000hu5amac". "" when it is neither.
std::string folded_id(std::string_view label) {
  std::string id;
  const auto dash = label.find('-');
  if (dash == std::string_view::npos) {
    if (label.size() != 18) return {};
    id = label.substr(0, 15);
  } else {
    const auto head = label.substr(0, dash);
    auto tail = label.substr(dash + 1);
    if (head.empty() || tail.size() < 4) return {};
    tail.remove_suffix(3);
    if (head.size() + tail.size() > 12) return {};
    id = "00d";
    id += head;
    id.append(12 - head.size() - tail.size(), '0');
    id += tail;
  }
  const bool is_plain = std::ranges::all_of(id, [](char c) { return is_lower(c) || is_digit(c); });
  return is_plain && id.starts_with("00d") ? id : "";
}

/// The id in the case that its suffix tells; nothing when it does not fit.
std::optional<std::string> with_case(std::string id, std::string_view suffix) {
  for (std::size_t group = 0; group < 3; ++group) {
    const auto bits = suffix_alphabet.find(upper(suffix[group]));
    if (bits == std::string_view::npos) return std::nullopt;
    for (std::size_t i = 0; i < 5; ++i) {
      if ((bits >> i & 1) == 0) continue;
      char& c = id[group * 5 + i];
      if (!is_lower(c)) return std::nullopt;  // a digit has no upper case: the suffix does not fit
      c = upper(c);
    }
  }
  if (id[2] != 'D') return std::nullopt;  // 00D is the prefix of every org id
  return id;
}

}  // namespace

bool is_bounce_name(std::string_view spf_domain) {
  const auto name = folded_domain(spf_domain);
  return name == bounce_zone || is_below(name, bounce_zone);
}

std::string case_suffix(std::string_view id15) {
  std::string suffix;
  for (std::size_t group = 0; group < id15.size(); group += 5) {
    unsigned bits = 0;
    for (std::size_t i = 0; i < 5 && group + i < id15.size(); ++i)
      if (is_upper(id15[group + i])) bits |= 1u << i;
    suffix += suffix_alphabet[bits];
  }
  return suffix;
}

std::string whole_org_id(std::string_view text) {
  text = trimmed(text);
  if (!is_org_id(text)) return "";
  const std::string id(text.substr(0, 15));
  return id + case_suffix(id);
}

std::optional<SalesforceOrg> decode_bounce_name(std::string_view spf_domain) {
  const auto name = folded_domain(spf_domain);
  if (!is_below(name, bounce_zone)) return std::nullopt;
  auto rest = std::string_view(name).substr(0, name.size() - bounce_zone.size() - 1);
  const auto instance = take_last_label(rest);
  const auto label = take_last_label(rest);
  const std::string id = folded_id(label);
  if (!is_host_name(instance) || id.empty()) return std::nullopt;
  const auto whole = with_case(id, label.substr(label.size() - 3));
  if (!whole) return std::nullopt;
  return SalesforceOrg{*whole + case_suffix(*whole), std::string(instance)};
}

bool looks_like_sandbox(std::string_view instance) {
  const auto name = folded_domain(instance);
  const auto digits = name.find_first_of("0123456789");
  if (digits == std::string::npos || digits == 0) return false;
  const auto end = name.find_first_not_of("0123456789", digits);
  if (name.substr(0, digits) == "cs") return end == std::string::npos;
  return digits == 3 && end != std::string::npos && name.substr(end) == "s";
}

std::optional<unsigned> marketing_cloud_stack(std::string_view text) {
  const auto name = folded_domain(text);
  std::string_view rest = name;
  for (const std::string_view zone : {".y.mc.salesforce.com", ".exacttarget.com", ".mc.pd25.com"}) {
    if (!rest.ends_with(zone)) continue;
    rest.remove_suffix(zone.size());
    const auto label = take_last_label(rest);
    unsigned stack = 0;
    if (label.size() < 2 || label[0] != 's') return std::nullopt;
    const auto [end, error] = std::from_chars(label.data() + 1, label.data() + label.size(), stack);
    if (error != std::errc() || end != label.data() + label.size()) return std::nullopt;
    return stack;
  }
  return std::nullopt;
}

}  // namespace dmarcq
