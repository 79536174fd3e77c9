// SPDX-License-Identifier: MIT
#include "store/postgresql/wire/columns.h"

#include <algorithm>

namespace dmarcq {

ReportSender pg_sender_from(const PgRow& row, int column, const std::string& place) {
  const auto one_of_four = [&](int at) {
    const std::int64_t number = row.integer(at);
    if (number < 0 || number > 3)
      throw StoreError(StoreError::Kind::damaged,
                       place + ": damaged: reporter: trust or verdict is none");
    return number;
  };
  ReportSender sender;
  sender.trust = static_cast<Trust>(one_of_four(column));
  sender.mail = row.boolean(column + 1);
  sender.from_domain = row.text(column + 2);
  sender.signed_by = row.text(column + 3);
  sender.submitter = row.text(column + 4);
  sender.verdict = static_cast<MailSender::Verdict>(one_of_four(column + 5));
  sender.receiver = row.text(column + 6);
  sender.named_receiver = row.boolean(column + 7);
  return sender;
}

std::uint64_t pg_count_from(const PgRow& row, int column) {
  return std::min(static_cast<std::uint64_t>(std::max<std::int64_t>(row.integer(column), 0)),
                  most_messages);
}

Totals pg_totals_from(const PgRow& row, int column) {
  Totals totals;
  for (const auto sum : {&Totals::both, &Totals::dkim_only, &Totals::spf_only, &Totals::neither,
                         &Totals::none, &Totals::pass, &Totals::quarantine, &Totals::reject})
    totals.*sum = pg_count_from(row, column++);
  for (const std::uint64_t part : {totals.both, totals.dkim_only, totals.spf_only, totals.neither})
    totals.messages = capped_sum(totals.messages, part);
  return totals;
}

StoredDelivery pg_delivery_from(const PgRow& row, std::string& recipient,
                                const std::string& place) {
  StoredDelivery delivery{.id = row.integer(0), .event = {}, .recipient_domain = row.text(6)};
  DeliveryView& event = delivery.event;
  const auto is_below = [&](int column, std::size_t count) {
    return row.integer(column) >= 0 && static_cast<std::size_t>(row.integer(column)) < count;
  };
  if (!is_below(1, delivery_source_count) || !is_below(2, delivery_state_count))
    damaged(place, "delivery", delivery.id, "source or state is none");
  event.source = static_cast<DeliverySource>(row.integer(1));
  event.state = static_cast<DeliveryState>(row.integer(2));
  event.time = row.integer(3);
  if (row.boolean(4)) {
    recipient.assign(row.text(5)).append("@").append(row.text(6));
    event.recipient = recipient;
  }
  read_delivery_texts(row, 7, event);
  return delivery;
}

}  // namespace dmarcq
