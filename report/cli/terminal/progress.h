// SPDX-License-Identifier: MIT
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "report/cli/terminal/io.h"

namespace dmarcq {

/// How far a run is. Bytes are those of the source that is being read, and done when what they hold
/// is saved: the time that is left counts the saving too.
struct ProgressFigures {
  std::uint64_t bytes_done = 0;
  std::optional<std::uint64_t> bytes_total;
  std::uint64_t bytes_before = 0;  ///< of them passed over at the start, because they are known
  std::uint64_t items = 0, reports = 0, records = 0;
  double seconds = 0;                    ///< of the whole run
  std::optional<double> source_seconds;  ///< of this source; as long as the run where it is not
                                         ///< said
};

/// "62 %  1.2 GB of 1.9 GB  4,120 items  3,980 reports  412,000 records/s  0:12 left"; "finishing"
/// in place of the time once all is saved and only the closing work is left. Where that is wider
/// than `room`, what matters least is left out first: the rate, the reports, the items.
std::string progress_text(const ProgressFigures&, std::size_t room = std::string::npos);

/// One line at the foot of a terminal, redrawn at most ten times a second and gone at the end.
/// Without a terminal that can redraw, or with --quiet, it does nothing.
class ProgressLine {
 public:
  explicit ProgressLine(Io& io) : io_(io), on_(io.err_terminal.redraws && !io.quiet) {}
  ~ProgressLine() { wipe(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  void show(const ProgressFigures&);
  /// Takes the line away, before something else is written.
  void wipe();

 private:
  Io& io_;
  bool on_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point last_{};
};

}  // namespace dmarcq
