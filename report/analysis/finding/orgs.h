// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "report/analysis/sender/identifier.h"
#include "store/model.h"

namespace dmarcq {

/// Whose a Salesforce org is. Ours: the owner says so, or SPF passed for its bounce name together
/// with an aligned signature.
enum class Ownership { ours, foreign, unproven };
std::string_view to_text(Ownership) noexcept;

struct OrgVerdict {
  SalesforceOrg org;  ///< the instance seen last
  Ownership ownership = Ownership::unproven;
  std::string why;
  std::uint64_t messages = 0;  ///< with SPF passing for its bounce name
  Day first_day = 0, last_day = 0;
};

struct OrgShare {
  std::uint32_t org = 0;  ///< into Judgement::orgs
  std::uint64_t messages = 0;
};
/// From messages by position of the org; most messages first, then by position.
std::vector<OrgShare> org_shares(const std::map<std::uint32_t, std::uint64_t>& messages);

/// The orgs whose bounce names passed SPF in some rows.
struct OrgTable {
  std::vector<OrgVerdict> orgs;         ///< by org id
  std::vector<std::int32_t> of_row;     ///< into `orgs`; -1 where SPF passed for no bounce name
  std::map<std::string, bool> claimed;  ///< org id → ours: what the owner says
  std::set<std::string> proven_for;     ///< organizational domains that an org signed for, unless
                                        ///< the owner disowned it
};
/// `names` are those of the rows.
OrgTable org_table(std::span<const SourceRow> rows, std::span<const IdentityNames* const> names,
                   const Identifier&);

/// Whose an org is, as far as this From domain goes. An org that signed for a domain of another
/// client in the same database stays unproven here.
Ownership ownership_for(const OrgVerdict&, const OrgTable&, const IdentityNames&,
                        const Identifier&);

/// Leaves the orgs that `rows` have, with the figures of these rows. `of_row`: into `orgs` for each
/// row; becomes the position among those that are left.
std::vector<OrgVerdict> orgs_of_rows(std::vector<OrgVerdict> orgs, std::span<const SourceRow> rows,
                                     std::span<const IdentityNames* const> names,
                                     std::vector<std::int32_t>& of_row);

}  // namespace dmarcq
