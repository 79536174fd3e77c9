// SPDX-License-Identifier: MIT
#pragma once
#include <expected>
#include <string_view>

#include "ingest/archive/unpack.h"
#include "ingest/base/limits.h"
#include "parser/delivery/parsed_delivery.h"

namespace dmarcq {

/// Reads a log, events or a bounce; Fault::not_a_report when it is none of these.
std::expected<ParsedDelivery, Error> parse_delivery(const Document&, const Limits&, DeliverySink);

/// Did the document prove to be a log, events or a bounce? Any mail may have a table in it, and a
/// mail that only looks like a bounce tells of no recipient.
bool names_recipients(DocumentKind, const std::expected<ParsedDelivery, Error>&);

/// The same of anything in an item: are its bytes not to be kept?
bool names_recipients(std::string_view item);

}  // namespace dmarcq
