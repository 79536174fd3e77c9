// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "parser/calendar.h"
#include "report/analysis/readiness/spf_cost.h"

namespace dmarcq {

/// The conditions for a stricter policy, in the order in which they are shown.
enum class GateId {
  observation,      ///< G1: reports, and quarantine in effect, for long enough
  freshness,        ///< G2: recent reports of several reporters
  volume,           ///< G3: enough own mail
  pass_rate,        ///< G4: own mail passes, all of it and each sender's
  raw_pass_rate,    ///< G5: of all mail; shown only
  routes,           ///< G6: Salesforce orgs claimed; for reject: every sender signs
  unknown_sources,  ///< G7: no source that may be the owner's
  new_senders,      ///< G8: no sender that has just begun
  stability,        ///< G9: no sender does worse than in the window before
  indirect_loss,    ///< G10: own mail that fails at forwarders and lists
  missing_senders,  ///< G11: no sender that fell silent
  dns,              ///< G12: the record and the zone, where they were given
};
inline constexpr std::size_t gate_count = 12;

/// "G4"
inline std::string_view to_text(GateId id) noexcept {
  constexpr std::array<std::string_view, gate_count> words{"G1", "G2", "G3", "G4",  "G5",  "G6",
                                                           "G7", "G8", "G9", "G10", "G11", "G12"};
  return words[static_cast<std::size_t>(id)];
}

/// Positions in Streams::list.
using StreamPositions = std::vector<std::uint32_t>;

/// One reporter's figures on a sender that were not followed (weigh.h).
struct OverruledReporter {
  std::uint32_t stream = 0, reporter = 0;
  bool hid_failures = false;  ///< else it alone saw them
};

// The numbers that a gate was decided by.

struct ObservationFigures {
  Day observed = 0, observed_needed = 0;
  Day looked_at = 0;            ///< nothing before these days was looked at
  std::optional<Day> enforced;  ///< days of quarantine in full effect; for reject only
  Day enforced_needed = 0;
};

struct FreshnessFigures {
  Day newest = 0;  ///< day of the last report; 0: there are none
  Day age = 0, age_allowed = 0;
  std::size_t reporters = 0, reporters_needed = 0;
};

struct VolumeFigures {
  std::uint64_t messages = 0, needed = 0;
  bool declared_silent = false;  ///< the owner said that the domain sends no mail, and none is seen
};

struct PassRateFigures {
  std::uint64_t passed = 0, failed = 0;
  double all_needed = 0, each_needed = 0;  ///< shares that must pass
  bool all_below = false;                  ///< all senders together are below all_needed
  std::size_t senders = 0;
  StreamPositions below;      ///< senders below each_needed
  std::uint64_t refused = 0;  ///< mails that logs and reports prove to be refused by the policy
  std::vector<OverruledReporter> overruled;
};

struct RawPassRateFigures {
  std::uint64_t passed = 0, failed = 0;  ///< temporary errors are failures here
};

struct RouteFigures {
  StreamPositions unclaimed;  ///< Salesforce senders that may be the owner's; of many orgs the
                              ///< first
  StreamPositions more_orgs;  ///< … and the others
  std::optional<StreamPositions> spf_only;  ///< senders that rely on SPF; for reject only
  std::vector<std::string> routes;  ///< Salesforce routes of own mail, by name; "" is unspecified
  std::vector<OverruledReporter> overruled;
};

struct UnknownSourceFigures {
  StreamPositions open;         ///< sources that may be the owner's
  std::uint64_t left_open = 0;  ///< messages of others: too few, or told by too few
  std::uint64_t spoofed = 0;    ///< messages
  double share_limit = 0;
  Day steady_days = 0;
};

struct NewSenderFigures {
  StreamPositions recent;
  Day age_needed = 0;
};

struct StabilityFigures {
  StreamPositions fallen;
  std::size_t compared = 0;
  double drop_allowed = 0;  ///< share
};

struct IndirectLossFigures {
  std::uint64_t lost = 0, messages = 0;
  std::uint64_t rescued = 0;  ///< that fail too, but are delivered whatever the policy
  double share_accepted = 0;
};

struct MissingSenderFigures {
  StreamPositions silent;
  std::vector<std::string> unseen;  ///< expected, in the owner's words
  Day silence_days = 0;
};

struct DnsFault {
  enum class Kind {
    no_rua,
    rua_without_address,
    not_a_policy,      ///< name: the tag, value
    no_dmarc,          ///< name: the domain, of which reports show a policy
    several_records,   ///< name, number: DMARC records
    unreadable,        ///< name: the domain; what was meant as its record is none
    several_spf,       ///< name, number: SPF records
    spf_lookups,       ///< number
    spf_broken,        ///< name; a permanent error, and own mail passes by SPF alone
    selector_missing,  ///< name, value: the sender
    key_revoked,       ///< likewise; and the sender has no other key
    key_broken,        ///< likewise
  };
  Kind kind{};
  std::string name, value;
  std::size_t number = 0;
};

struct DnsFigures {
  bool record_given = false;
  struct ZoneChecked {
    SpfCost spf;
    std::size_t selectors = 0, found = 0;  ///< of own senders, those of other zones aside
    bool answered = false;                 ///< anything did
    std::vector<std::string> unanswered;   ///< names of which nothing is known
  };
  std::optional<ZoneChecked> zone;  ///< where one was given
  unsigned lookups_allowed = 0;
  std::vector<DnsFault> faults;
};

using GateFigures =
    std::variant<ObservationFigures, FreshnessFigures, VolumeFigures, PassRateFigures,
                 RawPassRateFigures, RouteFigures, UnknownSourceFigures, NewSenderFigures,
                 StabilityFigures, IndirectLossFigures, MissingSenderFigures, DnsFigures>;

/// One condition and how it came out. What is said of it is in gate_phrases.h.
struct Gate {
  GateId id{};
  enum class Status { passed, failed, shown, not_checked } status = Status::passed;
  GateFigures figures;

  bool failed() const { return status == Status::failed; }
  /// Failing means that too little is known, not that something is wrong.
  bool about_data() const { return id <= GateId::volume; }
};
std::string_view to_text(Gate::Status) noexcept;  ///< "not_checked"

}  // namespace dmarcq
