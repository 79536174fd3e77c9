// SPDX-License-Identifier: MIT
#include "report/analysis/suspicion.h"

#include <fmt/format.h>

#include <algorithm>

#include "ingest/base/text.h"
#include "parser/alignment.h"
#include "store/document/report_sender.h"

namespace dmarcq {
namespace {

constexpr EpochSeconds day_seconds = 86'400;

template <class Number>
void keep_largest(std::array<Number, 2>& two, Number value) {
  if (value > two[0])
    two = {value, two[0]};
  else
    two[1] = std::max(two[1], value);
}

/// The largest of the others than one with this value.
template <class Number>
Number largest_other(const std::array<Number, 2>& two, Number own) {
  return own == two[0] ? two[1] : two[0];
}

}  // namespace

void Suspicions::add(const ReportInfo& report) {
  const std::string name = lower(report.org_name);
  History& history = histories_[{name, report.domain}];
  ++history.reports;
  keep_largest(history.messages, report.messages);
  keep_largest(history.windows, report.end - report.begin);
  if (report.sender.trust >= trusted) ++trusted_senders_[name][report.sender.from_domain];
}

Suspicions::UsualSender Suspicions::usual_sender(const std::string& org_folded,
                                                 const std::string& own) const {
  const auto known = trusted_senders_.find(org_folded);
  if (known == trusted_senders_.end()) return {};
  const auto most =
      std::ranges::max_element(known->second, {}, [](const auto& entry) { return entry.second; });
  const auto of_own = known->second.find(own);
  return {most->first, most->second > (of_own == known->second.end() ? 0 : of_own->second)};
}

std::vector<std::string> Suspicions::of(const ReportInfo& report, Day today) const {
  std::vector<std::string> reasons;
  const std::string name = lower(report.org_name);
  const ReportSender& sender = report.sender;
  if (sender.trust == Trust::contradictory) {
    reasons.push_back(why(sender, report.org_name, report.email));
  } else if (sender.mail && sender.trust < trusted) {
    if (const auto [usual, more] = usual_sender(name, sender.from_domain); more)
      reasons.push_back(fmt::format("{}; others of {} come from {}",
                                    why(sender, report.org_name, report.email), report.org_name,
                                    usual));
  } else if (sender.trust >= trusted && !is_known_reporter(report.org_name)) {
    // A name that is no domain is anybody's.
    if (const auto [usual, more] = usual_sender(name, sender.from_domain);
        more && organizational_domain(usual) != organizational_domain(sender.from_domain))
      reasons.push_back(fmt::format("it comes from {}; most others of {} come from {}",
                                    sender.from_domain, report.org_name, usual));
  }
  const auto found = histories_.find({name, report.domain});
  const EpochSeconds window = report.end - report.begin;
  if (found != histories_.end() && found->second.reports > least_others) {
    const std::uint64_t most = largest_other(found->second.messages, report.messages);
    if (report.messages >= many_messages && report.messages / many_times > most)
      reasons.push_back(fmt::format("{}, {} at most in the reporter's others on this domain",
                                    counted(report.messages, "message"), with_thousands(most)));
    const EpochSeconds longest = largest_other(found->second.windows, window);
    if (window >= longer_days * day_seconds && window < long_days * day_seconds &&
        window / longer_days > longest)
      reasons.push_back(fmt::format(
          "its window is of {} days, {} at most in the reporter's others on this domain",
          window / day_seconds, longest / day_seconds + 1));
  }
  if (window >= long_days * day_seconds)
    reasons.push_back(fmt::format("its window is of {} days", window / day_seconds));
  if (is_from_the_future(report, today))
    reasons.push_back("it begins after today: a wrong clock, or forged");
  return reasons;
}

bool is_from_the_future(const ReportInfo& report, Day today) {
  return report.begin >= (static_cast<EpochSeconds>(today) + 1) * day_seconds;
}

}  // namespace dmarcq
