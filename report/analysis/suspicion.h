// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "store/model.h"

namespace dmarcq {

/// One thing that makes a report suspicious.
struct Suspicion {
  enum class Kind {
    contradictory,    ///< a receiver contradicts what it says of its sender
    unproven_sender,  ///< nobody confirms its sender, and others of the reporter come from
                      ///< elsewhere
    unusual_sender,   ///< confirmed, but most others of the reporter come from elsewhere
    many_messages,    ///< many times as many as the reporter's others have
    longer_window,    ///< several times longer than those of the reporter's others
    long_window,      ///< no regular report is of so many days
    from_the_future,
  };
  Kind kind{};
  std::string usual_sender = {};     ///< From domain of the others
  std::uint64_t days = 0;            ///< of its window
  std::uint64_t most_of_others = 0;  ///< messages, or days
  friend bool operator==(const Suspicion&, const Suspicion&) = default;
};

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
  /// Empty when nothing is the matter.
  std::vector<Suspicion> of(const ReportInfo&, Day today) const;

 private:
  /// From which domain most of a reporter's trusted reports come, and whether those are more than
  /// what comes from its `own`.
  struct UsualSender {
    std::string domain;
    bool more = false;
  };
  std::optional<Suspicion> of_sender(const ReportInfo&) const;
  void add_of_history(const ReportInfo&, std::vector<Suspicion>&) const;
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
