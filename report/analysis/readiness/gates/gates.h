// SPDX-License-Identifier: MIT
#pragma once
#include "report/analysis/readiness/gates/gate.h"
#include "report/analysis/readiness/window_facts.h"

namespace dmarcq {

// Each gate is a function of the facts of the window and of nothing else. Those that a reporter's
// word could decide can also be asked as if one reporter had not reported.

// G1–G3: is enough known? (gates_data.cc)
Gate gate_observation(const WindowFacts&);
Gate gate_freshness(const WindowFacts&);
Gate gate_volume(const WindowFacts&);

// G4–G11: is the mail in order? (gates_quality.cc)
Gate gate_pass_rate(const WindowFacts&, const LeftOut& without = {});
Gate gate_raw_pass_rate(const WindowFacts&);
Gate gate_routes(const WindowFacts&, const LeftOut& without = {});
Gate gate_unknown_sources(const WindowFacts&, const LeftOut& without = {});
Gate gate_new_senders(const WindowFacts&);
Gate gate_stability(const WindowFacts&, const LeftOut& without = {});
Gate gate_indirect_loss(const WindowFacts&);
Gate gate_missing_senders(const WindowFacts&);

// G12: what was given of DNS (gates_dns.cc)
Gate gate_dns(const WindowFacts&);

inline Gate::Status passed_if(bool passed) {
  return passed ? Gate::Status::passed : Gate::Status::failed;
}

}  // namespace dmarcq
