// SPDX-License-Identifier: MIT
#include "store/import/delivery_tables.h"

#include <utility>

#include "ingest/base/csv.h"
#include "ingest/mail/charset.h"
#include "parser/aggregate/field_text.h"
#include "parser/delivery/address_mask.h"

namespace dmarcq {
namespace {

constexpr std::int64_t seconds_a_day = 86'400;

/// For a message: the header line may be a row of data.
std::string column_names(std::string_view head) {
  constexpr std::size_t most_shown = 300;
  CsvReader reader(head, csv_delimiter(head));
  CsvRow row;
  std::string names;
  if (reader.next(row))
    for (const std::string_view cell : row.cells)
      names.append(names.empty() ? "" : ", ").append(one_line(cell, most_shown));
  return shortened(without_local_parts(names), most_shown);
}

class Survey final : public TableSurvey {
 public:
  explicit Survey(ColumnMap map) : map_(std::move(map)) {}

  void add(std::string_view piece) override {
    evidence_.merge(date_order_evidence(table_preamble({.map = map_}) + std::string(piece)));
  }
  std::string preamble(std::uint64_t first_row,
                       std::optional<std::int64_t> modified) const override {
    std::optional<Day> written;
    if (modified) written = static_cast<Day>(*modified / seconds_a_day);
    const auto decision = evidence_.decide(written);
    // The first piece alone says that it was a guess: it is told once.
    return table_preamble(
        {.dates = decision.order,
         .dates_guessed = decision.guessed && first_row == TablePreamble().first_row,
         .first_row = first_row,
         .map = map_});
  }

 private:
  ColumnMap map_;
  DateOrderEvidence evidence_;
};

}  // namespace

bool DeliveryTables::knows(std::string_view head) const {
  if (head.starts_with(table_preamble_word)) return false;  // a piece that was cut before
  const auto converted = utf8_of_utf16(head);
  if (converted) head = *converted;
  return map_.empty() ? is_delivery_table(head) : looks_like_table(head) && fits_map(head);
}

bool DeliveryTables::fits_map(std::string_view head) const {
  const auto parsed =
      parse_delivery_table(table_preamble({.map = map_}) + std::string(head), {}, [](auto&&) {});
  const std::lock_guard lock(mutex_);
  if (parsed)
    fitted_ = true;
  else if (misfit_.empty())
    misfit_ = parsed.error().text + "; the table has " + column_names(head);
  return parsed.has_value();
}

std::string DeliveryTables::map_fault() const {
  const std::lock_guard lock(mutex_);
  return fitted_ ? "" : misfit_;
}

std::unique_ptr<TableSurvey> DeliveryTables::survey() const {
  return std::make_unique<Survey>(map_);
}

}  // namespace dmarcq
