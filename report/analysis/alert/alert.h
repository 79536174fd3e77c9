// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "parser/tls_report/tls_report.h"
#include "report/analysis/stream/stream.h"

namespace dmarcq {

/// What can be news. The words (to_text) are a promise to users; alert_kinds.h says what each
/// means.
enum class AlertCode {
  new_source,  ///< a sender that may be yours, never seen before
  new_route,   ///< a way through Salesforce that was never used before
  sender_started_failing,
  sender_vanished,
  spoofing_burst,
  policy_changed,  ///< the published record, as reporters see it
  enforcement_hit_own_mail,
  enforcement_hit_unproven,  ///< mail that nobody claimed is held since the policy became stricter
  reports_stopped,           ///< a reporter that always reports, or all of them
  problems_new,              ///< mail that could not be taken
  record_changed,  ///< DNS has another policy than reporters saw last; where DNS was asked
  record_broken,   ///< DNS has no usable DMARC record; where DNS was asked
  tls_failures,    ///< TLS reports: more connections to the hosts that receive mail fail
};
inline constexpr std::size_t alert_code_count = 13;
std::string_view to_text(AlertCode) noexcept;  ///< "sender-started-failing"

// What is said of an alert beside its source and first day. Figures are messages from that day on.

struct NewSenderFacts {  ///< new_source, new_route
  std::string sender, from;
  std::uint64_t messages = 0, passing = 0, failing = 0;
  Standing standing = Standing::own;
  StandingExplanation why;
  std::string org_id;
  bool handed_over = false;  ///< it began when a sender of the owner's stopped
};
struct FailingSenderFacts {  ///< sender_started_failing
  std::uint64_t failing = 0, judged = 0;
  std::optional<FindingCode> code;  ///< the fault that most of it shows
  std::string policy_domain;
  bool enforced = false;  ///< its failing mail is held, or the policy asks for it
};
struct VanishedSenderFacts {  ///< sender_vanished
  Day last_seen = 0;
  Day longest_silence = 0;  ///< in days, before
};
struct EnforcementFacts {  ///< enforcement_hit_own_mail
  std::uint64_t quarantined = 0, rejected = 0;
  bool proven = false;  ///< the sender is the owner's, not only possibly so
};
struct UnprovenHitFacts {  ///< enforcement_hit_unproven
  std::uint64_t quarantined = 0, rejected = 0;
  std::string policy;   ///< as reporters see it
  Day stricter_on = 0;  ///< first seen
  StandingExplanation why;
  std::string org_id;
};
struct SpoofingFacts {  ///< spoofing_burst
  std::uint64_t messages = 0;
  std::uint64_t usual_a_day = 0;  ///< mean of the four weeks before
  bool enforced = false;          ///< the policy holds such mail
};
/// What a change of the policy does to mail that fails.
enum class PolicyMove : std::uint8_t {
  gone,      ///< it was held, and no longer is
  weaker,    ///< less is asked for, and mail is still held
  stricter,  ///< more is asked for, or alignment is
  other,
};
struct PolicyChangeFacts {  ///< policy_changed
  std::string now, before;
  PolicyMove move = PolicyMove::other;
};
struct SilentReportsFacts {  ///< reports_stopped; source is the reporter, or "" for all
  Day last_report = 0;
  std::size_t domains = 0, of = 0;  ///< where it concerns several: how many, of how many
};
struct NewProblemsFacts {  ///< problems_new
  std::size_t problems = 0;
  std::map<std::string, std::uint64_t> reasons = {};
};
struct RecordFacts {  ///< record_changed, record_broken
  enum class Broken : std::uint8_t { no, missing, several, disarmed, unreadable };
  std::string in_dns, reported;         ///< policies; in_dns "" of a broken record
  PolicyMove move = PolicyMove::other;  ///< from what was reported to what is in DNS
  Broken broken = Broken::no;
  std::uint64_t records = 0;  ///< of several
  std::string disarmed_by;    ///< "sp=rejct", say
};
struct TlsFailureFacts {  ///< tls_failures; of the last week
  std::uint64_t failed = 0, sessions = 0;
  std::size_t failing = 0, reporters = 0;         ///< who sees failures, of those who reported
  std::string reporter = {};                      ///< who, where it is one alone
  TlsResultType result = TlsResultType::unknown;  ///< of most failures
  std::string word = {};                          ///< as reporters have it; "": not told
  std::string host = {};                          ///< of most failures; "": not told
  bool enforced = false;  ///< the MTA-STS policy that most saw is in mode enforce
};
using AlertFacts =
    std::variant<std::monostate, NewSenderFacts, FailingSenderFacts, VanishedSenderFacts,
                 EnforcementFacts, UnprovenHitFacts, SpoofingFacts, PolicyChangeFacts,
                 SilentReportsFacts, NewProblemsFacts, RecordFacts, TlsFailureFacts>;

struct Alert {
  AlertCode code{};
  std::string domain = {};  ///< "" concerns all
  std::string source = {};  ///< sender, reporter …; "" where the code says all
  std::uint64_t messages = 0;
  Day since = 0;
  AlertFacts facts = {};
  std::string key() const;  ///< by which it is remembered: equal as long as it is about the same
};

}  // namespace dmarcq
