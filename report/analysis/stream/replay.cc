// SPDX-License-Identifier: MIT
#include "report/analysis/stream/replay.h"

#include <map>
#include <set>

#include "report/analysis/stream/copied_signatures.h"

namespace dmarcq {
namespace {

constexpr std::uint64_t least_messages = 500;
constexpr std::size_t least_addresses = 10;

/// Messages with a good own signature.
struct SignedMail {
  std::uint64_t strangers = 0, own = 0;
  std::set<IpAddress> addresses;  ///< of strangers; no more than least_addresses

  bool is_replayed() const {
    return strangers >= least_messages && strangers > own && addresses.size() >= least_addresses;
  }
};

}  // namespace

std::optional<Replay> find_replay(std::span<const Placement> placements,
                                  std::span<const SourceRow> rows, const Judgement& judged,
                                  const RowCounts& counts, Day window_first, Day last) {
  std::map<Day, SignedMail> days;
  counts.each(window_first, last, [&](std::uint32_t row, const Timeline::Count& count) {
    const RowVerdict& verdict = judged.rows[row];
    if (!verdict.dkim_aligned) return;
    SignedMail& day = days[count.day];
    const Standing standing = placements[row].standing;
    if (standing == Standing::own) day.own += count.messages;
    // A mailbox service forwards what its users want to have elsewhere.
    if (standing != Standing::forwarded ||
        judged.senders[verdict.sender].via_class == ServiceClass::mailbox)
      return;
    day.strangers += count.messages;
    if (day.addresses.size() < least_addresses) day.addresses.insert(rows[row].source_ip);
  });
  std::optional<Replay> replay;
  std::size_t burst_days = 0;
  for (const auto& [day, mail] : days) {
    if (!mail.is_replayed()) continue;
    if (burst_days++ == 0) replay = Replay{.first = day};
    replay->last = day;
    replay->messages += mail.strangers;
  }
  return burst_days <= most_burst_days ? replay : std::nullopt;
}

}  // namespace dmarcq
