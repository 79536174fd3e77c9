// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "report/analysis/alerts.h"
#include "report/analysis/tls/tls_observation.h"

namespace dmarcq {

/// How many days before today the reports must reach.
inline constexpr Day tls_alert_days = 35;

/// tls-failures: of a domain for which `is_own`, several reporters with a say (three days with
/// reports) see at least one in a hundred of their sessions fail in the last week, or one alone
/// sees ten in a hundred fail, and at least fifty: one reporter's small trouble is no alert. News
/// only if the share has more than doubled against the four weeks before; once told, it holds until
/// so many no longer fail.
std::vector<Alert> tls_alerts(TlsObservations,
                              const std::function<bool(const std::string&)>& is_own,
                              const AlertQuestion&);

}  // namespace dmarcq
