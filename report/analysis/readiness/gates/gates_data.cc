// SPDX-License-Identifier: MIT
#include <algorithm>

#include "report/analysis/readiness/gates/gates.h"

namespace dmarcq {

Gate gate_observation(const WindowFacts& facts) {
  const ReadinessLimits& limits = facts.question.limits;
  ObservationFigures figures{.observed = facts.observed_days,
                             .observed_needed = static_cast<Day>(
                                 std::max(limits.observe_days, limits.business_cycle_days)),
                             .looked_at = days_needed(facts.question),
                             .enforced = {},
                             .enforced_needed = static_cast<Day>(limits.quarantine_days)};
  if (facts.to_reject()) figures.enforced = facts.policy.enforced_days;
  const bool passed = figures.observed >= figures.observed_needed &&
                      (!figures.enforced || *figures.enforced >= figures.enforced_needed);
  return {GateId::observation, passed_if(passed), figures};
}

Gate gate_freshness(const WindowFacts& facts) {
  const ReadinessLimits& limits = facts.question.limits;
  const FreshnessFigures figures{
      .newest = facts.newest_report,
      .age = facts.newest_report == 0 ? 0 : facts.question.today - facts.newest_report,
      .age_allowed = static_cast<Day>(limits.fresh_days),
      .reporters = facts.reporters,
      .reporters_needed = limits.reporters};
  const bool passed = figures.newest != 0 && figures.age <= figures.age_allowed &&
                      figures.reporters >= figures.reporters_needed;
  return {GateId::freshness, passed_if(passed), figures};
}

Gate gate_volume(const WindowFacts& facts) {
  const auto own = facts.sum(Standing::own).messages();
  const VolumeFigures figures{.messages = own,
                              .needed = facts.question.limits.messages,
                              .declared_silent = own == 0 && facts.declared_silent};
  return {GateId::volume, passed_if(figures.declared_silent || own >= figures.needed), figures};
}

}  // namespace dmarcq
