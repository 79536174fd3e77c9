// SPDX-License-Identifier: MIT
#include "report/analysis/stream/unexplained.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace dmarcq {
namespace {

/// A name with good SPF and DKIM on so many days is told by that name, before it is known whether
/// it stays.
constexpr std::size_t young_days = 3;

struct Series {
  std::map<Day, std::uint64_t> days;
  std::map<IpAddress, std::uint64_t> addresses;
  std::uint64_t good_name = 0, messages = 0;
  bool stranger = false;

  bool has_good_name() const { return 2 * good_name > messages; }
};

using SenderKey = std::pair<std::int64_t, InternedString>;  // policy domain, sender
using SeriesOfSender = std::map<SenderKey, Series>;
/// Senders by policy domain and network.
using SendersAt = std::map<std::pair<std::int64_t, std::string>, std::set<InternedString>>;

bool is_open(const Placement& p) {
  return p.open == OpenStanding::stranger || p.open == OpenStanding::account;
}

SenderKey key_of(const Placement& p) { return {p.domain, p.sender}; }

/// The /24 or /48, as bytes.
std::string network_of(const IpAddress& address) {
  return std::string(address.bytes().substr(0, address.is_v4() ? 3 : 6));
}

/// Two addresses send two thirds of it.
bool keeps_its_addresses(const Series& series) {
  constexpr std::size_t few = 2;
  std::vector<std::uint64_t> volumes;
  for (const auto& [address, messages] : series.addresses) volumes.push_back(messages);
  std::ranges::sort(volumes, std::greater{});
  std::uint64_t most = 0;
  for (std::size_t i = 0; i < std::min(few, volumes.size()); ++i) most += volumes[i];
  return 3 * most >= 2 * series.messages;
}

/// Most of it comes from networks that several senders use.
bool takes_turns(const Series& series, std::int64_t domain, const SendersAt& senders_at) {
  std::uint64_t shared = 0;
  for (const auto& [address, messages] : series.addresses) {
    const auto found = senders_at.find({domain, network_of(address)});
    if (found != senders_at.end() && found->second.size() > 1) shared += messages;
  }
  return 2 * shared > series.messages;
}

struct OpenMail {
  SeriesOfSender series;
  SendersAt senders_at;  ///< of strangers only
};

OpenMail open_mail(std::span<const Placement> placements, std::span<const SourceRow> rows,
                   const RowCounts& counts, Day first, Day last) {
  OpenMail mail;
  counts.each(first, last, [&](std::uint32_t row, const Timeline::Count& count) {
    const Placement& p = placements[row];
    if (!is_open(p)) return;
    const IpAddress& address = rows[row].source_ip;
    Series& series = mail.series[key_of(p)];
    series.days[count.day] += count.messages;
    series.messages += count.messages;
    series.addresses[address] += count.messages;
    series.stranger = p.open == OpenStanding::stranger;
    if (series.stranger) mail.senders_at[{p.domain, network_of(address)}].insert(p.sender);
    if (p.good_name) series.good_name += count.messages;
  });
  return mail;
}

/// The senders that somebody should look at.
std::map<SenderKey, StandingExplanation> questions_of(const OpenMail& mail, Day window_first) {
  std::map<SenderKey, StandingExplanation> questions;
  for (const auto& [key, series] : mail.series) {
    if (series.days.rbegin()->first < window_first) continue;
    // Anybody gets SPF to pass for a name that he bought. A network whose addresses take turns
    // under several such names, without a good signature, is a wave of forgeries; a mail service
    // keeps one name, a server its address.
    const bool wave = series.stranger && !series.has_good_name() && !keeps_its_addresses(series) &&
                      takes_turns(series, key.first, mail.senders_at);
    const Persistence persistence = persistence_of(series.days, series.has_good_name());
    if (persistence.steady() && !wave)
      questions.emplace(key, StandingExplanation{StandingReason::keeps_coming, persistence.rhythm});
    else if (series.has_good_name() && series.days.size() >= young_days)
      questions.emplace(key, StandingExplanation{StandingReason::good_name});
  }
  return questions;
}

}  // namespace

std::vector<Placement> decide_unexplained(std::vector<Placement> placements,
                                          std::span<const SourceRow> rows, const RowCounts& counts,
                                          Day first, Day window_first, Day last, Words& words) {
  const OpenMail mail =
      open_mail(placements, rows, counts, std::max(first, last - persistence_days + 1), last);
  const auto questions = questions_of(mail, window_first);
  const InternedString spoofing = words[spoofing_sender];
  for (Placement& p : placements) {
    if (!is_open(p)) continue;
    if (const auto found = questions.find(key_of(p)); found != questions.end()) {
      p.standing = Standing::unidentified;
      p.why = found->second;
    } else if (p.open == OpenStanding::stranger) {
      p.sender = spoofing;
    }
  }
  return placements;
}

}  // namespace dmarcq
