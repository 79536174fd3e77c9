// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "parser/aggregate/aggregate_report.h"

namespace dmarcq {

/// Collects deviations. Those that differ in the record's number alone are one entry, the first; a
/// report of a million records with the same oddity in each costs one. At most `capacity` entries,
/// the last of which then says so.
class DeviationLog {
 public:
  static constexpr std::size_t capacity = 200;

  explicit DeviationLog(std::vector<Deviation>& out) : out_(out) {}
  /// `record` 0: outside of records. Texts may be anything; they are shortened.
  void add(std::size_t record, std::string_view where, std::string_view found,
           std::string_view read_as);
  /// The same for documents of another shape: `place` is where in it, with what numbers there are,
  /// so that deviations that differ in it alone are one entry: "policies[1]/failure-details[3]".
  void add_at(std::string_view place, std::string_view where, std::string_view found,
              std::string_view read_as);

 private:
  bool is_new(std::uint64_t key, std::string_view where, std::string_view found,
              std::string_view read_as);
  void keep(std::string path, std::string_view found, std::string_view read_as);

  std::vector<Deviation>& out_;
  std::unordered_set<std::uint64_t> seen_;
};

}  // namespace dmarcq
