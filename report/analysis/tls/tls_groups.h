// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "report/analysis/tls/tls_observation.h"

namespace dmarcq {

enum class TlsBy : std::uint8_t { domain, result, mx, reporter, day };

/// Who saw a failure, of those who reported on the domain.
enum class TlsScope : std::uint8_t {
  nobody,   ///< no failure
  unknown,  ///< only reporters who may not be who they say
  lone,     ///< the only reporter that there is: nothing to compare with
  one,      ///< one of several: its problem, or the way to it
  some,     ///< several, not all
  all,      ///< yours
};
inline constexpr std::size_t tls_scope_count = 6;
std::string_view to_text(TlsScope) noexcept;  ///< "one-reporter"

/// What reports say of one domain, result, host, reporter or day.
struct TlsGroup {
  std::string domain;
  std::string label;                              ///< "" of a result or host that is not told
  TlsResultType result = TlsResultType::unknown;  ///< by result
  std::optional<std::uint64_t> ok;  ///< nothing by result and by host: no report tells it
  std::uint64_t failed = 0;
  std::uint64_t of_domain = 0;                          ///< all sessions of the domain
  std::map<std::string, std::uint64_t> results, hosts;  ///< failed sessions, by word and by host
  std::set<std::string> failing;        ///< names of trusted reporters who saw failures
  std::set<std::string> failing_doubt;  ///< of others
  std::set<std::string> reporters;      ///< trusted ones; of a result or host: all of the domain
  std::set<std::string> doubtful;       ///< others, likewise
  std::string reason;                   ///< the first that a reporter gave
  Day first_day = 0, last_day = 0;      ///< of reports; of a result or host: of failures

  TlsScope scope() const;
};

/// By domain; then by failed sessions, days in their order, and of results and hosts only what
/// failed.
std::vector<TlsGroup> tls_groups(TlsObservations, TlsBy);

}  // namespace dmarcq
