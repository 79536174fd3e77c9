// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "tests/generator/scenario.h"

// The mail of an operator with 200 domains: large, middle and small ones, some with a mail a week,
// some parked; eleven weeks until the day of a check. Most of it is usual: weekends, newsletters,
// forwarders, mailing lists, steady spoofing, a DNS failure at one receiver, receivers that report
// late, seldom, begin, pause and end. In it lie planted problems, each with the alerts that a check
// on that day must give. All else it must not give.
namespace dmarcq::generator {

inline constexpr int portfolio_days = 78;  ///< the check is on the day after

/// An alert that the check must give.
struct Planted {
  std::string domain;  ///< "" concerns all
  std::string code;    ///< as `check` says it
  int problem = 0;     ///< from 1; one problem may have several alerts
};

struct Portfolio {
  Day first_day = 0;                ///< the check is on first_day + portfolio_days
  std::vector<Scenario> companies;  ///< one for each domain
  std::vector<Planted> planted;
};

Portfolio portfolio(std::uint64_t seed);

/// All mail that has arrived by eight in the morning (UTC) of the day of the check, in order of
/// delivery.
void write_portfolio(const Portfolio&, std::ostream& mbox);
/// "_dmarc.NAME. 300 IN TXT …", as the domains publish on the day of the check.
void write_zone(const Portfolio&, std::ostream&);
/// "domain, code, problem"
void write_planted(const Portfolio&, std::ostream&);

}  // namespace dmarcq::generator
