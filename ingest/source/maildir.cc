// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cctype>
#include <filesystem>
#include <system_error>

#include "ingest/names.h"
#include "ingest/source/source_kinds.h"

namespace dmarcq {

bool is_maildir(const std::string& directory) {
  std::error_code ignored;
  const std::filesystem::path path(directory);
  return std::filesystem::is_directory(path / "cur", ignored) &&
         std::filesystem::is_directory(path / "new", ignored);
}

std::string maildir_of(const std::string& directory) {
  std::error_code ignored;
  std::filesystem::path at = std::filesystem::absolute(directory, ignored).lexically_normal();
  if (!at.has_filename()) at = at.parent_path();
  if (at.filename() != "cur" && at.filename() != "new") return {};
  std::string parent = at.parent_path().string();
  return is_maildir(parent) ? parent : std::string();
}

std::string_view unique_name(std::string_view file_name) {
  return file_name.substr(0, file_name.find(':'));
}

std::string renamed_to(const std::string& maildir, std::string_view unique) {
  for (const char* folder : {"/cur", "/new"}) {
    std::error_code error;
    for (std::filesystem::directory_iterator entry(maildir + folder, error), end;
         !error && entry != end; entry.increment(error))
      if (unique_name(entry->path().filename().string()) == unique) return entry->path().string();
  }
  return {};
}

bool is_in_maildir_tmp(const std::string& path) {
  std::error_code ignored;
  std::filesystem::path at = std::filesystem::absolute(path, ignored).lexically_normal();
  if (!at.has_filename()) at = at.parent_path();
  // The path itself, or the folder that a file is in.
  for (int i = 0; i < 2 && at.has_parent_path(); ++i, at = at.parent_path())
    if (at.filename() == "tmp" && is_maildir(at.parent_path().string())) return true;
  return false;
}

bool is_maildir_tmp_name(std::string_view path) {
  const std::string_view name = last_component(path);
  const std::string_view folder = path.substr(0, path.size() - name.size());
  if (folder != "tmp/" && !folder.ends_with("/tmp/")) return false;
  // "1709599999.M1P1.host": seconds, a dot, and what makes it unique. Other files in some folder
  // "tmp" are kept.
  const auto dot = name.find('.');
  return dot >= 9 && dot != name.npos && std::ranges::all_of(name.substr(0, dot), [](char c) {
           return std::isdigit(static_cast<unsigned char>(c)) != 0;
         });
}

}  // namespace dmarcq
