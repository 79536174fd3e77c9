// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string_view>

#include "report/analysis/finding/orgs.h"
#include "report/analysis/sender/identifier.h"
#include "store/model.h"

namespace dmarcq {

/// What a receiver gives as reasons for not applying the policy.
struct OverrideReasons {
  bool list = false, forwarded = false, held_back = false;
  bool trusted = false;  ///< it believes who forwarded the mail, by ARC or by name: such mail is
                         ///< not lost
};
OverrideReasons override_reasons(const PolicyEvaluated&);

/// Which way mail came. Decided after the route: SPF unaligned with DKIM aligned is the healthy
/// look of Salesforce Core, not forwarding.
enum class Flow { direct, forwarded, mailing_list, foreign, unknown };
inline constexpr std::size_t flow_count = 5;
std::string_view to_text(Flow) noexcept;  ///< "mailing-list"

/// One row with all that is known of it before its flow is decided. Made anew for each row; what it
/// refers to must outlive it.
struct RowContext {
  const SourceRow& row;
  const IdentityNames& names;
  const Sender& sender;
  OverrideReasons reasons;
  bool dkim_aligned = false, spf_aligned = false;  ///< as the reporter evaluated
  const OrgVerdict* org = nullptr;  ///< null unless SPF passed for the bounce name of an org
  Ownership ownership = Ownership::unproven;  ///< of the org, for this From domain
  const OrgTable& orgs;
  Identifier& identifier;  ///< of the rows; asked for what other rows teach

  bool passes() const { return dkim_aligned || spf_aligned; }
};

struct FlowVerdict {
  Flow flow = Flow::unknown;
  bool guessed = false;  ///< direct only because a tenant's name, free to choose, looks like ours
};
FlowVerdict flow_of(const RowContext&);

/// Whose tenant a default signature of Google or Microsoft names. Google names a tenant by a domain
/// that it has verified. A Microsoft tenant's name is free to choose: one that looks like ours is
/// only a guess, unless it sent mail that was authenticated.
enum class Tenant { none, other, look_alike, ours };
Tenant tenant_of(const RowContext&);

/// Does a signature of another domain of the same owner pass, one that is no service's?
bool signed_for_sibling(const RowContext&);
/// The same by SPF or by a signature: the owner's mail, set up for another From domain.
bool authenticated_for_sibling(const RowContext&);
/// Is the Marketing Cloud stack of the row none of those known for its organizational domain?
bool is_stack_of_others(const RowContext&);
/// Did some org sign for the organizational domain of the row? Then an unproven org is likely a
/// stranger's.
bool some_org_proven(const RowContext&);

}  // namespace dmarcq
