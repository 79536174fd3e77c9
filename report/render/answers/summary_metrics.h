// SPDX-License-Identifier: MIT
#pragma once
#include <ostream>
#include <span>

#include "report/analysis/client.h"
#include "report/answers/summary_answer.h"

namespace dmarcq {

/// `summary --format openmetrics`: the figures of each domain as gauges, by client. They are of the
/// answer's days, so they may fall.
void write_summary_metrics(std::ostream&, const SummaryAnswer&, std::span<const ClientDomains>);

}  // namespace dmarcq
