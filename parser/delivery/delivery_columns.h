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

/// What a column of a delivery table holds.
enum class DeliveryColumn : std::uint8_t {
  date,
  recipient,
  sender,
  header_from,
  text,
  other_text,  ///< further words of the receiver
  code,
  type,
  sub_type,
  state,
  stage,
  message_id,
  queue_id,
  sending_ip,
  remote_host,
  user_id,
  subscriber_key,
  domain,
  job_id,
  batch_id,
  list_id,
  event,    ///< of an Email Log File: R, D, T, P
  retries,  ///< of an Email Log File
};
inline constexpr std::size_t delivery_column_count =
    static_cast<std::size_t>(DeliveryColumn::retries) + 1;

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
  std::vector<std::string> names;  ///< the header line
  std::vector<bool> taken;         ///< is the column one of `at`? Others are kept as they are

  std::optional<std::size_t> operator[](DeliveryColumn column) const {
    return at[static_cast<std::size_t>(column)];
  }
};

/// Recognises a table by its header line and its first rows: see parse_delivery_table. Email Log
/// Files have names in the user's language; there the column that holds nothing but R, D, T and P
/// tells the others by their place.
/// Errors: Fault::not_a_report; Fault::invalid_report when a column of the map is missing.
std::expected<DeliveryColumns, Error> recognise_delivery_table(
    std::span<const std::string_view> header, const std::vector<std::vector<std::string>>& rows,
    const ColumnMap& map);

/// So many rows are looked at to recognise a table.
inline constexpr std::size_t rows_to_recognise = 50;

}  // namespace dmarcq
