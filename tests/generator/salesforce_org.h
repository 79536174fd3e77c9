// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

namespace dmarcq::generator {

/// The three letters that make an 18-character Salesforce id of a 15-character one: one letter for
/// five characters, its bits telling which of them are upper case (lowest bit first, alphabet A–Z,
/// 0–5).
std::string case_suffix(std::string_view id15);

/// The label that names an org in the bounce domains of its Core mail: "00DA0000000Hu5a" gives
/// "a-hu5amac". Left of the dash the org's pod (characters 4 and 5, a trailing zero dropped), right
/// of it the rest of the id without its leading zeros and then the case suffix; all in lower case.
/// Takes 15 or 18 characters.
std::string org_label(std::string_view org_id);

/// "<hash>.<org>.<instance>.bnc.salesforce.com"
std::string bounce_domain(std::string_view hash, std::string_view org_id,
                          std::string_view instance);

}  // namespace dmarcq::generator
