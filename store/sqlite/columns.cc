// SPDX-License-Identifier: MIT
#include "store/sqlite/columns.h"

#include <algorithm>
#include <limits>

#include "store/sqlite/row_key.h"

namespace dmarcq {

ReportSender sender_from(const Statement& row, int column, std::int64_t reporter) {
  ReportSender sender;
  sender.trust = static_cast<Trust>(row.integer(column, 0, 3, "reporter", reporter));
  sender.mail = row.integer(column + 1) != 0;
  sender.from_domain = row.text(column + 2);
  sender.signed_by = row.text(column + 3);
  sender.submitter = row.text(column + 4);
  sender.verdict =
      static_cast<MailSender::Verdict>(row.integer(column + 5, 0, 3, "reporter", reporter));
  sender.receiver = row.text(column + 6);
  sender.named_receiver = row.integer(column + 7) != 0;
  return sender;
}

std::uint64_t count_from(const Statement& row, int column, std::string_view table,
                         std::int64_t id) {
  return std::min(static_cast<std::uint64_t>(
                      row.integer(column, 0, std::numeric_limits<std::int64_t>::max(), table, id)),
                  most_messages);
}

Totals totals_from(const Statement& row, int column, std::string_view table, std::int64_t id) {
  Totals totals;
  for (const auto sum : {&Totals::both, &Totals::dkim_only, &Totals::spf_only, &Totals::neither,
                         &Totals::none, &Totals::pass, &Totals::quarantine, &Totals::reject})
    totals.*sum = count_from(row, column++, table, id);
  for (const std::uint64_t part : {totals.both, totals.dkim_only, totals.spf_only, totals.neither})
    totals.messages = capped_sum(totals.messages, part);
  return totals;
}

ItemFacts item_facts_from(const Statement& row, int column) {
  return {row.integer(column) != 0, row.integer(column + 1) != 0, row.integer(column + 2) != 0};
}

EpochSeconds time_from(const Statement& row, int column, std::int64_t report) {
  constexpr std::int64_t most = std::int64_t{1} << 53;
  return row.integer(column, -most, most, "report", report);
}

RowRange rows_of(const Statement& row, int column, std::int64_t report) {
  const std::int64_t first = row.integer(
      column, 0, std::numeric_limits<std::int64_t>::max() - RowKey::max_rows, "report", report);
  return {first, first + row.integer(column + 1, 0, RowKey::max_rows, "report", report) - 1};
}

StoredDelivery delivery_from(const Statement& row, std::string& recipient) {
  const std::int64_t id = row.integer(0);
  StoredDelivery delivery{.id = id, .event = {}, .recipient_domain = row.text(5)};
  DeliveryView& event = delivery.event;
  event.source =
      static_cast<DeliverySource>(row.integer(1, 0, delivery_source_count - 1, "delivery", id));
  event.state =
      static_cast<DeliveryState>(row.integer(2, 0, delivery_state_count - 1, "delivery", id));
  event.time = row.integer(3);
  if (!row.is_null(4)) {
    recipient.assign(row.text(4)).append("@").append(row.text(5));
    event.recipient = recipient;
  }
  read_delivery_texts(row, 6, event);
  return delivery;
}

}  // namespace dmarcq
