// SPDX-License-Identifier: MIT
#include "ingest/names.h"

#include <algorithm>
#include <array>

#include "ingest/base/text.h"

namespace dmarcq {

bool same_word(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return lower(x) == lower(y); });
}

bool ends_with_word(std::string_view text, std::string_view ending) noexcept {
  return text.size() >= ending.size() &&
         same_word(text.substr(text.size() - ending.size()), ending);
}

bool starts_with_word(std::string_view text, std::string_view start) noexcept {
  return text.size() >= start.size() && same_word(text.substr(0, start.size()), start);
}

bool named_xml(std::string_view name) noexcept { return ends_with_word(name, ".xml"); }

bool named_packed(std::string_view name) noexcept {
  static constexpr std::array<std::string_view, 11> endings = {
      ".gz", ".zip", ".gzip", ".tgz", ".7z", ".xz", ".bz2", ".zst", ".lz4", ".lz", ".tar"};
  return std::ranges::any_of(endings, [&](auto ending) { return ends_with_word(name, ending); });
}

bool named_report(std::string_view name) noexcept { return named_xml(name) || named_packed(name); }

std::string_view last_component(std::string_view path) noexcept {
  while (!path.empty() && path.back() == '/') path.remove_suffix(1);
  return path.substr(path.rfind('/') + 1);
}

bool is_system_junk(std::string_view path) noexcept {
  if (path.starts_with("__MACOSX/") || path.find("/__MACOSX/") != path.npos) return true;
  const std::string_view name = last_component(path);
  return name.starts_with(".") || same_word(name, "Thumbs.db") || same_word(name, "desktop.ini") ||
         name.starts_with("dovecot") || name.ends_with(".lock") || name == "maildirfolder" ||
         name == "subscriptions" || name == "__MACOSX";
}

}  // namespace dmarcq
