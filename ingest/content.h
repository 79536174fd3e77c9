// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string_view>

#include "ingest/base/error.h"

namespace dmarcq {

/// What bytes are, by their looks. Names and media types are only hints (real reporters mislabel
/// both).
enum class Content {
  empty,
  gzip,
  zip,
  archive,  ///< another format that libarchive opens: tar, 7z, xz, bzip2, zstd …
  xml,      ///< starts with markup, after any BOM and white space; UTF-16 and UTF-32 are recognised
  json,     ///< starts with an object, or with an array of objects
  mbox,     ///< starts with a "From " line
  mail,     ///< starts with a header field
  emlx,     ///< Apple Mail's file of one mail: a line with a number stands before the header
  other,
};

/// A mail store or wrapping that is not opened here, by its first bytes: Outlook's .msg (an OLE
/// compound file), .pst, and TNEF (winmail.dat). The error says how to export.
std::optional<Error> closed_format(std::string_view head);

/// Looks at the first bytes (512 are enough, fewer will do).
Content content_of(std::string_view head);

/// Is JSON, or the start of it, a TLS report (RFC 8460 section 4.4)? Two of the three names that
/// tell one from all else are enough: reporters leave out one, and a text may be cut.
bool looks_like_tls_report(std::string_view json_head) noexcept;

}  // namespace dmarcq
