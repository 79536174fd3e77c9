// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <filesystem>
#include <string_view>

namespace dmarcq {

/// A file that appears whole or not at all: written beside its place under a name that nobody can
/// guess, then renamed. Nobody but its owner may read it; one that takes the place of an older file
/// may be read by whom that could, if it is not to be a secret. A symbolic link is never followed,
/// and none is replaced: what is no regular file at the place is refused. Once in place, it and its
/// name are on the disk. Throws StoreError (io).
class NewFile {
 public:
  enum class Readers { as_before, owner };
  explicit NewFile(std::filesystem::path place, Readers = Readers::as_before);
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  /// Where to write until put_in_place().
  const std::filesystem::path& path() const { return part_; }
  /// Sets room on the disk aside for so many bytes, where the file system can do that.
  void reserve(std::size_t bytes);
  void write(std::string_view bytes);
  void put_in_place();

 private:
  void sync_folder() const;
  [[noreturn]] void fail(int cause) const;
  std::filesystem::path place_, part_;
  int descriptor_ = -1;
  bool reserved_ = false;
};

}  // namespace dmarcq
