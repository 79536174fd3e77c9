// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "ingest/base/seeded_hash.h"
#include "ingest/dns/resolver.h"
#include "ingest/dns/zone.h"

namespace dmarcq {

/// Answers kept in a file: a zone, what dig printed (zone.h), or a snapshot of `dns fetch`, which
/// says in comments what has no records:
///
///     ;; dmarcq dns snapshot, taken 2026-11-30T15:40:00Z
///     example.com. 300 IN TXT "v=spf1 -all"
///     ;; NODATA example.com. AAAA
///     ;; NXDOMAIN nowhere.example.com.
///     ;; SERVFAIL broken.example.com. TXT
///     ;; UNKNOWN slow.example.com. TXT time-out
///
/// What is not in it is unknown, not missing. But a file with a SOA record is a zone: a name that
/// it does not have at or below the name of that record, and below no delegation, does not exist,
/// and a name that it has has no records but those. A file may hold several zones.
class DnsSnapshot : public Resolver {
 public:
  /// DnsAnswer::why of what it does not know.
  static constexpr std::string_view not_in_it = "not in the snapshot";
  /// The error names the line.
  static std::expected<DnsSnapshot, std::string> parse(std::string_view text);
  enum class Coverage {
    by_soa,  ///< a file with a SOA is a whole zone; another holds single answers
    whole,   ///< the file is a whole zone, whatever it says
  };
  explicit DnsSnapshot(const Zone&, Coverage = Coverage::by_soa);

  DnsAnswer ask(const DnsQuestion&) override;
  /// When the first line says that it was taken; "" without one.
  const std::string& taken() const { return taken_; }

 private:
  struct Records {
    std::vector<std::string> data;
    std::uint32_t ttl = 0;  ///< the smallest
  };
  using Node = std::map<RecordType, Records>;
  template <typename Value>
  using ByName = std::unordered_map<std::string, Value, SeededHash, std::equal_to<>>;
  using Names = std::unordered_set<std::string, SeededHash, std::equal_to<>>;

  void take_comment(std::string_view line);
  const Node* node_at(std::string_view name) const;
  DnsAnswer without_records(const std::string& name, RecordType) const;
  bool is_in_zone(std::string_view name) const;

  std::string taken_;
  ByName<Node> nodes_;  ///< names with records, and those above them, without
  Names origins_;       ///< of the zones in the file; "" for the root
  Names missing_, delegated_;
  ByName<std::map<RecordType, DnsAnswer>> negative_;  ///< no data, or unknown
};

/// The lines that make a snapshot give this answer to this question again, each with its line end.
std::string snapshot_line(const DnsQuestion&, const DnsAnswer&);

}  // namespace dmarcq
