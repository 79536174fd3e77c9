// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "ingest/base/error.h"
#include "ingest/source/byte_source.h"

namespace dmarcq {

/// One member of an archive.
struct Member {
  std::string name;  ///< path inside the archive, UTF-8; "" for the content of a bare compressed
                     ///< stream (.xz, .bz2, .zst)
  bool regular = true;
  bool encrypted = false;
  std::optional<std::size_t> size;  ///< as the archive states it; not to be believed
};

/// Walks the members of a zip, tar, 7z or cpio, or the one content of a bare xz, bzip2, zstd, lz4,
/// lzip or compress stream. Reads forward; memory does not depend on the size of the archive. What
/// is not read of a member is skipped by the next call.
///
/// Formats that no reporter uses and whose decoders are risky (rar, cab, lha, iso) are not opened.
class ArchiveReader {
 public:
  explicit ArchiveReader(std::unique_ptr<ByteSource>);
  ~ArchiveReader();
  ArchiveReader(const ArchiveReader&) = delete;
  ArchiveReader& operator=(const ArchiveReader&) = delete;

  /// The next member, or nothing at the end. An error ends the walk.
  std::expected<std::optional<Member>, Error> next();
  /// Bytes of the present member; 0 at its end. Errors concern this member; whether others can
  /// follow, usable() tells.
  std::expected<std::size_t, Error> read(char* to, std::size_t size);
  bool usable() const;
  /// Packed bytes read so far.
  std::uint64_t consumed() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dmarcq
