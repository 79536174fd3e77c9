// SPDX-License-Identifier: MIT
#pragma once
#include <expected>
#include <string_view>

#include "ingest/base/error.h"
#include "ingest/base/limits.h"
#include "parser/delivery/parsed_delivery.h"
#include "parser/delivery/table_preamble.h"

namespace dmarcq {

/// Is it the header line of a delivery table that is known without a map? Takes the first rows of a
/// file: for the Email Log Files in other languages than English the header alone is not enough.
bool is_delivery_table(std::string_view head);
/// The dates of a table (or of its first part): what decides their order over a whole file, piece
/// by piece. `text` begins with the header line, or a preamble and the header line.
DateOrderEvidence date_order_evidence(std::string_view text);

/// Reads a table of deliveries or bounces (CSV, comma, tab or semicolon; RFC 4180): Salesforce's
/// Email Log Files, Marketing Cloud's _Bounce and Bounces.csv, suppression lists of SendGrid, SES,
/// Mailgun and Postmark, and any other by a map. Times without an offset are UTC, but UTC−6 all
/// year for Marketing Cloud. Errors: Fault::not_a_report when the table is none of the known kinds;
/// Fault::invalid_report when a map names a column that there is none of. A row that no event can
/// be made of is a damage.
std::expected<ParsedDelivery, Error> parse_delivery_table(std::string_view text, const Limits&,
                                                          DeliverySink);

}  // namespace dmarcq
