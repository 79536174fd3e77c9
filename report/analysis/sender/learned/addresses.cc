// SPDX-License-Identifier: MIT
#include "report/analysis/sender/learned/addresses.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "store/base/source_key.h"

namespace dmarcq {
namespace {

std::size_t hash_of(const IpAddress& address, InternedString own) {
  return HashAddress()(address) ^ std::hash<InternedString>()(own) * 0x9E3779B97F4A7C15u;
}

bool before(const LearnedAddresses::Record& x, const LearnedAddresses::Record& y) {
  return std::pair(text_of(x.service), text_of(x.route)) <
         std::pair(text_of(y.service), text_of(y.route));
}

}  // namespace

void LearnedAddresses::add(const RowEvidence& evidence, const CatalogueLine& authenticated,
                           InternedString route, const SenderWords& words) {
  const SourceRow& row = evidence.row;
  const InternedString own = evidence.names.own_word();
  Record record{.service = words.service(authenticated),
                .route = route,
                .service_class = authenticated.service_class,
                .line = &authenticated,
                .first_day = row.first_day,
                .last_day = row.last_day,
                .witnesses = {}};
  record.witnesses.add(row.reporters);
  const auto [position, added] =
      index_.find_or_add(hash_of(row.source_ip, own), static_cast<std::uint32_t>(entries_.size()),
                         [&](std::uint32_t at) {
                           return entries_[at].own == own && entries_[at].address == row.source_ip;
                         });
  if (added) {
    entries_.push_back({row.source_ip, own, record, {}});
    return;
  }
  Entry& entry = entries_[position];
  const auto merge = [&](Record& known) {
    if (known.service != record.service || known.route != record.route) return false;
    known.first_day = std::min(known.first_day, record.first_day);
    known.last_day = std::max(known.last_day, record.last_day);
    known.witnesses.add(row.reporters);
    return true;
  };
  if (merge(entry.first) || std::ranges::any_of(entry.more, merge)) return;
  if (before(record, entry.first)) std::swap(record, entry.first);
  entry.more.insert(std::upper_bound(entry.more.begin(), entry.more.end(), record, before), record);
}

LearnedAddresses::Answer LearnedAddresses::of(const RowEvidence& evidence,
                                              const ReporterHistory& history) const {
  const SourceRow& row = evidence.row;
  const InternedString own = evidence.names.own_word();
  Answer answer;
  const auto position = index_.find(hash_of(row.source_ip, own), [&](std::uint32_t at) {
    return entries_[at].own == own && entries_[at].address == row.source_ip;
  });
  if (position == FlatIndex::none) return answer;
  const auto look_at = [&](const Record& record) {
    if (!is_near(record.first_day, record.last_day, row)) return;
    if (!history.speaks_for(record.witnesses, row)) return;
    if (answer.record == nullptr)
      answer.record = &record;
    else if (record.service != answer.record->service)
      answer.several_services = true;
    else if (record.route != answer.record->route)
      answer.several_routes = true;
  };
  look_at(entries_[position].first);
  for (const Record& record : entries_[position].more) look_at(record);
  return answer;
}

}  // namespace dmarcq
