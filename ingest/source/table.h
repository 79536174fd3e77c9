// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "ingest/base/limits.h"
#include "ingest/source/byte_source.h"
#include "ingest/source/source.h"

namespace dmarcq {

/// What can be said of a large table (CSV) only over the whole of it. One file.
class TableSurvey {
 public:
  virtual ~TableSurvey() = default;
  /// The pieces in order; each begins with the table's header line.
  virtual void add(std::string_view piece) = 0;
  /// The line to put in front of each piece (parser/delivery/delivery_table.h, TablePreamble).
  /// `first_row`: the number of the piece's first row in the file. `modified`: when the file was
  /// written, seconds since 1970; nothing where that is not known.
  virtual std::string preamble(std::uint64_t first_row,
                               std::optional<std::int64_t> modified) const = 0;
};

/// Which tables are of interest: what parser/ knows of them, for those who read files. Any thread
/// may ask.
class TableKinds {
 public:
  virtual ~TableKinds() = default;
  /// `head`: the first bytes of a file, at most 64 KiB.
  virtual bool knows(std::string_view head) const = 0;
  virtual std::unique_ptr<TableSurvey> survey() const = 0;
};

/// Opens the table once more from its beginning; null when that is impossible (a pipe).
using ReopenTable = std::function<std::unique_ptr<ByteSource>()>;

/// A table as items of about 1 MiB: each is a preamble, the table's header line and whole rows, so
/// that each can be read by itself, by several threads, in bounded memory. Reads it twice where it
/// can be reopened: what the survey finds over the whole file stands in every preamble. Else its
/// first 4 MiB decide.
std::unique_ptr<ItemSource> open_table(std::unique_ptr<ByteSource>, std::string name,
                                       const TableKinds&, const ReopenTable&,
                                       std::optional<std::int64_t> modified, Progress);

}  // namespace dmarcq
