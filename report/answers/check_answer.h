// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ingest/dns/resolver.h"
#include "report/analysis/alert/alert_kinds.h"
#include "report/analysis/alerts.h"
#include "report/analysis/client.h"
#include "store/store.h"

namespace dmarcq {

struct CheckQuestion {
  std::vector<std::string> domains;  ///< policy domains; empty: all
  Day today = 0;
  Resolver* dns = nullptr;  ///< the records in DNS are held against the reports; null: not asked
  std::vector<ClientDomains> clients = {};
  std::string client = {};  ///< only domains of this one, and nothing that concerns all; "": any
};

struct CheckAnswer {
  struct One {
    Alert alert;
    std::optional<Day> told = {};  ///< when it was told; nothing: it is news
    AlertSeverity severity = AlertSeverity::know;
    std::string client = {};  ///< "": of none
  };
  Day today = 0;
  /// All that hold. The clients stand in the order of their most severe alert, then by name; so do
  /// the domains of a client; then by severity, code, source.
  std::vector<One> alerts;
  std::vector<OpenAlert> open;  ///< what is open once these are told, by key
  bool is_remembered = false;   ///< the database holds just these as told

  bool has_news() const;
  /// The alerts of one client alone; "" for those of none.
  CheckAnswer of_client(const std::string& client) const;
};

CheckAnswer check_answer(Snapshot&, const CheckQuestion&);

/// Writes down that the alerts were told. After they were: what could not be written out is news
/// again next time. `untold`: keys of those that were not.
void remember_told(Store&, const CheckAnswer&, const std::set<std::string>& untold = {});

}  // namespace dmarcq
