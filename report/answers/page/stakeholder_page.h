// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "report/analysis/finding/finding.h"
#include "report/analysis/readiness/policy_ladder.h"
#include "report/analysis/readiness/readiness.h"
#include "report/answers/readiness_answer.h"

namespace dmarcq {

// All that the stakeholders' page and its mail digest say, as plain values: whoever fills them
// judges, whoever shows them does not. Texts may hold strangers' words; they are cleaned and
// escaped where they are shown.

/// The four groups that readers of such reports know.
enum class MailGroup { aligned, failing, forwarded, unknown };
inline constexpr std::size_t mail_group_count = 4;
using GroupCounts = std::array<std::uint64_t, mail_group_count>;

/// May the policy of a domain move, and what comes next? What is said of it is in
/// verdict_phrases.h.
struct DomainVerdict {
  std::string domain;
  enum class State {
    ready,
    not_ready,
    too_little_data,
    at_goal,
    not_judged,
    no_reports
  } state = State::no_reports;
  std::string policy;       ///< as published last: "p=none; sp=quarantine"; "" when unknown
  std::string target;       ///< "quarantine"; "" when there is none
  std::string next_record;  ///< the TXT record to publish; "" when none is advised
  std::string record_name;  ///< below which it goes, at _dmarc
  std::string p;            ///< of the record as reports tell it: "none"
  NextStep next;
  std::vector<Gate> gates;
  std::vector<Blocker> blockers;  ///< what is to be done first comes first
  StreamCount own;                ///< mail of the owner's in the days that were judged
  unsigned judged_days = 0;
  std::optional<TrustDoubt> doubt;  ///< where other reports would come to another verdict
  GroupCounts groups{};
};

/// A day, a week or a month of a chart. The first may be cut short by the window.
struct Period {
  Day first = 0, last = 0;
};

struct VolumeChart {
  std::string unit;  ///< "day", "week", "28 days"
  std::vector<Period> periods;
  std::vector<GroupCounts> groups;  ///< by period
};

/// One sender and route over the same periods.
struct RouteTrend {
  std::string label;  ///< "Salesforce core"
  struct Cell {
    std::uint64_t dkim = 0, spf_only = 0, fail = 0;
  };
  std::vector<Cell> cells;
  Cell total;
};

struct ReporterDays {
  std::string name;
  std::uint64_t reports = 0, messages = 0;
  std::vector<bool> days;  ///< from the first day of the window on: a report of that day is there
};

struct OrgLine {
  std::string org_id, instance, ownership;
  std::uint64_t messages = 0;
};

struct SalesforceRouteLine {
  std::string domain, route;
  Totals totals;
  std::uint64_t of_domain = 0;  ///< messages of the domain, all senders
  std::uint64_t sources = 0;
  std::vector<OrgLine> orgs;
};

struct FindingCard {
  FindingCode code{};
  FindingNames names;
  std::string domain, sender;  ///< "example.com", "Salesforce core"
  bool salesforce = false;
  enum class Severity { note, advice, fault } severity = Severity::note;
  std::uint64_t messages = 0, of_sender = 0;
  Day first_day = 0, last_day = 0;
  unsigned days = 0;
  std::string confidence;
  std::vector<std::string> header_from;
};

struct SourceTableLine {
  std::string address, sender, evidence;
  MailGroup group = MailGroup::unknown;  ///< of most messages
  Totals totals;
  std::vector<std::string> header_from, findings;
  Day last_day = 0;
};

/// Before and after, for one sender.
struct SenderChange {
  std::string sender;
  std::uint64_t before = 0, before_pass = 0, after = 0, after_pass = 0;
};

struct Changes {
  std::optional<Period> before;  ///< absent: nothing lies before the window
  std::uint64_t messages_before = 0, reports_before = 0;
  GroupCounts groups_before{};
  std::vector<SenderChange> appeared, gone, better, worse;
  std::size_t appeared_more = 0, gone_more = 0;  ///< beyond those listed
  struct OfFinding {
    std::string domain, sender;
    FindingCode code{};
  };
  std::vector<OfFinding> findings_gone, findings_new;
  struct NoteLine {
    Day day = 0;
    std::string domain, text;
  };
  std::vector<NoteLine> notes;
};

struct DisagreementLine {
  Disagreement what;
  std::string reporter;
};

struct Problems {
  std::vector<std::pair<std::string, std::uint64_t>> by_reason;  ///< open, of the whole database:
                                                                 ///< an unreadable item tells no
                                                                 ///< domain
  std::uint64_t unusable_records = 0, unusable_messages = 0;
  std::uint64_t deviating_reports = 0, damaged_reports = 0, long_windows = 0;
  std::vector<DisagreementLine> disagreements;
  std::size_t disagreements_more = 0;
};

struct StakeholderPage {
  std::string title;                 ///< "": one that names the domains
  std::vector<std::string> domains;  ///< that it covers, by name
  Period window;                     ///< inclusive UTC days
  std::uint64_t reports = 0, reporters = 0;
  std::optional<Day> last_report_day;  ///< of the whole database: tells "no reports" from "no
                                       ///< reports lately"
  std::optional<Period> data;          ///< days of the window that have reports, first and last

  std::vector<DomainVerdict> verdicts;  ///< most messages first
  Totals totals;
  GroupCounts groups{};
  VolumeChart volume;
  std::vector<RouteTrend> trends;  ///< most messages first
  std::size_t trends_more = 0;
  std::vector<ReporterDays> coverage;  ///< most messages first
  std::size_t coverage_more = 0;
  std::vector<bool> any_report;  ///< by day of the window
  std::vector<SalesforceRouteLine> salesforce;
  std::vector<FindingCard> findings;  ///< what is most worth doing first
  std::vector<SourceTableLine> sources;
  std::size_t sources_total = 0;
  Changes changes;
  std::array<Totals, mail_group_count> dispositions{};
  std::vector<std::pair<std::string, std::uint64_t>> overrides;  ///< reason type, messages
  Problems problems;
  std::map<std::string, GroupCounts> groups_of_domains;  ///< by policy domain
  unsigned verdict_days = 0;                             ///< that a verdict looks at
  Day as_of = 0;          ///< the day of judging: the verdicts are of the days before it
  std::string generated;  ///< "" unless it was asked for: the same data gives the same bytes
};

}  // namespace dmarcq
