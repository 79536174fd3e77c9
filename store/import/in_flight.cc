// SPDX-License-Identifier: MIT
#include "store/import/in_flight.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <new>

namespace dmarcq {
namespace {

std::array<std::uint8_t, 16> half_of(const Digest& digest) {
  std::array<std::uint8_t, 16> half;
  std::copy_n(digest.begin(), half.size(), half.begin());
  return half;
}

constexpr std::array crash_signals{SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
std::array<struct sigaction, crash_signals.size()> actions_before;
std::atomic<std::atomic<std::uint32_t>*> crash_note = nullptr;

}  // namespace

void InFlight::on_crash(int signal) {
  if (std::atomic<std::uint32_t>* const note = crash_note) *note = 1;
  // Whoever was to hear of it hears of it.
  for (std::size_t i = 0; i < crash_signals.size(); ++i)
    if (crash_signals[i] == signal) ::sigaction(signal, &actions_before[i], nullptr);
  ::raise(signal);
}

InFlight::InFlight(const std::filesystem::path& database) {
  std::error_code ignored;
  std::filesystem::path path = std::filesystem::weakly_canonical(database, ignored);
  if (path.empty()) path = database;
  path_ = path.native() + ".reading";
  const int descriptor =
      ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
  if (descriptor < 0) return;
  struct stat status{};
  // Space is taken before it is written to: writing to a mapped page that the disk has no room for
  // would kill the run.
  if (::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) &&
      ::posix_fallocate(descriptor, 0, sizeof(File)) == 0) {
    void* const mapped =
        ::mmap(nullptr, sizeof(File), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    if (mapped != MAP_FAILED) file_ = static_cast<File*>(mapped);
  }
  ::close(descriptor);
  if (file_ == nullptr) return;
  if (file_->format != format) (new (file_) File)->format = format;
  take_over();
  crash_note = &file_->crashed;
  struct sigaction action{};
  action.sa_handler = on_crash;
  action.sa_flags = SA_ONSTACK;
  for (std::size_t i = 0; i < crash_signals.size(); ++i)
    ::sigaction(crash_signals[i], &action, &actions_before[i]);
  watcher_ = std::thread([this] { watch(); });
}

/// What was being read when the last run died is suspected.
void InFlight::take_over() {
  const bool crashed = file_->crashed != 0;
  file_->crashed = 0;
  for (Reading& reading : file_->reading) {
    if (reading.used == 0) continue;
    Suspect* known = suspect(reading.digest);
    if (known == nullptr)
      if (const auto free = std::ranges::find(file_->suspects, 0u, &Suspect::weight);
          free != file_->suspects.end())
        *(known = &*free) = {};
    const std::uint32_t weight = crashed                       ? weight_of_crash
                                 : reading.ticks >= long_ticks ? weight_of_kill
                                                               : weight_of_quick_kill;
    if (known != nullptr) *known = {reading.digest, std::min(known->weight + weight, deadly)};
    reading.used = 0;
  }
}

void InFlight::watch() {
  std::unique_lock lock(mutex_);
  while (!woken_.wait_for(lock, tick, [&] { return closed_; }))
    for (Reading& reading : file_->reading)
      if (reading.used != 0) ++reading.ticks;
}

InFlight::~InFlight() {
  if (file_ == nullptr) return;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  woken_.notify_all();
  watcher_.join();
  for (std::size_t i = 0; i < crash_signals.size(); ++i)
    ::sigaction(crash_signals[i], &actions_before[i], nullptr);
  crash_note = nullptr;
  for (Reading& reading : file_->reading) reading.used = 0;
  if (ended_)
    for (Suspect& one : file_->suspects)
      if (one.weight > 0 && one.weight < deadly && ++one.ended_runs >= forgotten_after) one = {};
  const bool needed =
      std::ranges::any_of(file_->suspects, [](const Suspect& one) { return one.weight > 0; });
  ::munmap(file_, sizeof(File));
  if (!needed) ::unlink(path_.c_str());
}

/// Null when it is none.
InFlight::Suspect* InFlight::suspect(const HalfDigest& digest) const {
  const auto found = std::ranges::find_if(
      file_->suspects, [&](const Suspect& one) { return one.weight > 0 && one.digest == digest; });
  return found == file_->suspects.end() ? nullptr : &*found;
}

bool InFlight::is_deadly(const Digest& digest) const {
  if (file_ == nullptr) return false;
  const Suspect* const known = suspect(half_of(digest));
  return known != nullptr && known->weight >= deadly;
}

bool InFlight::has_suspects() const {
  return file_ != nullptr && std::ranges::any_of(file_->suspects, [](const Suspect& one) {
           return one.weight > 0 && one.weight < deadly;
         });
}

void InFlight::begin(std::size_t slot, const Digest& digest) {
  if (file_ == nullptr || slot >= slots) return;
  Reading& reading = file_->reading[slot];
  reading.digest = half_of(digest);
  reading.ticks = 0;
  reading.used = 1;
}

void InFlight::forgive(const Digest& digest) {
  if (file_ == nullptr) return;
  if (Suspect* const known = suspect(half_of(digest))) *known = {};
}

void InFlight::end(std::size_t slot) {
  if (file_ == nullptr || slot >= slots) return;
  Reading& reading = file_->reading[slot];
  reading.used = 0;
  if (slot != writer) return;
  // The writer alone changes suspects, and only those that nobody asks for: is_deadly() is not
  // about them.
  if (Suspect* const known = suspect(reading.digest); known != nullptr && known->weight < deadly)
    known->weight = 0;
}

InFlight::CrashStack::CrashStack() {
  constexpr std::size_t size = 64u << 10;
  stack_t present{};
  if (::sigaltstack(nullptr, &present) != 0 || (present.ss_flags & SS_DISABLE) == 0)
    return;  // somebody else's, as a sanitizer's
  bytes_ = std::make_unique_for_overwrite<char[]>(size);
  stack_t own{};
  own.ss_sp = bytes_.get();
  own.ss_size = size;
  installed_ = ::sigaltstack(&own, nullptr) == 0;
}

InFlight::CrashStack::~CrashStack() {
  if (!installed_) return;
  stack_t none{};
  none.ss_flags = SS_DISABLE;
  ::sigaltstack(&none, nullptr);
}

}  // namespace dmarcq
