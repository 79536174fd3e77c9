// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "store/model.h"

namespace dmarcq {

/// What makes a report look as if it were not its reporter's, or not true (RFC 9990 section 8): who
/// sent it, and what it says beyond all that this reporter (org_name) ever said of the domain. Add
/// all reports of the domains first, then ask of each.
class Suspicions {
 public:
  /// So many times more messages than in any other of the reporter's reports, and so many at least.
  static constexpr std::uint64_t many_times = 20, many_messages = 10'000;
  /// No regular report is of so many days; of fewer, when it is several times longer than any
  /// other.
  static constexpr Day long_days = 32, longer_days = 3;
  /// With fewer others there is nothing to compare with.
  static constexpr std::uint64_t least_others = 3;

  void add(const ReportInfo&);
  /// Each a phrase for people; empty when nothing is the matter.
  std::vector<std::string> of(const ReportInfo&, Day today) const;

 private:
  /// From which domain most of a reporter's trusted reports come, and whether those are more than
  /// what comes from its `own`.
  struct UsualSender {
    std::string domain;
    bool more = false;
  };
  UsualSender usual_sender(const std::string& org_folded, const std::string& own) const;
  struct History {
    std::uint64_t reports = 0;
    std::array<std::uint64_t, 2> messages{};  ///< the two largest
    std::array<EpochSeconds, 2> windows{};    ///< the two longest
  };
  std::map<std::pair<std::string, std::string>, History> histories_;  ///< by org_name, folded, and
                                                                      ///< domain
  std::map<std::string, std::map<std::string, std::uint64_t>> trusted_senders_;  ///< org_name →
                                                                                 ///< From domains
                                                                                 ///< of its trusted
                                                                                 ///< reports
};

/// Does it begin after today? Then its reporter's clock is wrong, or it is forged; commands about
/// mail leave it out.
bool is_from_the_future(const ReportInfo&, Day today);

}  // namespace dmarcq
