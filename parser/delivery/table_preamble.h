// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parser/delivery/date_order.h"

namespace dmarcq {

/// Which column the owner says a field is in: {"email", "Email Address"}. The fields are those of
/// mapped_field_names().
using ColumnMap = std::vector<std::pair<std::string, std::string>>;

/// The fields that a map may name: email, date, text, code, type, sender, from, message-id, ip,
/// host, user, stage, state.
std::span<const std::string_view> mapped_field_names();
/// From the value of --map: "email=Email,date=Created". A comma, "=" or blank in a name is written
/// %2C, %3D or %20 (the blank may stand as it is). Email and date are needed. The error says what
/// is wrong.
std::expected<ColumnMap, std::string> parse_column_map(std::string_view text);

/// What was settled over a whole file before it was cut into pieces. It stands in the first line of
/// a piece:
///   #dmarcq-table dates=day-first first-row=20001 map=email=Email%20Address,date=Created
struct TablePreamble {
  std::optional<DateOrder> dates;  ///< settled; without it each piece decides for itself
  std::uint64_t first_row = 2;  ///< the number of the row behind the header line in the whole file
  ColumnMap map;
  friend bool operator==(const TablePreamble&, const TablePreamble&) = default;
};
/// The line with its end. A preamble is followed by the file's own header line.
std::string table_preamble(const TablePreamble&);
/// Takes the preamble off the front of `text`; what it says otherwise is the default.
TablePreamble take_table_preamble(std::string_view& text);

}  // namespace dmarcq
