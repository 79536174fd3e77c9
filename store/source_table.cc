// SPDX-License-Identifier: MIT
#include "store/source_table.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <iterator>
#include <tuple>
#include <utility>

namespace dmarcq {

void SourceRow::merge(const SourceRow& other) {
  messages = capped_sum(messages, other.messages);
  rows += other.rows;
  first_day = std::min(first_day, other.first_day);
  last_day = std::max(last_day, other.last_day);
  reporters.add(other.reporters);
}

SourceTable::SourceTable(std::uint32_t reporters, std::int64_t rows) : more_words_(reporters / 64) {
  entries_.reserve(static_cast<std::size_t>(std::clamp<std::int64_t>(rows, 0, 1 << 18)));
}

void SourceTable::add(std::string_view ip, std::int64_t identity, std::int64_t evaluation,
                      std::uint64_t messages, Day day, std::uint32_t reporter) {
  Seen row;
  std::memcpy(row.source.ip.data(), ip.data(), ip.size());
  row.source.ip_size = static_cast<std::uint8_t>(ip.size());
  row.source.identity = identity;
  row.source.evaluation = evaluation;
  row.source.messages = messages;
  row.source.first_day = row.source.last_day = day;
  row.reporter = reporter;
  waiting_.add(row, hash(row.source), index_, entries_,
               [this](const Seen& each, std::size_t hash) { put(each, hash); });
}

void SourceTable::take(std::int64_t domain, std::vector<SourceRow>& rows) {
  waiting_.put_all(index_, entries_,
                   [this](const Seen& each, std::size_t hash) { put(each, hash); });
  std::vector<std::pair<IpAddress, std::uint32_t>> order;
  order.reserve(entries_.size());
  for (const Entry& entry : entries_)
    order.emplace_back(
        IpAddress::from_bytes({entry.ip.data(), entry.ip_size}).value_or(IpAddress{}),
        static_cast<std::uint32_t>(order.size()));
  std::ranges::sort(order, [&](const auto& a, const auto& b) {
    if (const auto by_address = a.first <=> b.first; by_address != 0) return by_address < 0;
    const Entry &x = entries_[a.second], &y = entries_[b.second];
    return std::tie(x.identity, x.evaluation) < std::tie(y.identity, y.evaluation);
  });
  for (const auto& [ip, position] : order) {
    const Entry& entry = entries_[position];
    SourceRow& row = rows.emplace_back();
    row.source_ip = ip;
    row.domain = domain;
    row.identity = entry.identity;
    row.evaluation = entry.evaluation;
    row.messages = entry.messages;
    row.rows = entry.rows;
    row.first_day = entry.first_day;
    row.last_day = entry.last_day;
    add_reporters(row.reporters, 0, entry.reporters);
    for (std::size_t word = 0; word < more_words_; ++word)
      add_reporters(row.reporters, static_cast<std::uint32_t>(64 * (word + 1)),
                    more_reporters_[position * more_words_ + word]);
  }
  entries_.clear();
  more_reporters_.clear();
  index_ = {};
}

void SourceTable::put(const Seen& row, std::size_t hash) {
  const auto [position, added] =
      index_.find_or_add(hash, static_cast<std::uint32_t>(entries_.size()),
                         [&](std::uint32_t at) { return same(entries_[at], row.source); });
  if (added) {
    entries_.push_back(row.source);
    more_reporters_.resize(more_reporters_.size() + more_words_);
  }
  Entry& entry = entries_[position];
  if (!added) {
    entry.messages = capped_sum(entry.messages, row.source.messages);
    entry.first_day = std::min(entry.first_day, row.source.first_day);
    entry.last_day = std::max(entry.last_day, row.source.last_day);
  }
  ++entry.rows;
  (row.reporter < 64 ? entry.reporters
                     : more_reporters_[position * more_words_ + row.reporter / 64 - 1]) |=
      std::uint64_t{1} << (row.reporter % 64);
}

void SourceTable::add_reporters(ReporterSet& set, std::uint32_t first, std::uint64_t bits) {
  for (; bits; bits &= bits - 1)
    set.add(first + static_cast<std::uint32_t>(std::countr_zero(bits)));
}

bool SourceTable::same(const Entry& a, const Entry& b) {
  return a.identity == b.identity && a.ip == b.ip && a.evaluation == b.evaluation &&
         a.ip_size == b.ip_size;
}

std::size_t SourceTable::hash(const Entry& entry) {
  std::uint64_t high, low;
  std::memcpy(&high, entry.ip.data(), 8);
  std::memcpy(&low, entry.ip.data() + 8, 8);
  std::uint64_t h = high * 0x9e3779b97f4a7c15u ^ low * 0xc2b2ae3d27d4eb4fu ^
                    static_cast<std::uint64_t>(entry.identity) * 0x165667b19e3779f9u ^
                    static_cast<std::uint64_t>(entry.evaluation) << 40;
  h ^= h >> 32;
  h *= 0x9e3779b97f4a7c15u;
  return static_cast<std::size_t>(h ^ h >> 29);
}

void append(std::vector<SourceRow>& rows, std::vector<SourceRow> more) {
  if (rows.empty() || more.empty() || rows.back().domain != more.front().domain) {
    std::ranges::move(more, std::back_inserter(rows));
    return;
  }
  const auto key = [](const SourceRow& row) {
    return std::tie(row.domain, row.source_ip, row.identity, row.evaluation);
  };
  const auto shared = std::ranges::lower_bound(rows, more.front().domain, {}, &SourceRow::domain);
  std::vector<SourceRow> old(std::make_move_iterator(shared), std::make_move_iterator(rows.end()));
  rows.erase(shared, rows.end());
  rows.reserve(rows.size() + old.size() + more.size());
  auto next = more.begin();
  for (SourceRow& row : old) {
    for (; next != more.end() && key(*next) < key(row); ++next) rows.push_back(std::move(*next));
    if (next != more.end() && key(*next) == key(row)) {
      row.merge(*next);
      ++next;
    }
    rows.push_back(std::move(row));
  }
  std::move(next, more.end(), std::back_inserter(rows));
}

}  // namespace dmarcq
