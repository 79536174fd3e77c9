// SPDX-License-Identifier: MIT
#pragma once
#include <atomic>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ingest/base/error.h"
#include "ingest/base/limits.h"
#include "ingest/origin.h"

namespace dmarcq {

/// How far a source was read. Stored in the transaction that saves the item it comes with: a later
/// run goes on behind it.
struct Checkpoint {
  std::string source;  ///< names the source from run to run, whatever path leads to it
  std::string state;   ///< of a source read in order, in the words of its kind; or
  std::string name;    ///< of a source without an order (Maildir): what was read of it
};

/// What earlier runs left about sources. Used by one thread at a time.
class CheckpointStore {
 public:
  virtual ~CheckpointStore() = default;
  virtual std::optional<std::string> state(const std::string& source) = 0;
  /// Sorted.
  virtual std::vector<std::string> names(const std::string& source) = 0;
};

/// One mail, or one bare file, as it lies in the mailbox.
struct Item {
  Origin origin;
  std::string bytes;
  /// Set when the item could not be read whole (over mail_size, I/O error): it ends as a problem;
  /// `bytes` hold what was read.
  std::optional<Error> fault;
  bool withheld = false;  ///< nothing was read: `bytes` only tell the item from others, and are no
                          ///< use to a later try
  std::optional<Checkpoint> checkpoint;  ///< everything up to and including this item need not be
                                         ///< read again
  std::string handle;  ///< what acknowledge() knows it by; "" where nothing is to be settled
};

/// Yields the items of a source one after another; memory does not grow with the source.
/// One thread at a time may call next(); bytes_done() may be called from any thread.
class ItemSource {
 public:
  virtual ~ItemSource() = default;
  /// The next item, or nothing at the end. A fault concerns that item only: call again.
  virtual std::optional<Item> next() = 0;
  /// Bytes read so far, and in all when that is known (for the progress line).
  virtual std::uint64_t bytes_done() const = 0;
  virtual std::optional<std::uint64_t> bytes_total() const = 0;
  /// Items passed over because an earlier run read them. Call when next() has returned nothing.
  virtual std::uint64_t known() const { return 0; }
  /// Why the source ended before its end, if it did. What came before is as good as ever. Call when
  /// next() has returned nothing.
  virtual std::optional<Error> failure() const { return {}; }

  /// A live mailbox may move or mark the mails that were saved for good. Where it does, this names
  /// its list of those not settled yet.
  virtual std::string acknowledge_key() const { return {}; }
  /// Moves or marks these mails; returns those done. Called only after the COMMIT that stored them,
  /// beside next().
  virtual std::vector<std::string> acknowledge(const std::vector<std::string>& handles) {
    return handles;
  }
};

class TableKinds;
struct OpenOptions {
  Limits limits;
  const TableKinds* tables = nullptr;       ///< large tables that are cut into pieces (table.h);
                                            ///< outlives the mailbox
  CheckpointStore* checkpoints = nullptr;   ///< what earlier runs read is passed over; outlives the
                                            ///< mailbox
  const std::atomic<bool>* stop = nullptr;  ///< once set, reading that waits for a pipe or a server
                                            ///< ends
};

/// Opens a mailbox, a directory of mailboxes, a single file, or "-" (standard input), deciding by
/// content, never by name: mbox in all its dialects, Maildir (cur/ and new/, with subfolders; tmp/
/// is never read), a mail, XML, a table, or an archive. Files of a directory come in byte order of
/// their paths. Errors: Fault::unreadable.
///
/// What is remembered: of an mbox, how far it was read, with hashes of its first 64 KiB and of what
/// stands before that place, so that one that grew is read from there and one that was rewritten is
/// read whole; of a Maildir, the names without their flags; of any other file, its inode, size and
/// times. Reading something twice is harmless, so whatever is in doubt is read.
std::expected<std::unique_ptr<ItemSource>, Error> open_mailbox(const std::filesystem::path&,
                                                               const OpenOptions&);
std::expected<std::unique_ptr<ItemSource>, Error> open_mailbox(const std::filesystem::path&,
                                                               const Limits&);

}  // namespace dmarcq
