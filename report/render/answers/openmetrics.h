// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <initializer_list>
#include <ostream>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace dmarcq {

/// Writes metrics as OpenMetrics text (1.0), of which only gauges are used: what a node exporter's
/// textfile collector reads, which knows the older Prometheus text format alone, too. All samples
/// of a family follow its heading; names, units and helps are the program's own.
class MetricsWriter {
 public:
  using Label = std::pair<std::string_view, std::string_view>;

  explicit MetricsWriter(std::ostream& out) : out_(out) {}

  /// `unit`: "" or the end of the name, "seconds" of "dmarcq_last_report_timestamp_seconds". `help`
  /// without quotes and backslashes.
  void family(std::string_view name, std::string_view help, std::string_view unit = {});
  /// Of the last family. Label values may be any text. The same labels again are left out: readers
  /// refuse a file that has them twice.
  void sample(std::initializer_list<Label> labels, std::uint64_t value);
  /// "# EOF"
  void finish();

 private:
  std::ostream& out_;
  std::string_view name_;
  std::set<std::string> written_;  ///< labels, of the last family
};

}  // namespace dmarcq
