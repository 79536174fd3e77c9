// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <filesystem>

#include "parser/calendar.h"
#include "store/sqlite.h"

namespace dmarcq {

/// What this program writes. Older databases are migrated, newer ones are only read when their
/// views allow it.
inline constexpr std::int64_t schema_version = 5;

/// Makes a new database or brings an older one up to date (after a backup beside it), each version
/// in one transaction. Throws StoreError: newer (exit 5), damaged when the file is no database of
/// ours.
void prepare_schema(Database&, const std::filesystem::path&);
/// For reading only: refuses what is no database of ours and what needs a migration first. A newer
/// database is read as far as this program understands it (Database::expect_unknown).
void require_schema(Database&);
/// Refuses what is no database of ours or newer; an older one will do.
void require_schema_below(Database&);

/// The key of a row: see the essay in schema.cc.
struct RowKey {
  static constexpr int row_bits = 28, day_bits = 16, domain_bits = 19;
  static constexpr std::int64_t max_domain = (std::int64_t{1} << domain_bits) - 1;
  static constexpr std::int64_t max_day = (std::int64_t{1} << day_bits) - 1;
  static constexpr std::int64_t max_rows = std::int64_t{1} << row_bits;

  static constexpr std::int64_t domain_day(std::int64_t domain, Day day) {
    return (domain << day_bits) | day;
  }
  static constexpr std::int64_t first(std::int64_t domain, Day day) {
    return domain_day(domain, day) << row_bits;
  }
  static constexpr std::int64_t domain_day_of(std::int64_t key) { return key >> row_bits; }
  static constexpr std::int64_t domain_of(std::int64_t key) { return key >> (row_bits + day_bits); }
  static constexpr Day day_of(std::int64_t key) {
    return static_cast<Day>((key >> row_bits) & max_day);
  }
};

}  // namespace dmarcq
