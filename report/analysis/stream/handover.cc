// SPDX-License-Identifier: MIT
#include "report/analysis/stream/handover.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>

#include "report/analysis/sender/salesforce.h"

namespace dmarcq {
namespace {

/// Of a stream that has mail.
SenderLife life_of(const Stream& stream) {
  const Day last = stream.counts.back().day;
  return {stream.counts.front().day, last, stream.total(0, last).messages()};
}

/// Not a service that signs by itself, but a path that signed mail takes.
bool passes_on(const Stream& stream) {
  return stream.service.empty() || stream.route == salesforce_route::email_relay;
}

}  // namespace

bool is_hand_over(const SenderLife& before, const SenderLife& fresh, Day end) {
  constexpr Day most_apart = 7, silent_days = 3;
  constexpr double most_factor = 3;
  const auto pace = [](const SenderLife& life) {
    return static_cast<double>(life.messages) /
           static_cast<double>(life.last_day - life.first_day + 1);
  };
  const Day apart = fresh.first_day - before.last_day;
  const double ratio = pace(fresh) / pace(before);
  return end - before.last_day >= silent_days && apart >= -most_apart && apart <= most_apart &&
         before.first_day < fresh.first_day && ratio <= most_factor && ratio >= 1 / most_factor;
}

const Stream* handed_over_from(const Stream& fresh, const Streams& streams) {
  if (fresh.standing != Standing::possible || fresh.counts.empty()) return nullptr;
  for (const Stream& before : streams.list) {
    const bool alike = before.domain == fresh.domain && before.from == fresh.from &&
                       before.service == fresh.service && before.route == fresh.route;
    if (before.standing == Standing::own && !before.counts.empty() && alike &&
        is_hand_over(life_of(before), life_of(fresh), streams.last))
      return &before;
  }
  return nullptr;
}

std::vector<Stream> with_continuity(std::vector<Stream> list) {
  using Key = std::tuple<std::string, std::string, std::string>;  // policy domain, From, key
  std::map<Key, std::set<Stream*>> by_key;
  for (Stream& stream : list) {
    if (stream.standing != Standing::own || stream.counts.empty()) continue;
    for (const auto* selectors : {&stream.selectors, &stream.failing_selectors})
      for (const std::string& selector : *selectors)
        by_key[{stream.domain, stream.from, selector}].insert(&stream);
  }
  for (const auto& [key, streams] : by_key) {
    const Stream* const first = *std::ranges::min_element(
        streams, {}, [](const Stream* s) { return s->counts.front().day; });
    const Stream* const last = *std::ranges::max_element(
        streams, {}, [](const Stream* s) { return s->counts.back().day; });
    const bool passed_on =
        std::ranges::any_of(streams, [](const Stream* s) { return passes_on(*s); });
    for (Stream* const stream : streams) {
      if (passes_on(*stream) || (passed_on && passes_on(*first)))
        stream->continues |= first->counts.front().day < stream->counts.front().day;
      if (passes_on(*stream) || (passed_on && passes_on(*last)))
        stream->continued |= last->counts.back().day > stream->counts.back().day;
    }
  }
  return list;
}

}  // namespace dmarcq
