// SPDX-License-Identifier: MIT
#pragma once
#include <sys/types.h>

#include <string>

namespace dmarcq {

/// What shows long answers on a terminal, chosen as git does: DMARCQ_PAGER, else PAGER, else less
/// where it is installed. "" when there is none to be used: the variable is empty, or says cat.
std::string pager_command();

/// A pager behind standard output, from start() on. Less is told to end at once when all fits on
/// the screen (LESS=FRX, unless LESS is set).
class Pager {
 public:
  Pager() = default;
  Pager(const Pager&) = delete;
  Pager& operator=(const Pager&) = delete;
  /// Tells the pager that all is said, and waits until the reader has left it.
  ~Pager();
  /// Puts it behind file descriptor 1. Does nothing when it cannot be started: the answer then goes
  /// to the terminal itself.
  void start(const std::string& command);

 private:
  pid_t process_ = 0;
};

}  // namespace dmarcq
