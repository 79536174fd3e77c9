// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "tests/generator/scenario.h"

// Kestrel Outdoor, a made-up maker of tents and rucksacks, and its mail. Addresses are published
// addresses of the services it uses; everybody who is not such a service lives in the documentation
// ranges (RFC 5737, RFC 3849).
namespace dmarcq::generator {

inline constexpr std::string_view company_domain = "kestreloutdoor.example";
inline constexpr std::string_view company_rua = "dmarc-rua@kestreloutdoor.example";
inline constexpr std::string_view production_org = "00D5f000004KsTrEAK";  ///< Salesforce,
                                                                          ///< production, made up
inline constexpr std::string_view sandbox_org = "00D8E000000RvNdUAK";  ///< its full-copy sandbox,
                                                                       ///< made up

/// Without streams and participants: one domain, p=none throughout.
Scenario kestrel_scenario(std::string name, std::uint64_t seed, Day first_day, int days);

// Salesforce
Stream core_stream();     ///< sales and service mail; SPF never aligns, own key sf1: healthy
Stream sandbox_stream();  ///< the sandbox, no key: fails both ways (core-no-dkim)
Stream marketing_cloud_stream();              ///< news.…, with SAP: two signatures, SPF aligned
Stream account_engagement_stream();           ///< DKIM only, by design
Stream account_engagement_unsigned_stream();  ///< partners.…, its domain never verified
                                              ///< (ae-no-dkim)
// Other own mail
Stream amazon_ses_stream();     ///< order mail of the shop
Stream microsoft_365_stream();  ///< the employees
Stream warehouse_stream();      ///< a server in the warehouse, SPF only
// What others do to that mail
Stream plain_forwarding_stream();  ///< Core mail, sent on with its envelope: SPF fails, DKIM
                                   ///< survives
Stream srs_forwarding_stream();    ///< sent on with an envelope of the forwarder
Stream mailing_list_stream();      ///< employees on Google Groups: the body changes
Stream other_list_stream();        ///< the same on a list server of a club
Stream gateway_stream();           ///< Core mail through a gateway that rewrites links
// Abuse
Stream spoofing_stream();  ///< rented servers with an SPF pass of their own; give it only_days for
                           ///< bursts
Stream botnet_stream();    ///< single mails from anywhere, SPF fails

}  // namespace dmarcq::generator
