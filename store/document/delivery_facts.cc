// SPDX-License-Identifier: MIT
#include "store/document/delivery_facts.h"

#include <algorithm>

#include "ingest/base/digest.h"
#include "parser/delivery/address_mask.h"

namespace dmarcq {
namespace {

constexpr EpochSeconds seconds_a_day = 86'400;
constexpr Day last_day = 65'535;

}  // namespace

DeliveryKeyBytes delivery_key(const DeliveryView& event) {
  if (event.key_is_stored) {
    DeliveryKeyBytes key{};
    std::copy_n(event.key.begin(), std::min(event.key.size(), key.size()), key.begin());
    return key;
  }
  Sha256 hash;
  const char source = static_cast<char>(event.source);
  hash.add(std::string_view(&source, 1));
  hash.add(event.key);
  const Digest digest = hash.finish();
  DeliveryKeyBytes key{};
  std::copy_n(digest.begin(), key.size(), key.begin());
  return key;
}

Day delivery_day(EpochSeconds time) {
  return static_cast<Day>(std::clamp<EpochSeconds>(time / seconds_a_day, 0, last_day));
}

std::string_view local_part_of(std::string_view address) {
  const std::size_t at = address.rfind('@');
  return at == address.npos ? address : address.substr(0, at);
}

std::string_view domain_part_of(std::string_view address) {
  const std::size_t at = address.rfind('@');
  return at == address.npos ? std::string_view() : address.substr(at + 1);
}

WithoutPeople without_people_of(std::string_view local_part, std::string_view domain,
                                std::string_view more, std::string_view sender,
                                std::string_view words) {
  WithoutPeople left;
  left.more = without_private_lines(more);
  left.sender = without_people(sender);
  left.words = without_recipient(words, std::string(local_part) + "@" + std::string(domain));
  left.differs = left.more != more || left.sender != sender || left.words != words;
  return left;
}

}  // namespace dmarcq
