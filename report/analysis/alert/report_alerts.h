// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "report/analysis/alerts.h"

namespace dmarcq {

/// When somebody who reports was heard last, and whether the silence since is out of rhythm. Of who
/// is regular, it is three days at least, twice as long as any of the last four weeks, and longer
/// than chance explains if each day is missed as often as in the last eight weeks. Of others it is
/// a week at least, and twice as long as any before, if their days are evenly apart; else three
/// times as long, and six times the mean.
struct ReportRhythm {
  Day last = 0;
  bool regular = false;  ///< on at least three of five days, over two weeks or more
  bool silent = false;
  double missed = 1;  ///< of who is regular: the share of the last eight weeks' days, at the most
};
/// `seen`: days with reports, at least one; those before `oldest` and after `now` are not known.
/// Fewer than five days show no rhythm.
ReportRhythm report_rhythm(const std::set<Day>& seen, Day oldest, Day now);

/// On which days who reported on which policy domain.
using DaysByReporter = std::map<std::uint32_t, std::set<Day>>;
using ReportingDays = std::map<std::string, DaysByReporter>;

/// The days on which a domain was heard of: at least a quarter as many of its known reporters
/// (known_days) reported as on its usual day. So one report, which anyone can write, ends no
/// silence, and makes none. Empty where no reporter is known.
std::set<Day> heard_days(const DaysByReporter&);

/// Reports on a domain, or of one reporter, that stopped. `days` are those of alert_days before
/// today, of all domains, whatever the question: what is said of a domain must not depend on it.
/// Each domain is held against the clock, each of its reporters against the domain's others. Where
/// hardly any domain is heard of any more, it is the mailbox that fell silent: one alert says so,
/// and the domains that were heard of until then are not told one by one. Of a reporter that is
/// silent on more than a few domains, one alert tells; one that misses more than one day in five
/// is not missed.
std::vector<Alert> stopped_reports(const ReportingDays& days,
                                   const std::function<const std::string&(std::uint32_t)>& reporter,
                                   Day today);

/// One alert for all open problems; a later problem makes it another one.
std::vector<Alert> new_problems(const AlertQuestion&);

}  // namespace dmarcq
