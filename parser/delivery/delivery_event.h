// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "parser/calendar.h"

namespace dmarcq {

/// What told of a delivery.
enum class DeliverySource : std::uint8_t {
  email_log,        ///< Salesforce, Setup → Email Log Files
  marketing_cloud,  ///< the data view _Bounce or the tracking extract Bounces.csv
  dsn,              ///< a delivery status notification (RFC 3464)
  ses,
  sendgrid,
  mailgun,
  postmark,
  suppression_list,  ///< addresses that a service no longer sends to
  other,             ///< a CSV file whose columns the owner named
};
inline constexpr std::size_t delivery_source_count = 9;
std::string_view to_text(DeliverySource) noexcept;  ///< "email_log", "ses"

/// What became of a mail to one recipient, as the source saw it at that moment.
enum class DeliveryState : std::uint8_t {
  received,      ///< the sending service has it; nothing is said of the receiver
  delivered,     ///< the receiver's server took it
  delayed,       ///< refused for now, will be tried again (4xx)
  refused,       ///< refused for good (5xx), or given up
  complained,    ///< the recipient called it spam
  unsubscribed,  ///< the recipient asked for no more
  suppressed,    ///< never sent: the service keeps the address on a list
};
inline constexpr std::size_t delivery_state_count = 7;
std::string_view to_text(DeliveryState) noexcept;

/// One line of a log, one recipient of a bounce, one event of a service. Texts are UTF-8, as they
/// stand in the source, without control characters; "" where the source does not say.
struct DeliveryEvent {
  DeliverySource source = DeliverySource::other;
  DeliveryState state = DeliveryState::received;
  EpochSeconds time = 0;  ///< UTC
  std::string recipient;  ///< "user@example.net"; "@example.net" where only the domain is known;
                          ///< the domain in lower case, as A-labels
  std::string envelope_sender;  ///< MAIL FROM as it stands:
                                ///< "info=example.com__1a@….bnc.salesforce.com"
  std::string header_from;      ///< the address in From, where the source tells it or the envelope
                                ///< encodes it; the domain in lower case
  std::string message_id;       ///< of the mail, without angle brackets
  std::string queue_id;         ///< the sending server's name for it: "16/A4-20983-88E21E84"
  std::string sending_ip;       ///< of the server that talked to the receiver
  std::string remote_host;      ///< the receiver's server, where told
  std::string stage;            ///< "during RCPT TO"; a category of Marketing Cloud or a type of a
                                ///< service: "Block bounce/1010"
  std::string text;             ///< the receiver's words with their codes, in one line, of mail
                                ///< addresses only the domains, at most
                                ///< longest_refusal_text bytes: "550 5.7.26 …"
  std::string user_id;          ///< of the Salesforce user
  std::string more;             ///< what else the source says, "name: value" lines
  /// Equal for the same fact read again, from this file or an overlapping one; differs for any
  /// other. Source-specific fields in plain text, at most longest_delivery_key bytes.
  std::string key;
};
inline constexpr std::size_t longest_refusal_text = 2000, longest_delivery_key = 4096,
                             longest_delivery_more = 4096, longest_delivery_field = 1024;

}  // namespace dmarcq
