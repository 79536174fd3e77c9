// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "report/analysis/finding/diagnose.h"
#include "report/analysis/readiness/timeline.h"
#include "report/analysis/stream/persistence.h"
#include "report/analysis/stream/replay.h"
#include "report/analysis/stream/standing.h"

namespace dmarcq {

/// Messages of a stream on one day at one reporter.
struct StreamCount {
  Day day = 0;
  std::uint32_t reporter = 0;
  std::uint64_t both = 0, dkim_only = 0, spf_only = 0;
  std::uint64_t fail = 0;
  std::uint64_t temporary = 0;  ///< failed for a temporary error: neither pass nor fail (RFC 9989
                                ///< section 5.3.6)
  std::uint64_t quarantined = 0, rejected = 0;
  std::uint64_t held_temporary = 0;  ///< of these, failed for a temporary error
  std::uint64_t rescued = 0;  ///< of `fail`: the receiver believes who forwarded it, or knows the
                              ///< list, and delivers it whatever the policy

  std::uint64_t pass() const { return both + dkim_only + spf_only; }
  std::uint64_t judged() const { return pass() + fail; }
  std::uint64_t messages() const { return judged() + temporary; }
  /// Quarantined or rejected by the policy, not for a receiver's bad day.
  std::uint64_t hits() const { return quarantined + rejected - held_temporary; }
  void add(const StreamCount&);  ///< all but day and reporter
};

/// The unit of judgement: one From domain and one sender, not an address. Small ones count as large
/// ones do.
struct Stream {
  std::string domain;  ///< policy domain
  std::string from;  ///< From domain; "" in streams that are kept together for all (all but own and
                     ///< possible)
  std::string sender;          ///< in words: "Salesforce core", "203.0.113.25"
  std::string service, route;  ///< as in Sender
  std::string org_id;          ///< Salesforce Core with an org that is not proven ours
  Standing standing = Standing::own;
  StandingExplanation why;
  std::vector<StreamCount> counts;                     ///< by day, then reporter; one each
  std::map<FindingCode, std::uint64_t> failing_codes;  ///< of mail that fails or passes by SPF
                                                       ///< only, in the window judged; messages
  std::set<std::uint32_t> route_lines;                 ///< into the window's Judgement::routes
  std::set<std::string> selectors;  ///< own ones that passed: "sf1._domainkey.example.com"
  std::set<std::string> failing_selectors;
  /// How its failing mail keeps coming. Of possible and unidentified streams only: others raise no
  /// question.
  Persistence persistence;
  /// What the owner would declare to answer for it: `dmarcq senders add KIND VALUE`. Empty where no
  /// one entry names it, or the value, which reports gave, is not the network, domain or org id
  /// that it should be.
  std::string answer_kind, answer_value;
  bool continues = false;  ///< mail under a key of this owner that came by another path before (a
                           ///< relay was introduced)
  bool continued = false;  ///< it ended, and mail under its keys goes on by another path

  bool is_ours() const { return standing == Standing::own || standing == Standing::possible; }
  /// Unidentified only for its good name: on few days so far, so no question yet, but news.
  bool is_young() const { return why.reason == StandingReason::good_name; }
  /// "Salesforce core (news.example.com)": the From domain is named where it is not the policy
  /// domain.
  std::string label() const;
  /// Sum of these days; of one reporter left out where it is given.
  StreamCount total(Day first, Day last, const std::uint32_t* without = nullptr) const;
  std::map<Day, StreamCount> by_day(Day first, Day last) const;
  std::map<std::uint32_t, StreamCount> by_reporter(Day first, Day last) const;
};

/// Streams of a timeline, judged as of its day `last`: nothing after it is looked at.
struct Streams {
  std::vector<Stream> list;        ///< by standing, then domain, sender, From
  Day first = 0, last = 0;         ///< the days that were looked at
  Day window_first = 0;            ///< from here on codes and findings were judged
  std::set<std::string> governed;  ///< policy domains below the one asked about that its record
                                   ///< governs: their mail is in these streams
  std::optional<Replay> replay;
  Timeline::Window window;                   ///< rows of the window …
  Judgement judgement;                       ///< … judged
  std::vector<std::uint32_t> stream_of_row;  ///< of window.rows, into list
  std::vector<std::uint32_t> stream_of_key;  ///< of Timeline::keys(), into list; none where the key
                                             ///< has no row in first … last
  static constexpr std::uint32_t none = UINT32_MAX;
};

/// Does the name of a sender contain the words, case aside?
bool sender_matches(const Stream&, const std::string& words);

}  // namespace dmarcq
