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

/// Reads one bounce, as it was received: a delivery status notification (RFC 3464, also under wrong
/// labels), or the plain text of a common MTA (qmail, Exim, Sendmail, Postfix, Exchange, Microsoft
/// 365, Gmail …). That it is one, the caller knows (MailKind::bounce). One event for each
/// recipient. Errors: Fault::not_a_report for a feedback report; Fault::limit (mime_parts,
/// mime_depth, header_size, mail_size). A recipient block that no event can be made of is a damage.
/// What a mail holds beside, such as events of a mail service, is not the owner's log: anyone can
/// send it.
std::expected<ParsedDelivery, Error> parse_dsn(std::string_view mail, const Limits&, DeliverySink);

}  // namespace dmarcq
