// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/analysis/readiness/policy_ladder.h"
#include "report/analysis/readiness/readiness.h"
#include "report/answers/readiness_answer.h"

namespace dmarcq {

/// May the policy of a domain move, and what comes next? What the page, the lists and the site say
/// of a domain, as values; the words are in verdict_phrases.h.
struct DomainVerdict {
  std::string domain;
  enum class State {
    ready,
    not_ready,
    too_little_data,
    at_goal,
    no_reports,  ///< too little data, and no report of the last two weeks
  } state = State::no_reports;
  std::optional<SeenPolicy> policy;  ///< in force, as reports tell; nothing when they do not
  Day policy_since = 0;              ///< first day of the run of equal policies
  bool policy_may_be_older = false;  ///< the run begins where the reports that were read begin
  std::string target;                ///< "quarantine"; "" when there is none
  std::string next_record;           ///< the TXT record to publish; "" when none is advised
  std::string record_name;           ///< below which it goes, at _dmarc
  std::string p;                     ///< of the record as reports tell it: "none"
  NextStep next;
  std::vector<Gate> gates;
  std::vector<Blocker> blockers;     ///< what is to be done first comes first
  StreamCount own;                   ///< mail of the owner's in the days that were judged
  std::uint64_t messages = 0;        ///< all mail of these days, whoever sent it
  Day first = 0, last = 0;           ///< the days that were judged
  std::optional<Day> last_report;    ///< of those that readiness looks at: the last four months
  std::vector<std::string> governs;  ///< names below, filed by some reporters as policy domains,
                                     ///< whose mail is in these figures
  std::optional<TrustDoubt> doubt;   ///< where other reports would come to another verdict
};

/// "too_little_data", as readiness writes its verdicts
std::string_view to_text(DomainVerdict::State) noexcept;

/// What readiness found for this question, in short.
DomainVerdict verdict_of(const JudgedReadiness&, const ReadinessQuestion&);

/// How much a domain asks for somebody's attention.
enum class Need {
  step_back,   ///< the policy hits own mail now
  repair,      ///< not ready: something is to be repaired or answered
  no_reports,  ///< nobody would notice anything
  publish,     ///< ready: the next record may be published
  wait,        ///< too little data
  nothing,     ///< at the goal, or at the target that was asked about
};
Need need_of(const DomainVerdict&);

/// Of equal need, the one with more failing own mail, then with more mail, then by name.
bool is_more_urgent(const DomainVerdict&, const DomainVerdict&);
/// Most urgent first.
void sort_by_need(std::vector<DomainVerdict>&);

}  // namespace dmarcq
