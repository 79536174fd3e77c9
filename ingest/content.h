// SPDX-License-Identifier: MIT
#pragma once
#include <string_view>

namespace dmarcq {

/// What bytes are, by their looks. Names and media types are only hints (real reporters mislabel both).
enum class Content {
  empty,
  gzip,
  zip,
  archive,  ///< another format that libarchive opens: tar, 7z, xz, bzip2, zstd …
  xml,      ///< starts with markup, after any BOM and white space; UTF-16 and UTF-32 are recognised
  json,
  mbox,     ///< starts with a "From " line
  mail,     ///< starts with a header field
  other,
};

/// Looks at the first bytes (512 are enough, fewer will do).
Content content_of(std::string_view head);

}  // namespace dmarcq
