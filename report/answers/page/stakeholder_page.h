// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "report/analysis/finding/finding.h"
#include "report/analysis/tls/tls_groups.h"
#include "report/analysis/tls/tls_readiness.h"
#include "report/answers/page/domain_mail.h"
#include "report/answers/portfolio/domain_verdict.h"

namespace dmarcq {

// All that the stakeholders' page and its mail digest say, as plain values: whoever fills them
// judges, whoever shows them does not. Texts may hold strangers' words; they are cleaned and
// escaped where they are shown.

/// The mail of all domains of the page, by group and period.
struct VolumeChart {
  std::string unit;  ///< "day", "week", "28 days"
  std::vector<Period> periods;
  std::vector<GroupCounts> groups;  ///< by period
  bool first_is_partial = false;    ///< the first period is shorter than the others
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
  bool over = false;  ///< cured, it seems (recovery.h)
  std::uint64_t messages = 0, failing = 0, of_sender = 0;
  Day first_day = 0, last_day = 0;
  unsigned days = 0;
  std::string confidence;
  std::vector<std::string> header_from;
};

/// Something to do, for one domain.
struct PageAction {
  enum class Kind {
    step_back,    ///< publish a weaker record: own mail is hit
    repair,       ///< of a blocker, or else of a finding
    answer,       ///< the owner is to say whose mail it is: the blocker's question
    publish,      ///< the next record
    find_reports  ///< none come
  };
  Kind kind = Kind::repair;
  std::size_t verdict = 0;  ///< into StakeholderPage::verdicts
  std::optional<Blocker> blocker;
  std::optional<FindingCard> finding;
};

struct SourceTableLine {
  std::string address, sender, evidence;
  std::string network;  ///< of an unidentified sender: what [geo] says, to be shown
  Totals totals;
  std::vector<std::string> header_from, findings;
  Day last_day = 0;
};

/// Before and after, for one sender.
struct ChangedSender {
  std::string sender;
  std::uint64_t before = 0, before_pass = 0, after = 0, after_pass = 0;
};

struct Changes {
  Period before;  ///< the days that the window is compared with
  std::uint64_t messages_before = 0, reports_before = 0;
  GroupCounts groups_before{};
  std::vector<ChangedSender> appeared, gone, better, worse;
  std::size_t appeared_more = 0, gone_more = 0;  ///< beyond those listed
  struct OfFinding {
    std::string domain, sender;
    FindingCode code{};
  };
  std::vector<OfFinding> findings_gone, findings_new;
  std::vector<PolicyChange> policies;
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

/// TLS of incoming mail, as TLS reports on one domain tell it.
struct TlsPageLine {
  std::string domain;
  std::uint64_t sessions = 0, failed = 0;
  std::size_t reporters = 0;  ///< not counting those that may not be who they say
  std::string result;         ///< of most failures; "" where there are none, or it is not told
  TlsResultType type = TlsResultType::unknown;
  TlsScope scope = TlsScope::nobody;  ///< of these failures
  std::string mode;                   ///< of the MTA-STS policy that most saw; "" without one
  TlsReadiness::Verdict verdict = TlsReadiness::Verdict::too_little_data;
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
  std::size_t left_out = 0;          ///< domains known from single reports only: not on the page
  Period window;                     ///< inclusive UTC days
  std::uint64_t reports = 0, reporters = 0;
  std::optional<Day> last_report_day;  ///< of these domains: tells "no reports" from "no reports
                                       ///< lately"
  std::optional<Period> data;          ///< days of the window that have reports, first and last

  std::vector<DomainVerdict> verdicts;  ///< most urgent first
  std::vector<DomainMail> mail;         ///< of the same domains, in the same order
  std::vector<PageAction> actions;      ///< the first of what is to be done
  std::size_t actions_more = 0;
  GroupCounts groups{};        ///< all of mail
  std::uint64_t messages = 0;  ///< the sum of the groups
  Handling own_now, own_before, spoofing_now, spoofing_before;
  VolumeChart volume;
  std::vector<SenderMail> senders;  ///< of all domains: what needs fixing first, then most messages
  Changes changes;

  std::vector<ReporterDays> coverage;  ///< most messages first
  std::size_t coverage_more = 0;
  std::vector<bool> any_report;  ///< by day of the window
  std::vector<SalesforceRouteLine> salesforce;
  std::vector<FindingCard> findings;  ///< what is most worth doing first
  std::vector<SourceTableLine> sources;
  std::size_t sources_total = 0;
  std::vector<std::pair<std::string, std::uint64_t>> overrides;  ///< reason type, messages
  std::vector<TlsPageLine> tls;  ///< of the page's domains, and those below, that have TLS reports
  Problems problems;
  Day as_of = 0;          ///< the day of judging: the verdicts are of days before it
  std::string generated;  ///< "" unless it was asked for: the same data gives the same bytes
};

}  // namespace dmarcq
