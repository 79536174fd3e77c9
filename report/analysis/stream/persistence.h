// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <map>

#include "store/model.h"

namespace dmarcq {

/// How a stream of mail keeps coming. Spoofers keep neither a host nor a pace nor a name with good
/// SPF and DKIM; somebody's mail system does. So persistence, and not volume, makes unexplained
/// mail worth a question before a policy is enforced.
enum class Rhythm {
  none,          ///< few days, bursts, or no pattern
  daily,         ///< on most days, weekends too, at a pace without bursts
  working_days,  ///< on most working days, with less than half as much on a weekend day
  weekdays,      ///< on the same days of each week
  periodic,      ///< every so many days: a weekly newsletter, a monthly invoice run
  named,         ///< on several days under one name whose SPF and DKIM are both good
};

struct Persistence {
  Rhythm rhythm = Rhythm::none;
  unsigned days = 0;  ///< distinct days with mail
  Day first_day = 0, last_day = 0;
  std::uint64_t messages = 0;
  bool steady() const { return rhythm != Rhythm::none; }
};

/// `messages_by_day`: days without mail are absent. `good_name`: SPF passes, and a signature
/// passes, for one and the same organizational domain that is not the owner's.
Persistence persistence_of(const std::map<Day, std::uint64_t>& messages_by_day, bool good_name);

}  // namespace dmarcq
