// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "report/analysis/readiness/policy_record.h"

namespace dmarcq {

/// The next rung of the ladder. What is said of it, what to watch there and when to go back is in
/// record_phrases.h.
struct NextStep {
  enum class Kind {
    send_nothing,     ///< the domain sends no mail: reject
    back,             ///< own mail is hit: one step less. policy: the new p
    back_below_one,   ///< own mail of one name below is hit. name; policy: its p
    back_below,       ///< own mail of several names below is hit. policy: the new sp
    repair_record,    ///< a tag disarms the record. tag: "sp=maybe"
    replace_pct,      ///< not ready, and pct no longer protects. tag: "pct=20"; policy: the new p
    protect_missing,  ///< not ready, but np=reject may go first
    wait,             ///< not ready: no change
    test_quarantine,
    quarantine_untested,  ///< t=y would weaken what is enforced below the domain
    end_quarantine_test,  ///< t goes
    end_quarantine_pct,   ///< pct goes
    quarantine_in_full,   ///< reject that is held back, with names below left out
    close_gap_stepwise,   ///< p=reject with sp=none: quarantine below. tag: "sp=none"
    close_gap,            ///< names below follow p. tag: "sp=none" or "np=none"
    reject,
    end_reject_test,  ///< t goes
    end_reject_pct,   ///< pct goes
    reject_below,     ///< names below follow
    stay_at_reject,
    stay_at_quarantine,
  } kind = Kind::wait;
  std::string policy, tag;  ///< where the kind says so
  std::string name;      ///< below which the record is to be published at _dmarc; "" for the domain
                         ///< itself
  std::string record;    ///< the TXT record to publish; the present one, without removed tags, when
                         ///< nothing is to change
  bool changes = false;  ///< it asks receivers for something else than the present one
  bool back = false;     ///< a step back
  unsigned least_days = 0;  ///< to stay there
};

/// What is known when the step is chosen.
struct LadderState {
  bool ready = false;              ///< for the target
  bool only_time_missing = false;  ///< nothing speaks against it but that quarantine has not been
                                   ///< in full effect long enough
  bool hurts_own_mail = false;     ///< the policy that is published hits own mail now
  std::vector<std::string> hurt_below;  ///< names below the domain whose own mail sp or np hits
  bool np_safe = false;    ///< no mail that may be the owner's is sent from a name below the domain
                           ///< that fails
  bool sends_mail = true;  ///< false: the owner declared that the domain sends none
  bool subdomain = false;  ///< not an organizational domain: its record says nothing of names below
  bool public_suffix = false;  ///< psd=y is meant
  unsigned quarantine_days = 30;
};

/// p=none → np=reject beside it → p=quarantine; t=y → p=quarantine → p=reject with all subdomains.
/// The test (t=y) is left out where it would lower what sp or np enforce already.
/// A policy that is held back (t, pct) or that leaves names out (sp, np) is completed before the
/// next rung. Never pct: RFC 9989 removed it, since only 0 and 100 were ever applied reliably, and
/// no record that is shown has it. `target`: the policy asked about; "quarantine" or "reject".
NextStep next_step(const PolicyRecord&, std::string_view target, const LadderState&);

}  // namespace dmarcq
