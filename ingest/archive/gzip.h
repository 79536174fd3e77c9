// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/base/budget.h"
#include "ingest/base/error.h"
#include "ingest/base/limits.h"
#include "ingest/source/byte_source.h"

namespace dmarcq {

/// What one gzip file (RFC 1952, all its members joined) holds.
struct Gunzipped {
  std::string bytes;
  std::string name;                     ///< from the header of the first member; often empty
  std::vector<std::string> deviations;  ///< damage behind complete data
  std::optional<Error> fault;  ///< truncated, corrupt_archive, or limit; then `bytes` are no more
                               ///< than the start of what came out, to tell what it was to be
};

/// Decompresses as much as the budget allows. Past Limits::ratio_free_size the bytes so far must
/// not be more than compression_ratio times those consumed for them. By zlib rather than
/// libarchive, which can tell neither a stream cut short from a damaged trailer nor right data from
/// wrong: it does not look at the checksum.
Gunzipped gunzip(std::string_view packed, Budget&, const Limits&);

/// The same as a stream, for mailboxes that do not fit in memory. Stops with an error at a
/// compression ratio beyond the limits.
std::unique_ptr<ByteSource> gunzip_source(std::unique_ptr<ByteSource> packed, const Limits&);

/// A gzip file that grows. Each call is false when it could not be written.
class GzipWriter {
 public:
  explicit GzipWriter(const std::filesystem::path&);
  ~GzipWriter();
  GzipWriter(const GzipWriter&) = delete;
  GzipWriter& operator=(const GzipWriter&) = delete;
  bool write(std::string_view bytes);
  /// All is in the file.
  bool finish();

 private:
  void* file_;
};

/// How many lines a gzip file has; nothing when it cannot be read to its end.
std::optional<std::size_t> lines_of_gzip(const std::filesystem::path&);

}  // namespace dmarcq
