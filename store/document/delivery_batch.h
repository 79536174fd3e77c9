// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "ingest/base/function_ref.h"
#include "parser/delivery/parsed_delivery.h"

namespace dmarcq {

/// DeliveryEvent with its texts elsewhere: valid during the call that hands it out. `key` is the
/// text that DeliveryEvent::key has, or, of an event that comes from a database, the 16 bytes that
/// delivery_key() made of it.
struct DeliveryView {
  DeliverySource source = DeliverySource::other;
  DeliveryState state = DeliveryState::received;
  EpochSeconds time = 0;
  std::string_view recipient, envelope_sender, header_from, message_id, queue_id, sending_ip,
      remote_host, stage, text, user_id, more, key;
  bool key_is_stored = false;
};

/// The events of one document, packed: a log has them by the hundred thousand, and each has a dozen
/// texts, most of them short or empty.
class DeliveryBatch {
 public:
  void add(const DeliveryEvent&);
  /// One that comes from a database, with its key there; its recipient's domain, if whose mail it
  /// was is forgotten.
  void add_stored(DeliveryView, std::string_view recipient_domain, std::string_view key);
  void each(FunctionRef<void(const DeliveryView&)>) const;
  std::uint64_t size() const { return size_; }
  std::size_t bytes() const { return packed_.capacity(); }

 private:
  std::string packed_;
  std::uint64_t size_ = 0;
};

}  // namespace dmarcq
