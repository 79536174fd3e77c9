// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string_view>

#include "ingest/base/error.h"
#include "ingest/origin.h"
#include "report/cli/terminal/io.h"
#include "report/cli/terminal/progress.h"

namespace dmarcq {

/// A line of JSON on standard error, for journald and the like:
/// {"time":…,"level":…,"place":…,"text":…}. Without place when that is "".
void log_json(Io&, std::string_view level, std::string_view place, std::string_view text);

/// Says faults as they come, the first few of them: ten thousand broken mails must not drown the
/// terminal.
class FaultLines {
 public:
  FaultLines(Io& io, ProgressLine& progress, bool all, bool as_json = false)
      : io_(io), progress_(progress), all_(all), as_json_(as_json) {}
  void say(const Origin&, const Error&);
  /// What is no fault; not with --quiet. As few as of faults.
  void note(const Origin&, std::string_view text);
  /// "… and 40 more; see dmarcq problems list", if there were more.
  void finish();

 private:
  Io& io_;
  ProgressLine& progress_;
  bool all_, as_json_;
  std::uint64_t seen_ = 0, notes_ = 0;
};

}  // namespace dmarcq
