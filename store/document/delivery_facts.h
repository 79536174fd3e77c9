// SPDX-License-Identifier: MIT
// Rules about delivery events that every engine keeps.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "parser/calendar.h"
#include "store/document/delivery_batch.h"

namespace dmarcq {

/// 16 bytes tell events apart: two that differ share them once in 2^64 events. The first bytes of a
/// SHA-256 of the event's source and key.
using DeliveryKeyBytes = std::array<char, 16>;
DeliveryKeyBytes delivery_key(const DeliveryView&);

/// The day of an event; days before 1970 and after 2149 are the nearest of these.
Day delivery_day(EpochSeconds);

/// "someone" and "example.net" of "someone@example.net".
std::string_view local_part_of(std::string_view address);
std::string_view domain_part_of(std::string_view address);

/// What is left of an event once whose mail it was is forgotten (parser/delivery/address_mask.h).
struct WithoutPeople {
  std::string more, sender, words;
  bool differs = false;  ///< from what was there
};
WithoutPeople without_people_of(std::string_view local_part, std::string_view domain,
                                std::string_view more, std::string_view sender,
                                std::string_view words);

/// The rows of `checkpoint` that say up to which day addresses were forgotten, and up to which item
/// the kept bytes were looked through for recipients. (A path of a mailbox is absolute.)
inline constexpr std::string_view addresses_forgotten = "addresses forgotten";
inline constexpr std::string_view kept_bytes_looked_through = "kept bytes without addresses";

}  // namespace dmarcq
