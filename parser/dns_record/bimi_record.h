// SPDX-License-Identifier: MIT
#pragma once
#include <expected>
#include <string>
#include <string_view>

namespace dmarcq {

/// A BIMI assertion record (draft-brand-indicators-for-message-identification): where the domain's
/// logo is.
struct BimiRecord {
  std::string logo;      ///< l=: an https address of an SVG; "" declines to take part
  std::string evidence;  ///< a=: an https address of a mark certificate; may be ""
};

/// Is it meant as a BIMI record: does it begin with v=BIMI1?
bool is_bimi_record(std::string_view txt);
/// The error is a clause.
std::expected<BimiRecord, std::string> parse_bimi_record(std::string_view txt);

}  // namespace dmarcq
