// SPDX-License-Identifier: MIT
#pragma once
#include <atomic>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "ingest/base/error.h"

namespace dmarcq {

/// Where bytes come from: a file, a pipe, memory, or what a decompressor makes of another source.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Reads at most `size` bytes; 0 means the end, and so it stays. After an error: nothing more.
  virtual std::expected<std::size_t, Error> read(char* to, std::size_t size) = 0;
  /// Moves to an absolute position; false where that is impossible (pipes, decompressors).
  virtual bool seek(std::uint64_t) { return false; }
  /// Bytes in all, when that is known and seek() works.
  virtual std::optional<std::uint64_t> size() const { return {}; }
};

/// Bytes read from disk so far; shared by all sources of a mailbox and read by another thread.
using Progress = std::shared_ptr<std::atomic<std::uint64_t>>;

/// Reads an open descriptor, and closes it if it is `owned`. Once `stop` is set, a pipe that has
/// nothing to give ends with an error.
std::unique_ptr<ByteSource> descriptor_source(int descriptor, bool owned, Progress,
                                              const std::atomic<bool>* stop = nullptr);
/// Opens a file or a named pipe for reading; devices are refused, and a pipe that nobody writes to
/// within seconds. Fault::unreadable.
std::expected<std::unique_ptr<ByteSource>, Error> file_source(
    const std::string& path, Progress, const std::atomic<bool>* stop = nullptr);
std::unique_ptr<ByteSource> memory_source(std::string bytes);
/// Looks at bytes that someone else keeps alive.
std::unique_ptr<ByteSource> view_source(std::string_view bytes);
/// Gives back bytes that were read to look at them, then goes on with the rest.
std::unique_ptr<ByteSource> prefixed_source(std::string prefix, std::unique_ptr<ByteSource> rest);

/// Reads until `to` holds `size` bytes or the source ends.
std::expected<void, Error> read_up_to(ByteSource&, std::string& to, std::size_t size);

/// "cannot be read: Permission denied" from an errno value.
Error unreadable(std::string_view what, int error_number);

}  // namespace dmarcq
