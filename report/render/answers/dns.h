// SPDX-License-Identifier: MIT
#pragma once
#include <ostream>
#include <span>
#include <string>

#include "report/analysis/dns/blocklist.h"
#include "report/analysis/dns/spf_flatten.h"
#include "report/answers/dns_answer.h"
#include "report/render/listing.h"

namespace dmarcq {

/// `dns check` for people: each domain with what is published, area by area, and what is wrong with
/// it; 80 columns. `colour`: faults stand out.
void write_dns_text(std::ostream&, const DnsCheckAnswer&, bool colour);
/// The same for programs, "dmarcq.dns/1": an element for each domain, a row for each fault.
Listing dns_listing(const DnsCheckAnswer&);

/// "dmarcq.blocklist/1"
Listing blocklist_listing(std::span<const BlocklistResult>);

/// `dns flatten`: the records as lines of a zone file, with comments that say what they rest on.
/// `source`: the SPF record that was flattened; `today`: "2026-11-30".
void write_flat_records(std::ostream&, const std::string& domain, const SpfFlattening&,
                        const std::string& source, const std::string& today);
/// What differs between a flattened set and the record it was made from.
void write_drift(std::ostream&, const std::string& domain, const SpfDrift&);

}  // namespace dmarcq
