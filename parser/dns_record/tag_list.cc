// SPDX-License-Identifier: MIT
#include "parser/dns_record/tag_list.h"

#include <algorithm>

#include "ingest/base/text.h"

namespace dmarcq {
namespace {

constexpr std::size_t most_tags = 50;

bool is_tag_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

}  // namespace

std::optional<TagList> TagList::parse(std::string_view text) {
  TagList list;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(';', at), text.size());
    const std::string_view tag = trimmed(text.substr(at, end - at));
    at = end + 1;
    if (tag.empty() && at >= text.size()) break;  // behind the last semicolon
    const std::size_t equals = tag.find('=');
    if (equals == tag.npos || list.tags_.size() == most_tags) return std::nullopt;
    const std::string_view name = trimmed(tag.substr(0, equals));
    if (!is_tag_name(name) || list.has(name)) return std::nullopt;
    list.tags_.emplace_back(name, trimmed(tag.substr(equals + 1)));
  }
  return list;
}

std::string_view TagList::value(std::string_view name) const {
  const auto found =
      std::ranges::find(tags_, name, &std::pair<std::string_view, std::string_view>::first);
  return found == tags_.end() ? std::string_view() : found->second;
}

bool TagList::has(std::string_view name) const {
  return std::ranges::find(tags_, name, &std::pair<std::string_view, std::string_view>::first) !=
         tags_.end();
}

std::string without_blanks(std::string_view value) {
  std::string text(value);
  std::erase_if(text, [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; });
  return text;
}

std::vector<std::string_view> colon_separated(std::string_view value) {
  std::vector<std::string_view> parts;
  for (std::size_t at = 0; at <= value.size();) {
    const std::size_t end = std::min(value.find(':', at), value.size());
    parts.push_back(trimmed(value.substr(at, end - at)));
    at = end + 1;
  }
  return parts;
}

}  // namespace dmarcq
