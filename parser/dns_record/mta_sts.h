// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace dmarcq {

/// Is it meant as an MTA-STS record: does it begin with v=STSv1 (RFC 8461 section 3.1)?
bool is_mta_sts_record(std::string_view txt);
/// The id of an MTA-STS record (RFC 8461 section 3.1), which changes with each policy. The error
/// is a clause.
std::expected<std::string, std::string> mta_sts_id(std::string_view txt);

/// An MTA-STS policy (RFC 8461 section 3.2): which hosts may receive a domain's mail.
struct MtaStsPolicy {
  enum class Mode { none, testing, enforce };
  Mode mode = Mode::none;
  std::vector<std::string> mx;  ///< folded; the leftmost label may be "*"
  std::uint32_t max_age = 0;    ///< seconds

  /// Is the host one of mx? A wildcard stands for one label (RFC 8461 section 4.1).
  bool covers(std::string_view host) const;
};
std::string_view to_text(MtaStsPolicy::Mode) noexcept;

/// Reads the text of mta-sts.txt, at most 64 KiB; lines end in LF or CRLF, unknown keys are
/// ignored. The error is a clause.
std::expected<MtaStsPolicy, std::string> parse_mta_sts_policy(std::string_view text);

}  // namespace dmarcq
