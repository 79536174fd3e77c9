// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>

#include "ingest/dns/resolver.h"
#include "report/analysis/readiness/policy_ladder.h"
#include "report/analysis/readiness/policy_record.h"
#include "report/analysis/readiness/readiness.h"
#include "report/analysis/readiness/timeline.h"
#include "report/analysis/sender/identifier.h"

namespace dmarcq {

/// The record as far as reports tell it. They tell neither rua nor ruf: in place of rua stands a
/// word to be replaced.
PolicyRecord record_as_seen(const SeenPolicy&);

/// The DMARC record that DNS has at the domain itself; nothing when there is none that can be read.
std::optional<PolicyRecord> record_in_dns(Resolver&, const std::string& domain);

/// The record that the domain is judged under; p=none where none is known.
PolicyRecord record_of(const Readiness&);

/// Did the owner declare that the domain sends no mail at all?
bool sends_no_mail(const Owner&, const std::string& domain);

/// The step that follows `now` for a domain that was assessed.
NextStep next_step_of(const Readiness&, const PolicyRecord& now, const Owner&,
                      const ReadinessLimits&);

}  // namespace dmarcq
