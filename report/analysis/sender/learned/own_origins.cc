// SPDX-License-Identifier: MIT
#include "report/analysis/sender/learned/own_origins.h"

#include <algorithm>

namespace dmarcq {
namespace {

/// A server of the owner's carries at least such a share of what its key signs; three servers
/// behind one name still do.
constexpr std::uint64_t least_share_percent = 25;
/// Signed Core mail by another way than Salesforce's own addresses; fewer may be forwarding.
constexpr std::uint64_t least_relayed = 10;
/// Forwarding was there before a relay was introduced: so small a part of the mail does not tell
/// when the relay began.
constexpr std::uint64_t stray_percent = 10;

}  // namespace

std::optional<Deliverer> deliverer(const RowEvidence& evidence, const SenderWords& words) {
  if (evidence.networks.empty()) return Deliverer{nullptr, evidence.row.source_ip};
  const CatalogueLine& network = *evidence.networks.front();
  if (network.service_id == ServiceId::salesforce) return std::nullopt;
  return Deliverer{words.service(network), {}};
}

void OwnOrigins::Flow::add(const SourceRow& row) {
  first = messages == 0 ? row.first_day : std::min(first, row.first_day);
  last = messages == 0 ? row.last_day : std::max(last, row.last_day);
  messages += row.messages;
  witnesses.add(row.reporters);
}

void OwnOrigins::signed_mail(std::uint32_t key, InternedString own, const SourceRow& row,
                             bool candidate, InternedString mailbox) {
  Signer& signer = signers_[key];
  signer.own = own;
  signer.messages += row.messages;
  if (candidate) signer.addresses[row.source_ip].add(row);
  if (mailbox != nullptr) signer.mailboxes[mailbox].add(row);
}

void OwnOrigins::direct_core(InternedString own, const SourceRow& row) {
  direct_[own].push_back({row.first_day, row.last_day, row.messages});
}

void OwnOrigins::core_through(InternedString own, const Deliverer& through, const SourceRow& row) {
  Through& known = through_[{own, through}];
  known.spans.push_back({row.first_day, row.last_day, row.messages});
  known.witnesses.add(row.reporters);
}

void OwnOrigins::find_servers(std::uint32_t key, const Signer& signer,
                              const ReporterHistory& history) {
  for (const auto& [mailbox, flow] : signer.mailboxes)
    if (flow.messages >= least_messages && flow.last - flow.first + 1 >= least_span &&
        2 * flow.messages > signer.messages && history.trusts(flow.witnesses))
      homes_.emplace_back(key, mailbox);
  for (const auto& [address, flow] : signer.addresses)
    if (flow.messages >= least_messages && flow.last - flow.first + 1 >= least_span &&
        100 * flow.messages >= least_share_percent * signer.messages &&
        history.trusts(flow.witnesses))
      servers_.push_back({key, address, signer.own, flow.first, flow.last, flow.messages});
}

/// Messages from the beginning to each day, where a row's are spread evenly over its days: any
/// stretch of days is one subtraction.
class OwnOrigins::DailySum {
 public:
  explicit DailySum(std::vector<Span>& spans) {
    std::ranges::sort(spans);  // the same sums whatever the order of the rows
    first_ = spans.front().first;
    Day last = first_;
    for (const Span& span : spans) last = std::max(last, span.last);
    std::vector<double> change(static_cast<std::size_t>(last - first_) + 2);
    for (const Span& span : spans) {
      const double a_day = static_cast<double>(span.messages) /
                           static_cast<double>(span.last - span.first + 1);
      change[static_cast<std::size_t>(span.first - first_)] += a_day;
      change[static_cast<std::size_t>(span.last - first_) + 1] -= a_day;
    }
    double today = 0, all = 0;
    for (const double difference : change) until_.push_back(all += today += difference);
  }
  double between(Day first, Day last) const { return up_to(last) - up_to(first - 1); }

 private:
  double up_to(Day day) const {
    return day < first_
               ? 0
               : until_[std::min(static_cast<std::size_t>(day - first_), until_.size() - 1)];
  }
  Day first_ = 0;
  std::vector<double> until_;
};

void OwnOrigins::find_relays(const ReporterHistory& history) {
  std::map<InternedString, DailySum> direct_by_day;
  for (auto& [own, spans] : direct_) direct_by_day.emplace(own, spans);
  for (auto& [key, through] : through_) {
    std::uint64_t messages = 0;
    for (const Span& span : through.spans) messages += span.messages;
    if (messages < least_relayed || !history.trusts(through.witnesses)) continue;
    // The days since when it carries its bulk: a relay that was introduced in the middle is
    // compared with what stayed direct since.
    std::ranges::sort(through.spans, {}, &Span::first);
    std::uint64_t before = 0;
    Day begin = through.spans.front().first, end = begin;
    for (const Span& span : through.spans) {
      begin = span.first;
      before += span.messages;
      if (100 * before > stray_percent * messages) break;
    }
    for (const Span& span : through.spans) end = std::max(end, span.last);
    const auto found = direct_by_day.find(key.first);
    const double direct = found == direct_by_day.end() ? 0 : found->second.between(begin, end);
    if (static_cast<double>(messages) > direct + 0.5)
      relays_.insert(key);  // sums of fractions: as many is not more
  }
}

}  // namespace dmarcq
