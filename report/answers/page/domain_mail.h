// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "report/analysis/readiness/timeline.h"
#include "report/analysis/stream/mail_group.h"
#include "report/answers/portfolio/domain_verdict.h"

namespace dmarcq {

/// A day, a week or a month of a chart; a window. Both days are included.
struct Period {
  Day first = 0, last = 0;
};

/// Messages, and what receivers that applied the policy did with them.
struct Handling {
  std::uint64_t messages = 0, quarantined = 0, rejected = 0;
  std::uint64_t held() const { return quarantined + rejected; }
  void add(std::uint64_t counted, const StreamCount&);  ///< so many of its messages are meant
  void add(const Handling&);
};

struct PassFail {
  std::uint64_t pass = 0, fail = 0;
};

/// The mail of one sender, by service and not by address.
struct SenderMail {
  MailGroup group = MailGroup::authenticated;  ///< needs_fixing: the owner's, and something about
                                               ///< it blocks the policy
  std::string label;                           ///< "Salesforce Marketing Cloud", "203.0.113.25"
  std::string network;  ///< of one that is called by its address: what [geo] says, to be shown
  StreamCount now, before;
  std::vector<PassFail> periods;   ///< by period of the window
  std::set<std::string> from;      ///< From domains, where streams tell them
  std::optional<Blocker> blocker;  ///< what is to be done about it first
  std::string blocker_domain;      ///< the policy domain that it blocks
};

struct PolicyChange {
  Day day = 0;
  std::string domain, before, now;  ///< policies: "p=none"
};

/// What the streams of a domain show of a window, and of as many days before it.
struct DomainMail {
  std::string domain;
  GroupCounts now{}, before{};
  std::vector<GroupCounts> by_period;
  Handling own_now, own_before;              ///< standing own, whether it passes or fails
  Handling spoofing_now, spoofing_before;    ///< failing mail of strangers
  std::vector<SenderMail> senders;           ///< most messages first
  std::vector<PolicyChange> policy_changes;  ///< of the record that governs the domain
  std::optional<SeenPolicy> policy_before;   ///< in force at the end of the days before, where the
                                             ///< domain has a record of its own
  std::uint64_t reports_before = 0;
};

/// Which days are looked at. The periods divide the window.
struct MailWindow {
  Period days;
  std::vector<Period> periods;
  Period before() const { return {days.first - (days.last - days.first + 1), days.first - 1}; }
};

/// The period that a day of the window is in.
std::size_t period_of(std::span<const Period>, Day);

/// Streams and timeline must reach over window and days before.
DomainMail domain_mail(const DomainVerdict&, const Streams&, const Timeline&, const MailWindow&);

/// "Salesforce Marketing Cloud", "Unknown sender": what senders are listed by.
std::string sender_label(std::string_view service, std::string_view route);
std::string sender_label(const Sender&);
/// The name of a stream, with Salesforce's products as Salesforce calls them: "Salesforce core, org
/// 00D…" becomes "Salesforce Core, org 00D…".
std::string sender_title(std::string_view sender);
/// Routes as Salesforce calls its products.
std::string route_label(std::string_view route);

}  // namespace dmarcq
