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

/// The first word of a preamble.
inline constexpr std::string_view table_preamble_word = "#dmarcq-table";

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

/// Opens the table once more from its beginning; null when that is impossible (a pipe), or costs
/// too much.
using ReopenTable = std::function<std::unique_ptr<ByteSource>()>;

/// A table as items of about 1 MiB: each is a preamble, the table's header line and whole rows, so
/// that each can be read by itself, by several threads, in bounded memory. What the survey finds
/// over the whole table stands in every preamble: one of more than 4 MiB is read twice for that;
/// where it cannot be reopened, its first 4 MiB decide. UTF-16 with a byte order mark becomes
/// UTF-8.
std::unique_ptr<ItemSource> open_table(std::unique_ptr<ByteSource>, std::string name,
                                       const TableKinds&, const ReopenTable&,
                                       std::optional<std::int64_t> modified, Progress);

}  // namespace dmarcq
