// SPDX-License-Identifier: MIT
#include "report/cli/signals.h"

#include <csignal>

namespace dmarcq {
namespace {

std::atomic<bool> stop{false};
std::atomic<int> caught{0};
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

void on_signal(int number) {
  caught = number;
  stop = true;
}

void handle(void (*handler)(int), unsigned flags) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = static_cast<int>(flags);
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

StopOnSignal::StopOnSignal() {
  stop = false;
  caught = 0;
  // SA_RESETHAND: the second one finds the default. No SA_RESTART: a read that waits (standard input) returns.
  handle(on_signal, SA_RESETHAND);
}
StopOnSignal::~StopOnSignal() { handle(SIG_DFL, 0); }
const std::atomic<bool>& StopOnSignal::flag() const { return stop; }
int StopOnSignal::signal() const { return caught; }

}  // namespace dmarcq
