// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "store/base/flat_index.h"
#include "store/model.h"

namespace dmarcq {

/// Sums the rows of one domain into distinct sources. A question about everything touches every row
/// once.
class SourceTable {
 public:
  /// `reporters`: their keys lie below. `rows`: about so many will come. Memory that is never
  /// touched costs nothing; moving what is in it again and again does.
  SourceTable(std::uint32_t reporters, std::int64_t rows);

  /// `ip`: 4 or 16 bytes.
  void add(std::string_view ip, std::int64_t identity, std::int64_t evaluation,
           std::uint64_t messages, Day, std::uint32_t reporter);

  /// Appends the sources by source_ip, identity, evaluation; the table is empty then.
  void take(std::int64_t domain, std::vector<SourceRow>& rows);

 private:
  /// One line of the processor's cache.
  struct alignas(64) Entry {
    std::array<char, 16> ip{};
    std::int64_t identity = 0, evaluation = 0;
    std::uint64_t messages = 0;
    std::uint64_t reporters = 0;  ///< bits of keys below 64
    std::uint32_t rows = 0;
    Day first_day = 0, last_day = 0;
    std::uint8_t ip_size = 0;
  };
  static_assert(sizeof(Entry) == 64);
  struct Seen {
    Entry source;
    std::uint32_t reporter = 0;
  };

  void put(const Seen&, std::size_t hash);
  static void add_reporters(ReporterSet&, std::uint32_t first, std::uint64_t bits);
  static bool same(const Entry&, const Entry&);
  static std::size_t hash(const Entry&);

  std::size_t more_words_;
  FlatIndex index_;  // into entries_
  std::vector<Entry> entries_;
  std::vector<std::uint64_t> more_reporters_;  // of entry i: more_words_ words from i * more_words_
  WaitingLookups<Seen> waiting_;
};

/// Joins lists of distinct sources in order, of which the second goes on where the first ends:
/// sources of the domain that both have become one.
void append(std::vector<SourceRow>& rows, std::vector<SourceRow> more);

}  // namespace dmarcq
