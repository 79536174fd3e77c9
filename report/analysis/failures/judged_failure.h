// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/failure_report/failure_report.h"

namespace dmarcq {

/// What the rows of aggregate reports say of an address and the mail from one organizational
/// domain, in the words of `dmarcq sources`. Whose mail it is, all rows of the window tell; figures
/// are of the days that a failure report is about.
struct RowsOfAddress {
  std::string domain;             ///< the organizational domain of From
  std::string service;            ///< or the owner's name for it; of most messages; "" when unknown
  std::string route;              ///< of most messages
  bool claimed = false;           ///< by an unproven name
  std::vector<std::string> orgs;  ///< whose bounce name SPF passed for; those of most messages
                                  ///< first
  struct OfDay {
    Day day = 0;
    std::uint64_t messages = 0, dmarc_fail = 0;
  };
  std::vector<OfDay> days;  ///< the report's day, the one before and the one after: those that have
                            ///< rows, in order
  std::uint64_t messages() const;  ///< of these days
  std::uint64_t dmarc_fail() const;
};

/// One failure report or complaint, with what else is known of its mail.
struct JudgedFailure {
  std::int64_t id = 0;  ///< StoredFailure::id
  Day day = 0;          ///< 0: not told
  FailureReport report;
  OriginMarks marks;
  std::optional<RowsOfAddress> rows;  ///< nothing: no aggregate row of this address in the window
  std::string asked;  ///< what the owner's policy asks for, as reports and rows say: "none",
                      ///< "quarantine", "reject"; "" when that is not known
};

/// What became of the mail at the reporter (Delivery-Result).
enum class FailureFate : std::uint8_t { delivered, spam, policy, reject, other, not_told };
inline constexpr std::size_t failure_fate_count = 6;
std::string_view to_text(FailureFate) noexcept;  ///< "delivered", …, "not-told"
FailureFate fate_of(const FailureReport&);

/// Mechanisms that gave no aligned identity, as far as the report tells: Identity-Alignment, or
/// where it is absent, the kinds of failure that concern one mechanism (RFC 6591 section 3.1).
struct FailedMechanisms {
  bool dkim = false, spf = false;
  friend bool operator==(const FailedMechanisms&, const FailedMechanisms&) = default;
};
FailedMechanisms failed_mechanisms(const FailureReport&);

/// The policy of an Exim text ("Reject"), or of the reporter's results: "(p=reject; dis=none)". ""
/// where there is none.
std::string policy_in(const FailureReport&);

/// The mail was delivered although the policy asks for rejection.
bool is_let_through(const JudgedFailure&);

/// Whose mail it is.
struct FailureOrigin {
  std::string service, route, org;  ///< "" when unknown
  /// By rows; by an unproven name in rows; by nothing but the mail's header, which anyone can
  /// write.
  enum class By : std::uint8_t { nothing, header, claimed_rows, rows };
  By service_by = By::nothing, org_by = By::nothing;
};
FailureOrigin origin_of(const JudgedFailure&);

}  // namespace dmarcq
