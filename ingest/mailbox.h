// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "ingest/base/error.h"
#include "ingest/base/limits.h"
#include "ingest/origin.h"

namespace dmarcq {

/// One mail, or one bare file, as it lies in the mailbox.
struct Item {
  Origin origin;
  std::string bytes;
  /// Set when the item could not be read whole (over mail_size, I/O error): it ends as a problem; `bytes` hold what was read.
  std::optional<Error> fault;
};

/// Yields the items of a source one after another; memory does not grow with the source.
/// One thread at a time may call next(); bytes_done() may be called from any thread.
class Mailbox {
 public:
  virtual ~Mailbox() = default;
  /// The next item, or nothing at the end. A fault concerns that item only: call again.
  virtual std::optional<Item> next() = 0;
  /// Bytes read so far, and in all when that is known (for the progress line).
  virtual std::uint64_t bytes_done() const = 0;
  virtual std::optional<std::uint64_t> bytes_total() const = 0;
};

/// Opens a mailbox, a directory of mailboxes, a single file, or "-" (standard input), deciding by content, never by name:
/// mbox in all its dialects, Maildir (cur/ and new/, with subfolders; tmp/ is never read), a mail, XML, or an archive.
/// Files of a directory come in byte order of their paths. Errors: Fault::unreadable.
std::expected<std::unique_ptr<Mailbox>, Error> open_mailbox(const std::filesystem::path&, const Limits&);

}  // namespace dmarcq
