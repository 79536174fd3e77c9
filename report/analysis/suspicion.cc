// SPDX-License-Identifier: MIT
#include "report/analysis/suspicion.h"

#include <algorithm>
#include <utility>

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

/// Days that a window covers, the last of them maybe in part.
std::uint64_t days_of(EpochSeconds window) {
  return static_cast<std::uint64_t>(std::max<EpochSeconds>(window + day_seconds - 1, day_seconds) /
                                    day_seconds);
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

/// What is odd about who sent it.
std::optional<Suspicion> Suspicions::of_sender(const ReportInfo& report) const {
  const ReportSender& sender = report.sender;
  if (sender.trust == Trust::contradictory) return Suspicion{Suspicion::Kind::contradictory};
  if (!sender.mail) return std::nullopt;
  const auto [usual, more] = usual_sender(lower(report.org_name), sender.from_domain);
  if (!more) return std::nullopt;
  if (sender.trust < trusted) return Suspicion{Suspicion::Kind::unproven_sender, usual};
  // A name that is no domain is anybody's.
  if (!is_known_reporter(report.org_name) &&
      organizational_domain(usual) != organizational_domain(sender.from_domain))
    return Suspicion{Suspicion::Kind::unusual_sender, usual};
  return std::nullopt;
}

/// What goes beyond all that the reporter said of the domain.
void Suspicions::add_of_history(const ReportInfo& report, std::vector<Suspicion>& list) const {
  const auto found = histories_.find({lower(report.org_name), report.domain});
  if (found == histories_.end() || found->second.reports <= least_others) return;
  const std::uint64_t most = largest_other(found->second.messages, report.messages);
  if (report.messages >= many_messages && report.messages / many_times > most)
    list.push_back({.kind = Suspicion::Kind::many_messages, .most_of_others = most});
  const EpochSeconds window = report.end - report.begin,
                     longest = largest_other(found->second.windows, window);
  if (window >= longer_days * day_seconds && window < long_days * day_seconds &&
      window / longer_days > longest)
    list.push_back({.kind = Suspicion::Kind::longer_window,
                    .days = days_of(window),
                    .most_of_others = days_of(longest)});
}

std::vector<Suspicion> Suspicions::of(const ReportInfo& report, Day today) const {
  std::vector<Suspicion> list;
  if (auto suspicion = of_sender(report)) list.push_back(std::move(*suspicion));
  add_of_history(report, list);
  const EpochSeconds window = report.end - report.begin;
  if (window >= long_days * day_seconds)
    list.push_back({.kind = Suspicion::Kind::long_window, .days = days_of(window)});
  if (is_from_the_future(report, today)) list.push_back({Suspicion::Kind::from_the_future});
  return list;
}

bool is_from_the_future(const ReportInfo& report, Day today) {
  return report.begin >= (static_cast<EpochSeconds>(today) + 1) * day_seconds;
}

}  // namespace dmarcq
