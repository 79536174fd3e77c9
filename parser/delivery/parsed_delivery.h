// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/base/error.h"
#include "ingest/base/function_ref.h"
#include "parser/delivery/date_order.h"
#include "parser/delivery/delivery_event.h"

namespace dmarcq {

/// What is wrong with a row or an object: as a rule no event could be made of it.
struct DeliveryDamage {
  std::string part;  ///< "row 17", "object 3"
  Error error;
};

/// What one document came to. Its events went to the caller one by one.
struct ParsedDelivery {
  DeliverySource source = DeliverySource::other;
  std::uint64_t rows = 0;    ///< rows, objects or recipient blocks that were read, header excluded
  std::uint64_t events = 0;  ///< how many were handed over
  std::uint64_t left_out = 0;  ///< left out on purpose: IP warm-up, repeated headers, events of no
                               ///< interest such as opens and clicks
  std::uint64_t damaged = 0;   ///< parts that no event could be made of
  /// Of these, and what else was wrong: at most most_delivery_damages, then one without a part that
  /// says how many more there are.
  std::vector<DeliveryDamage> damages;
  DateOrder date_order = DateOrder::day_first;  ///< of dates like 3/06/2026
  bool date_order_guessed = false;  ///< nothing in the document decides it: the owner should be
                                    ///< told
};
inline constexpr std::size_t most_delivery_damages = 100;

using DeliverySink = FunctionRef<void(DeliveryEvent&&)>;

/// Collects the events and damages of one document, and keeps the promises of delivery_event.h.
class DeliveryWriter {
 public:
  DeliveryWriter(DeliverySource source, DeliverySink sink) : sink_(sink) {
    result_.source = source;
  }

  /// Cleans and bounds the texts of the event, settles its recipient, and hands it over. An event
  /// without a usable recipient is a damage instead. Texts may be any bytes; those that tell
  /// of a refusal lose mail addresses, and the recipient's name (address_mask.h).
  void write(DeliveryEvent&& event, std::string_view part);
  /// The text of the error is kept, so it loses what names recipients.
  void damage(std::string_view part, Error error);
  /// The same of a part that is read all the same, or of none: not among the damaged ones.
  void remark(std::string_view part, Error error);
  void count_row() { ++result_.rows; }
  void leave_out() { ++result_.left_out; }
  ParsedDelivery& result() { return result_; }
  /// Ends the collection.
  ParsedDelivery finish() &&;

 private:
  DeliverySink sink_;
  ParsedDelivery result_;
  std::uint64_t told_ = 0;  ///< damages and remarks, those left out of `damages` among them
};

/// The address as DeliveryEvent::recipient promises it: without brackets, blanks and "mailto:", the
/// domain in lower case as A-labels; "" when it is none. The local part keeps its case (RFC 5321
/// section 2.4).
std::string delivery_address(std::string_view text);

/// Valid UTF-8 in one line without control characters, trimmed, at most `most` bytes. White space
/// that holds tabs or line ends becomes one blank.
std::string one_line(std::string_view text, std::size_t most);

/// Adds "name: value" as a line to DeliveryEvent::more, while there is room and if there is a
/// value.
void add_more(std::string& more, std::string_view name, std::string_view value);

/// A key of fields, which stay apart whatever they hold. A longer one than longest_delivery_key
/// ends in a digest of the rest.
std::string delivery_key(std::initializer_list<std::string_view> fields);

}  // namespace dmarcq
