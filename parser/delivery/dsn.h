// SPDX-License-Identifier: MIT
#pragma once
#include <expected>
#include <string_view>

#include "ingest/base/error.h"
#include "ingest/base/limits.h"
#include "parser/delivery/parsed_delivery.h"

namespace dmarcq {

/// One bounce tells of so many recipients at most.
inline constexpr std::size_t most_dsn_recipients = 1000;

/// Reads one mail, as it was received, that tells what became of another: a delivery status
/// notification (RFC 3464, also under wrong labels), or a bounce in plain text of a common MTA
/// (qmail, Exim, Sendmail, Postfix, Exchange, Microsoft 365, Gmail …), or an event of Amazon SES
/// that SNS sent as mail. One event for each recipient. Errors: Fault::not_a_report for other mail,
/// automatic replies and feedback reports among it; Fault::limit (mime_parts, mime_depth,
/// header_size, mail_size). A recipient block that no event can be made of is a damage.
std::expected<ParsedDelivery, Error> parse_dsn(std::string_view mail, const Limits&, DeliverySink);

}  // namespace dmarcq
