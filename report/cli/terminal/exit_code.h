// SPDX-License-Identifier: MIT
#pragma once

namespace dmarcq {

/// What the process ends with: a promise to scripts.
enum class Exit : int {
  done = 0,
  found = 1,          ///< the question's answer is "yes, there is something"
  usage = 2,          ///< wrong usage or configuration
  partial = 3,        ///< success, but some input became a problem
  busy = 4,           ///< another process writes to the database
  damaged = 5,        ///< the database is damaged, or newer than this program
  io = 6,             ///< input/output error, or no space left
  interrupted = 130,  ///< SIGINT; the last batch is kept
  terminated = 143,   ///< SIGTERM; the last batch is kept
};

}  // namespace dmarcq
