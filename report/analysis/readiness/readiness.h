// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "report/analysis/readiness/blockers.h"
#include "report/analysis/readiness/gates/gate.h"
#include "report/analysis/readiness/policy_record.h"
#include "report/analysis/readiness/readiness_question.h"
#include "report/analysis/readiness/window_facts.h"
#include "report/analysis/stream/streams.h"

namespace dmarcq {

enum class Verdict { ready, not_ready, too_little_data };
std::string_view to_text(Verdict) noexcept;  ///< "too_little_data"

/// What would be said without one reporter's word, where that differs (RFC 9990 section 8: reports
/// can be forged).
struct WithoutReporter {
  std::uint32_t reporter = 0;
  Verdict verdict{};
  std::vector<GateId> gates;  ///< that come out differently
};

// What to know besides. The sentences are in readiness_phrases.h.

/// One reporter's word on a sender was not followed (weigh.h).
struct ReporterOverruled {
  std::string reporter, sender;
  bool spf_only = false;      ///< it is about mail that passes by SPF only; else about failures
  bool hid_failures = false;  ///< else it alone saw them
};
/// Messages that are not counted for a temporary error.
struct TemporaryErrors {
  std::uint64_t messages = 0;
};
/// Messages that may be the owner's or not, too few to hold up the policy.
struct LeftOpen {
  std::uint64_t messages = 0;
};
/// Messages by mailing lists, on the way to reject.
struct MailingListUse {
  std::uint64_t messages = 0;
};
/// The record that was given is not the one that reporters saw.
struct RecordDiffers {
  std::string given_p, seen_p;
  Day seen_on = 0;
};
/// The SPF record includes what lies outside the zone.
struct SpfCostsMore {
  SpfCost spf;
};
/// The SPF record is a permanent error, and own mail passes by DKIM.
struct SpfIsBroken {
  std::string domain;
};
/// The SPF record ends in -all, and mail is sent.
struct HardFailHidesMail {
  std::string domain;
};
/// A Salesforce sender that rotates between two selectors was seen with one.
struct SingleSelector {
  std::string sender, selector;
};

using ReadinessNote = std::variant<ReporterOverruled, TemporaryErrors, LeftOpen, MailingListUse,
                                   RecordDiffers, RecordRemark, SpfCostsMore, SpfIsBroken,
                                   HardFailHidesMail, SingleSelector, Replay>;

struct Readiness {
  std::string domain;
  std::string target;  ///< "quarantine", "reject"
  Verdict verdict = Verdict::too_little_data;
  Day first = 0, last = 0;            ///< the window
  std::optional<SeenPolicy> current;  ///< as reporters saw it on the last day
  Day current_since = 0;              ///< first day of the run of equal policies
  std::string inherited_from;  ///< the domain above whose record's sp applies, as p of `current`;
                               ///< "" where the domain has its own
  std::vector<Gate> gates;     ///< by GateId
  std::vector<Blocker> blockers;
  std::vector<SenderLine> senders;  ///< with mail in the window, by standing, then most messages
  std::array<StreamCount, standing_count> by_standing{};
  std::vector<WithoutReporter> without;
  std::vector<ReadinessNote> notes;
  bool only_time_missing = false;  ///< too little data, and only because quarantine has not been in
                                   ///< full effect long enough
  bool hurts_own_mail = false;  ///< mail of the owner was quarantined or rejected in the last days
                                ///< of the window, by p
  std::vector<std::string> hurt_below;  ///< the names below the domain whose mail was, by sp or np;
                                        ///< most messages first
  bool np_safe = true;  ///< no failing mail that may be the owner's comes from a name below
};

/// The last day that is judged: the last complete one (last_complete_day) of the policy domain
/// before today; 0 without any. The timeline needs no rows.
Day last_judged_day(const Timeline&, const std::string& domain, Day today);

/// The mail that the question is about: the complete days before today, with those before them.
Streams readiness_streams(const Timeline&, const RowLookup&, const Owner&,
                          const ReadinessQuestion&);

/// Judges what these streams show. Pure: the same timeline and question give the same answer. The
/// streams do not depend on `target` and `limits`, so they may serve for several targets, and for
/// what_if().
Readiness assess(const Timeline&, const RowLookup&, const Owner&, const ReadinessQuestion&,
                 const Streams&);

}  // namespace dmarcq
