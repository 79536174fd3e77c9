// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "ingest/dns/resolver.h"
#include "report/analysis/alerts.h"
#include "store/store.h"

namespace dmarcq {

struct CheckQuestion {
  std::vector<std::string> domains;  ///< policy domains; empty: all
  Day today = 0;
  Resolver* dns = nullptr;  ///< the records in DNS are held against the reports; null: not asked
};

struct CheckAnswer {
  struct One {
    Alert alert;
    std::optional<Day> told;  ///< when it was told; nothing: it is news
  };
  Day today = 0;
  std::vector<One> alerts;      ///< all that hold: by domain, code, source
  std::vector<OpenAlert> open;  ///< what is open once these are told, by key
  bool is_remembered = false;   ///< the database holds just these as told

  bool has_news() const;
};

CheckAnswer check_answer(Snapshot&, const CheckQuestion&);

/// Writes down that the alerts were told. After they were: what could not be written out is news
/// again next time.
void remember_told(Store&, const CheckAnswer&);

}  // namespace dmarcq
