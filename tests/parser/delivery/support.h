// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "parser/delivery/parsed_delivery.h"

namespace dmarcq::test {

/// What a parser of deliveries made of a text.
struct ReadDeliveries {
  std::vector<DeliveryEvent> events;
  ParsedDelivery result;
  std::string error;  ///< of a refusal: "not_a_report: no table"
};

/// `parse`: one of the parsers, given the sink of events.
template <class Parse>
ReadDeliveries read_deliveries(Parse parse) {
  ReadDeliveries out;
  auto result = parse([&](DeliveryEvent&& event) { out.events.push_back(std::move(event)); });
  if (result)
    out.result = std::move(*result);
  else
    out.error = reason_of(result.error()) + ": " + result.error().text;
  return out;
}

}  // namespace dmarcq::test
