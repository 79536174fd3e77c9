// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace dmarcq {

/// A zone as a master file (RFC 1035 section 5) has it: enough of it to answer what is asked of DNS
/// without DNS. What dig prints
/// ("dig +noall +answer TXT s1._domainkey.example.com") is one as well.
class Zone {
 public:
  struct Entry {
    std::string name, type, data;
    std::uint32_t ttl = 0;  ///< seconds; 0 when neither the line nor a $TTL before it says
  };  ///< lower-case name without final dot, "" for the root; upper-case type; data as one text: as
      ///< DnsAnswer::data
  enum class Emptiness { refused, allowed };
  /// `origin`: what relative names end in until a $ORIGIN. Records of other classes than IN are
  /// passed over. The error names the line.
  static std::expected<Zone, std::string> parse(std::string_view text, std::string_view origin,
                                                Emptiness = Emptiness::refused);

  std::vector<std::string> txt(std::string_view name) const;  ///< the strings of each TXT record
                                                              ///< run together
  bool has(std::string_view name, std::string_view type) const;
  bool exists(std::string_view name) const;  ///< it, or something below it, is there
  bool holds(std::string_view name) const;   ///< lies at or below the zone's origin, and below no
                                             ///< delegation
  const std::string& origin() const { return origin_; }
  bool has_soa() const { return has_soa_; }
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::string origin_;
  bool has_soa_ = false;
  std::vector<Entry> entries_;
};

}  // namespace dmarcq
