// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace dmarcq {

/// The ways mail leaves Salesforce: the words of the column `route` and of `--route`.
namespace salesforce_route {
inline constexpr std::string_view core = "core";  ///< Sales, Service, Platform
inline constexpr std::string_view marketing_cloud = "marketing-cloud";        ///< Engagement, once
                                                                              ///< ExactTarget
inline constexpr std::string_view account_engagement = "account-engagement";  ///< once Pardot;
                                                                              ///< sends through a
                                                                              ///< Marketing Cloud
                                                                              ///< stack
inline constexpr std::string_view marketing_cloud_next = "marketing-cloud-next";
inline constexpr std::string_view email_relay = "email-relay";  ///< handed to the customer's own
                                                                ///< mail server
inline constexpr std::string_view unspecified = "unspecified";  ///< a Salesforce address, route
                                                                ///< unknown
}  // namespace salesforce_route
inline constexpr std::string_view salesforce_service = "Salesforce";

/// A Salesforce tenant as its bounce name tells it.
struct SalesforceOrg {
  std::string org_id;    ///< 18 characters, "00DA0000000Hu5aMAC"
  std::string instance;  ///< "na63", "um8"
  friend bool operator==(const SalesforceOrg&, const SalesforceOrg&) = default;
};

/// True for bnc.salesforce.com and all below it.
bool is_bounce_name(std::string_view spf_domain);

/// The tenant in `<hash>[.<hash>…].<a>-<b>.<instance>.bnc.salesforce.com`, the MAIL FROM domain of
/// Core mail. `a` is the org id from its fourth character, `b` the end of the 15-character id
/// without leading zeros, then the three characters of its case suffix. Both checked against the
/// X-SFDC-LK header of three public mails (2018 to 2021). Also where the label is the org id in
/// full, with its suffix. Nothing when the suffix does not fit the letters: then the tenant is
/// unknown. No unredacted Hyperforce name is public; should its form differ, it ends here too.
std::optional<SalesforceOrg> decode_bounce_name(std::string_view spf_domain);

/// The three characters that tell upper from lower case in a 15-character id: for each five
/// characters one of A–Z, 0–5, lowest bit first.
std::string case_suffix(std::string_view id15);

/// An org id of 15 or 18 characters with its suffix, so that "00DA0000000Hu5a" and
/// "00DA0000000Hu5aMAC" are the same; "" for other text.
std::string whole_org_id(std::string_view text);

/// Does an instance name look like a sandbox's: "cs87", or Hyperforce "usa254s"? A hint only.
bool looks_like_sandbox(std::string_view instance);

/// The stack number of a Marketing Cloud platform name: 10 for s10.y.mc.salesforce.com, 7 for
/// bounce.s7.exacttarget.com or bounce.s7.mc.pd25.com.
std::optional<unsigned> marketing_cloud_stack(std::string_view name);

}  // namespace dmarcq
