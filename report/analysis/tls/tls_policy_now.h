// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "report/analysis/dns/mail_policy_health.h"
#include "report/analysis/tls/tls_observation.h"

namespace dmarcq {

/// A domain's MTA-STS policy in DNS and on its web server, against what reporters saw.
struct TlsPolicyNow {
  struct Difference {
    enum class Kind : std::uint8_t {
      no_record,     ///< a policy was seen, and DNS has no record now
      not_found,     ///< reporters say there is none, and DNS has a record; names: who
      mode,          ///< seen, now
      hosts,         ///< seen, now: lists of mx
      mx_uncovered,  ///< now: an MX in DNS that the policy does not name
    };
    Kind kind{};
    std::string seen = {}, now = {};
    std::vector<std::string> names = {};
  };
  bool known = false;                   ///< DNS answered
  std::string id;                       ///< of the record in DNS; "": there is none
  std::optional<MtaStsPolicy> policy;   ///< as fetched; nothing where it was not asked for
  std::vector<std::string> mx;          ///< hosts in DNS
  std::vector<DomainFault> faults;      ///< of the record and the policy
  std::vector<Difference> differences;  ///< at most ten hosts each
};
inline constexpr std::size_t tls_difference_count = 5;
std::string_view to_text(TlsPolicyNow::Difference::Kind) noexcept;  ///< "not-found"

/// `voices`: who has a say. What a voice says last counts.
TlsPolicyNow tls_policy_now(TlsObservations, const std::string& domain, const TlsVoices& voices,
                            const MtaStsHealth&, const MxHealth&);

}  // namespace dmarcq
