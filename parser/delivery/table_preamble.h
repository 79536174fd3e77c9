// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parser/delivery/date_order.h"

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

/// A field that a map may name, and what its column holds.
struct MapField {
  std::string_view name;
  DeliveryColumn column;
};
inline constexpr std::array<MapField, 13> map_fields{{
    {"email", DeliveryColumn::recipient},
    {"date", DeliveryColumn::date},
    {"text", DeliveryColumn::text},
    {"code", DeliveryColumn::code},
    {"type", DeliveryColumn::type},
    {"state", DeliveryColumn::state},
    {"stage", DeliveryColumn::stage},
    {"sender", DeliveryColumn::sender},
    {"from", DeliveryColumn::header_from},
    {"message-id", DeliveryColumn::message_id},
    {"ip", DeliveryColumn::sending_ip},
    {"host", DeliveryColumn::remote_host},
    {"user", DeliveryColumn::user_id},
}};

/// Which column the owner says a field is in: {"email", "Email Address"}.
using ColumnMap = std::vector<std::pair<std::string, std::string>>;
/// From the value of --map: "email=Email,date=Created". A comma, "=" or blank in a name is written
/// %2C, %3D or %20 (the blank may stand as it is). Email and date are needed. The error says what
/// is wrong.
std::expected<ColumnMap, std::string> parse_column_map(std::string_view text);

/// What was settled over a whole file before it was cut into pieces. It stands in the first line of
/// a piece:
///   #dmarcq-table dates=day-first guessed=yes first-row=20001
///   map=email=Email%20Address,date=Created
struct TablePreamble {
  std::optional<DateOrder> dates;  ///< settled; without it each piece decides for itself
  bool dates_guessed = false;      ///< the dates of the file fit both orders
  std::uint64_t first_row = 2;  ///< the number of the row behind the header line in the whole file
  ColumnMap map;
  friend bool operator==(const TablePreamble&, const TablePreamble&) = default;
};
/// The line with its end. A preamble is followed by the file's own header line.
std::string table_preamble(const TablePreamble&);
/// Takes the preamble off the front of `text`; what it says otherwise is the default.
TablePreamble take_table_preamble(std::string_view& text);

}  // namespace dmarcq
