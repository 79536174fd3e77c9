// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ingest/dns/resolver.h"
#include "report/analysis/tls/tls_groups.h"
#include "report/analysis/tls/tls_policy_now.h"
#include "report/analysis/tls/tls_readiness.h"
#include "store/snapshot.h"

namespace dmarcq {

struct TlsQuestion {
  std::vector<std::string> domains;    ///< these and those below; none: all
  std::optional<Day> since, until;     ///< both included; without an end, up to today
  std::vector<std::string> reporters;  ///< as they call themselves; case does not matter
  Day today = 0;
  TlsBy by = TlsBy::domain;
  Resolver* dns = nullptr;        ///< null: the policy now is not asked for
  MtaStsPolicySource sts_policy;  ///< where DNS is asked
};

struct TlsDomainAnswer {
  std::string domain;  ///< "" where reports name none
  bool own = false;    ///< the database has aggregate reports of it, or of one above
  TlsGroup all;
  std::vector<TlsGroup> results;  ///< of failures
  std::vector<TlsGroup> groups;   ///< by what was asked for; none by domain
  std::uint64_t reports = 0;
  /// Of four weeks up to the end of the question, and of all reporters, whatever it asks for.
  TlsReadiness readiness;
  std::optional<TlsPolicyNow> now;
};

struct TlsAnswer {
  Day since = 0, until = 0;  ///< of the reports
  std::uint64_t reports = 0;
  std::uint64_t from_future = 0;         ///< left out: a wrong clock, or forged
  std::vector<TlsDomainAnswer> domains;  ///< own ones first, then by name

  bool has_failures() const;
};

TlsAnswer tls_answer(Snapshot&, const TlsQuestion&);

}  // namespace dmarcq
