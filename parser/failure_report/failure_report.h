// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/aggregate/aggregate_report.h"
#include "parser/calendar.h"
#include "parser/ip_address.h"

namespace dmarcq {

enum class FailureKind : std::uint8_t {
  auth_failure,  ///< DMARC, SPF or DKIM failed (RFC 6591, RFC 9991)
  complaint,     ///< a recipient or a filter disliked the mail (RFC 5965: abuse, fraud, virus, …)
  not_spam,      ///< a recipient says that it was none
};
std::string_view to_text(FailureKind) noexcept;  ///< "auth-failure", "complaint", "not-spam"

/// Identity-Alignment: the mechanisms that gave no aligned identity, so the failed ones and not
/// those that passed. Absent in most reports as of old.
struct Unaligned {
  bool stated = false;  ///< with neither of the two: "none"
  bool dkim = false, spf = false;
  friend bool operator==(const Unaligned&, const Unaligned&) = default;
};

/// What the header of the mail tells of where it was made, and names nobody: category, entity and
/// job are one word of ASCII letters, digits, '-' and '_', or "".
struct OriginMarks {
  std::string salesforce_org;  ///< X-SFDC-LK: the org's id
  std::string category;        ///< X-SFDC-EmailCategory
  std::string entity;          ///< X-SFDC-EntityId
  std::string job;             ///< x-job, of Marketing Cloud
  std::string list;            ///< the domain of List-Id
  friend bool operator==(const OriginMarks&, const OriginMarks&) = default;
};

/// One report about one mail that claimed to be the owner's (RFC 5965, RFC 6591, RFC 9991). Anyone
/// can write one. Texts are valid UTF-8 in one line without control characters, at most
/// longest_failure_text bytes; absent is "". Domains are A-labels in lower case.
struct FailureReport {
  FailureKind kind = FailureKind::auth_failure;
  std::string feedback_type;              ///< as written; "" in a report without a feedback part
  std::string user_agent, version;        ///< of the program that wrote the report
  std::vector<std::string> auth_failure;  ///< lower case: "dmarc", "bodyhash"; Netease has none
  Unaligned unaligned;
  std::string delivery_result;  ///< lower case: "delivered", "spam", "policy", "reject", "other", …
  std::string policy_result;  ///< Exim's "DMARC Results", what the policy asks for: "None, Accept"
  std::optional<IpAddress> source_ip;
  std::string reported_domain;
  std::string reporter;  ///< domain in From of the report
  std::string reporting_mta;
  std::optional<EpochSeconds> arrival;      ///< of the mail at the reporter
  std::optional<EpochSeconds> reported_at;  ///< Date of the report
  std::uint64_t incidents = 1;              ///< so many mails failed alike

  std::string header_from;           ///< domain in From of the mail
  std::string envelope_from_domain;  ///< domain of the envelope sender
  bool null_sender = false;  ///< the envelope sender is empty: a bounce or an automatic answer

  std::string dkim_domain, dkim_selector, dkim_identity;  ///< of a signature that failed; Netease
                                                          ///< names one that passed, unaligned
  std::string spf_dns;

  // What names people, or may: the store keeps it only when it is asked to.
  std::string envelope_from;  ///< whole address, without brackets
  std::string envelope_rcpt;  ///< the same, or a token in its place (RFC 6590): one token is
                              ///< one recipient, and no more is known of it
  std::string authentication_results;  ///< value of the report's own field, unfolded
  std::string subject;                 ///< of the mail, decoded (RFC 2047)
  std::string message_id, list_id;     ///< of the mail, without brackets
  /// The header of the mail, never its body: whole fields "Name: value", in order, folded as they
  /// were, LF line ends, other control characters than tabs as blanks; at most
  /// longest_original_header bytes.
  std::string original_header;

  std::vector<Deviation> deviations;  ///< without local parts of addresses
};

inline constexpr std::size_t longest_failure_text = 4096, longest_original_header = 64u << 10,
                             most_auth_failures = 20;

OriginMarks origin_marks(const FailureReport&);

/// Takes out what names people, or may: addresses and ids of messages keep their domain ("@" before
/// it), in whatever text they stand, and subject, header, results and what is written in the names
/// of lists are gone. Twice is as once.
void forget_people(FailureReport&);

/// Equal for two copies of one report, which has no id of its own: kind, source, arrival and
/// original header, whatever their line ends and blanks at the ends of lines. Where there is no
/// original header, what else the report tells of the mail. To be hashed, for it names people.
std::string failure_key_text(const FailureReport&);

}  // namespace dmarcq
