// SPDX-License-Identifier: MIT
#include "report/analysis/readiness/policy_ladder.h"

#include <algorithm>

#include "ingest/base/text.h"
#include "report/analysis/finding/copyable.h"

namespace dmarcq {
namespace {

using Kind = NextStep::Kind;

/// Makes of the present record the next one; so little at a time that its effect can be watched. A
/// class because every step edits the same record and asks the same few questions of the old one.
class Ladder {
 public:
  Ladder(const PolicyRecord& now, std::string_view target, const LadderState& state)
      : now_(now),
        record_(now),
        target_(target),
        state_(state),
        p_(now.p()),
        sp_(state.subdomain ? p_ : now.sp()),
        np_(state.subdomain ? p_ : now.np()) {
    for (const std::string_view name : removed_tags)
      record_.remove(name);  // out of date, whatever else changes
    if (!state.public_suffix && lower(now.tag("psd").value_or("")) == "y") record_.remove("psd");
    unchanged_ = record_.text();
    for (const std::string_view name : {"sp", "np"})
      if (const auto value = record_.tag(name); value && !is_policy(lower(*value)))
        record_.remove(name);
  }

  NextStep choose() {
    if (!state_.sends_mail) return send_nothing();
    if (state_.hurts_own_mail && asks_for_something()) return go_back();
    if (!state_.hurt_below.empty() && !state_.subdomain && (sp_ != "none" || np_ != "none"))
      return go_back_below();
    if (!state_.ready) return wait();
    if (p_ == "quarantine" && now_.held_back()) return complete_quarantine();
    if (target_ == "reject") return p_ == "reject" && is_complete("reject") ? stay() : to_reject();
    if (p_ == "none") return test_quarantine();
    if (!is_complete("quarantine")) return close_gaps();
    return stay();
  }

 private:
  bool asks_for_something() const { return p_ != "none" || sp_ != "none"; }
  /// Does pct hold back what the record asks for?
  bool shares_out() const { return now_.pct() && asks_for_something(); }

  /// Is this in effect, for the domain and all names below it?
  bool is_complete(std::string_view policy) const {
    const auto in_effect = [&](std::string_view value) {
      return strength(now_.held_back() ? weaker(value) : value);
    };
    return std::min({in_effect(p_), in_effect(sp_), in_effect(np_)}) >= strength(policy);
  }

  NextStep finish(Kind kind, unsigned days) {
    step_.kind = kind;
    step_.least_days = days;
    step_.record = record_.text();
    // pct=100, rf and ri say nothing: leaving them out is no step.
    step_.changes = step_.record != unchanged_ || shares_out();
    return std::move(step_);
  }

  /// Names below the domain: p applies to them again, unless more is asked of them.
  void follow_p() {
    const int p = strength(record_.tag("p").value_or(""));
    if (const auto sp = record_.tag("sp"); sp && strength(lower(*sp)) <= p) record_.remove("sp");
    if (const auto np = record_.tag("np"); np && strength(lower(*np)) < p) record_.remove("np");
  }

  void lower_to(std::string_view policy) {
    record_.set("p", policy);
    if (record_.tag("sp") && strength(sp_) > strength(policy)) record_.set("sp", policy);
  }

  NextStep send_nothing() {
    record_.set("p", "reject");
    if (!state_.subdomain)
      for (const std::string_view name : {"sp", "np"}) record_.set(name, "reject");
    record_.remove("t");
    return finish(Kind::send_nothing, 0);
  }

  NextStep go_back() {
    step_.back = true;
    // One step below what is in effect: reject under t=y acts as quarantine.
    lower_to(p_ == "reject" && !now_.testing() ? "quarantine" : "none");
    record_.remove("t");
    step_.policy = record_.p();
    return finish(Kind::back, state_.quarantine_days);
  }

  /// Own mail is hit below the domain only: p stays.
  NextStep go_back_below() {
    step_.back = true;
    step_.policy = now_.held_back() ? "none" : weaker(sp_);
    if (state_.hurt_below.size() == 1 && is_host_name(state_.hurt_below.front())) {
      // A record of its own frees that name, and no other.
      step_.name = state_.hurt_below.front();
      for (const std::string_view tag : {"sp", "np", "t"}) record_.remove(tag);
      record_.set("p", step_.policy);
      NextStep step = finish(Kind::back_below_one, 0);
      step.changes = true;
      return step;
    }
    record_.set("sp", step_.policy);
    if (const auto np = record_.tag("np"); np && strength(lower(*np)) > strength(step_.policy))
      record_.set("np", step_.policy);
    return finish(Kind::back_below, state_.quarantine_days);
  }

