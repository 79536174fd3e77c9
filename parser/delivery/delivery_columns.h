// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstddef>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/base/error.h"
#include "parser/delivery/delivery_event.h"
#include "parser/delivery/table_preamble.h"

namespace dmarcq {

enum class DeliveryTableKind : std::uint8_t {
  email_log,
  marketing_cloud,
  suppression_list,
  mapped,
};

struct DeliveryColumns {
  DeliveryTableKind kind = DeliveryTableKind::mapped;
  DeliverySource source = DeliverySource::other;
  std::array<std::optional<std::size_t>, delivery_column_count> at;
  /// What a list says by being one, where its rows give no reason.
  DeliveryState listed = DeliveryState::suppressed;
  std::vector<std::string> names;  ///< the header line
  std::vector<bool> taken;         ///< is the column one of `at`? Others are kept as they are

  std::optional<std::size_t> operator[](DeliveryColumn column) const {
    return at[static_cast<std::size_t>(column)];
  }
};

/// Recognises a table by its header line and its first rows: see parse_delivery_table. Email Log
/// Files have names in the user's language: where the third column holds R, D, T or P and the
/// fourth an address, in nine of ten rows at least, all columns are known by their place. Errors:
/// Fault::not_a_report; Fault::invalid_report when a column of the map is missing.
std::expected<DeliveryColumns, Error> recognise_delivery_table(
    std::span<const std::string_view> header, const std::vector<std::vector<std::string>>& rows,
    const ColumnMap& map);

/// A column's name as it is compared: "E-Mail", "e_mail" and "E MAIL" are "email".
std::string folded_column_name(std::string_view name);

/// So many rows are looked at to recognise a table.
inline constexpr std::size_t rows_to_recognise = 50;

}  // namespace dmarcq
