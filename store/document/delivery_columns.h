// SPDX-License-Identifier: MIT
#pragma once
#include "store/document/delivery_batch.h"

namespace dmarcq {

/// Ten texts of any engine's row of deliveries, from a column on: sender, header_from,
/// message_id, queue_id, sending_ip, remote_host, stage, words, user_id, more. Valid as long as the
/// row.
template <class Row>
void read_delivery_texts(const Row& row, int column, DeliveryView& event) {
  for (std::string_view* const text :
       {&event.envelope_sender, &event.header_from, &event.message_id, &event.queue_id,
        &event.sending_ip, &event.remote_host, &event.stage, &event.text, &event.user_id,
        &event.more})
    *text = row.text(column++);
}

}  // namespace dmarcq
