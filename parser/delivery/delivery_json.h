// SPDX-License-Identifier: MIT
#pragma once
#include <expected>
#include <string_view>

#include "ingest/base/error.h"
#include "ingest/base/limits.h"
#include "parser/delivery/parsed_delivery.h"

namespace dmarcq {

/// Deeper JSON is damaged; a larger object as well.
inline constexpr std::size_t deepest_delivery_json = 32, largest_delivery_object = 1u << 20;

/// Reads events of Amazon SES (also inside an SNS notification), SendGrid, Mailgun and Postmark:
/// one object, an array, the list of what their APIs answer ({"items": […]}, {"Bounces": […]}), or
/// objects one behind the other (NDJSON). An event of n recipients is n events here. Opens and
/// clicks are left out. Errors: Fault::not_a_report for JSON that is none of these, and for what is
/// no JSON. An object that no event can be made of is a damage, and so is what stands between them.
std::expected<ParsedDelivery, Error> parse_delivery_json(std::string_view text, const Limits&,
                                                         DeliverySink);

}  // namespace dmarcq
