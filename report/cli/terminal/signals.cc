// SPDX-License-Identifier: MIT
#include "report/cli/terminal/signals.h"

#include <time.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

namespace dmarcq {
namespace {

std::atomic<bool> stop{false};
std::atomic<int> caught{0};
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

timer_t grace{};
bool has_grace = false;
/// The batch under way is committed in this time, or given up: what was committed before it stays.
constexpr timespec grace_time{1, 700'000'000};

void on_signal(int number) {
  caught = number;
  stop = true;
  const itimerspec once{{}, grace_time};
  if (has_grace) timer_settime(grace, 0, &once, nullptr);  // async-signal-safe, like _exit()
}

const char* words_at_the_end = nullptr;

void on_end_of_grace(int) {
  if (words_at_the_end != nullptr) {
    // What is drawn on a terminal without a line end stays above.
    if (isatty(STDERR_FILENO) == 1) static_cast<void>(!::write(STDERR_FILENO, "\n", 1));
    static_cast<void>(!::write(STDERR_FILENO, words_at_the_end, std::strlen(words_at_the_end)));
  }
  _exit(128 + caught);
}

void handle(void (*handler)(int), unsigned flags) {
  struct sigaction action{};
  action.sa_handler = handler;
  action.sa_flags = static_cast<int>(flags);
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

StopOnSignal::StopOnSignal(const char* last_words) {
  words_at_the_end = last_words;
  stop = false;
  caught = 0;
  sigevent event{};
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = SIGALRM;
  has_grace = timer_create(CLOCK_MONOTONIC, &event, &grace) == 0;
  std::signal(SIGALRM, on_end_of_grace);
  // SA_RESETHAND: the second one finds the default. No SA_RESTART: a read that waits (standard
  // input) returns.
  handle(on_signal, SA_RESETHAND);
}
StopOnSignal::~StopOnSignal() {
  handle(SIG_DFL, 0);
  if (has_grace) timer_delete(grace);
  has_grace = false;
  std::signal(SIGALRM, SIG_DFL);
}
const std::atomic<bool>& StopOnSignal::flag() const { return stop; }
int StopOnSignal::signal() const { return caught; }

}  // namespace dmarcq
