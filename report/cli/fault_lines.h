// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>

#include "ingest/base/error.h"
#include "ingest/origin.h"
#include "report/cli/io.h"
#include "report/cli/progress.h"

namespace dmarcq {

/// Says faults as they come, the first few of them: ten thousand broken mails must not drown the terminal.
class FaultLines {
 public:
  FaultLines(Io& io, ProgressLine& progress, bool all) : io_(io), progress_(progress), all_(all) {}
  void say(const Origin&, const Error&);
  /// "… and 40 more; see dmarcq problems list", if there were more.
  void finish();

 private:
  Io& io_;
  ProgressLine& progress_;
  bool all_;
  std::uint64_t seen_ = 0;
};

}  // namespace dmarcq
