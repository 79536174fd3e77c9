// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "report/analysis/finding/finding.h"
#include "report/analysis/readiness/gates/gate.h"
#include "report/analysis/readiness/silence.h"
#include "report/analysis/readiness/window_facts.h"

namespace dmarcq {

// Why something stands in the way of the stricter policy.

/// G4: the mail of an own sender fails.
struct FailsDmarc {
  std::uint64_t judged = 0;
  std::string target;
};
/// G4: logs and reports prove that the policy refuses own mail.
struct RefusedByPolicy {
  RefusedOwnMail refused;
};
/// G6: mail through Salesforce that may be the owner's.
struct UnprovenRoute {};
struct UnclaimedOrg {
  std::string org_id;
  bool handed_over = false;  ///< it began when an own org stopped (handed_over_from)
};
struct UnclaimedOrgs {
  std::vector<std::string> org_ids;  ///< each once, by id
  std::string domain;
};
/// G6: an own sender passes by SPF only.
struct PassesBySpfOnly {
  std::uint64_t spf_only = 0, judged = 0;
};
/// G7: mail that may be the owner's, or that fails and keeps coming.
struct UnknownSource {
  StandingExplanation why;
  std::string org_id;
};
/// G8
struct BeganRecently {
  Day first_day = 0;
  Day watch_days = 0;
};
/// G9
struct PassRateFell {
  std::uint64_t passed_before = 0, judged_before = 0, passed = 0, judged = 0;
};
/// G10: the figures are those of the blocker.
struct LostIndirectly {};
/// G11
struct FellSilent {
  Silence silence;
};
struct ExpectedUnseen {};

using BlockerReason =
    std::variant<FailsDmarc, RefusedByPolicy, UnprovenRoute, UnclaimedOrg, UnclaimedOrgs,
                 PassesBySpfOnly, UnknownSource, BeganRecently, PassRateFell, LostIndirectly,
                 FellSilent, ExpectedUnseen, DnsFault>;

/// The owner is to say whose mail it is: `dmarcq senders add KIND VALUE`. The value is fit to be
/// copied (is_sender_value).
struct OwnerQuestion {
  std::string kind, value;
  std::string from;  ///< domain in whose name the mail is sent
};

/// Something that stands in the way. What is said of it, and what cures it, is in
/// blocker_phrases.h.
struct Blocker {
  GateId gate{};
  BlockerReason reason;
  std::string sender = {}, from = {};  ///< as in Stream; the sender is empty where the reason is
                                       ///< about none
  std::string label = {};              ///< Stream::label()
  Standing standing = Standing::own;
  std::uint64_t messages = 0, failing = 0;  ///< of this sender in the window
  Day first_day = 0, last_day = 0;          ///< on which it failed; 0: it did not
  struct Repair {
    Day since = 0;
    std::uint64_t messages = 0;  ///< without a failure, since then
  };
  std::optional<Repair> repaired = {};  ///< only time is missing
  std::optional<FindingCode> code = {};
  std::optional<FindingNames> names = {};  ///< of the finding of this code, where its steps are
                                           ///< the cure: not of what is repaired
  std::optional<OwnerQuestion> question = {};
};

/// What a gate found, a blocker each. None of a gate that passed.
std::vector<Blocker> blockers_of(const WindowFacts&, const Gate&);

/// Is it a question whose mail it is, which only the owner can answer?
bool asks_the_owner(const Blocker&);
/// Can somebody do something about it now, rather than wait? A new sender and a rate that fell are
/// acted on where their failures are told.
bool can_be_acted_on(const Blocker&);

/// In the order of what to do first: what fails most, then questions, then the rest.
void order_blockers(std::vector<Blocker>&);

}  // namespace dmarcq
