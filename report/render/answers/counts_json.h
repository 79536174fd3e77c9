// SPDX-License-Identifier: MIT
#pragma once
#include <optional>

#include "parser/network_book.h"
#include "report/analysis/stream/stream.h"
#include "report/render/json.h"

namespace dmarcq {

// Members that the JSON of several answers has, so that they are named alike.

/// "messages", "dmarc_pass", "dmarc_fail", "dkim_aligned", "spf_aligned"
void write_counts(JsonWriter&, const Totals&);
/// "dispositions": an object
void write_dispositions(JsonWriter&, const Totals&);
/// "messages", "dmarc_pass", "dmarc_fail", "temporary", "dkim_aligned"
void write_stream_count(JsonWriter&, const StreamCount&);
/// "as_number", "as_name", "country": what [geo] says of an address.
void write_network(JsonWriter&, const NetworkFacts&);
/// A day as a string, or null.
std::optional<std::string> day_or_null(const std::optional<Day>&);

}  // namespace dmarcq
