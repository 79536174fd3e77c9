// SPDX-License-Identifier: MIT
#include "report/analysis/dns/ip_intervals.h"

#include <algorithm>
#include <utility>

namespace dmarcq {
namespace {

unsigned bits_of(IpFamily family) { return family == IpFamily::v4 ? 32 : 128; }

IpInterval interval_of(const IpNetwork& network) {
  const IpNumber first = number_of(network.address);
  const unsigned free = bits_of(family_of(network.address)) - network.prefix;
  const IpNumber size_less_one = free == 128 ? ~IpNumber{0} : (IpNumber{1} << free) - 1;
  return {first, first | size_less_one};
}

/// The largest network that starts where the interval does, and lies inside it: how many of its
/// bits are free.
unsigned free_bits_at(const IpInterval& interval, unsigned bits) {
  unsigned free = 0;
  while (free < bits) {
    const IpNumber size_less_one = free + 1 == 128 ? ~IpNumber{0} : (IpNumber{1} << (free + 1)) - 1;
    if ((interval.first & size_less_one) != 0 || interval.last - interval.first < size_less_one)
      break;
    ++free;
  }
  return free;
}

}  // namespace

IpNumber number_of(const IpAddress& address) {
  const auto [high, low] = address.number();
  return address.is_v4() ? IpNumber{low & 0xffffffffu} : IpNumber{high} << 64 | low;
}

IpAddress address_of(IpFamily family, IpNumber number) {
  std::string bytes(bits_of(family) / 8, '\0');
  for (std::size_t i = bytes.size(); i-- > 0; number >>= 8)
    bytes[i] = static_cast<char>(static_cast<unsigned char>(number & 0xff));
  return IpAddress::from_bytes(bytes).value_or(IpAddress());
}

IpNumber last_of(IpFamily family) {
  return family == IpFamily::v4 ? IpNumber{0xffffffffu} : ~IpNumber{0};
}

IpIntervals IpIntervals::all(IpFamily family) {
  IpIntervals set(family);
  set.intervals_.push_back({0, last_of(family)});
  return set;
}

IpIntervals IpIntervals::of(IpFamily family, const std::vector<IpNetwork>& networks) {
  std::vector<IpInterval> intervals;
  for (const IpNetwork& network : networks)
    if (family_of(network.address) == family) intervals.push_back(interval_of(network));
  return of(family, std::move(intervals));
}

IpIntervals IpIntervals::of(IpFamily family, std::vector<IpInterval> intervals) {
  std::ranges::sort(intervals, {}, &IpInterval::first);
  IpIntervals set(family);
  for (const IpInterval& interval : intervals) {
    if (!set.intervals_.empty()) {
      IpInterval& before = set.intervals_.back();
      if (interval.first <= before.last || interval.first - before.last == 1) {
        before.last = std::max(before.last, interval.last);
        continue;
      }
    }
    set.intervals_.push_back(interval);
  }
  return set;
}

bool IpIntervals::contains(const IpAddress& address) const {
  if (family_of(address) != family_) return false;
  const IpNumber number = number_of(address);
  const auto behind = std::ranges::upper_bound(intervals_, number, {}, &IpInterval::first);
  return behind != intervals_.begin() && std::prev(behind)->last >= number;
}

IpIntervals IpIntervals::united(const IpIntervals& other) const {
  std::vector<IpInterval> both = intervals_;
  both.insert(both.end(), other.intervals_.begin(), other.intervals_.end());
  return of(family_, std::move(both));
}

IpIntervals IpIntervals::intersected(const IpIntervals& other) const {
  IpIntervals set(family_);
  auto a = intervals_.begin(), b = other.intervals_.begin();
  while (a != intervals_.end() && b != other.intervals_.end()) {
    const IpNumber first = std::max(a->first, b->first), last = std::min(a->last, b->last);
    if (first <= last) set.intervals_.push_back({first, last});
    (a->last < b->last ? a : b)++;
  }
  return set;
}

IpIntervals IpIntervals::without(const IpIntervals& other) const {
  IpIntervals set(family_);
  auto hole = other.intervals_.begin();
  for (const IpInterval& interval : intervals_) {
    IpNumber first = interval.first;
    bool used_up = false;
    for (; hole != other.intervals_.end() && hole->first <= interval.last; ++hole) {
      if (hole->last < first) continue;
      if (hole->first > first) set.intervals_.push_back({first, hole->first - 1});
      used_up = hole->last >= interval.last;
      if (used_up) break;  // the hole may reach into the next interval
      first = hole->last + 1;
    }
    if (!used_up) set.intervals_.push_back({first, interval.last});
  }
  return set;
}

std::vector<IpNetwork> IpIntervals::networks() const {
  std::vector<IpNetwork> networks;
  const unsigned bits = bits_of(family_);
  for (IpInterval rest : intervals_) {
    while (true) {
      const unsigned free = free_bits_at(rest, bits);
      const IpAddress address = address_of(family_, rest.first);
      if (family_of(address) == family_) networks.push_back({address, bits - free});
      const IpNumber size_less_one = free == 128 ? ~IpNumber{0} : (IpNumber{1} << free) - 1;
      if (rest.last - rest.first == size_less_one) break;
      rest.first += size_less_one + 1;
    }
  }
  return networks;
}

std::string to_text(IpFamily family, const IpInterval& interval) {
  const unsigned free = free_bits_at(interval, bits_of(family));
  const IpNumber size_less_one = free == 128 ? ~IpNumber{0} : (IpNumber{1} << free) - 1;
  const std::string first = address_of(family, interval.first).to_text();
  if (interval.first == interval.last) return first;
  if (interval.last - interval.first == size_less_one)
    return first + '/' + std::to_string(bits_of(family) - free);
  return first + '-' + address_of(family, interval.last).to_text();
}

}  // namespace dmarcq
