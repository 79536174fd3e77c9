// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "report/analysis/readiness/readiness_question.h"
#include "report/analysis/readiness/silence.h"
#include "report/analysis/readiness/weigh.h"

namespace dmarcq {

/// A sender of the window with its figures, for the picture beside the gates.
struct SenderLine {
  std::uint32_t stream = 0;  ///< into Streams::list
  StreamCount total;
  unsigned days = 0;
};

struct SenderFacts {
  SenderLine line;
  std::vector<StreamCount> by_reporter;  ///< by the reporter's key; of own, possible and
                                         ///< unidentified senders only: gates ask for no other

  StreamCount total(const LeftOut& without) const;
};

/// The policy that governs the domain, as reports tell.
struct PolicyFacts {
  std::string domain;  ///< whose record it is: the domain itself, or the closest one above it that
                       ///< has reports
  std::string inherited_from;  ///< the same, where it is not the domain itself: its sp applies
  std::optional<SeenPolicy> current;  ///< on the last day that has one
  Day current_since = 0;              ///< first day of the run of equal policies
  Day enforced_days = 0;  ///< up to the window's end, of quarantine or more in full effect
};

/// All that the gates ask of a window, computed once. The question and the streams must outlive it.
struct WindowFacts {
  const ReadinessQuestion& question;
  const Streams& streams;
  Day first = 0, last = 0;
  PolicyFacts policy;
  std::string target = {};  ///< "quarantine", "reject"

  std::vector<SenderFacts> senders = {};  ///< with mail in the window, by standing, then most
                                          ///< messages
  std::array<StreamCount, standing_count> by_standing{};
  std::uint64_t candidates = 0;  ///< messages that are the owner's or may be
  std::vector<std::pair<std::uint32_t, Silence>> silent = {};  ///< own senders, by stream
  bool declared_silent = false;  ///< the owner said that the domain sends no mail

  Day observed_days = 0;      ///< up to the window's end, without a hole longer than a week
  Day first_report = 0;       ///< first day with a report that was looked at
  Day newest_report = 0;      ///< before today, also after the window; 0: none
  std::size_t reporters = 0;  ///< in the window
  std::set<std::uint32_t> established = {};  ///< reporters with a history (is_vouched_for)
  std::vector<std::uint32_t> reporters_by_volume = {};  ///< most messages first; at most a hundred

  bool to_reject() const { return target == "reject"; }
  const Stream& stream(const SenderFacts& sender) const { return streams.list[sender.line.stream]; }
  const StreamCount& sum(Standing standing) const {
    return by_standing[static_cast<std::size_t>(standing)];
  }
};

WindowFacts window_facts(const Timeline&, const Owner&, const ReadinessQuestion&, const Streams&);

/// The domain itself where it has reports of its own, else the closest one above it that has.
std::string policy_domain_of(const Timeline&, const std::string& domain);

/// What the sender sent in the window before, which is as long.
StreamCount total_before(const WindowFacts&, const Stream&, const LeftOut& without = {});

/// A rate of fewer messages is no base for a comparison.
inline constexpr std::uint64_t comparable_messages = 50;
/// Days without reports up to which they belong to one observation: a domain with little mail has
/// days without any.
inline constexpr Day longest_hole = 7;

}  // namespace dmarcq
