// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/generator/mail.h"
#include "tests/generator/report.h"
#include "tests/generator/reporter.h"

// A scenario is a company's mail over some months: what it sends (streams), what it publishes
// (policies) and who reports on it (participants). From it come, for every day and reporter, a
// Report value, its XML, its mail, and the truth: one line per record, which tests add up without
// the program's help.
//
// To write one: fill a Scenario (company.h has ready streams), then
//
//     Scenario scenario = kestrel_scenario("my-case", seed, day_of(2026, 1, 1), 60);
//     scenario.streams.push_back(core_stream());
//     for (const DayReport& r : reports(scenario)) …     // or write_mailbox(scenario, mbox, truth)
//
// Days are counted from 0 = first_day. Everything is a pure function of the scenario, seed
// included.
namespace dmarcq::generator {

/// Days first … last of a scenario, both included.
struct DayRange {
  int first = 0, last = 1'000'000;
  bool contains(int day) const { return first <= day && day <= last; }
};

/// Something that goes wrong for a part of a stream. `apply` changes the authentication results
/// that the receiver saw; alignment and disposition are computed afterwards.
struct Fault {
  DayRange days;
  unsigned permille = 1000;   ///< so many of a thousand messages
  std::string only_reporter;  ///< key; empty: all
  std::function<void(Record&)> apply;
};

/// The selector's key is gone from DNS: its signatures get `permerror`.
Fault key_vanishes(DayRange, std::string selector);
/// From the first day on the mail is signed with another selector, whose key is missing (`result`:
/// "permerror") or, for a rotation that works, is there ("pass").
Fault key_rotates(DayRange, std::string from_selector, std::string to_selector, std::string result);
/// The mail leaves without the signatures of this domain.
Fault unsigned_mail(DayRange, std::string domain, unsigned permille = 1000);
/// Signatures of this domain fail: somebody changed the body.
Fault body_changed(DayRange, std::string domain, unsigned permille = 1000);
/// The receiver's DNS had a bad day: signatures and SPF get `temperror` at this reporter.
Fault dns_trouble(DayRange, std::string only_reporter, unsigned permille);

/// What a receiver writes when it knows better: reason, and acceptance of mail that the policy
/// would hold.
struct Override {
  std::string reporter;  ///< key
  unsigned permille = 1000;
  Reason reason;
};

/// One kind of mail that flows for the domain.
struct Stream {
  std::string name;
  std::vector<std::string> sources;  ///< addresses, used in turn
  std::string header_from;
  /// Domains of the envelope sender, dealt out to the sources in turn. SPF is checked on them.
  std::vector<std::string> envelopes;
  std::string spf_result = "pass";     ///< for source and envelope
  std::vector<DkimResult> signatures;  ///< in the order of the header, `pass` unless a fault says
                                       ///< otherwise

  unsigned weekday_volume = 0, weekend_volume = 0;  ///< messages a day over all receivers, ±20 %
  /// Extra factor for each weekday from Sunday on, in per cent: campaigns go out on Tuesdays and
  /// Thursdays.
  std::vector<unsigned> weekday_percent;
  DayRange days;
  std::vector<int> only_days;  ///< exactly these days, for bursts; empty: every day of the range
  unsigned active_permille = 1000;   ///< on so many of a thousand days there is any mail
  std::vector<std::string> seen_by;  ///< keys of the reporters that see it; empty: all
  std::vector<Fault> faults;
  std::vector<Override> overrides;
};

struct PolicyChange {
  int from_day = 0;
  PublishedPolicy policy;
};

struct OwnDomain {
  std::string name;
  std::vector<PolicyChange> policies;  ///< in order of time, the first from day 0
  const PublishedPolicy& policy_on(int day) const;
};

struct Participant {
  Reporter reporter;
  unsigned weight = 1;           ///< its part of all mail, relative to the others
  unsigned absent_permille = 0;  ///< on so many of a thousand days it sends no report
  std::vector<DayRange> silent;  ///< days without any report from it
  bool reports_on(const struct Scenario&, int day) const;
};

struct Scenario {
  std::string name;
  std::uint64_t seed = 1;
  Day first_day = 0;
  int days = 0;
  std::string rua;  ///< the address that receives the reports
  std::vector<OwnDomain> domains;
  std::vector<Participant> participants;
  std::vector<Stream> streams;
};

/// A report together with when it was due. `reporter` points into the scenario.
struct DayReport {
  int day = 0;
  const Reporter* reporter = nullptr;
  Report report;
};

/// The reports on one day, in the order of participants and domains; none for a reporter that saw
/// nothing.
std::vector<DayReport> reports_on(const Scenario&, int day);
/// All days.
std::vector<DayReport> reports(const Scenario&);

/// The mail that brings this report. `copy` > 0 is the same report sent again, later.
Mail mail_for(const Scenario&, const DayReport&, int copy = 0);
/// Seconds at which the reporter sends the mail.
Seconds sent_at(const Scenario&, const DayReport&, int copy = 0);

/// Columns: day, org_name, report_id, domain, source_ip, count, header_from, dkim_aligned,
/// spf_aligned, disposition, stream. `day` is the UTC date of the middle of the window; the aligned
/// results are policy_evaluated's.
std::string truth_header();
std::string truth_lines(const Scenario&, const DayReport&);

/// Every report of the scenario, one mail each, in order of delivery.
void write_mailbox(const Scenario&, std::ostream& mbox, std::ostream& truth);

/// The registrable domain: here simply the last two labels, since every From domain of the
/// generator is a two-label name under .example (or a name below one) and no sender's domain lies
/// under a two-label public suffix.
std::string_view registrable_domain(std::string_view name);
/// Is this authenticated domain aligned with the From domain? `mode`: "r" or "s".
bool is_aligned(std::string_view header_from, std::string_view authenticated,
                std::string_view mode);
/// Fills in dkim_aligned, spf_aligned, disposition and reasons, as this reporter judges under this
/// policy.
void judge(Record&, const PublishedPolicy&, std::string_view policy_domain, const Habits&, Rng&);

}  // namespace dmarcq::generator
