// SPDX-License-Identifier: MIT
#include "report/analysis/stream/stream.h"

#include <algorithm>

#include "ingest/base/text.h"

namespace dmarcq {

void StreamCount::add(const StreamCount& other) {
  both += other.both;
  dkim_only += other.dkim_only;
  spf_only += other.spf_only;
  fail += other.fail;
  temporary += other.temporary;
  quarantined += other.quarantined;
  rejected += other.rejected;
  held_temporary += other.held_temporary;
  rescued += other.rescued;
}

std::string Stream::label() const {
  return from.empty() || from == domain ? sender : sender + " (" + from + ")";
}

StreamCount Stream::total(Day first, Day last, const std::uint32_t* without) const {
  StreamCount sum;
  const auto begin = std::ranges::lower_bound(counts, first, {}, &StreamCount::day);
  for (auto count = begin; count != counts.end() && count->day <= last; ++count)
    if (without == nullptr || count->reporter != *without) sum.add(*count);
  return sum;
}

std::map<Day, StreamCount> Stream::by_day(Day first, Day last) const {
  std::map<Day, StreamCount> days;
  for (const StreamCount& count : counts)
    if (count.day >= first && count.day <= last) days[count.day].add(count);
  return days;
}

std::map<std::uint32_t, StreamCount> Stream::by_reporter(Day first, Day last) const {
  std::map<std::uint32_t, StreamCount> reporters;
  for (const StreamCount& count : counts)
    if (count.day >= first && count.day <= last) reporters[count.reporter].add(count);
  return reporters;
}

bool sender_matches(const Stream& stream, const std::string& words) {
  return lower(stream.label()).find(lower(words)) != std::string::npos;
}

}  // namespace dmarcq
