// SPDX-License-Identifier: MIT
#pragma once
#include <ostream>

#include "report/answers/tls/tls_answer.h"
#include "report/render/json.h"
#include "report/render/listing.h"
#include "report/render/result_table.h"

namespace dmarcq {

/// For people: the domains, what fails and who repairs it, and whether MTA-STS can be enforced.
void write_tls_text(std::ostream&, const TlsAnswer&, TlsBy, const TableStyle&);

/// "dmarcq.tls/1", and the groups as a table, for the data formats. The answer outlives it.
Listing tls_listing(const TlsAnswer&, TlsBy);

std::string_view to_text(TlsBy) noexcept;  ///< "result"

}  // namespace dmarcq