  /// Not ready: the policy does not become stricter.
  NextStep wait() {
    if (step_.tag = now_.disarmed_by(); !step_.tag.empty()) {
      record_.set("p", "none");
      follow_p();
      record_.remove("t");
      return finish(Kind::repair_record, 0);
    }
    if (shares_out()) {
      // Receivers that follow RFC 9989 ignore pct and act in full, for which the domain is not
      // ready.
      step_.back = true;
      lower_to(weaker(p_));
      step_.tag = "pct=" + std::to_string(now_.pct().value_or(100));
      step_.policy = record_.p();
      return finish(Kind::replace_pct, 0);
    }
    if (state_.only_time_missing && p_ == "reject" && sp_ == "none") return close_gaps();
    if (!state_.subdomain && np_ != "reject" && state_.np_safe) {
      record_.set("np", "reject");
      return finish(Kind::protect_missing, 0);
    }
    return finish(Kind::wait, 0);
  }

  /// t=y lowers sp and np as well (RFC 9989 section 4.7). np=reject acts as quarantine meanwhile;
  /// less than what is enforced for names that exist, or nothing at all, is no test.
  bool test_would_weaken() const {
    if (state_.subdomain || now_.held_back()) return false;
    return strength(weaker(record_.sp())) < strength(sp_) ||
           (strength(np_) > 0 && strength(weaker(record_.np())) == 0);
  }

  NextStep test_quarantine() {
    record_.set("p", "quarantine");
    follow_p();
    if (!state_.subdomain && !record_.tag("np") && state_.np_safe) record_.set("np", "reject");
    if (test_would_weaken()) {
      record_.remove("t");
      return finish(Kind::quarantine_untested, state_.quarantine_days);
    }
    record_.set("t", "y");
    return finish(Kind::test_quarantine, 14);
  }

  NextStep complete_quarantine() {
    record_.remove("t");
    follow_p();
    return finish(now_.testing() ? Kind::end_quarantine_test : Kind::end_quarantine_pct,
                  state_.quarantine_days);
  }

  /// Quarantine for the names below that are left out. Where p asks for more, reject follows later.
  NextStep close_gaps() {
    if (now_.held_back()) {
      // Reject that is held back acts as quarantine: written so, it holds below the domain as well.
      record_.set("p", "quarantine");
      record_.remove("t");
      follow_p();
      return finish(Kind::quarantine_in_full, state_.quarantine_days);
    }
    const bool names = sp_ == "none", stepwise = names && p_ == "reject";
    step_.tag = names ? "sp=none" : "np=none";
    if (stepwise)
      record_.set("sp", "quarantine");
    else
      follow_p();
    if (const auto np = record_.tag("np"); np && strength(lower(*np)) == 0) record_.remove("np");
    return finish(stepwise ? Kind::close_gap_stepwise : Kind::close_gap, state_.quarantine_days);
  }

  NextStep to_reject() {
    record_.set("p", "reject");
    follow_p();
    record_.remove("t");
    return finish(p_ != "reject"     ? Kind::reject
                  : now_.testing()   ? Kind::end_reject_test
                  : now_.held_back() ? Kind::end_reject_pct
                                     : Kind::reject_below,
                  state_.quarantine_days);
  }

  NextStep stay() {
    if (shares_out()) lower_to(weaker(p_));
    if (is_complete("reject")) return finish(Kind::stay_at_reject, 0);
    return finish(Kind::stay_at_quarantine, state_.quarantine_days);
  }

  const PolicyRecord& now_;
  PolicyRecord record_;
  std::string unchanged_;  ///< the present record without what is out of date
  const std::string_view target_;
  const LadderState& state_;
  const std::string p_, sp_, np_;
  NextStep step_;
};

}  // namespace

NextStep next_step(const PolicyRecord& now, std::string_view target, const LadderState& state) {
  return Ladder(now, target, state).choose();
}

}  // namespace dmarcq
