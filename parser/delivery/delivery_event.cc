// SPDX-License-Identifier: MIT
#include "parser/delivery/delivery_event.h"

#include <array>

namespace dmarcq {

std::string_view to_text(DeliverySource source) noexcept {
  static constexpr std::array<std::string_view, delivery_source_count> words{
      "email_log", "marketing_cloud",  "dsn",  "ses", "sendgrid", "mailgun",
      "postmark",  "suppression_list", "other"};
  return words[static_cast<std::size_t>(source)];
}

std::string_view to_text(DeliveryState state) noexcept {
  static constexpr std::array<std::string_view, delivery_state_count> words{
      "received", "delivered", "delayed", "refused", "complained", "unsubscribed", "suppressed"};
  return words[static_cast<std::size_t>(state)];
}

}  // namespace dmarcq
